"""What changed at Wodify since a cursor: nothing documents how to ask for that, so that nothing is taken on trust.

Records are searched for by the stamp of their last edit, ``updated_on_datetime``: a civil time of the gym, to the
second, without zone. A cursor is the newest stamp that was shown before reading began, less an overlap, and the record
that bore it, the witness. As long as that record exists every search from the cursor on must find it: when one does
not, the search cannot be relied upon and only a listing helps.

Pages go on by ``id|gt|<last>``, not by number: nothing that is edited or deleted meanwhile moves another record past
the reader. Where clocks are put back in autumn an hour's stamps come twice: a stamp within it, which does not tell
the first pass from the second, is gone back from by that hour besides. An account without a zone does so always.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import attrs
from msgspec import Raw

from ...application.ports.clock import Clock
from ...application.ports.sources import Batch
from ...domain.shared.errors import (
    CursorExpired,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
)
from .collection import Collection
from .cursors import Cursor, Edit, edit_of, went_back
from .envelope import Page
from .ids import is_unkeyed
from .paging import Ascent

_STAMP = "updated_on_datetime"
# More than one, for some may be stamped with a time that is yet to come.
_A_FEW = 10
# No civil time is further ahead of UTC, nor any clock that somebody keeps an eye on.
_ZONES_APART = timedelta(days=1)


@attrs.frozen
class Changes:
    """Asks for them. ``_zone`` is that of the stamps, None when nobody knows it."""

    _collection: Collection
    _clock: Clock
    _overlap: timedelta
    _zone: ZoneInfo | None

    async def cursor(self) -> str | None:
        """Where changes go on from now; None when Wodify does not show its latest edit, or there is none."""
        newest = await self._newest()
        return None if newest is None else str(self._cursor_after(newest))

    async def since(self, cursor: str) -> AsyncGenerator[Batch, None]:
        """By rising ids; the last batch has the cursor. Raises CursorExpired, GatewayUnavailable, GatewayRejected."""
        start, ascent = Cursor.of(cursor), Ascent()
        page, newest = await self._begun(start)
        found = False
        for _ in range(self._collection.max_pages):
            records = [self._collection.reader.listed(item) for item in page.items]
            keys = [record.external_id for record in records]
            found = found or start.witness in keys
            if page.items:
                ascent.climb(keys)
            if not page.has_more:
                break
            if not page.items:
                raise GatewayUnavailable("wodify's page of changes is empty and yet not the last")
            yield Batch(observed=records)
            page = await self._page(start, after=_greatest(keys))
        else:
            raise GatewayUnavailable(f"wodify's changes have more than {self._collection.max_pages} pages (max_pages)")
        if not found:
            await self._ensure_gone(start.witness)
        yield Batch(observed=records, cursor=str(self._later(start, newest)))

    async def _begun(self, start: Cursor) -> tuple[Page, Edit | None]:
        """The first page and the newest edit that is shown by then.

        What is edited while further pages are read may bear stamps below those on them, so that they do not count.
        """
        page = await self._page(start)
        newest = self._latest(page.items)
        if not page.has_more:
            return page, newest
        known = [edit for edit in (newest, await self._newest()) if edit is not None]
        return await self._page(start), max(known, default=None)

    async def _page(self, start: Cursor, *, after: str | None = None) -> Page:
        query = f"{_STAMP}|gte|{start.since.isoformat(timespec='seconds')}"
        return await self._collection.found(query if after is None else f"{query};id|gt|{after}")

    async def _newest(self) -> Edit | None:
        try:
            return self._latest((await self._collection.first(_A_FEW, sort=f"desc_{_STAMP}")).items)
        except (GatewayRejected, GatewayUnsupported):
            return None

    def _latest(self, records: Sequence[Raw]) -> Edit | None:
        """The newest edit, but for those that are yet to come: a cursor there would pass over all others."""
        soon = self._clock.now().replace(tzinfo=None) + _ZONES_APART
        return max((edit for edit in map(edit_of, records) if edit is not None and edit.at <= soon), default=None)

    async def _ensure_gone(self, witness: str) -> None:
        try:
            await self._collection.raw(witness)
        except GatewayNotFound:
            return
        raise CursorExpired("wodify's search does not find what changed, so that only a listing helps")

    def _later(self, start: Cursor, newest: Edit | None) -> Cursor:
        if newest is None or newest.at < start.since:
            return start
        later = self._cursor_after(newest)
        return attrs.evolve(later, since=max(start.since, later.since))

    def _cursor_after(self, newest: Edit) -> Cursor:
        return Cursor(went_back(newest.at, self._overlap, self._zone), newest.external_id)


def _greatest(keys: Sequence[str]) -> str:
    return max((key for key in keys if not is_unkeyed(key)), key=lambda key: (len(key.lstrip("0")), key.lstrip("0")))
