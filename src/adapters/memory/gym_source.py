"""One kind of record at a gym in memory, as a sync reads and writes it."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

import attrs

from ...application.ports.sources import Batch, Observed, Source
from ...domain.shared.errors import CursorExpired, GatewayUnavailable, GatewayUnsupported
from ...domain.sync.schema import Value, Values
from .faults import Faults
from .gym_books import Entry, Shelf
from .gym_habits import Habits

# How often everything is listed when records move up meanwhile.
LISTED_AT_MOST = 3


@attrs.frozen(kw_only=True)
class _Changed:
    at: datetime
    external_id: str
    observed: Observed | None


@attrs.define
class _Place:
    """How far a listing is. It begins anew when what was shown last moved up: what was behind that may have, too, to
    where it is not shown.
    """

    _size: int
    _at: int = attrs.field(default=0, init=False)
    _last: str = attrs.field(default="", init=False)
    _passes: int = attrs.field(default=1, init=False)

    def page(self, everything: Sequence[Observed]) -> tuple[Sequence[Observed], bool]:
        """The next page of what is there now, and whether more follow. Raises GatewayUnavailable when it began anew too
        often.
        """
        if self._at and [one.external_id for one in everything[self._at - 1 : self._at]] != [self._last]:
            self._begin_anew()
        page = everything[self._at : self._at + self._size]
        self._at += self._size
        if page:
            self._last = page[-1].external_id
        return page, self._at < len(everything)

    def _begin_anew(self) -> None:
        if self._passes == LISTED_AT_MOST:
            raise GatewayUnavailable("records are deleted faster than they can be listed; the next sync tries again")
        self._passes, self._at = self._passes + 1, 0


@attrs.define(kw_only=True)
class MemorySource(Source):
    """Serves ``shelf``. Calls go by ``name`` in ``faults``; pages lack the fields in ``lists_lack``.

    ``defaults`` are values of records that are created here and not told otherwise. A cursor is the moment at which
    the first page was asked for, less the overlap; it holds until the shelf forgets.
    """

    kind: str
    shelf: Shelf
    faults: Faults
    habits: Habits
    name: str
    page_size: int
    writable: frozenset[str]
    can_create: bool
    can_delete: bool
    tells_changes: bool
    resolution_s: int
    shows: frozenset[str] | None = attrs.field(init=False)
    lists_lack: Collection[str] = ()
    defaults: Values = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.shows = frozenset(self.shelf.names)

    async def listing(self) -> AsyncIterator[Batch]:
        """By id: a snapshot of the moment at which the first page is asked for, unless pages shift.

        Then everything is listed again when records moved up meanwhile. Raises GatewayUnavailable when that does not
        end.
        """
        fault = self.faults.take(self.name)
        everything: Sequence[Observed] = ()
        cursor, asked, place, more = None, 0, _Place(self.page_size), True
        while more:
            self.faults.turn(self.name, asked, fault)
            if asked == 0 and self.tells_changes:
                cursor = self._cursor(self.shelf.now() - self.habits.overlap)
            if asked == 0 or self.habits.pages_shift:
                everything = self._views()
            asked += 1
            page, more = place.page(everything)
            yield Batch(observed=page, cursor=None if more else cursor)
        if fault is not None:
            raise fault.error

    async def changes(self, cursor: str) -> AsyncIterator[Batch]:
        """By stamp and id. A page's cursor goes on after its last record, less the overlap."""
        call = f"{self.name}.changes"
        fault = self.faults.take(call)
        if not self.tells_changes:
            raise GatewayUnsupported("this gym does not tell what changed")
        since = end = self.shelf.now()
        found: Sequence[_Changed] = ()
        number, more = 0, True
        while more:
            self.faults.turn(call, number, fault)
            if number == 0:
                since = self._since(cursor)
                end = max(since, self.shelf.now() - self.habits.overlap)
                found = self._changed(since)
            start, number = number * self.page_size, number + 1
            page = found[start : start + self.page_size]
            more = start + self.page_size < len(found)
            yield self._batch(page, max(since, page[-1].at - self.habits.overlap) if more else end)
        if fault is not None:
            raise fault.error

    async def get(self, external_id: str) -> Observed | None:
        """All fields."""
        with self.faults.around(f"{self.name}.get"):
            entry = self.shelf.find(external_id)
            return entry.observed() if entry else None

    async def push(self, external_id: str, values: Values) -> Observed:
        """The record afterwards, in the gym's own spelling. Nothing is stamped when nothing changes."""
        if foreign := sorted(values.keys() - self.writable):
            raise GatewayUnsupported(f"this gym lets nobody write {', '.join(foreign)} of a {self.kind}")
        with self.faults.around(f"{self.name}.push"):
            entry = self.shelf.get(external_id)
            self.habits.ensure_taken(values)
            kept = self.habits.spelled(values)
            if any(entry.values.get(name) != value for name, value in kept.items()):
                self.shelf.edit(external_id, kept)
            return entry.observed()

    async def create(self, values: Values) -> Observed:
        """Keeps what is writable and leaves out the rest: the record tells what became of it. Raises SeveralThere."""
        if not self.can_create:
            raise GatewayUnsupported(f"this gym lets nobody make a {self.kind}")
        with self.faults.around(f"{self.name}.create"):
            known = self.shelf.with_email(_text(values.get("email")))
            if known is not None:
                return known.observed()
            fields = self.habits.may_write(self.kind)
            given = {name: value for name, value in values.items() if name in fields and value is not None}
            self.habits.ensure_taken(given)
            added = self.shelf.add({**self.defaults, **self.habits.spelled(given)})
            return self.shelf.get(added).observed()

    async def find(self, values: Values, /) -> Observed | None:
        """Who has this e-mail address. Raises SeveralThere."""
        with self.faults.around(f"{self.name}.find"):
            known = self.shelf.with_email(_text(values.get("email")))
            return None if known is None else known.observed()

    async def delete(self, external_id: str) -> None:
        """It leaves a tombstone."""
        if not self.can_delete:
            raise GatewayUnsupported(f"this gym lets nobody delete a {self.kind}")
        with self.faults.around(f"{self.name}.delete"):
            if self.shelf.find(external_id) is not None:
                self.shelf.remove(external_id)

    def _batch(self, page: Sequence[_Changed], upto: datetime) -> Batch:
        return Batch(
            observed=[one.observed for one in page if one.observed is not None],
            gone=[one.external_id for one in page if one.observed is None],
            cursor=self._cursor(upto),
        )

    def _views(self) -> Sequence[Observed]:
        return [self._view(entry) for entry in self.shelf.entries()]

    def _view(self, entry: Entry) -> Observed:
        return entry.observed(without=self.lists_lack)

    def _changed(self, since: datetime) -> Sequence[_Changed]:
        found = [
            _Changed(at=entry.edited_at, external_id=entry.external_id, observed=self._view(entry))
            for entry in self.shelf.entries()
            if entry.edited_at >= since
        ]
        if self.habits.tells_gone:
            found += [
                _Changed(at=at, external_id=external_id, observed=None)
                for external_id, at in self.shelf.tombstones.items()
                if at >= since
            ]
        return sorted(found, key=lambda one: (one.at, len(one.external_id), one.external_id))

    def _cursor(self, moment: datetime) -> str:
        return f"{self.shelf.epoch}@{moment.isoformat()}"

    def _since(self, cursor: str) -> datetime:
        epoch, _, moment = cursor.partition("@")
        try:
            since = datetime.fromisoformat(moment)
        except ValueError:
            since = None
        if since is None or epoch != str(self.shelf.epoch):
            raise CursorExpired("this gym no longer knows where changes went on")
        return since


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
