"""Walking through numbered pages, and cutting windows out of them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import attrs
from msgspec import Raw

from ...domain.shared.errors import GatewayUnavailable
from .envelope import Page
from .ids import is_unkeyed

FetchPage = Callable[[int, int], Awaitable[Page]]


@attrs.define
class Ascent:
    """Sees to it that a listing by rising ids gets on: one that turns in circles would never end."""

    _greatest: tuple[int, str] = (-1, "")

    def climb(self, keys: Sequence[str]) -> None:
        """Take a page's ids, in any order. Records without an id do not count.

        Raises GatewayUnavailable when none is greater, as a number, than all of the pages before, and when a page of
        several records has no id at all.
        """
        ranks = [_rank(key) for key in keys if not is_unkeyed(key)]
        if not ranks:
            if len(keys) > 1:
                raise GatewayUnavailable("wodify's records have no ids")
            return
        greatest = max(ranks)
        if greatest <= self._greatest:
            raise GatewayUnavailable("wodify's listing repeats itself: a page has no id greater than those before")
        self._greatest = greatest


def _rank(key: str) -> tuple[int, str]:
    """Orders ids as numbers without making numbers of them."""
    digits = key.lstrip("0")
    return len(digits), digits


async def every_page(fetch: FetchPage, size: int, most: int) -> AsyncGenerator[Sequence[Raw], None]:
    """Every page from the first to the last, the next one fetched while one is being worked on.

    ``fetch`` takes a number from 1 and a size. An error is raised when its page's turn comes. Whoever stops early
    closes the iterator; the fetch under way is then given up. Raises GatewayUnavailable after ``most`` pages.
    """
    number = 1
    ahead: asyncio.Task[Page] | None = asyncio.ensure_future(_fetched(fetch, number, size, most))
    try:
        while ahead is not None:
            page = await ahead
            ahead = None
            if page.has_more:
                if not page.items:
                    raise GatewayUnavailable(f"wodify's page {number} is empty and yet not the last")
                number += 1
                ahead = asyncio.ensure_future(_fetched(fetch, number, size, most))
            if page.items:
                yield page.items
    finally:
        if ahead is not None:
            ahead.cancel()
            await asyncio.wait([ahead])
            if not ahead.cancelled():
                ahead.exception()  # looked at, so that asyncio does not report it as forgotten


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
        if not page.items:
            raise GatewayUnavailable(f"wodify's page {number} is empty and yet not the last")
        number, skip = number + 1, 0
        _ensure_few(number - first + 1, most)


def _ensure_few(pages: int, most: int) -> None:
    if pages > most:
        raise GatewayUnavailable(f"wodify's listing has more than {most} pages (the account's setting max_pages)")


async def _fetched(fetch: FetchPage, number: int, size: int, most: int) -> Page:
    _ensure_few(number, most)
    return await fetch(number, size)
