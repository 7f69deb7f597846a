"""A listing during which records are deleted: whoever is there all the time is listed."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import Raw

from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.adapters.wodify.envelope import Page
from tresen.adapters.wodify.tail import Tail, tail_of
from tresen.application.ports.gym import NewPerson
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.shared.errors import GatewayError, GatewayNotFound, GatewayRejected, GatewayUnavailable

from .conftest import FakeWodify, MakeGateway, answer, page, query_of, sample
from .test_reading import client, everything, ids

LISTED = "GET /clients"


class Moving:
    """Clients 1 to ``count``, listed by id; ``events``: what happens just before the list is asked for the nth time."""

    def __init__(self, count: int, events: Mapping[int, Callable[["Moving"], None]]) -> None:
        self.there = list(range(1, count + 1))
        self.all_the_time = set(self.there)
        self.asked: list[int] = []
        self._events = events

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = query_of(request)
        self._events.get(len(self.asked), _nothing)(self)
        self.asked.append(int(query["page"]))
        size = int(query["page_size"])
        end = self.asked[-1] * size
        shown = [client(key) for key in self.there[end - size : end]]
        return page("clients", *shown, has_more=len(self.there) > end, size=size)

    def remove(self, place: int) -> None:
        """Delete the one at that place."""
        if self.there:
            self.all_the_time.discard(self.there.pop(place % len(self.there)))

    def add(self) -> None:
        """One more, behind all others."""
        self.there.append(max(self.there, default=0) + 1000)


def _nothing(_: Moving) -> None:
    """Nobody does anything."""


def removing(*places: int) -> Callable[[Moving], None]:
    def happen(clients: Moving) -> None:
        for place in places:
            clients.remove(place)

    return happen


async def listed(wodify: FakeWodify, gateway: MakeGateway, clients: Moving, *, size: int) -> list[int]:
    wodify.on(LISTED, clients)
    return [int(key) for key in ids(await everything(gateway(page_size=str(size)).source(MEMBER).listing()))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(count=34, size=2, places=[(27, [0]), (45, [0])], added=0)
@given(
    count=st.integers(0, 40),
    size=st.integers(1, 7),
    places=st.lists(st.tuples(st.integers(0, 60), st.lists(st.integers(0, 39), max_size=9)), max_size=2),
    added=st.integers(0, 60),
)
async def test_two_deletions_at_any_moment_hide_nobody(
    wodify: FakeWodify,
    gateway: MakeGateway,
    count: int,
    size: int,
    places: list[tuple[int, list[int]]],
    added: int,
) -> None:
    events = {added: Moving.add, **{moment: removing(*some) for moment, some in places}}
    clients = Moving(count, events)
    seen = await listed(wodify, gateway, clients, size=size)
    assert set(seen) >= clients.all_the_time


async def test_a_page_of_few_is_asked_for_once(wodify: FakeWodify, gateway: MakeGateway) -> None:
    clients = Moving(5, {})
    assert await listed(wodify, gateway, clients, size=5) == [1, 2, 3, 4, 5]
    assert clients.asked == [1]


async def test_whoever_does_not_want_the_last_page_looked_for_gets_pages_that_exist(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    clients = Moving(9, {})
    wodify.on(LISTED, clients)
    source = gateway(page_size="3", last_page_first="false").source(MEMBER)
    assert ids(await everything(source.listing())) == [str(key) for key in range(1, 10)]
    assert clients.asked == [1, 2, 3]


@pytest.mark.parametrize(
    ("pages", "asked"), [(2, [1, 2]), (3, [1, 2, 4, 3]), (5, [1, 2, 4, 8, 6, 5]), (8, [1, 2, 4, 8, 6, 7])]
)
async def test_the_end_is_looked_for_in_few_calls(
    wodify: FakeWodify, gateway: MakeGateway, pages: int, asked: list[int]
) -> None:
    clients = Moving(2 * pages, {})
    assert await listed(wodify, gateway, clients, size=2) == list(range(1, 2 * pages + 1))
    assert clients.asked == [*asked, *range(1, pages + 1)]


async def test_who_moved_up_is_listed_in_a_second_walk(wodify: FakeWodify, gateway: MakeGateway) -> None:
    clients = Moving(9, {5: removing(0)})
    seen = await listed(wodify, gateway, clients, size=3)
    assert seen == [1, 2, 3, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9]


async def test_a_last_page_that_ran_empty_tells_of_a_move(wodify: FakeWodify, gateway: MakeGateway) -> None:
    clients = Moving(4, {3: removing(0)})
    assert set(await listed(wodify, gateway, clients, size=3)) == {1, 2, 3, 4}


async def test_who_comes_last_makes_no_second_walk(wodify: FakeWodify, gateway: MakeGateway) -> None:
    clients = Moving(6, {3: Moving.add})
    assert await listed(wodify, gateway, clients, size=3) == [1, 2, 3, 4, 5, 6, 1006]


async def test_who_is_deleted_on_the_last_page_makes_no_second_walk(wodify: FakeWodify, gateway: MakeGateway) -> None:
    clients = Moving(6, {3: removing(-1)})
    assert await listed(wodify, gateway, clients, size=3) == [1, 2, 3, 4, 5]


async def test_deletions_without_end_are_given_up(wodify: FakeWodify, gateway: MakeGateway) -> None:
    clients = Moving(60, dict.fromkeys(range(200), removing(0)))
    with pytest.raises(GatewayUnavailable, match="deleted faster than they can be listed; the next sync tries again"):
        await listed(wodify, gateway, clients, size=6)


@pytest.mark.parametrize("error", [GatewayNotFound("404"), GatewayRejected("400")])
async def test_pages_behind_the_last_one_may_be_an_error(error: GatewayError) -> None:
    async def fetch(number: int, size: int) -> Page:
        if number > 5:
            raise error
        return Page([Raw(b"%d" % (10 * number + place)) for place in range(size)], number < 5)

    found = await tail_of(fetch, lambda row: bytes(row).decode(), await fetch(1, 2), size=2, most=99)
    assert (found.number, found.least) == (5, (2, "50"))


async def test_an_outage_behind_the_last_page_says_what_to_do_should_it_never_end() -> None:
    async def fetch(number: int, size: int) -> Page:
        if number > 2:
            raise GatewayUnavailable("wodify fails", status=503)
        return Page([Raw(b"%d" % (10 * number + place)) for place in range(size)], has_more=True)

    with pytest.raises(GatewayUnavailable, match=r"wodify fails \(page 4; .*set last_page_first to false") as caught:
        await tail_of(fetch, lambda row: bytes(row).decode(), Page([Raw(b"1")], has_more=True), size=1, most=99)
    assert caught.value.details == {"status": 503}


async def test_a_page_in_the_middle_that_is_refused_is_not_the_end(wodify: FakeWodify, gateway: MakeGateway) -> None:
    first = page("clients", client(1), has_more=True)
    wodify.on(LISTED, first, sample("error_in_200"), first, sample("error_in_200"))
    with pytest.raises(GatewayNotFound):
        await everything(gateway().source(MEMBER).listing())


async def test_a_provider_that_shows_its_last_page_again_behind_it_is_listed(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    def respond(request: HttpRequest) -> HttpResponse:
        number = min(int(query_of(request)["page"]), 5)
        return page("clients", client(number), has_more=number < 5)

    wodify.on(LISTED, respond)
    assert ids(await everything(gateway().source(MEMBER).listing())) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("moment", range(1, 9))
async def test_who_has_an_address_is_found_behind_one_that_is_deleted_meanwhile(
    wodify: FakeWodify, gateway: MakeGateway, moment: int
) -> None:
    """Else there would be two of them."""
    rows = [client(key, email=f"m{key}@example.org") for key in range(1, 8)]
    asked: list[str] = []

    def respond(request: HttpRequest) -> HttpResponse:
        query = query_of(request)
        asked.append(query["page"])
        if len(asked) == moment:
            rows.pop(0)
        end = 3 * int(query["page"])
        return page("clients", *rows[end - 3 : end], has_more=len(rows) > end, size=3)

    wodify.on(LISTED, respond)
    wodify.on("GET /clients/4", answer(client(4)))
    person = NewPerson(first_name="A", last_name="B", email="m4@example.org")
    found = await gateway(page_size="3", allow_unproven="true").create_member(person)
    assert found.external_id == "4"


async def test_a_last_page_without_ids_leaves_it_to_the_one_before() -> None:
    pages = [
        Page([Raw(b"1"), Raw(b"2")], has_more=True),
        Page([Raw(b"3"), Raw(b"4")], has_more=True),
        Page([Raw(b"?")]),
    ]

    async def fetch(number: int, _size: int) -> Page:
        return pages[number - 1] if number <= len(pages) else Page([])

    found = await tail_of(fetch, lambda row: bytes(row).decode(), pages[0], size=2, most=99)
    assert (found.number, found.least) == (2, (1, "3"))


def test_records_without_ids_tell_nothing_of_a_move() -> None:
    tail = Tail(2, (2, "50"))
    for keys in (["10", "?a"], ["?b", "50"], ["?c"]):
        tail.meet(keys)
    assert tail.stands
    assert tail.renewed() == Tail(2, (2, "50"))
