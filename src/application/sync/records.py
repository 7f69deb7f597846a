"""What the reconciler must know of one kind of record: how it is stored, made, read and changed."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from ...domain.shared.errors import InvalidValue
from ...domain.sync.schema import Schema, Values
from ..ports.unit_of_work import UnitOfWork


class Versioned(Protocol):
    """An entity that is synced."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def version(self) -> int:
        """Grows with every save."""

    @property
    def updated_at(self) -> datetime:
        """When it was last edited here (UTC)."""


E = TypeVar("E", bound=Versioned)


class RecordKind(Protocol[E]):
    """One kind, bound to a tenant and an account for the length of a run."""

    schema: Schema

    @abstractmethod
    async def prepare(self, uow: UnitOfWork, values: Sequence[Values]) -> None:
        """Load what ``create`` and ``update`` of these values will need."""

    @abstractmethod
    def twin(self, values: Values) -> UUID | None:
        """Our record without a link that is the same thing beyond doubt, None without one."""

    @abstractmethod
    def create(self, values: Values, *, id: UUID, now: datetime) -> E:  # noqa: A002 - the attribute's name
        """A new entity. Raises InvalidValue when the values cannot make one."""

    @abstractmethod
    def values(self, entity: E) -> Values:
        """Our side of the comparison."""

    @abstractmethod
    def update(self, entity: E, updates: Values, *, now: datetime) -> None:
        """Write these values. Raises InvalidValue and changes nothing."""

    @abstractmethod
    async def load(self, uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, E]:
        """Those that exist."""

    @abstractmethod
    async def add(self, uow: UnitOfWork, entities: Sequence[E]) -> None:
        """Store new ones."""

    @abstractmethod
    async def save(self, uow: UnitOfWork, entities: Sequence[E]) -> None:
        """Store changed ones."""


def text(values: Values, field: str) -> str | None:
    """A text field; None when absent or empty."""
    value = values.get(field)
    if value is None or isinstance(value, str):
        return value or None
    raise InvalidValue(f"{field} should be text, not {value!r}", field=field)


def flag(values: Values, field: str) -> bool | None:
    """A yes/no field; None when nothing is said."""
    value = values.get(field)
    if value is None or isinstance(value, bool):
        return value
    raise InvalidValue(f"{field} should be true or false, not {value!r}", field=field)


def day(values: Values, field: str) -> date | None:
    """A civil date from its ISO text."""
    value = text(values, field)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidValue(f"{field} should be a date such as 2026-05-31, not {value!r}", field=field) from None


def iso(value: date | None) -> str | None:
    """The ISO text of a civil date."""
    return value.isoformat() if value is not None else None
