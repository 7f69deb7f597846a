"""A gym as a run sees it: answers bent where the programme says so, writes watched."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import attrs

from ...application.ports.clock import Clock
from ...application.ports.gym import LeadPatch, MembershipPatch, NewMembership, NewPerson
from ...application.ports.sources import Batch, Observed, Source
from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.shared.errors import CursorExpired, GatewayError, GatewayUnavailable
from ...domain.sync.schema import Values
from ..memory.gym import MemoryGym
from ..memory.gym_books import Entry, GymBooks, Shelf
from ..memory.gym_habits import Habits
from .programme import Programme
from .trail import Key

T = TypeVar("T")
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
    shows: frozenset[str] | None = attrs.field(init=False)
    can_create: bool = attrs.field(init=False)
    can_delete: bool = attrs.field(init=False)
    tells_changes: bool = attrs.field(init=False)
    resolution_s: int = attrs.field(init=False)
    _looked: dict[str, Entry | None] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        inner = self._inner
        self.kind, self.writable, self.resolution_s = inner.kind, inner.writable, inner.resolution_s
        self.shows = inner.shows
        self.can_create, self.can_delete, self.tells_changes = inner.can_create, inner.can_delete, inner.tells_changes

    def listing(self) -> AsyncIterator[Batch]:
        """Page by page."""
        return self._listed()

    def changes(self, cursor: str) -> AsyncIterator[Batch]:
        """Page by page."""
        return self._bent(self._inner.changes(cursor))

    async def get(self, external_id: str) -> Observed | None:
        """As it is. That it was asked for leaves a trail."""
        trail = self._programme.trail
        trail.ask(self.kind, external_id)
        found = await self._inner.get(external_id)
        trail.show(self.kind, (external_id,))
        self._looked[external_id] = trail.looked[self.kind, external_id] = self._kept(external_id)
        return found

    async def push(self, external_id: str, values: Values) -> Observed:
        """Told when anything is another afterwards; ignored where the programme says so."""
        was = self._at_effect(lambda: self._kept(external_id))
        looked = self._looked.pop(external_id, None)
        try:
            answer = await self._inner.push(external_id, values)
            entry = self._shelf.find(external_id)
            if self._programme.bend == "ignored" and entry is not None:
                for before in filter(None, was):
                    entry.values, entry.edited_at = dict(before.values), before.edited_at
                return entry.observed()
            return answer
        finally:
            now = self._kept(external_id)
            for before in filter(None, was):
                if now is not None and before.values != now.values:
                    self._written(self.kind, external_id, _seen(before, looked), now.values)

    async def create(self, values: Values) -> Observed:
        """Told when there is one more."""
        was = self._at_effect(lambda: {entry.external_id for entry in self._shelf.entries()})
        try:
            return await self._inner.create(values)
        finally:
            for entry in self._shelf.entries() if was else ():
                if entry.external_id not in was[0]:
                    self._written(self.kind, entry.external_id, None, dict(entry.values))

    async def find(self, values: Values, /) -> Observed | None:
        """As it is. That it was asked for leaves a trail."""
        found = await self._inner.find(values)
        if found is not None:
            self._programme.trail.ask(self.kind, found.external_id)
            self._programme.trail.show(self.kind, (found.external_id,))
        return found

    async def delete(self, external_id: str) -> None:
        """Told when there was one."""
        was = self._at_effect(lambda: self._kept(external_id))
        try:
            await self._inner.delete(external_id)
        finally:
            for before in filter(None, was):
                if self._shelf.find(external_id) is None:
                    self._written(self.kind, external_id, before.values, None)

    def _at_effect(self, look: Callable[[], T]) -> list[T]:
        """Filled when the call that follows takes effect: what people do before that is no work of ours."""
        seen: list[T] = []
        self._programme.effect = lambda: seen.append(look())
        return seen

    def _kept(self, external_id: str) -> Entry | None:
        entry = self._shelf.find(external_id)
        return None if entry is None else attrs.evolve(entry, values=dict(entry.values))

    async def _listed(self) -> AsyncIterator[Batch]:
        async for batch in self._bent(self._inner.listing()):
            yield batch
        self._programme.trail.list(self.kind)

    async def _bent(self, pages: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        """As the programme says. What was shown leaves a trail, and so does what broke off."""
        trail = self._programme.trail
        try:
            async for page in pages:
                bend, self._programme.bend = self._programme.bend, None
                if bend == "short":
                    # It ends before its end, without its cursor, and as if that were all.
                    return
                for batch in _pages(page, bend):
                    trail.show(self.kind, [*(one.external_id for one in batch.observed), *batch.gone])
                    yield batch
                if bend == "partial":
                    raise GatewayUnavailable("the page broke off")
        except CursorExpired:
            raise
        except GatewayError:
            trail.broken.add(self.kind)
            raise


def _seen(before: Entry, looked: Entry | None) -> Values:
    """What was there before a write, without what somebody edited after the look that the write followed: these
    providers know no condition on a write, so nobody can know of that.
    """
    if looked is None:
        return before.values
    return {name: value for name, value in before.values.items() if looked.values.get(name) == value}


def _pages(batch: Batch, bend: str | None) -> Sequence[Batch]:
    if bend == "partial":
        half, gone = len(batch.observed) // 2, len(batch.gone) // 2
        return (Batch(observed=batch.observed[:half], gone=batch.gone[:gone]),)
    if bend == "reorder":
        return (attrs.evolve(batch, observed=batch.observed[::-1], gone=batch.gone[::-1]),)
    return (batch, attrs.evolve(batch, cursor=None)) if bend == "duplicate" else (batch,)


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

    async def create_lead(self, person: NewPerson) -> Observed:
        """Watched."""
        return await self._watched(super().create_lead(person), LEAD)

    async def update_lead(self, external_id: str, patch: LeadPatch) -> Observed:
        """Watched."""
        return await self._watched(super().update_lead(external_id, patch), LEAD)

    async def convert_lead(self, external_id: str) -> Observed:
        """Watched."""
        return await self._watched(super().convert_lead(external_id), LEAD, MEMBER)

    async def create_membership(self, new: NewMembership) -> Observed:
        """Watched."""
        return await self._watched(super().create_membership(new), MEMBERSHIP)

    async def update_membership(self, external_id: str, patch: MembershipPatch) -> Observed:
        """Watched."""
        return await self._watched(super().update_membership(external_id, patch), MEMBERSHIP)

    async def cancel_membership(self, external_id: str, *, reason: str) -> Observed:
        """Watched."""
        return await self._watched(super().cancel_membership(external_id, reason=reason), MEMBERSHIP)

    async def _watched(self, call: Awaitable[Observed], *kinds: str) -> Observed:
        """Told of every record of these kinds that is made or another one afterwards."""
        was: list[Mapping[Key, Entry]] = []
        self.programme.effect = lambda: was.append(self._kept(kinds))
        looked = self.programme.trail.looked
        try:
            return await call
        finally:
            for before in was:
                for (kind, external_id), entry in self._kept(kinds).items():
                    old = before.get((kind, external_id))
                    if old is None or old.values != entry.values:
                        seen = None if old is None else _seen(old, looked.get((kind, external_id)))
                        self.written(kind, external_id, seen, entry.values)

    def _kept(self, kinds: Sequence[str]) -> Mapping[Key, Entry]:
        return {
            (kind, entry.external_id): attrs.evolve(entry, values=dict(entry.values))
            for kind in kinds
            for entry in self.shelf(kind).entries()
        }

    def _tell(self, kind: str, external_id: str, before: Values | None, after: Values | None) -> None:
        self.written(kind, external_id, before, after)


def _nobody(kind: str, external_id: str, before: Values | None, after: Values | None) -> None:
    """Nobody is told."""
