"""One kind of record at Wodify: listed, searched, fetched, sent back."""

import unicodedata
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

import attrs
from msgspec import Raw

from ...application.ports.sources import Observed
from ...domain.shared.errors import (
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
    InvalidValue,
)
from ...domain.shared.text import folded_text
from ..http.messages import Transport
from .envelope import Page, ensure_success, fields_of, page_of, record_of
from .ids import id_of
from .paging import Ascent, FetchPage, every_page, window
from .protocol import Protocol
from .records import RecordReader
from .routes import Route
from .search import text_query
from .tail import Tail, tail_of
from .words import Words
from .writing import replacement_body

# How often all are listed when records move up meanwhile. Each move may cost two walks: what the first of them saw of
# its end before the move is no measure for the second.
_PASSES = 5


@attrs.frozen(kw_only=True)
class Collection:
    """``name`` is the array in Wodify's pages. ``page_size`` is what is asked for, ``max_pages`` how many pages are.
    ``last_page_first``: whether a listing sees to it that nothing moved up meanwhile.

    ``status_field`` is the field to search by for a state, whose words are ``words``; ``computed`` are those of our
    words that do not depend on that field alone, so that no search finds them all.
    """

    name: str
    listing: Route
    search: Route | None
    single: Route
    reader: RecordReader
    protocol: Protocol
    transport: Transport
    page_size: int
    max_pages: int
    last_page_first: bool
    status_field: str = ""
    words: Words = attrs.field(factory=lambda: Words.of({}))
    computed: frozenset[str] = frozenset()

    async def complete(self, *, ahead: int = 1) -> AsyncGenerator[Sequence[Observed], None]:
        """Every record that is there all the time, also when others are deleted meanwhile; up to ``ahead`` pages are
        fetched before they are asked for.

        When records moved up, all are given again. Raises GatewayUnavailable when that does not end, and when the
        listing repeats itself or does not end. More than one page take some calls more, see ``tail_of``.
        """
        tail = Tail()
        if self.last_page_first:
            first = await self._page(1, self.page_size)
            if not first.has_more:
                if first.items:
                    yield self._climbed(first.items, Ascent())
                return
            tail = await tail_of(self._page, self._listed_id, first, size=self.page_size, most=self.max_pages)
        for _ in range(_PASSES):
            async with aclosing(self._walk(tail, ahead)) as pages:
                async for page in pages:
                    yield page
            if tail.stands:
                return
            tail = tail.renewed()
        raise GatewayUnavailable(
            f"wodify's {self.name} are deleted faster than they can be listed; the next sync tries again"
        )

    async def _walk(self, tail: Tail, ahead: int) -> AsyncGenerator[Sequence[Observed], None]:
        """Page by page, once through. A record that moved from one page to the next meanwhile is given once."""
        last: frozenset[str] = frozenset()
        ascent = Ascent()
        async with aclosing(every_page(self._page, self.page_size, self.max_pages, ahead=ahead)) as pages:
            async for items in pages:
                seen = self._climbed(items, ascent)
                keys = [record.external_id for record in seen]
                tail.meet(keys)
                if not last.isdisjoint(keys):
                    seen = [record for record in seen if record.external_id not in last]
                last = frozenset(keys)
                yield seen

    async def get(self, key: str) -> Observed | None:
        """One record in full, None when Wodify says that there is none."""
        try:
            record = await self.raw(key)
        except GatewayNotFound:
            return None
        return self.reader.observe(record)

    async def raw(self, key: str) -> Raw:
        """One record in full as it was received. Raises GatewayNotFound, GatewayUnavailable for another record's."""
        response = await self.transport.send(self.protocol.request(self.single, key=key))
        record = record_of(response, self.single.operation)
        ensure_same(record, key, self.single.operation)
        return record

    async def found(self, q: str) -> Page:
        """The first page of what a query finds, by rising ids."""
        return await self._found_by(q)(1, self.page_size)

    async def first(self, count: int, *, sort: str) -> Page:
        """The first records in that order."""
        query: dict[str, str | int] = {"page": 1, "page_size": count, "sort": sort}
        response = await self.transport.send(self.protocol.request(self.listing, query=query))
        return page_of(response, (self.name,), self.listing.operation)

    async def replace(self, route: Route, key: str, record: Raw, changes: Mapping[str, object]) -> None:
        """Send a record back whole, with changes. Raises GatewayUnavailable when another one is the answer."""
        request = self.protocol.request(route, key=key, body=replacement_body(record, changes))
        response = await self.transport.send(request)
        ensure_success(response, route.operation)
        if "id" in fields_of(Raw(response.body)):
            ensure_same(Raw(response.body), key, route.operation)

    async def window(self, *, status: str | None, limit: int, offset: int) -> Sequence[Observed]:
        """A window, by rising ids. Records that cannot be read are in no state, so that no state finds them."""
        if status is None:
            return self._observe(await self._window(self._page, limit, offset))
        found = await self._searched_window(status, limit, offset)
        if found is not None:
            return found
        return await self._filtered_window(status, limit, offset)

    async def with_email(self, email: str) -> Sequence[Observed]:
        """Who has this address, without regard to case and Unicode composition."""
        wanted = folded_text(email.strip())
        for spelling in dict.fromkeys((email.strip(), wanted, unicodedata.normalize("NFD", wanted))):
            query = text_query("email", [spelling])
            if query is None:
                return await self._listed_with_email(wanted)
            try:
                items = await self._window(self._found_by(query), self.page_size, 0)
            except (GatewayRejected, GatewayUnsupported):
                return await self._listed_with_email(wanted)
            found = [record for record in self._observe(items) if _has(record, "email", wanted)]
            if found:
                return found
        return []

    async def _listed_with_email(self, wanted: str) -> Sequence[Observed]:
        found: dict[str, Observed] = {}
        async with aclosing(self.complete()) as pages:
            async for page in pages:
                found |= {record.external_id: record for record in page if _has(record, "email", wanted)}
        return list(found.values())

    async def _searched_window(self, status: str, limit: int, offset: int) -> Sequence[Observed] | None:
        """What Wodify's search finds; None when it cannot be asked or gives what was not asked for."""
        query = text_query(self.status_field, self.words.theirs(status))
        if query is None or status in self.computed:
            return None
        try:
            items = await self._window(self._found_by(query), limit, offset)
        except (GatewayRejected, GatewayUnsupported):
            return None
        found = self._observe(items)
        return found if all(_has(record, "status", folded_text(status)) for record in found) else None

    async def _filtered_window(self, status: str, limit: int, offset: int) -> Sequence[Observed]:
        found: list[Observed] = []
        async with aclosing(self._walk(Tail(), 1)) as pages:
            async for page in pages:
                found += [record for record in page if _has(record, "status", folded_text(status))]
                if len(found) >= offset + limit:
                    break
        return found[offset : offset + limit]

    async def _window(self, fetch: FetchPage, limit: int, offset: int) -> Sequence[Raw]:
        return await window(
            fetch, self._listed_id, size=self.page_size, limit=limit, offset=offset, most=self.max_pages
        )

    async def _page(self, number: int, size: int) -> Page:
        query: dict[str, str | int] = {"page": number, "page_size": size, "sort": "id"}
        response = await self.transport.send(self.protocol.request(self.listing, query=query))
        return page_of(response, (self.name,), self.listing.operation)

    def _found_by(self, q: str) -> "SearchPages":
        if self.search is None:
            raise GatewayUnsupported(f"wodify's {self.name} cannot be searched")
        return SearchPages(self, self.search, q)

    def _climbed(self, items: Sequence[Raw], ascent: Ascent) -> list[Observed]:
        seen = self._observe(items)
        ascent.climb([record.external_id for record in seen])
        return seen

    def _observe(self, items: Sequence[Raw]) -> list[Observed]:
        listed = self.reader.listed
        return [listed(item) for item in items]

    def _listed_id(self, item: Raw) -> str:
        return self.reader.listed(item).external_id


@attrs.frozen
class SearchPages:
    """Fetches pages of what a query finds."""

    _collection: Collection
    _route: Route
    _q: str

    async def __call__(self, number: int, size: int) -> Page:
        """One page, as ``paging.FetchPage``."""
        of = self._collection
        query: dict[str, str | int] = {"q": self._q, "page": number, "page_size": size, "sort": "id"}
        response = await of.transport.send(of.protocol.request(self._route, query=query))
        return page_of(response, (of.name,), self._route.operation)


def ensure_same(record: Raw, key: str, doing: str) -> None:
    """Raises GatewayUnavailable when the record is not the one that was meant: somebody else's data are not taken."""
    if id_of(record).lstrip("0") != key.lstrip("0"):
        raise GatewayUnavailable(f"{doing}: wodify answers with another record than it was asked for")


def _has(record: Observed, field: str, folded: str) -> bool:
    try:
        value = record.read().values.get(field)
    except InvalidValue:
        return False
    return isinstance(value, str) and folded_text(value.strip()) == folded
