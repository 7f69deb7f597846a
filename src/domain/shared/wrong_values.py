"""Values are looked at together, so that somebody who typed several wrong is told of each at once."""

from collections.abc import Callable
from typing import TypeVar

from .errors import InvalidValue
from .unset import UNSET, Unset

T = TypeVar("T")


class WrongValues:
    """What was found wrong so far."""

    def __init__(self) -> None:
        self._found: list[InvalidValue] = []

    def read(self, look: Callable[[], T]) -> T | Unset:
        """What it gives; UNSET where that is wrong."""
        try:
            return look()
        except InvalidValue as error:
            self._found.append(error)
            return UNSET

    def last(self, look: Callable[[], T]) -> T:
        """What it gives, when nothing was wrong. Raises InvalidValue for what was, of ``every`` one together."""
        try:
            given = look()
        except InvalidValue as error:
            self._found.append(error)
        else:
            if not self._found:
                return given
        raise InvalidValue.of_all(self._found) from None
