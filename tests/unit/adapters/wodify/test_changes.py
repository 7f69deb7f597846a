"""What changed since a cursor: what is asked, what is believed."""

from collections.abc import AsyncIterator

import pytest

from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.application.ports.sources import Batch
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import CursorExpired, GatewayRejected, GatewayUnavailable, GatewayUnsupported

from .conftest import FakeWodify, MakeGateway, answer, page, query_of, sample

CURSOR = "2026-07-10T14:35:00~12"
REFUSED = HttpResponse(status=400)


def client(key: int, minute: int = 45, day: int = 10) -> dict[str, object]:
    return {"id": key, "updated": {"updated_on_datetime": f"2026-07-{day:02}T14:{minute:02}:00"}}


async def batches_of(batches: AsyncIterator[Batch]) -> list[Batch]:
    return [batch async for batch in batches]


def ids(batches: list[Batch]) -> list[str]:
    return [one.external_id for batch in batches for one in batch.observed]


def listing_of(sorted_by_stamp: HttpResponse, first: HttpResponse) -> object:
    def respond(request: HttpRequest) -> HttpResponse:
        return sorted_by_stamp if query_of(request)["sort"] == "desc_updated_on_datetime" else first

    return respond


@pytest.mark.parametrize("settings", [{}, {"changed_since": "false"}])
async def test_nothing_is_told_unless_the_account_says_so(
    wodify: FakeWodify, gateway: MakeGateway, settings: dict[str, str]
) -> None:
    wodify.on("GET /clients", sample("clients_page"))
    source = gateway(**settings).source(MEMBER)
    assert not source.tells_changes
    assert [batch.cursor for batch in await batches_of(source.listing())] == [None]
    assert len(wodify.sent) == 1
    with pytest.raises(GatewayUnsupported):
        await batches_of(source.changes(CURSOR))
    assert len(wodify.sent) == 1


def test_memberships_bear_no_stamps(gateway: MakeGateway) -> None:
    telling = gateway(changed_since="true")
    assert [telling.source(kind).tells_changes for kind in (MEMBER, LEAD, MEMBERSHIP)] == [True, True, False]


@pytest.mark.parametrize(
    ("settings", "cursor"),
    [
        ({}, "2026-07-10T13:35:00~9007199254740993"),
        ({"updated_zone": "Europe/Berlin"}, "2026-07-10T14:35:00~9007199254740993"),
        ({"updated_zone": "Europe/Berlin", "changes_overlap_minutes": "45"}, "2026-07-10T14:00:00~9007199254740993"),
    ],
)
async def test_a_listing_begins_with_the_newest_edit_and_ends_with_its_cursor(
    wodify: FakeWodify, gateway: MakeGateway, settings: dict[str, str], cursor: str
) -> None:
    wodify.on("GET /clients", sample("clients_page"))
    batches = await batches_of(gateway(changed_since="true", **settings).source(MEMBER).listing())
    first, *_ = wodify.sent
    assert query_of(first) == {"page": "1", "page_size": "10", "sort": "desc_updated_on_datetime"}
    assert [batch.cursor for batch in batches] == [None, cursor]


async def test_a_listing_whose_newest_edit_is_not_shown_has_no_cursor(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients", listing_of(REFUSED, page("clients", client(1))))  # type: ignore[arg-type]
    batches = await batches_of(gateway(changed_since="true").source(MEMBER).listing())
    assert (ids(batches), [batch.cursor for batch in batches]) == (["1"], [None])


async def test_one_search_finds_the_changes_and_the_next_cursor(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/search", page("clients", client(12, 40), client(13, 50)))
    source = gateway(changed_since="true", updated_zone="Europe/Berlin").source(MEMBER)
    batches = await batches_of(source.changes(CURSOR))
    (request,) = wodify.sent
    assert query_of(request) == {
        "q": "updated_on_datetime|gte|2026-07-10T14:35:00",
        "page": "1",
        "page_size": "100",
        "sort": "id",
    }
    assert (ids(batches), batches[-1].cursor) == (["12", "13"], "2026-07-10T14:40:00~13")


async def test_leads_are_searched_for_among_leads(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/search", page("leads", client(12)))
    assert ids(await batches_of(gateway(changed_since="true").source(LEAD).changes(CURSOR))) == ["12"]


async def test_a_cursor_never_goes_back(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/search", page("clients", client(12, 36)))
    source = gateway(changed_since="true").source(MEMBER)
    assert (await batches_of(source.changes(CURSOR)))[-1].cursor == "2026-07-10T14:35:00~12"


async def test_an_older_edit_is_no_witness(wodify: FakeWodify, gateway: MakeGateway) -> None:
    """The next search would rightly not find it."""
    wodify.on("GET /clients/search", page("clients", {"id": 12}, client(13, 5)))
    source = gateway(changed_since="true").source(MEMBER)
    assert (await batches_of(source.changes(CURSOR)))[-1].cursor == CURSOR


async def test_an_edit_that_is_yet_to_come_moves_no_cursor(wodify: FakeWodify, gateway: MakeGateway) -> None:
    """Everything that is edited until then would be passed over."""
    future = {"id": 14, "updated": {"updated_on_datetime": "2062-07-10T14:45:00"}}
    wodify.on("GET /clients", page("clients", future, client(11, 48)))
    wodify.on("GET /clients/search", page("clients", client(12), client(13, 50), future))
    source = gateway(changed_since="true", updated_zone="Europe/Berlin").source(MEMBER)
    batches = await batches_of(source.changes(CURSOR))
    assert (ids(batches), batches[-1].cursor) == (["12", "13", "14"], "2026-07-10T14:40:00~13")
    assert (await batches_of(source.listing()))[-1].cursor == "2026-07-10T14:38:00~11"


async def test_further_pages_go_on_behind_the_last_id(wodify: FakeWodify, gateway: MakeGateway) -> None:
    """The newest edit is asked for before the first page that counts; what is edited later may not move the cursor."""
    first = page("clients", client(2), client(12), has_more=True)
    wodify.on("GET /clients/search", first, first, page("clients", client(100, day=11), has_more=True), page("clients"))
    wodify.on("GET /clients", page("clients", client(14, 55)))
    source = gateway(changed_since="true", updated_zone="Europe/Berlin").source(MEMBER)
    batches = await batches_of(source.changes(CURSOR))
    assert (ids(batches), batches[-1].cursor) == (["2", "12", "100"], "2026-07-10T14:45:00~14")
    assert [batch.cursor for batch in batches[:-1]] == [None, None]
    asked = [(request.path, query_of(request).get("q"), query_of(request)["page"]) for request in wodify.sent]
    since = "updated_on_datetime|gte|2026-07-10T14:35:00"
    assert asked == [
        ("/v1/clients/search", since, "1"),
        ("/v1/clients", None, "1"),
        ("/v1/clients/search", since, "1"),
        ("/v1/clients/search", f"{since};id|gt|12", "1"),
        ("/v1/clients/search", f"{since};id|gt|100", "1"),
    ]


async def test_ids_are_compared_as_numbers(wodify: FakeWodify, gateway: MakeGateway) -> None:
    first = page("clients", client(12), client(9_007_199_254_740_993), client(13), has_more=True)
    wodify.on("GET /clients/search", first, first, page("clients"))
    wodify.on("GET /clients", page("clients", client(13)))
    await batches_of(gateway(changed_since="true").source(MEMBER).changes(CURSOR))
    assert query_of(wodify.sent[-1])["q"].endswith(";id|gt|9007199254740993")


async def test_a_search_that_misses_the_witness_is_not_believed(wodify: FakeWodify, gateway: MakeGateway) -> None:
    """An unknown field may simply find nothing."""
    wodify.on("GET /clients/search", page("clients", client(13)))
    wodify.on("GET /clients/12", answer(client(12)))
    with pytest.raises(CursorExpired):
        await batches_of(gateway(changed_since="true").source(MEMBER).changes(CURSOR))


@pytest.mark.parametrize("gone", [sample("error_in_200"), HttpResponse(status=404)])
async def test_a_witness_that_is_gone_is_missed_with_reason(
    wodify: FakeWodify, gateway: MakeGateway, gone: HttpResponse
) -> None:
    wodify.on("GET /clients/search", page("clients"))
    wodify.on("GET /clients/12", gone)
    batches = await batches_of(gateway(changed_since="true").source(MEMBER).changes(CURSOR))
    assert (ids(batches), batches[-1].cursor) == ([], CURSOR)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_whether_the_witness_is_gone_is_not_guessed(
    wodify: FakeWodify, gateway: MakeGateway, status: int
) -> None:
    wodify.on("GET /clients/search", page("clients"))
    wodify.on("GET /clients/12", HttpResponse(status=status))
    with pytest.raises(GatewayUnavailable):
        await batches_of(gateway(changed_since="true").source(MEMBER).changes(CURSOR))


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([REFUSED], GatewayRejected),
        ([sample("missing_route", 403)], GatewayUnsupported),
        ([page("clients", client(12), has_more=True)], GatewayUnavailable),  # the condition on ids is ignored
        ([page("clients", client(12), has_more=True)] * 2 + [page("clients", has_more=True)], GatewayUnavailable),
    ],
)
async def test_a_search_that_cannot_be_relied_upon_raises(
    wodify: FakeWodify, gateway: MakeGateway, answers: list[HttpResponse], error: type[Exception]
) -> None:
    wodify.on("GET /clients", page("clients", client(12)))
    wodify.on("GET /clients/search", *answers)
    with pytest.raises(error):
        await batches_of(gateway(changed_since="true").source(MEMBER).changes(CURSOR))


async def test_changes_without_end_are_given_up(wodify: FakeWodify, gateway: MakeGateway) -> None:
    def respond(request: HttpRequest) -> HttpResponse:
        last = int(query_of(request)["q"].rpartition("|")[2]) if "id|gt" in query_of(request)["q"] else 11
        return page("clients", client(last + 1), has_more=True)

    wodify.on("GET /clients", page("clients", client(12)))
    wodify.on("GET /clients/search", respond)
    with pytest.raises(GatewayUnavailable, match="max_pages"):
        await batches_of(gateway(changed_since="true", max_pages="5").source(MEMBER).changes(CURSOR))
    assert len(wodify.calls("GET /clients/search")) <= 7
