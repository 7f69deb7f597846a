"""Creating, changing, converting, selling, ending."""

from datetime import date

import msgspec
import pytest

from tresen.adapters.http.failures import BadAnswer
from tresen.adapters.http.messages import HttpResponse
from tresen.application.ports.gym import LeadPatch, MembershipPatch, NewMembership, NewPerson, Operation, Support
from tresen.domain.shared.errors import (
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
    NotConfigured,
)

from .conftest import FakeWodify, MakeGateway, answer, body_of, page, query_of, sample

ANNA = NewPerson(first_name="Anna", last_name="Groß", email="Anna@Example.com", phone="030 1", notes="from the web")
SALE = NewMembership(member="7", package="Unlimited", starts_on=date(2026, 3, 1), payment_method="stripe")
STATUSES = page("statuses", {"id": 10, "status": "New"}, {"id": 11, "status": "Contacted"})


def lead(**fields: object) -> HttpResponse:
    return answer({**msgspec.json.decode(sample("lead").body, type=dict[str, object]), **fields})


async def test_a_lead_is_created_at_the_accounts_location(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/search", page("leads"))
    wodify.on("POST /leads", answer({"id": 5, "first_name": "Anna", "notes": "from the web"}))
    created = await gateway().create_lead(ANNA)
    assert created.external_id == "5"
    (request,) = wodify.calls("POST /leads")
    assert not request.idempotent
    assert request.headers["content-type"] == "application/json"
    assert body_of(request) == {
        "location_id": 20,
        "first_name": "Anna",
        "last_name": "Groß",
        "email": "Anna@Example.com",
        "phone_number": "030 1",
        "notes": "from the web",
    }


async def test_what_is_not_known_of_a_person_is_not_sent(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("POST /clients", answer({"id": 5}))
    await gateway().create_member(NewPerson(first_name="A", last_name="B"))
    (request,) = wodify.sent
    assert body_of(request) == {"location_id": 20, "first_name": "A", "last_name": "B"}


@pytest.mark.parametrize("kind", ["leads", "clients"])
async def test_whoever_has_the_address_already_is_given_in_full(
    wodify: FakeWodify, gateway: MakeGateway, kind: str
) -> None:
    wodify.on(f"GET /{kind}/search", page(kind), page(kind, {"id": 4, "email": "ANNA@example.com"}))
    wodify.on(f"GET /{kind}/4", answer({"id": 4, "first_name": "Anna", "email": "ANNA@example.com"}))
    create = gateway().create_lead if kind == "leads" else gateway().create_member
    found = await create(ANNA)
    assert (found.external_id, found.read().values["first_name"]) == ("4", "Anna")
    assert [query_of(request)["q"] for request in wodify.calls(f"GET /{kind}/search")] == [
        "email|eq|'Anna@Example.com'",
        "email|eq|'anna@example.com'",
    ]


async def test_a_search_that_gives_others_is_not_believed(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/search", page("leads", {"id": 4, "email": "joanna@example.com"}, {"id": 3}))
    wodify.on("POST /leads", answer({"id": 5}))
    assert (await gateway().create_lead(ANNA)).external_id == "5"


@pytest.mark.parametrize("refusal", [None, HttpResponse(status=400)])
async def test_an_address_that_cannot_be_searched_for_is_looked_for_in_the_list(
    wodify: FakeWodify, gateway: MakeGateway, refusal: HttpResponse | None
) -> None:
    email = "o'brien@example.com" if refusal is None else "obrien@example.com"
    if refusal:
        wodify.on("GET /leads/search", refusal)
    wodify.on("GET /leads", page("leads", {"id": 1, "email": "x@y.de"}, {"id": 2, "email": email.upper()}))
    wodify.on("GET /leads/2", answer({"id": 2, "email": email.upper()}))
    person = NewPerson(first_name="A", last_name="O'Brien", email=email)
    assert (await gateway().create_lead(person)).external_id == "2"
    assert wodify.calls("POST /leads") == []


async def test_nobody_is_created_without_a_location(wodify: FakeWodify, gateway: MakeGateway) -> None:
    with pytest.raises(NotConfigured, match="location_id"):
        await gateway(location_id="").create_lead(ANNA)
    assert wodify.sent == []


async def test_a_create_that_may_have_taken_effect_says_so(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/search", page("leads"))
    for response in (HttpResponse(status=500), answer({"HTTPCode": 500}), HttpResponse(status=200, body=b'{"id":')):
        wodify.on("POST /leads", response)
        with pytest.raises(GatewayUnavailable):
            await gateway().create_lead(ANNA)


async def test_an_update_sends_back_everything_that_was_read(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"), lead(notes="Wants judo"))
    wodify.on("PUT /leads/12345", sample("lead"))
    updated = await gateway().update_lead("12345", LeadPatch(notes="Wants judo"))
    assert updated.read().values["notes"] == "Wants judo"
    (put,) = wodify.calls("PUT /leads/12345")
    read = msgspec.json.decode(sample("lead").body, type=dict[str, object])
    shown_only = {"id", "tags", "created", "updated", "status_history", "lead_group", "is_converted_to_client"}
    assert body_of(put) == {
        **{name: value for name, value in read.items() if name not in shown_only},
        "notes": "Wants judo",
    }
    assert b"1.10" in (put.body or b"")
    assert not put.idempotent


async def test_a_stage_is_sent_as_the_gyms_status(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("GET /leads/statuses", STATUSES)
    wodify.on("PUT /leads/12345", sample("lead"))
    await gateway().update_lead("12345", LeadPatch(stage="contacted"))
    body = body_of(wodify.calls("PUT /leads/12345")[0])
    assert (body["lead_status_id"], body["lead_status"], body["notes"]) == (11, "Contacted", "Wants yoga")


async def test_notes_are_cleared_by_none(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("PUT /leads/12345", sample("lead"))
    await gateway().update_lead("12345", LeadPatch(notes=None))
    assert body_of(wodify.calls("PUT /leads/12345")[0])["notes"] == ""


@pytest.mark.parametrize("patch", [LeadPatch(), LeadPatch(stage="new")])
async def test_nothing_is_written_when_nothing_changes(
    wodify: FakeWodify, gateway: MakeGateway, patch: LeadPatch
) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    assert (await gateway().update_lead("12345", patch)).external_id == "12345"
    assert wodify.calls("PUT /leads/12345") == []


async def test_a_stage_that_no_status_means_is_refused(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("GET /leads/statuses", STATUSES)
    with pytest.raises(GatewayRejected) as caught:
        await gateway().update_lead("12345", LeadPatch(stage="lost"))
    assert caught.value.details["known"] == ["New", "Contacted"]


async def test_a_lead_is_converted_with_its_own_values(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    converted = {"converted_lead_id": 12345, "is_success": True, "client_data": {"id": 99, "client_status": "Active"}}
    wodify.on("POST /leads/12345/convert", answer(converted))
    member = await gateway().convert_lead("12345")
    assert (member.external_id, member.read().values) == ("99", {"status": "active"})
    assert body_of(wodify.calls("POST /leads/12345/convert")[0]) == {
        "first_name": "John",
        "last_name": "Doe",
        "email": "j@example.com",
        "location_id": 20,
        "gender_id": 1,
        "date_of_birth": "1900-01-01",
        "mobile_number": "555-867-5309",
    }


async def test_the_other_path_is_tried_where_the_first_does_not_exist(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("POST /leads/12345/convert-to-client", answer({"is_success": True, "client_data": {"id": 99}}))
    assert (await gateway().convert_lead("12345")).external_id == "99"
    assert len(wodify.calls("POST /leads/12345/convert")) == 1


async def test_a_path_from_the_settings_is_the_only_one(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    with pytest.raises(GatewayUnsupported):
        await gateway(convert_route="/leads/{id}/make-client").convert_lead("12345")
    assert [request.path for request in wodify.sent[1:]] == ["/v1/leads/12345/make-client"]


async def test_a_lead_that_was_converted_already_gives_its_client(wodify: FakeWodify, gateway: MakeGateway) -> None:
    """Families share addresses: the client that names the lead is the right one."""
    wodify.on("GET /leads/12345", lead(is_converted_to_client=True))
    family = [{"id": n, "email": "J@example.com"} for n in (1, 2)]
    wodify.on("GET /clients/search", page("clients", *family))
    wodify.on("GET /clients/1", answer({**family[0], "lead_id": 0}))
    wodify.on("GET /clients/2", answer({**family[1], "lead_id": 12345}))
    assert (await gateway().convert_lead("12345")).external_id == "2"
    assert [request for request in wodify.sent if request.method == "POST"] == []


async def test_when_the_client_of_a_converted_lead_cannot_be_told_nobody_is_guessed(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    wodify.on("GET /leads/12345", lead(is_converted_to_client=True))
    wodify.on("GET /clients/search", page("clients", *({"id": n, "email": "j@example.com"} for n in (1, 2))))
    for key in (1, 2):
        wodify.on(f"GET /clients/{key}", answer({"id": key, "lead_id": 0}))
    with pytest.raises(GatewayRejected):
        await gateway().convert_lead("12345")


async def test_a_client_of_another_lead_is_not_taken(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", lead(is_converted_to_client=True))
    wodify.on("GET /clients/search", page("clients", {"id": 1, "email": "j@example.com"}))
    wodify.on("GET /clients/1", answer({"id": 1, "lead_id": 777}))
    with pytest.raises(GatewayRejected):
        await gateway().convert_lead("12345")


async def test_who_is_converted_by_somebody_else_meanwhile_is_found(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"), lead(is_converted_to_client=True))
    wodify.on("POST /leads/12345/convert", answer({"is_success": False, "client_data": None}))
    wodify.on("GET /clients/search", page("clients", {"id": 1, "email": "j@example.com"}))
    wodify.on("GET /clients/1", answer({"id": 1, "lead_id": 12345}))
    assert (await gateway().convert_lead("12345")).external_id == "1"


async def test_a_conversion_that_does_not_succeed_is_rejected(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("POST /leads/12345/convert", answer({"is_success": False}))
    with pytest.raises(GatewayRejected):
        await gateway().convert_lead("12345")


@pytest.mark.parametrize(
    ("operation", "support"),
    [
        (Operation.CREATE_LEAD, Support.PROVEN),
        (Operation.UPDATE_LEAD, Support.PROVEN),
        (Operation.CONVERT_LEAD, Support.PROVEN),
        (Operation.CREATE_MEMBER, Support.PROVEN),
        (Operation.UPDATE_MEMBER, Support.PROVEN),
        (Operation.CREATE_MEMBERSHIP, Support.UNPROVEN),
        (Operation.UPDATE_MEMBERSHIP, Support.UNPROVEN),
        (Operation.CANCEL_MEMBERSHIP, Support.UNPROVEN),
    ],
)
def test_support_goes_by_the_evidence(gateway: MakeGateway, operation: Operation, support: Support) -> None:
    assert gateway().support(operation) is support


async def test_unproven_writes_are_off_unless_the_account_allows_them(wodify: FakeWodify, gateway: MakeGateway) -> None:
    cautious = gateway()
    with pytest.raises(GatewayUnsupported, match="allow_unproven"):
        await cautious.create_membership(SALE)
    with pytest.raises(GatewayUnsupported):
        await cautious.update_membership("1", MembershipPatch(package="x"))
    with pytest.raises(GatewayUnsupported):
        await cautious.cancel_membership("1", reason="moved")
    assert wodify.sent == []


async def test_a_membership_is_sold_once(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /memberships/templates", page("templates", {"id": 801, "name": "Unlimited"}))
    wodify.on("POST /memberships", answer({"id": 3, "client_id": 7}))
    sold = await gateway(allow_unproven="true").create_membership(SALE)
    assert sold.external_id == "3"
    (request,) = wodify.calls("POST /memberships")
    assert body_of(request) == {"client_id": 7, "template_id": 801, "start_date": "2026-03-01"}
    assert not request.idempotent
    wodify.on("POST /memberships", HttpResponse(status=503))
    with pytest.raises(BadAnswer):
        await gateway(allow_unproven="true").create_membership(SALE)
    assert len(wodify.calls("POST /memberships")) == 2


async def test_an_unknown_package_is_not_sold(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("GET /memberships/templates", page("templates", {"id": 801, "name": "Other"}))
    with pytest.raises(GatewayRejected):
        await gateway(allow_unproven="true").create_membership(SALE)


async def test_only_the_package_of_a_membership_can_be_changed(wodify: FakeWodify, gateway: MakeGateway) -> None:
    daring = gateway(allow_unproven="true")
    wodify.on("GET /memberships/3", answer({"id": 3, "name": "Old", "start_date": "2026-01-01"}))
    wodify.on("PUT /memberships/3", answer({"is_success": True}))
    wodify.on("GET /memberships/templates", page("templates", {"id": 801, "name": "Unlimited"}))
    await daring.update_membership("3", MembershipPatch(package="801"))
    body = body_of(wodify.calls("PUT /memberships/3")[0])
    assert body == {"name": "Unlimited", "template_id": 801, "start_date": "2026-01-01"}
    for patch in (MembershipPatch(status="paused"), MembershipPatch(monthly_price="0")):
        with pytest.raises(GatewayUnsupported):
            await daring.update_membership("3", patch)


@pytest.mark.parametrize(
    "shown", [{"is_active": False}, {"is_active": True, "scheduled_deactivation_date": "2026-04-01"}, {}]
)
async def test_the_end_of_a_membership_is_read_back(
    wodify: FakeWodify, gateway: MakeGateway, shown: dict[str, object]
) -> None:
    wodify.on("PUT /memberships/3/deactivate", answer({"is_success": True}))
    wodify.on("GET /memberships/3", answer({"id": 3, **shown}))
    ended = await gateway(allow_unproven="true").cancel_membership("3", reason="moved")
    assert ended.external_id == "3"


async def test_an_end_that_does_not_show_is_no_end(wodify: FakeWodify, gateway: MakeGateway) -> None:
    wodify.on("PUT /memberships/3/deactivate", answer({"is_success": True}))
    wodify.on("GET /memberships/3", answer({"id": 3, "is_active": True, "scheduled_deactivation_date": "1900-01-01"}))
    with pytest.raises(GatewayRejected):
        await gateway(allow_unproven="true").cancel_membership("3", reason="moved")
    wodify.on("PUT /memberships/3/deactivate", sample("error_in_200"))
    with pytest.raises(GatewayNotFound):
        await gateway(allow_unproven="true").cancel_membership("3", reason="moved")


async def test_an_update_that_is_answered_with_another_record_may_have_gone_wrong(
    wodify: FakeWodify, gateway: MakeGateway
) -> None:
    wodify.on("GET /leads/12345", sample("lead"))
    wodify.on("PUT /leads/12345", lead(id=54321))
    with pytest.raises(GatewayUnavailable, match="another record"):
        await gateway().update_lead("12345", LeadPatch(notes="x"))


@pytest.mark.parametrize("shown", [{"email": ["x"]}, {"is_converted_to_client": "perhaps"}])
async def test_a_lead_of_an_unknown_form_is_not_converted(
    wodify: FakeWodify, gateway: MakeGateway, shown: dict[str, object]
) -> None:
    wodify.on("GET /leads/12345", lead(**shown))
    with pytest.raises(GatewayUnavailable, match="unknown form"):
        await gateway().convert_lead("12345")
    assert [request.method for request in wodify.sent] == ["GET"]
