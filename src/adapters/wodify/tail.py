"""Whether records moved up while the pages of a listing were read.

A deleted record moves up all that are behind it, and one of them from a page to come to one that was read: no page
shows it. Nor does any page tell, once it is read after the move. So the last page is looked at before the first one is
read. Ids rise: when the listing comes to that page, and what stood first on it stands there or further back, nothing
before it has moved up meanwhile, and nothing was missed.
"""

from collections.abc import Callable, Sequence

import attrs
from msgspec import Raw

from ...domain.shared.errors import GatewayNotFound, GatewayRejected, GatewayUnavailable
from .envelope import Page
from .paging import Ascent, FetchPage, Rank, ensure_few, ranks_of


@attrs.define
class Tail:
    """A page, by its number and the least id on it, before a listing is read; 0: none that could tell anything.

    ``stands``: the listing came to that page, and nothing before it had moved up.
    """

    number: int = 0
    least: Rank = (0, "")
    stands: bool = attrs.field(init=False)
    _pages: int = attrs.field(default=0, init=False)
    _latest: tuple[int, Rank] = attrs.field(default=(0, (0, "")), init=False)

    def __attrs_post_init__(self) -> None:
        self.stands = self.number == 0

    def meet(self, keys: Sequence[str]) -> None:
        """Take the ids of the listing's next page."""
        self._pages += 1
        least = min(ranks_of(keys), default=None)
        if least is None:
            return
        self._latest = (self._pages, least)
        if self._pages == self.number:
            self.stands = least <= self.least

    def renewed(self) -> "Tail":
        """The last page that the listing came to, for the next one."""
        return Tail(*self._latest)


async def tail_of(fetch: FetchPage, key: Callable[[Raw], str], first: Page, *, size: int, most: int) -> Tail:
    """The last page of a listing whose ``first`` has more behind it: twice as far until there is none, then halved,
    as no page tells how many there are.

    Raises GatewayUnavailable as ``Ascent`` does, and for more than ``most`` pages.
    """
    ascent, number, page = Ascent(), 1, first
    within, beyond, tail = 0, 0, Tail()
    while True:
        keys = [key(item) for item in page.items]
        if page.items and page.has_more:
            ascent.climb(keys)
            within, tail = number, _noted(number, keys, tail)
        else:
            beyond, end = number, keys
        if beyond and beyond - within == 1:
            return _noted(beyond, end, tail)
        ensure_few(within + 1, most)
        number = (within + beyond) // 2 if beyond else min(2 * within, most)
        page = await _page_or_none(fetch, number, size)


def _noted(number: int, keys: Sequence[str], otherwise: Tail) -> Tail:
    ranks = ranks_of(keys)
    return Tail(number, min(ranks)) if ranks else otherwise


async def _page_or_none(fetch: FetchPage, number: int, size: int) -> Page:
    """A page, empty where there is none: nobody knows what is said of pages behind the last one.

    Raises GatewayUnavailable, which says what to do should that be an error that never ends.
    """
    try:
        return await fetch(number, size)
    except (GatewayNotFound, GatewayRejected):
        return Page([])
    except GatewayUnavailable as error:
        hint = "should that go on, a page that does not exist may be why: set last_page_first to false"
        raise GatewayUnavailable(f"{error.message} (page {number}; {hint})", **error.details) from error
