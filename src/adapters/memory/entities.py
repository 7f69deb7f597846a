"""Collections of entities in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from ...application.events import Outbox, Recording
from ...application.ports.repositories import Entities, Synced
from ...domain.shared.errors import AlreadyExists, NotFound, StaleVersion
from ...domain.shared.ids import TenantId
from .tables import Draft


class Identified(Protocol):
    """What every entity has."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def tenant_id(self) -> TenantId:
        """Whose it is."""


class Versioned(Identified, Protocol):
    """An entity whose lost updates are noticed."""

    version: int


class Aggregate(Versioned, Recording, Protocol):
    """An entity that records what it does."""


E = TypeVar("E", bound=Identified)
S = TypeVar("S", bound=Versioned)
A = TypeVar("A", bound=Aggregate)
K = TypeVar("K", bound=UUID)

# Entities that hold the same unique value, own and foreign ones; the entity itself may be among them.
Rivals = Callable[[E], Iterable[Identified]]


def no_rivals(_: Identified) -> Iterable[Identified]:
    """Nothing but the id is unique."""
    return ()


class MemoryEntities(Entities[E, K]):
    """Entities without a version: the last one who saves wins."""

    def __init__(self, kind: str, tenant_id: TenantId, rows: Draft[UUID, E], rivals: Rivals[E] = no_rivals) -> None:
        self._kind = kind
        self._tenant_id = tenant_id
        self._rows = rows
        self._rivals = rivals

    async def get(self, key: K) -> E:
        """A copy."""
        row = self._rows.find(key)
        if row is None:
            raise NotFound(self._kind, key)
        return self._rows.copy(row)

    async def add(self, entity: E) -> None:
        """Keep a copy."""
        self._ensure_own(entity)
        if entity.id in self._rows:
            raise AlreadyExists(f"there is a {self._kind} {entity.id} already", kind=self._kind)
        self._ensure_unique(entity)
        self._put(entity)

    async def save(self, entity: E) -> None:
        """Keep a copy instead of the former one."""
        self._ensure_own(entity)
        stored = self._rows.find(entity.id)
        if stored is None:
            raise NotFound(self._kind, entity.id)
        self._ensure_current(entity, stored)
        self._ensure_unique(entity)
        self._put(entity)

    def _ensure_own(self, entity: E) -> None:
        if entity.tenant_id != self._tenant_id:
            raise NotFound(self._kind, entity.id)

    def _ensure_current(self, entity: E, stored: E) -> None:
        """Nothing tells."""

    def _ensure_unique(self, entity: E) -> None:
        if any(rival.id != entity.id for rival in self._rivals(entity)):
            raise AlreadyExists(f"there is such a {self._kind} already", kind=self._kind)

    def _put(self, entity: E) -> None:
        self._rows.put(entity.id, entity)


class MemoryVersioned(MemoryEntities[S, K]):
    """Entities with a version, which grows by one when they are added and with every save: that of a new one is 1."""

    def _ensure_current(self, entity: S, stored: S) -> None:
        if stored.version != entity.version:
            raise StaleVersion(f"{self._kind} {entity.id} was changed meanwhile", kind=self._kind, id=str(entity.id))

    def _put(self, entity: S) -> None:
        entity.version += 1
        super()._put(entity)


class MemorySynced(MemoryVersioned[A, K], Synced[A, K]):
    """Aggregates that are synced in bulk."""

    def __init__(self, kind: str, tenant_id: TenantId, rows: Draft[UUID, A], outbox: Outbox) -> None:
        super().__init__(kind, tenant_id, rows)
        self._outbox = outbox

    def _put(self, entity: A) -> None:
        super()._put(entity)
        self._outbox.take((entity,))

    async def get_many(self, ids: Collection[K]) -> Mapping[UUID, A]:
        """Copies."""
        found = ((key, self._rows.find(key)) for key in ids)
        return {key: self._rows.copy(row) for key, row in found if row is not None}

    async def existing(self, ids: Collection[K]) -> Collection[UUID]:
        """As keys."""
        return {key for key in ids if key in self._rows}

    async def add_many(self, entities: Sequence[A]) -> None:
        """Keep copies as the first versions."""
        for entity in entities:
            await self.add(entity)

    async def save_many(self, entities: Sequence[A]) -> None:
        """Keep copies as the next versions."""
        for entity in entities:
            await self.save(entity)

    async def remove_many(self, entities: Sequence[A]) -> None:
        """All or none."""
        for entity in entities:
            self._ensure_own(entity)
            stored = self._rows.find(entity.id)
            if stored is None:
                raise StaleVersion(f"{self._kind} {entity.id} is gone", kind=self._kind, id=str(entity.id))
            self._ensure_current(entity, stored)
            self._ensure_free(entity)
        for entity in entities:
            self._rows.remove(entity.id)
        self._outbox.take(entities)

    def _ensure_free(self, entity: A) -> None:
        """Nothing belongs to one."""
