"""UNSET: "leave it as it is", which is not None ("clear it")."""

import enum
from typing import Final, Literal


class Unset(enum.Enum):
    """The type of UNSET; use ``Maybe[T]``-like unions: ``str | None | Unset``."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
