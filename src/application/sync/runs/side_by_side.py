"""A tenant's accounts are synced side by side: each under its own lock, within its own budget, with its own books."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
T = TypeVar("T")

_log = logging.getLogger(__name__)

# Each that is under way holds a connection to the database for its lock, and there are few of these: 32 for eight jobs
# at once, four tenants' members and four tenants' leads. What an account waits for is mostly its provider's rate, not
# its neighbours.
AT_ONCE = 4


async def side_by_side(items: Sequence[Item], work: Callable[[Item], Awaitable[T]]) -> list[T]:
    """What the work gives for each, in the order of the items; at most ``AT_ONCE`` are under way.

    Each is carried to its end, whatever becomes of the others; then the first error is raised, others are logged.
    """
    places = asyncio.Semaphore(AT_ONCE)

    async def placed(item: Item) -> T:
        async with places:
            return await work(item)

    ended = await asyncio.gather(*map(placed, items), return_exceptions=True)
    failed = [each for each in ended if isinstance(each, BaseException)]
    for error in failed[1:]:
        _log.error("an account failed beside another one", exc_info=error)
    if failed:
        raise failed[0]
    return [each for each in ended if not isinstance(each, BaseException)]
