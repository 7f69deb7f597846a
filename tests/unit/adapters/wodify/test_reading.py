"""Listing, fetching, finding."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tresen.adapters.http.failures import Throttled
from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.application.ports.gym import LeadPatch, NewPerson
from tresen.application.ports.sources import Batch, Observed
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
    InvalidValue,
)
from tresen.domain.shared.money import Money

from .conftest import FakeWodify, MakeGateway, answer, page, query_of, sample


def client(key: int, status: str = "Active", email: str = "") -> dict[str, object]:
    return {"id": key, "client_status": status, "email": email}


def listed(*clients: dict[str, object], name: str = "clients") -> Any:
    """A route that pages through these."""

    def respond(request: HttpRequest) -> HttpResponse:
        query = query_of(request)
        size = min(int(query["page_size"]), 100)
        end = int(query["page"]) * size
        return page(name, *clients[end - size : end], has_more=len(clients) > end, size=size)

    return respond


def ids(records: Any) -> list[str]:
    return [record.external_id for record in records]


async def everything(batches: AsyncIterator[Batch]) -> list[Observed]:
    return [record async for batch in batches for record in batch.observed]


async def test_requests_carry_the_key_and_ask_for_a_stable_order(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", listed(client(1)))
    await everything(gateway(page_size="50").source(MEMBER).listing())
    (request,) = wodify.sent
    assert request.url == "https://api.wodify.com/v1/clients?page=1&page_size=50&sort=id"
    assert request.headers["x-api-key"] == "test-key"
    assert request.idempotent


@pytest.mark.parametrize(("kind", "name"), [(MEMBER, "clients"), (LEAD, "leads"), (MEMBERSHIP, "memberships")])
async def test_every_record_of_every_page_is_given(
    wodify: FakeWodify, gateway: MakeGateway, kind: str, name: str
) -> None:
    wodify.on(f"GET /{name}", listed(*(client(n) for n in range(1, 251)), name=name))
    found = await everything(gateway().source(kind).listing())
    assert ids(found) == [str(n) for n in range(1, 251)]


async def test_a_record_that_moves_to_the_next_page_meanwhile_is_given_once(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    first = page("clients", client(1), client(2), has_more=True)
    wodify.on("GET /clients", first, page("clients", client(3)), first, page("clients", client(2), client(3)))
    assert ids(await everything(gateway().source(MEMBER).listing())) == ["1", "2", "3"]


async def test_few_pages_are_fetched_before_they_are_asked_for(wodify: FakeWodify, gateway: MakeGateway) -> None:
    def respond(request: HttpRequest) -> HttpResponse:
        number = int(query_of(request)["page"])
        return page("clients", client(number), has_more=number < 100)

    wodify.on("GET /clients", respond)
    listing = aiter(gateway().source(MEMBER).listing())
    assert ids((await anext(listing)).observed) == ["1"]
    for _ in range(50):
        await asyncio.sleep(0)
    walked = [int(query_of(request)["page"]) for request in wodify.sent][-11:]
    assert walked == list(range(1, 12))
    assert ids(await everything(listing)) == [str(number) for number in range(2, 101)]


async def test_a_provider_that_ignores_the_page_number_is_found_out(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", page("clients", client(1), client(2), has_more=True))
    with pytest.raises(GatewayUnavailable, match="repeats itself"):
        await everything(gateway().source(MEMBER).listing())


async def test_a_provider_that_gives_two_pages_in_turn_is_found_out(wodify: FakeWodify, gateway: MakeGateway) -> None:
    def respond(request: HttpRequest) -> HttpResponse:
        odd = int(query_of(request)["page"]) % 2
        return page("clients", client(9 + odd), client(99 + odd), has_more=True)

    wodify.on("GET /clients", respond)
    with pytest.raises(GatewayUnavailable, match="repeats itself"):
        await everything(gateway().source(MEMBER).listing())
    assert len(wodify.sent) <= 14  # a few, and those that were fetched ahead


@pytest.mark.parametrize("status", [None, "Stammgast", "cancelled"])
async def test_a_provider_whose_pages_never_end_is_given_up(
    wodify: FakeWodify, gateway: MakeGateway, status: str | None
) -> None:
    def respond(request: HttpRequest) -> HttpResponse:
        return page("clients", client(int(query_of(request)["page"]), "Stammgast"), has_more=True)

    wodify.on("GET /clients", respond)
    wodify.on("GET /clients/search", respond)
    impatient = gateway(max_pages="12")
    for listing in (
        everything(impatient.source(MEMBER).listing()),
        impatient.list_members(status=status, limit=500, offset=0),
    ):
        wodify.sent.clear()
        with pytest.raises(GatewayUnavailable, match="max_pages"):
            await listing
        assert len(wodify.sent) <= 13


async def test_a_search_by_address_that_never_ends_is_given_up(wodify: FakeWodify, gateway: MakeGateway) -> None:
    """Nobody is created: whether somebody has the address is not known."""

    def respond(request: HttpRequest) -> HttpResponse:
        return page("clients", client(int(query_of(request)["page"])), has_more=True)

    wodify.on("GET /clients/search", respond)
    with pytest.raises(GatewayUnavailable, match="max_pages"):
        await gateway(max_pages="12").create_member(NewPerson(first_name="A", last_name="B", email="a@example.com"))
    assert len(wodify.sent) == 12


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed_and_says_what_to_do(
    wodify: FakeWodify, gateway: MakeGateway, status: int
) -> None:
    """The key would travel with it."""
    moved = HttpResponse(status=status, headers={"location": "https://elsewhere.example/v1/clients"})
    wodify.on("GET /clients", moved)
    wodify.on("POST /clients", moved)
    for asked in (
        everything(gateway().source(MEMBER).listing()),
        gateway().create_member(NewPerson(first_name="A", last_name="B")),
    ):
        with pytest.raises(GatewayRejected, match="base address"):
            await asked
    assert [request.method for request in wodify.sent] == ["GET", "POST"]


async def test_packages_without_end_are_given_up(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /memberships/templates", page("templates", {"id": 1, "name": "x"}, has_more=True))
    with pytest.raises(GatewayUnavailable, match="max_pages"):
        await gateway(max_pages="3").packages()


@pytest.mark.parametrize("bad", [None, 0, "", 1.5, "x\0y", "a" * 101, "?1"])
async def test_a_record_without_a_usable_id_is_one_unreadable_record_of_the_listing(
    wodify: FakeWodify, gateway: MakeGateway, bad: object
) -> None:
    twin = {"client_status": "Active", "id": bad}
    first = page("clients", client(1), {**twin, "city": "Bonn"}, client(2), {**twin, "city": "Ulm"}, has_more=True)
    last = page("clients", {**twin, "city": "Jena"})
    wodify.on("GET /clients", first, last, first, last)
    seen = await everything(gateway().source(MEMBER).listing())
    assert [key for key in ids(seen) if not key.startswith("?")] == ["1", "2"]
    nameless = [record for record in seen if record.external_id.startswith("?")]
    assert len(set(ids(nameless))) == 3
    for record in nameless:
        with pytest.raises(InvalidValue, match="id"):
            record.read()


async def test_records_that_all_lack_ids_are_another_form_of_listing(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", page("clients", {"client_id": 1}, {"client_id": 2}))
    with pytest.raises(GatewayUnavailable, match="no ids"):
        await everything(gateway().source(MEMBER).listing())


async def test_somebody_elses_record_is_not_taken(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/7", answer(client(8)))
    wodify.on("GET /leads/7", answer({"id": "70"}))
    for asked in (gateway().member("7"), gateway().lead("7"), gateway().update_lead("7", LeadPatch(notes="x"))):
        with pytest.raises(GatewayUnavailable, match="another record"):
            await asked
    assert [request for request in wodify.sent if request.method != "GET"] == []


async def test_leading_zeros_do_not_make_another_record(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/007", answer(client(7)))
    assert await gateway().member("007") is not None


async def test_a_listing_that_fails_in_the_middle_raises(wodify: FakeWodify, gateway: MakeGateway) -> None:
    first = page("clients", client(1), has_more=True)
    wodify.on("GET /clients", first, page("clients", client(2)), first, HttpResponse(status=429))
    pages = gateway().source(MEMBER).listing()
    assert ids((await anext(pages)).observed) == ["1"]
    with pytest.raises(Throttled):
        await anext(pages)


async def test_a_wrong_envelope_is_an_error(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", answer({"data": [], "page": 1, "page_size": 100}))
    with pytest.raises(GatewayUnavailable, match="'clients'"):
        await everything(gateway().source(MEMBER).listing())


@pytest.mark.parametrize("response", [sample("error_in_200"), HttpResponse(status=404)])
async def test_who_is_not_there_is_none(wodify: FakeWodify, gateway: MakeGateway, response: HttpResponse) -> None:
    wodify.on("GET /clients/7", response)
    wodify.on("GET /leads/7", response)
    assert await gateway().member("7") is None
    assert await gateway().lead("7") is None


@pytest.mark.parametrize("key", ["", "abc", "../7", "7/deactivate", "0", "-1", "٣"])
async def test_what_cannot_be_an_id_is_nowhere_and_not_asked_for(
    wodify: FakeWodify, gateway: MakeGateway, key: str
) -> None:
    assert await gateway().member(key) is None
    assert wodify.sent == []


async def test_a_missing_route_is_unsupported_and_a_bad_key_is_refused(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    with pytest.raises(GatewayUnsupported):
        await gateway().member("7")
    wodify.on("GET /clients/7", sample("bad_key", 403))
    with pytest.raises(CredentialsRefused):
        await gateway().member("7")


async def test_a_window_without_a_state_is_cut_out_of_the_list(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", listed(*(client(n) for n in range(1, 31))))
    found = await gateway(page_size="7").list_members(status=None, limit=5, offset=12)
    assert ids(found) == ["13", "14", "15", "16", "17"]


async def test_a_state_is_searched_for_in_the_gyms_words(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/search", listed(client(1), client(2)))
    assert ids(await gateway().list_members(status="active", limit=10, offset=0)) == ["1", "2"]
    assert query_of(wodify.sent[0])["q"] == "client_status|eq|'Active'"
    wodify.on("GET /clients/search", listed(client(3, "On Hold")))
    assert ids(await gateway().list_members(status="paused", limit=10, offset=0)) == ["3"]
    assert query_of(wodify.sent[1])["q"] == "client_status|in|{'Suspended','On Hold','Frozen'}"


@pytest.mark.parametrize(
    "search",
    [
        HttpResponse(status=400),
        sample("missing_route", 403),
        page("clients", client(1), client(2, "Inactive")),
        page("clients", {"id": 1, "client_status": {}}),
    ],
)
async def test_where_searching_fails_or_gives_something_else_the_list_is_filtered(
    wodify: FakeWodify, gateway: MakeGateway, search: HttpResponse
) -> None:
    members = [client(n, "Active" if n % 3 else "Inactive") for n in range(1, 31)]
    wodify.on("GET /clients/search", search)
    wodify.on("GET /clients", listed(*members))
    found = await gateway(page_size="4").list_members(status="cancelled", limit=3, offset=0)
    assert ids(found) == ["3", "6", "9"]


async def test_a_filtered_window_starts_where_it_is_asked_to(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", listed(*(client(n, "Active" if n % 3 else "Inactive") for n in range(1, 31))))
    found = await gateway(page_size="4").list_members(status="cancelled", limit=3, offset=2)
    assert ids(found) == ["9", "12", "15"]


async def test_a_state_that_cannot_be_written_in_a_query_is_filtered_here(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    wodify.on("GET /clients", listed(client(1, "Coach's pick"), client(2)))
    assert ids(await gateway().list_members(status="Coach's pick", limit=5, offset=0)) == ["1"]
    assert wodify.calls("GET /clients/search") == []


async def test_converted_leads_are_found_by_their_mark(wodify: FakeWodify, gateway: MakeGateway) -> None:
    leads = [
        {"id": 1, "lead_status": "New", "is_converted_to_client": True},
        {"id": 2, "lead_status": "New", "is_converted_to_client": False},
    ]
    wodify.on("GET /leads", listed(*leads, name="leads"))
    assert ids(await gateway().list_leads(status="converted", limit=5, offset=0)) == ["1"]


async def test_packages_come_from_the_first_route_that_exists(wodify: FakeWodify, gateway: MakeGateway) -> None:
    unlimited = {
        "id": 801,
        "name": "Unlimited",
        "membership_type": "Class Plan",
        "price": 99.9,
        "currency": "EUR",
        "commitment": {"length": 12, "time_unit": "Month(s)"},
    }
    pack = {"id": 806, "name": "Ten", "membership_type": "Class Pack", "price": 140, "currency": "EUR"}
    wodify.on("GET /membership-templates", page("templates", unlimited, pack, {"id": 9, "name": "Odd", "price": 1}))
    first, second, third = await gateway().packages()
    assert (first.id, first.name, first.kind, first.commitment) == ("801", "Unlimited", "Class Plan", "12 Month(s)")
    assert first.price == Money("99.90", "EUR")
    assert (second.price, third.price, third.kind) == (None, None, None)


async def test_packages_are_unsupported_where_no_route_exists(wodify: FakeWodify, gateway: MakeGateway) -> None:
    with pytest.raises(GatewayUnsupported):
        await gateway(templates_route="/my-packages").packages()
    assert [request.path for request in wodify.sent] == ["/v1/my-packages"]


@pytest.mark.parametrize(
    ("response", "status"),
    [
        (page("locations", {"id": 20}), "healthy"),
        (sample("bad_key", 403), "error"),
        (HttpResponse(status=500), "error"),
        (answer({"data": []}), "error"),
    ],
)
async def test_health(wodify: FakeWodify, gateway: MakeGateway, response: HttpResponse, status: str) -> None:
    wodify.on("GET /customers/locations", response)
    health = await gateway().health()
    assert health.status == status
    assert (health.error is None) == (status == "healthy")


async def test_health_falls_back_to_one_client(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", page("clients", client(1), has_more=True))
    assert (await gateway().health()).status == "healthy"


async def test_a_probe_tells_a_refused_key_from_a_wrong_address(wodify: FakeWodify, gateway: MakeGateway) -> None:
    assert (await gateway().health()).refused is False, "no route is there at all"
    wodify.on("GET /customers/locations", sample("bad_key", 403))
    wodify.on("GET /clients", sample("bad_key", 403))
    health = await gateway().health()
    assert (health.status, health.refused) == ("error", True)


async def test_a_key_that_may_not_list_locations_is_not_refused(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /customers/locations", sample("bad_key", 403))
    wodify.on("GET /clients", page("clients", client(1)))
    health = await gateway().health()
    assert (health.status, health.refused) == ("healthy", False)


async def test_a_probe_raises_nothing(wodify: FakeWodify, gateway: MakeGateway) -> None:
    def explode(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("a bug")

    wodify.on("GET /customers/locations", explode)
    assert (await gateway().health()).status == "unknown_error"


async def test_update_of_who_is_not_there_is_not_found(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/7", sample("error_in_200"))
    with pytest.raises(GatewayNotFound):
        await gateway().update_lead("7", LeadPatch(notes="x"))
