"""Walking through numbered pages, and cutting windows out of them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from msgspec import Raw

from ...domain.shared.errors import GatewayUnavailable
from .envelope import Page

FetchPage = Callable[[int, int], Awaitable[Page]]


async def every_page(fetch: FetchPage, size: int) -> AsyncGenerator[Sequence[Raw], None]:
    """Every page from the first to the last, the next one fetched while one is being worked on.

    ``fetch`` takes a number from 1 and a size. An error is raised when its page's turn comes. Whoever stops early
    closes the iterator; the fetch under way is then given up. Raises GatewayUnavailable when pages never end.
    """
    number = 1
    ahead: asyncio.Task[Page] | None = asyncio.ensure_future(_fetched(fetch, number, size))
    try:
        while ahead is not None:
            page = await ahead
            ahead = None
            if page.has_more:
                if not page.items:
                    raise GatewayUnavailable(f"wodify's page {number} is empty and yet not the last")
                number += 1
                ahead = asyncio.ensure_future(_fetched(fetch, number, size))
            if page.items:
                yield page.items
    finally:
        if ahead is not None:
            ahead.cancel()
            await asyncio.wait([ahead])
            if not ahead.cancelled():
                ahead.exception()  # looked at, so that asyncio does not report it as forgotten


async def window(fetch: FetchPage, *, size: int, limit: int, offset: int) -> list[Raw]:
    """The records ``offset`` to ``offset + limit`` of everything, whatever the page size.

    When Wodify uses another page size than it was asked for, the pages are counted anew by that one.
    """
    number, skip = offset // size + 1, offset % size
    found: list[Raw] = []
    while True:
        page = await fetch(number, size)
        if page.size is not None and 0 < page.size < size:
            return await window(fetch, size=page.size, limit=limit, offset=offset)
        found.extend(page.items[skip:])
        if len(found) >= limit or not page.has_more:
            return found[:limit]
        if not page.items:
            raise GatewayUnavailable(f"wodify's page {number} is empty and yet not the last")
        number, skip = number + 1, 0


async def _fetched(fetch: FetchPage, number: int, size: int) -> Page:
    return await fetch(number, size)
