"""What the reconciler must know of one kind of record: how it is stored, made, read and changed."""

from abc import abstractmethod
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Generic, Protocol, TypeVar, cast
from uuid import UUID

from ....domain.shared.errors import InvalidValue
from ....domain.shared.events import DomainEvent
from ....domain.sync.schema import Schema, Value, Values
from ...ports.unit_of_work import UnitOfWork


class Versioned(Protocol):
    """An entity that is synced."""

    @property
    def id(self) -> UUID:
        """Its id."""

    version: int
    """Grows with every save; one that comes back goes on from where it was."""
    updated_at: datetime
    """When it was last edited here (UTC); see ``edit_times`` for what counts as that."""

    @property
    def created_at(self) -> datetime:
        """When it was made here (UTC)."""

    def drain(self) -> tuple[DomainEvent, ...]:
        """What it recorded, which is forgotten by that."""


E = TypeVar("E", bound=Versioned)
MatchValues = tuple[Hashable, ...]
# What belongs to a record of ours: by its id, how a person calls it.
Belongings = Mapping[UUID, str]


class RecordKind(Protocol[E]):
    """One kind, bound to a tenant and an account for the length of a run."""

    schema: Schema

    @abstractmethod
    async def prepare(self, uow: UnitOfWork, values: Sequence[Values], entities: Iterable[E] = ()) -> None:
        """Load what ``create`` and ``update`` of these values, and ``values`` of these entities, will need."""

    async def as_of_today(self, _: UnitOfWork, values: Sequence[Values], /) -> Sequence[Values]:
        """What the provider says, or said when it was agreed on, with the ids that the records that it names have there
        today: one that was made there anew has another id since. Usually none is named, and it is what was given.
        """
        return values

    @abstractmethod
    async def open_keys(self, uow: UnitOfWork, /) -> Collection[MatchValues]:
        """What those of our records that no link ties to the account say of the schema's match keys."""

    @abstractmethod
    async def unlinked(self, uow: UnitOfWork, keys: Collection[MatchValues], /) -> Mapping[UUID, Values]:
        """Our records that no link ties to any account and that say one of these."""

    async def sharing(self, _: UnitOfWork, __: Collection[MatchValues], /) -> Mapping[MatchValues, Collection[UUID]]:
        """Which of our records, linked or not, say these, as far as that is a doubt. Usually it is none."""
        return {}

    @abstractmethod
    def create(self, values: Values, *, id: UUID, now: datetime) -> E:  # noqa: A002 - the attribute's name
        """A new entity. Raises InvalidValue when the values cannot make one."""

    @abstractmethod
    def announce(self, entity: E, *, now: datetime) -> None:
        """Record that it is new, unless ``create`` did."""

    @abstractmethod
    def depart(self, entity: E, *, now: datetime) -> None:
        """Record that it is gone."""

    @abstractmethod
    def values(self, entity: E) -> Values:
        """Our side of the comparison."""

    @abstractmethod
    def update(self, entity: E, updates: Values, *, now: datetime) -> None:
        """Write these values; ``updated_at`` is ``now``. Raises InvalidValue and changes nothing."""

    def typed(self, _: E, __: str, value: Value, /, *, now: datetime) -> Value:  # noqa: ARG002 - for those that look
        """What a person typed for a field of a record, as an edit would keep it: a side's own spelling is never read
        so. Raises InvalidValue where an edit would refuse it. Usually it is what was given.
        """
        return value

    def why_it_stays(self, _: E, __: Collection[str], /) -> str:
        """Why no undo puts these fields of a record back; empty: it may. Usually it may."""
        return ""

    @abstractmethod
    async def load(self, uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, E]:
        """Those that exist."""

    @abstractmethod
    async def add(self, uow: UnitOfWork, entities: Sequence[E]) -> None:
        """Store new ones."""

    @abstractmethod
    async def save(self, uow: UnitOfWork, entities: Sequence[E]) -> None:
        """Store changed ones."""

    async def owners(self, _: UnitOfWork, __: Collection[UUID], /) -> Mapping[UUID, Belongings]:
        """Those to which something else of ours belongs, which must go before them. Usually there are none."""
        return {}

    @abstractmethod
    async def remove(self, uow: UnitOfWork, entities: Sequence[E]) -> None:
        """Take them out."""


T = TypeVar("T", str, bool)
_WORDS: Mapping[type, str] = {str: "text", bool: "true or false"}


class Reader(Generic[T]):
    """Reads the same fields, at least two, of many records: texts, or flags. Absent and empty both give None.

    A record's values are taken, and their types looked at, as a whole: in a bulk load that is several times cheaper
    than field by field.
    """

    def __init__(self, kind: type[T], *names: str) -> None:
        self._kind: type[T] = kind
        self._names = names
        self._all = itemgetter(*names)
        self._types: frozenset[type] = frozenset({kind, type(None)})

    def __call__(self, values: Values) -> tuple[T | None, ...]:
        """In the order of the names. Raises InvalidValue for a value of another type."""
        try:
            found = self._all(values)
        except KeyError:
            found = tuple(map(values.get, self._names))
        if not self._types.issuperset(map(type, found)):
            self._check(found)
        return cast("tuple[T | None, ...]", found)

    def _check(self, found: Sequence[Value]) -> None:
        for name, value in zip(self._names, found, strict=True):
            if value is not None and not isinstance(value, self._kind):
                raise InvalidValue(f"{name} should be {_WORDS[self._kind]}, not {value!r}", field=name)


def day(value: str | None, field: str) -> date | None:
    """A civil date from its ISO text."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidValue(f"{field} should be a date such as 2026-05-31, not {value!r}", field=field) from None


def iso(value: date | None) -> str | None:
    """The ISO text of a civil date."""
    return value.isoformat() if value is not None else None
