"""A gym as a run sees it: answers bent where the programme says so, writes watched."""

from collections.abc import AsyncIterator, Callable

import attrs

from ...application.ports.clock import Clock
from ...application.ports.sources import Batch, Observed, Source
from ...application.sync.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.shared.errors import GatewayUnavailable
from ...domain.sync.schema import Value, Values
from ..memory.gym import MemoryGym
from ..memory.gym_books import GymBooks, Shelf
from ..memory.gym_habits import Habits
from .programme import Programme

# Told of a write that took effect: kind, id there, values before (None: made) and after (None: deleted).
Written = Callable[[str, str, Values | None, Values | None], None]


@attrs.define
class WatchedSource(Source):
    """One kind of record."""

    _inner: Source
    _shelf: Shelf
    _programme: Programme
    _written: Written
    kind: str = attrs.field(init=False)
    writable: frozenset[str] = attrs.field(init=False)
    can_create: bool = attrs.field(init=False)
    can_delete: bool = attrs.field(init=False)
    tells_changes: bool = attrs.field(init=False)
    resolution_s: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        inner = self._inner
        self.kind, self.writable, self.resolution_s = inner.kind, inner.writable, inner.resolution_s
        self.can_create, self.can_delete, self.tells_changes = inner.can_create, inner.can_delete, inner.tells_changes

    def listing(self) -> AsyncIterator[Batch]:
        """Page by page."""
        return self._bent(self._inner.listing())

    def changes(self, cursor: str) -> AsyncIterator[Batch]:
        """Page by page."""
        return self._bent(self._inner.changes(cursor))

    async def get(self, external_id: str) -> Observed | None:
        """As it is."""
        return await self._inner.get(external_id)

    async def push(self, external_id: str, values: Values) -> Observed:
        """Told when anything is another afterwards; ignored where the programme says so."""
        before = self._values(external_id)
        entry = self._shelf.find(external_id)
        stamp = None if entry is None else entry.edited_at
        try:
            answer = await self._inner.push(external_id, values)
            if self._programme.bend == "ignored" and entry is not None and stamp is not None and before is not None:
                entry.values, entry.edited_at = dict(before), stamp
                return entry.observed()
            return answer
        finally:
            after = self._values(external_id)
            if before != after:
                self._written(self.kind, external_id, before, after)

    async def create(self, values: Values) -> Observed:
        """Told when there is one more."""
        known = {entry.external_id for entry in self._shelf.entries()}
        try:
            return await self._inner.create(values)
        finally:
            for entry in self._shelf.entries():
                if entry.external_id not in known:
                    self._written(self.kind, entry.external_id, None, dict(entry.values))

    async def delete(self, external_id: str) -> None:
        """Told when there was one."""
        before = self._values(external_id)
        try:
            await self._inner.delete(external_id)
        finally:
            if before is not None and self._shelf.find(external_id) is None:
                self._written(self.kind, external_id, before, None)

    def _values(self, external_id: str) -> dict[str, Value] | None:
        entry = self._shelf.find(external_id)
        return None if entry is None else dict(entry.values)

    async def _bent(self, pages: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        async for batch in pages:
            bend, self._programme.bend = self._programme.bend, None
            if bend == "partial":
                half = len(batch.observed) // 2
                yield Batch(observed=batch.observed[:half], gone=batch.gone[: len(batch.gone) // 2])
                raise GatewayUnavailable("the page broke off")
            if bend == "reorder":
                batch = attrs.evolve(batch, observed=batch.observed[::-1], gone=batch.gone[::-1])  # noqa: PLW2901
            yield batch
            if bend == "duplicate":
                yield attrs.evolve(batch, cursor=None)


class WatchedGym(MemoryGym):
    """A gym in memory whose sources are watched. ``programme``: what its calls run into."""

    def __init__(self, books: GymBooks, clock: Clock, *, page_size: int, habits: Habits, programme: Programme) -> None:
        super().__init__(books, clock, page_size=page_size, habits=habits)
        self.faults = programme
        self.programme = programme
        self.written: Written = _nobody

    def source(self, kind: str) -> Source:
        """Watched."""
        return WatchedSource(super().source(kind), self.shelf(kind), self.programme, self._tell)

    def shelf(self, kind: str) -> Shelf:
        """What it keeps of a kind."""
        return {MEMBER: self.books.members, MEMBERSHIP: self.books.memberships, LEAD: self.books.leads}[kind]

    def _tell(self, kind: str, external_id: str, before: Values | None, after: Values | None) -> None:
        self.written(kind, external_id, before, after)


def _nobody(kind: str, external_id: str, before: Values | None, after: Values | None) -> None:
    """Nobody is told."""
