"""What a sync of a name consists of: ``members`` (with their memberships), ``leads``."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from ...ports.gym import GymGateway
from ..records.record_kind import RecordKind
from ..records.run_books import Opened


class Course(Protocol):
    """``kinds`` are its kinds of record, each before those that belong to it."""

    name: str
    kinds: tuple[str, ...]

    @abstractmethod
    def records(self, opened: Opened) -> Sequence[RecordKind[Any]]:
        """Its kinds of record, bound to a run, in the order of ``kinds``."""

    @abstractmethod
    async def before(self, opened: Opened, /) -> None:
        """What is to be done first."""

    @abstractmethod
    async def after(self, opened: Opened, gym: GymGateway, /) -> None:
        """What is taken along when everything is in step."""
