"""Windows and walks over numbered pages: nothing skipped, nothing repeated."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from tresen.adapters.wodify.envelope import Page
from tresen.adapters.wodify.paging import Ascent, every_page, window
from tresen.domain.shared.errors import GatewayUnavailable

MOST = 1000


class Pages:
    """A list of ``count`` records; the provider never gives more than ``largest`` at once."""

    def __init__(self, count: int, largest: int = 100, *, tells_size: bool = True) -> None:
        self.rows = [Raw(b"%d" % n) for n in range(count)]
        self.largest = largest
        self.tells_size = tells_size
        self.asked: list[int] = []

    async def __call__(self, number: int, size: int) -> Page:
        self.asked.append(number)
        size = min(size, self.largest)
        end = number * size
        return Page(self.rows[end - size : end], len(self.rows) > end, size if self.tells_size else None)


def key(row: Raw) -> str:
    return bytes(row).decode()


def numbers(rows: list[Raw]) -> list[int]:
    return [int(bytes(row)) for row in rows]


@given(
    count=st.integers(0, 60),
    size=st.integers(1, 12),
    largest=st.integers(1, 12),
    limit=st.integers(1, 40),
    offset=st.integers(0, 70),
)
async def test_a_window_is_a_slice_of_the_whole(count: int, size: int, largest: int, limit: int, offset: int) -> None:
    """Whatever is asked for, and whatever page size the provider makes of it."""
    found = await window(Pages(count, largest), key, size=size, limit=limit, offset=offset, most=MOST)
    assert numbers(found) == list(range(count))[offset : offset + limit]


async def test_no_more_pages_are_fetched_than_a_window_needs() -> None:
    pages = Pages(1000)
    await window(pages, key, size=100, limit=50, offset=250, most=1)
    assert pages.asked == [3]
    pages.asked.clear()
    await window(pages, key, size=100, limit=50, offset=251, most=2)
    assert pages.asked == [3, 4]


@given(count=st.integers(0, 60), size=st.integers(1, 12))
async def test_a_walk_gives_everything_once(count: int, size: int) -> None:
    found: list[Raw] = []
    async for page in every_page(Pages(count), size, MOST):
        found.extend(page)
    assert numbers(found) == list(range(count))


async def test_the_next_page_is_fetched_while_one_is_being_worked_on() -> None:
    pages = Pages(30)
    async with aclosing(every_page(pages, 10, MOST)) as walk:
        await anext(walk)
        await asyncio.sleep(0)
        assert pages.asked == [1, 2]


async def test_stopping_early_gives_up_the_fetch_under_way() -> None:
    under_way: list[asyncio.Task[None] | None] = []

    async def fetch(number: int, size: int) -> Page:
        if number > 1:
            under_way.append(asyncio.current_task())
            await asyncio.Event().wait()
        return Page([Raw(b"1")] * size, has_more=True)

    async with aclosing(every_page(fetch, 3, MOST)) as walk:
        await anext(walk)
        await asyncio.sleep(0)
    (task,) = under_way
    assert task is not None
    assert task.cancelled()


async def test_a_page_that_fails_is_raised_in_its_turn() -> None:
    async def fetch(number: int, size: int) -> Page:
        if number == 3:
            raise GatewayUnavailable("page 3")
        return Page([Raw(b"1")] * size, has_more=True)

    walk = every_page(fetch, 2, MOST)
    assert len(await anext(walk)) == 2
    assert len(await anext(walk)) == 2
    with pytest.raises(GatewayUnavailable, match="page 3"):
        await anext(walk)


async def test_a_failed_fetch_that_nobody_waits_for_is_no_error() -> None:
    async def fetch(number: int, size: int) -> Page:
        if number == 2:
            raise GatewayUnavailable("page 2")
        return Page([Raw(b"1")] * size, has_more=True)

    async with aclosing(every_page(fetch, 2, MOST)) as walk:
        await anext(walk)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_an_empty_page_that_is_not_the_last_is_an_error() -> None:
    async def fetch(_number: int, _size: int) -> Page:
        return Page([], has_more=True)

    with pytest.raises(GatewayUnavailable):
        await anext(every_page(fetch, 10, MOST))
    with pytest.raises(GatewayUnavailable):
        await window(fetch, key, size=10, limit=5, offset=0, most=MOST)


async def test_a_walk_without_end_is_given_up_after_the_pages_that_it_may_have() -> None:
    pages = Pages(10_000)
    walk = every_page(pages, 10, 7)
    assert [len(await anext(walk)) for _ in range(7)] == [10] * 7
    with pytest.raises(GatewayUnavailable, match="max_pages"):
        await anext(walk)
    assert max(pages.asked) == 7


async def test_a_walk_may_have_exactly_as_many_pages_as_allowed() -> None:
    assert len([page async for page in every_page(Pages(70), 10, 7)]) == 7


async def test_a_window_of_tiny_pages_is_given_up_after_the_pages_that_it_may_have() -> None:
    pages = Pages(10_000, 1, tells_size=False)
    with pytest.raises(GatewayUnavailable, match="max_pages"):
        await window(pages, key, size=100, limit=500, offset=0, most=7)
    assert len(pages.asked) == 7


async def test_a_window_does_not_turn_in_circles() -> None:
    async def fetch(number: int, size: int) -> Page:
        return Page([Raw(b"%d" % (number % 2))] * size, has_more=True)

    with pytest.raises(GatewayUnavailable, match="repeats itself"):
        await window(fetch, key, size=10, limit=500, offset=0, most=MOST)


@given(st.lists(st.integers(0, 2**70), min_size=1))
def test_pages_climb_as_numbers_do(ids: list[int]) -> None:
    """Each page brings an id beyond all before, or is refused."""
    ascent, greatest = Ascent(), -1
    for number in ids:
        if number > greatest:
            ascent.climb([str(number), "0"])
            greatest = number
        else:
            with pytest.raises(GatewayUnavailable):
                ascent.climb([str(number)])


def test_records_without_ids_neither_climb_nor_fall() -> None:
    ascent = Ascent()
    ascent.climb(["5", "?ab"])
    ascent.climb(["?cd"])
    with pytest.raises(GatewayUnavailable, match="repeats"):
        ascent.climb(["?ef", "5"])
    with pytest.raises(GatewayUnavailable, match="no ids"):
        ascent.climb(["?ef", "?ef"])
