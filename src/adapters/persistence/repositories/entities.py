"""What the collections have in common."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar, cast
from uuid import UUID

import attrs
from sqlalchemy import Delete, Select, Table, bindparam, delete, select

from ....application.events import Outbox, Recording
from ....application.ports.repositories import Entities, Synced
from ....domain.shared.errors import AlreadyExists, NotFound, StaleVersion, StorageConflict
from ....domain.shared.ids import TenantId
from ..connection import Transaction
from ..mappers.values import Row
from ..tables import entity_columns
from .edited import EditedRecords
from .slices import in_slices


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


@attrs.frozen
class Shape(Generic[E]):
    """How a kind of entity is kept: ``kind`` is its name in messages."""

    kind: str
    table: Table
    to_row: Callable[[E], Row]
    from_row: Callable[[Row], E]


@lru_cache(maxsize=64)
def rows_of(table: Table) -> Select[Any]:
    """The entities' columns of the rows of the tenant ``:tenant_id``."""
    return select(*entity_columns(table)).where(table.c.tenant_id == bindparam("tenant_id"))


@lru_cache(maxsize=64)
def _row_of(table: Table) -> Select[Any]:
    return rows_of(table).where(table.c.id == bindparam("id"))


@lru_cache(maxsize=64)
def _versions_of(table: Table) -> Select[Any]:
    # SQLite, where nobody else writes meanwhile, has no such words, and gets none.
    return select(table.c.id, table.c.version).where(table.c.tenant_id == bindparam("tenant_id")).with_for_update()


@lru_cache(maxsize=64)
def _ids_of(table: Table) -> Select[Any]:
    return select(table.c.id).where(table.c.tenant_id == bindparam("tenant_id"))


@lru_cache(maxsize=64)
def _removal_from(table: Table) -> Delete:
    return delete(table).where(
        table.c.tenant_id == bindparam("tenant_id"), table.c.id.in_(bindparam("ids", expanding=True))
    )


class SqlEntities(Entities[E, K]):
    """Entities without a version: the last one who saves wins."""

    def __init__(self, transaction: Transaction, tenant_id: TenantId, shape: Shape[E]) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id
        self._shape = shape

    async def get(self, key: K) -> E:
        """By primary key."""
        rows = await self._transaction.fetch(_row_of(self._shape.table), {"tenant_id": self._tenant_id, "id": key})
        if not rows:
            raise NotFound(self._shape.kind, key)
        return self._shape.from_row(rows[0])

    async def add(self, entity: E) -> None:
        """One insert."""
        if not await self._transaction.insert(self._shape.table, (self._row(entity),), 1):
            raise self._already_exists()

    async def save(self, entity: E) -> None:
        """One update."""
        if not await self._transaction.update(self._shape.table, self._row(entity)):
            raise NotFound(self._shape.kind, entity.id)

    async def _select(self, statement: Select[Any], *, long: bool = False, **parameters: object) -> list[E]:
        rows = await self._transaction.fetch(statement, {"tenant_id": self._tenant_id, **parameters}, long=long)
        return [self._shape.from_row(row) for row in rows]

    def _row(self, entity: E) -> Row:
        # The key in the row is the entity's own: without this look it would reach into the other tenant.
        return self._shape.to_row(self._own(entity))

    def _own(self, entity: E) -> E:
        if entity.tenant_id != self._tenant_id:
            raise NotFound(self._shape.kind, entity.id)
        return entity

    def _already_exists(self) -> AlreadyExists:
        return AlreadyExists(f"there is such a {self._shape.kind} already", kind=self._shape.kind)


class SqlVersioned(SqlEntities[S, K]):
    """Entities with a version, which grows by one when they are added and with every save: that of a new one is 1."""

    async def add(self, entity: S) -> None:
        """One insert."""
        with _advancing((entity,)):
            await super().add(entity)

    async def save(self, entity: S) -> None:
        """One update, and a look at why when it changes nothing."""
        with _advancing((entity,)):
            if not await self._transaction.update(self._shape.table, self._row(entity)):
                await self.get(cast(K, entity.id))
                raise self._stale(entity.id)

    def _stale(self, key: UUID | None = None) -> StaleVersion:
        which = f"{self._shape.kind} {key}" if key else f"one of the {self._shape.kind}s"
        return StaleVersion(f"{which} was changed meanwhile", kind=self._shape.kind)


class SqlSynced(SqlVersioned[A, K], Synced[A, K]):
    """Aggregates that are synced in bulk. A bulk that raises has written nothing."""

    def __init__(
        self, transaction: Transaction, tenant_id: TenantId, shape: Shape[A], outbox: Outbox, edited: EditedRecords
    ) -> None:
        super().__init__(transaction, tenant_id, shape)
        self._outbox = outbox
        self._edited = edited

    async def add(self, entity: A) -> None:
        """One insert."""
        await super().add(entity)
        self._outbox.take((entity,))

    async def save(self, entity: A) -> None:
        """One update, and a look at why when it changes nothing."""
        await super().save(entity)
        self._saved((entity,))

    async def get_many(self, ids: Collection[K]) -> Mapping[UUID, A]:
        """In slices, because a statement takes only so many parameters."""
        found = {}
        for slice_ in in_slices(ids):
            statement = self._transaction.among(rows_of(self._shape.table), self._shape.table.c.id, slice_)
            for entity in await self._select(statement, long=True):
                found[entity.id] = entity
        return found

    async def existing(self, ids: Collection[K]) -> Collection[UUID]:
        """In slices."""
        found: set[UUID] = set()
        for slice_ in in_slices(ids):
            statement = self._transaction.among(_ids_of(self._shape.table), self._shape.table.c.id, slice_)
            found.update(row[0] for row in await self._transaction.fetch(statement, {"tenant_id": self._tenant_id}))
        return found

    async def add_many(self, entities: Sequence[A]) -> None:
        """In bulk."""
        with _advancing(entities):
            rows = map(self._row, entities)
            if entities and not await self._transaction.insert(self._shape.table, rows, len(entities)):
                raise self._already_exists()
        self._outbox.take(entities)

    async def save_many(self, entities: Sequence[A]) -> None:
        """In bulk."""
        with _advancing(entities):
            rows = map(self._row, entities)
            if entities and not await self._transaction.update_versions(self._shape.table, rows, len(entities)):
                raise self._stale()
        self._saved(entities)

    async def remove_many(self, entities: Sequence[A]) -> None:
        """In slices, once all of them were looked at."""
        given = {self._own(entity).id: entity.version for entity in entities}
        kept: dict[UUID, int] = {}
        for slice_ in in_slices(given):
            statement = self._transaction.among(_versions_of(self._shape.table), self._shape.table.c.id, slice_)
            kept.update(map(tuple, await self._transaction.fetch(statement, {"tenant_id": self._tenant_id})))
        if kept != given:
            raise self._stale()
        await self._remove(list(given))
        self._outbox.take(entities)

    async def _remove(self, ids: Collection[UUID]) -> None:
        try:
            for slice_ in in_slices(ids):
                parameters = {"tenant_id": self._tenant_id, "ids": slice_}
                await self._transaction.execute(_removal_from(self._shape.table), parameters)
        except NotFound:  # what a foreign key says
            raise StorageConflict(f"something still belongs to one of the {self._shape.kind}s") from None
        await self._edited.removed(self._shape.kind, ids)

    def _saved(self, entities: Sequence[A]) -> None:
        self._edited.saved(self._shape.kind, entities)
        self._outbox.take(entities)


class _advancing:  # noqa: N801 - read as a verb: with _advancing(entities)
    """The entities have the next version while inside, and keep it unless something is raised."""

    def __init__(self, entities: Sequence[Versioned]) -> None:
        self._entities = entities

    def __enter__(self) -> None:
        for entity in self._entities:
            entity.version += 1

    def __exit__(self, error: object, *_: object) -> None:
        if error is not None:
            for entity in self._entities:
                entity.version -= 1
