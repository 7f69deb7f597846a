"""Writing through sources: the whole record goes back, and nothing else about it changes."""

import msgspec
import pytest

from tresen.adapters.http.failures import BadAnswer
from tresen.adapters.http.messages import HttpResponse
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import (
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
)
from tresen.domain.sync.schema import Values

from .conftest import FakeWodify, MakeGateway, answer, body_of, page, sample

CLIENT = {
    **msgspec.json.decode(sample("clients_page").body)["clients"][0],
    "id": 7,
    "notes": "Knee",
    "tags": ["VIP"],
    "country_id": 49,
    "gender_id": 2,
    "status_history": [],
    "created": {"created_on_datetime": "2024-01-15T09:00:00"},
}
STATUSES = page("statuses", {"id": 10, "status": "New"}, {"id": 11, "status": "Contacted"})


def test_what_can_be_written(gateway: MakeGateway) -> None:
    gym = gateway()
    person = {"first_name", "last_name", "email", "phone"}
    assert gym.source(MEMBER).writable == person | {"street", "postcode", "city", "email_opt_in", "sms_opt_in"}
    assert gym.source(LEAD).writable == person | {"status", "notes"}
    assert gym.source(MEMBERSHIP).writable == set()
    assert [gym.source(kind).can_delete for kind in (MEMBER, LEAD, MEMBERSHIP)] == [False] * 3


async def test_a_client_goes_back_whole(wodify: FakeWodify, gateway: MakeGateway) -> None:
    shown = {**CLIENT, "street_address_1": "Nebenstr. 2", "email": "neu@example.com"}
    wodify.on("GET /clients/7", answer(CLIENT), answer(shown))
    wodify.on("PUT /clients/7", answer({**CLIENT, "street_address_1": "not this one"}))
    values: Values = {"street": "Nebenstr. 2", "email": "Neu@Example.com", "sms_opt_in": True, "phone": None}
    pushed = await gateway().source(MEMBER).push("7", values)
    (request,) = wodify.calls("PUT /clients/7")
    kept = {name: value for name, value in CLIENT.items() if name not in {"id", "tags", "created", "updated"}}
    del kept["status_history"]
    assert body_of(request) == {
        **kept,
        "street_address_1": "Nebenstr. 2",
        "email": "Neu@Example.com",
        "is_sms_subscribed": True,
        "phone_number": "",
        "is_overwrite_notes": True,
    }
    assert not request.idempotent
    assert [pushed.read().values[name] for name in ("street", "email")] == ["Nebenstr. 2", "neu@example.com"]


async def test_an_opt_in_that_is_taken_back_is_a_no(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/7", answer(CLIENT))
    wodify.on("PUT /clients/7", answer(CLIENT))
    await gateway().source(MEMBER).push("7", {"email_opt_in": None})
    assert body_of(wodify.calls("PUT /clients/7")[0])["is_email_subscribed"] is False


async def test_what_is_so_already_is_not_written(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/7", answer(CLIENT))
    same: Values = {"first_name": "Jürgen", "city": "Berlin", "sms_opt_in": None}
    pushed = await gateway().source(MEMBER).push("7", same)
    assert pushed.external_id == "7"
    assert [request.method for request in wodify.sent] == ["GET"]


async def test_an_unreadable_client_can_be_mended(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/7", answer({**CLIENT, "date_of_birth": "unknown"}))
    wodify.on("PUT /clients/7", answer({"is_success": True}))
    await gateway().source(MEMBER).push("7", {"first_name": "Jürgen"})
    assert body_of(wodify.calls("PUT /clients/7")[0])["first_name"] == "Jürgen"


async def test_a_leads_stage_is_written_by_the_id_of_its_status(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("GET /leads/statuses", STATUSES)
    wodify.on("PUT /leads/12345", answer({"is_success": True}))
    await gateway().source(LEAD).push("12345", {"status": "contacted", "notes": "Rang back"})
    body = body_of(wodify.calls("PUT /leads/12345")[0])
    assert (body["lead_status_id"], body["notes"]) == (11, "Rang back")
    assert "is_overwrite_notes" not in body


@pytest.mark.parametrize("status", ["qualified", None])
async def test_a_stage_that_the_gym_has_not_is_rejected(
    wodify: FakeWodify, gateway: MakeGateway, status: str | None
) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("GET /leads/statuses", STATUSES)
    with pytest.raises(GatewayRejected):
        await gateway().source(LEAD).push("12345", {"first_name": "X", "status": status})
    assert {request.method for request in wodify.sent} == {"GET"}


@pytest.mark.parametrize("field", ["status", "country", "joined_on", "born_on", "location", "notes"])
async def test_a_clients_other_fields_are_refused_without_a_call(
    wodify: FakeWodify, gateway: MakeGateway, field: str
) -> None:
    with pytest.raises(GatewayUnsupported, match=field):
        await gateway().source(MEMBER).push("7", {"first_name": "X", field: "x"})
    assert wodify.sent == []


@pytest.mark.parametrize("key", ["8", "abc"])
async def test_who_is_not_there_is_not_written(wodify: FakeWodify, gateway: MakeGateway, key: str) -> None:
    wodify.on("GET /clients/8", sample("error_in_200"))
    with pytest.raises(GatewayNotFound):
        await gateway().source(MEMBER).push(key, {"first_name": "X"})
    assert [request for request in wodify.sent if request.method != "GET"] == []


async def test_a_push_without_an_answer_is_not_repeated(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/7", answer(CLIENT))
    wodify.on("PUT /clients/7", HttpResponse(status=503))
    with pytest.raises(BadAnswer):
        await gateway().source(MEMBER).push("7", {"first_name": "X"})
    assert len(wodify.calls("PUT /clients/7")) == 1


async def test_a_push_that_is_answered_with_another_record_may_have_gone_wrong(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    wodify.on("GET /clients/7", answer(CLIENT))
    wodify.on("PUT /clients/7", answer({**CLIENT, "id": 70}))
    with pytest.raises(GatewayUnavailable, match="another record"):
        await gateway().source(MEMBER).push("7", {"first_name": "X"})


async def test_a_client_is_made_with_all_that_can_be_written(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /clients/search", page("clients"))
    wodify.on("POST /clients", answer({"id": 9}))
    values: Values = {
        "first_name": "Ada",
        "email": "ada@example.org",
        "postcode": "04109",
        "sms_opt_in": False,
        "city": None,
        "country": "Germany",
        "status": "paused",
    }
    assert (await gateway().source(MEMBER).create(values)).external_id == "9"
    assert body_of(wodify.calls("POST /clients")[0]) == {
        "location_id": 20,
        "first_name": "Ada",
        "email": "ada@example.org",
        "zipcode": "04109",
        "is_sms_subscribed": False,
    }


@pytest.mark.parametrize(("status", "sent"), [("new", None), (None, None), ("contacted", 11)])
async def test_a_lead_is_made_in_its_stage(
    wodify: FakeWodify, gateway: MakeGateway, status: str | None, sent: int | None
) -> None:
    wodify.on("GET /leads/statuses", STATUSES)
    wodify.on("POST /leads", answer({"id": 9}))
    await gateway().source(LEAD).create({"first_name": "Ada", "status": status})
    body = body_of(wodify.calls("POST /leads")[0])
    assert body.get("lead_status_id") == sent
    assert "lead_status" not in body


async def test_nobody_is_made_without_a_location(wodify: FakeWodify, gateway: MakeGateway) -> None:
    homeless = gateway(location_id="")
    assert not homeless.source(MEMBER).can_create
    with pytest.raises(GatewayUnsupported):
        await homeless.source(MEMBER).create({"first_name": "Ada"})
    assert wodify.sent == []


async def test_nothing_is_ever_deleted(wodify: FakeWodify, gateway: MakeGateway) -> None:
    for kind in (MEMBER, LEAD, MEMBERSHIP):
        with pytest.raises(GatewayUnsupported):
            await gateway().source(kind).delete("7")
    assert wodify.sent == []
