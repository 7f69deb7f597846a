"""Walking through numbered pages, and cutting windows out of them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import attrs
from msgspec import Raw

from ...domain.shared.errors import GatewayUnavailable
from .envelope import Page
from .ids import is_unkeyed

FetchPage = Callable[[int, int], Awaitable[Page]]
Rank = tuple[int, str]


@attrs.define
class Ascent:
    """Sees to it that a listing by rising ids gets on: one that turns in circles would never end."""

    _greatest: Rank = (-1, "")

    def climb(self, keys: Sequence[str]) -> None:
        """Take a page's ids, in any order. Records without an id do not count.

        Raises GatewayUnavailable when none is greater, as a number, than all of the pages before, and when a page of
        several records has no id at all.
        """
        ranks = ranks_of(keys)
        if not ranks:
            if len(keys) > 1:
                raise GatewayUnavailable("wodify's records have no ids")
            return
        greatest = max(ranks)
        if greatest <= self._greatest:
            raise GatewayUnavailable("wodify's listing repeats itself: a page has no id greater than those before")
        self._greatest = greatest


def ranks_of(keys: Sequence[str]) -> Sequence[Rank]:
    """What orders these ids as numbers, without making numbers of them. Records without an id have none."""
    bare = [key.lstrip("0") for key in keys if not is_unkeyed(key)]
    return [(len(digits), digits) for digits in bare]


async def every_page(fetch: FetchPage, size: int, most: int, *, ahead: int = 1) -> AsyncGenerator[Sequence[Raw], None]:
    """Every page from the first to the last; while one is worked on, up to ``ahead`` of the next are fetched.

    ``fetch`` takes a number from 1 and a size. One page is fetched after the other, as only a page says whether
    there is a next one. An error is raised when its page's turn comes. Whoever stops early closes the iterator; the
    fetch under way is then given up. Raises GatewayUnavailable after ``most`` pages.
    """
    room, fetched = asyncio.Semaphore(ahead), asyncio.Queue[Page | Exception]()
    fetching = asyncio.ensure_future(_fetch_all(fetch, size, most, room, fetched))
    try:
        has_more = True
        while has_more:
            page = await fetched.get()
            if isinstance(page, Exception):
                raise page
            room.release()
            has_more = page.has_more
            if page.items:
                yield page.items
    finally:
        fetching.cancel()
        await asyncio.wait([fetching])


async def _fetch_all(
    fetch: FetchPage, size: int, most: int, room: asyncio.Semaphore, fetched: "asyncio.Queue[Page | Exception]"
) -> None:
    number, has_more = 1, True
    try:
        while has_more:
            await room.acquire()
            ensure_few(number, most)
            page = await fetch(number, size)
            has_more = page.has_more
            _ensure_sense(page, number)
            fetched.put_nowait(page)
            number += 1
    except Exception as error:  # noqa: BLE001 - raised when its turn comes
        fetched.put_nowait(error)


async def window(
    fetch: FetchPage, key: Callable[[Raw], str], *, size: int, limit: int, offset: int, most: int
) -> list[Raw]:
    """The records ``offset`` to ``offset + limit`` of everything, whatever the page size.

    When Wodify uses another page size than it was asked for, the pages are counted anew by that one. ``key`` gives a
    record's id. Raises GatewayUnavailable as ``Ascent`` does, and after ``most`` pages.
    """
    number, skip = offset // size + 1, offset % size
    first = number
    found: list[Raw] = []
    ascent = Ascent()
    while True:
        page = await fetch(number, size)
        if page.size is not None and 0 < page.size < size:
            return await window(fetch, key, size=page.size, limit=limit, offset=offset, most=most)
        if page.items:
            ascent.climb([key(item) for item in page.items])
        found.extend(page.items[skip:])
        if len(found) >= limit or not page.has_more:
            return found[:limit]
        _ensure_sense(page, number)
        number, skip = number + 1, 0
        ensure_few(number - first + 1, most)


def _ensure_sense(page: Page, number: int) -> None:
    if page.has_more and not page.items:
        raise GatewayUnavailable(f"wodify's page {number} is empty and yet not the last")


def ensure_few(pages: int, most: int) -> None:
    """Raises GatewayUnavailable for more pages than there may be."""
    if pages > most:
        raise GatewayUnavailable(f"wodify's listing has more than {most} pages (the account's setting max_pages)")
