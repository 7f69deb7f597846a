"""Writing to the emulated Wodify over a socket: what changes, what is replaced, what is refused."""

from typing import Any

import httpx
import pytest

from tresen.adapters.emulators.wodify import Sizes, WodifyEmulator, WodifyOptions

NO_TOKEN = {"message": "Missing Authentication Token"}
PERSON = {"first_name": "Jördis", "last_name": "Groß", "location_id": 20, "email": "j@example.com"}


async def first(api: httpx.AsyncClient, kind: str, query: str = "id|gt|0") -> dict[str, Any]:
    """The first row, in full. Any: it is the provider's free-form JSON."""
    found = (await api.get(f"/{kind}/search", params={"q": query, "page_size": 1})).json()[kind]
    row: dict[str, Any] = (await api.get(f"/{kind}/{found[0]['id']}")).json()
    return row


async def test_a_created_client_is_shown_and_found(api: httpx.AsyncClient) -> None:
    client = (await api.post("/clients", json={**PERSON, "client_status_id": 4, "tags": ["x"]})).json()
    assert (client["client_status"], client["location"], client["tags"]) == ("Pending", "Halle Ost", ["x"])
    assert (await api.get(f"/clients/{client['id']}")).json() == client
    found = (await api.get("/clients/search", params={"q": "email|eq|'j@example.com'"})).json()["clients"]
    assert [row["id"] for row in found] == [client["id"]]


async def test_an_update_replaces_the_whole_client(api: httpx.AsyncClient) -> None:
    client = await first(api, "clients", "email|not_null;phone_number|not_null")
    body = {"first_name": "New", "location_id": 21, "client_status_id": 3}
    updated = (await api.put(f"/clients/{client['id']}", json=body)).json()
    assert (updated["first_name"], updated["location"], updated["client_status"]) == ("New", "Süd", "Suspended")
    assert (updated["last_name"], updated["email"], updated["phone_number"]) == ("", "", "")
    assert updated["date_of_birth"] == "1900-01-01"
    assert updated["tags"] == client["tags"]
    assert updated["updated"]["updated_on_datetime"] > client["updated"]["updated_on_datetime"]
    assert updated["created"] == client["created"]
    assert (await api.get(f"/clients/{client['id']}")).json() == updated


async def test_a_client_read_and_sent_back_stays_as_it_was(api: httpx.AsyncClient) -> None:
    client = await first(api, "clients", "email|not_null")
    back = (await api.put(f"/clients/{client['id']}", json=client)).json()
    assert {**back, "updated": None} == {**client, "updated": None}


@pytest.mark.parametrize(("overwrite", "expected"), [(True, "second"), (False, "first\nsecond")])
async def test_notes_are_added_to_unless_overwriting_is_asked_for(
    api: httpx.AsyncClient, overwrite: bool, expected: str
) -> None:
    client = (await api.post("/clients", json={**PERSON, "notes": "first"})).json()
    body = {**PERSON, "client_status_id": 1, "notes": "second", "is_overwrite_notes": overwrite}
    assert (await api.put(f"/clients/{client['id']}", json=body)).json()["notes"] == expected


@pytest.mark.parametrize(
    "body",
    [
        {"first_name": "No place"},
        {**PERSON, "location_id": 999},
        {**PERSON, "client_status_id": 999},
        {**PERSON, "email": None},
        {**PERSON, "location_id": "20"},
        [],
    ],
)
async def test_a_client_that_does_not_hold_is_refused(
    emulator: WodifyEmulator, api: httpx.AsyncClient, body: object
) -> None:
    before = len(emulator.state.clients)
    answer = await api.post("/clients", json=body)
    assert (answer.status_code, answer.json()["HTTPCode"]) == (400, 400)
    assert len(emulator.state.clients) == before


@pytest.mark.parametrize(
    ("step", "status"),
    [("deactivate", "Inactive"), ("reactivate", "Active"), ("suspend", "Suspended"), ("reinstate", "Active")],
)
async def test_the_steps_of_a_clients_life(api: httpx.AsyncClient, step: str, status: str) -> None:
    client = await first(api, "clients", "client_status|eq|'Pending'")
    answer = (await api.put(f"/clients/{client['id']}/{step}")).json()
    assert answer["is_success"] is True
    assert answer["ClientResponse"]["client_status"] == status
    assert answer["ClientResponse"]["status_history"][-1]["from_status"] == "Pending"
    assert (await api.get(f"/clients/{client['id']}")).json() == answer["ClientResponse"]
    assert (await api.put(f"/clients/5/{step}")).json()["HTTPCode"] == 404


async def test_a_lead_is_created_updated_and_deleted(api: httpx.AsyncClient) -> None:
    lead = (await api.post("/leads", json={**PERSON, "notes": "Probetraining?", "phone_number": "0171 3920011"})).json()
    assert (lead["lead_status"], lead["notes"]) == ("New", "Probetraining?")
    updated = (await api.put(f"/leads/{lead['id']}", json={**PERSON, "lead_status_id": 11})).json()
    assert (updated["lead_status"], updated["notes"], updated["phone_number"]) == ("Contacted", "", "")
    gone = (await api.delete(f"/leads/{lead['id']}")).json()
    assert gone == {"lead_id": lead["id"], "is_success": True}
    assert (await api.get(f"/leads/{lead['id']}")).json()["HTTPCode"] == 404
    assert (await api.delete(f"/leads/{lead['id']}")).json()["HTTPCode"] == 404


async def test_two_leads_may_share_an_address(api: httpx.AsyncClient) -> None:
    ids = {(await api.post("/leads", json=PERSON)).json()["id"] for _ in range(2)}
    found = (await api.get("/leads/search", params={"q": "email|eq|'j@example.com'"})).json()["leads"]
    assert {row["id"] for row in found} == ids


async def test_a_converted_lead_becomes_a_client_once(emulator: WodifyEmulator, api: httpx.AsyncClient) -> None:
    lead = (await api.post("/leads", json={**PERSON, "phone_number": "0171 3920011", "tags": ["t"]})).json()
    path, body = f"/leads/{lead['id']}/convert", {"first_name": "Jo", "mobile_number": "030 23125001"}
    converted = (await api.post(path, json=body)).json()
    client = converted["client_data"]
    assert (converted["converted_lead_id"], converted["is_success"]) == (lead["id"], True)
    assert (client["first_name"], client["last_name"], client["phone_number"]) == ("Jo", "Groß", "030 23125001")
    assert (client["lead_id"], client["is_converted_from_lead"], client["client_status"]) == (
        lead["id"],
        True,
        "Active",
    )
    after = (await api.get(f"/leads/{lead['id']}")).json()
    assert (after["is_converted_to_client"], after["lead_status"]) == (True, "Converted")
    before = len(emulator.state.clients)
    again = (await api.post(path, json=body)).json()
    assert again == {"converted_lead_id": lead["id"], "is_success": False, "client_data": None}
    assert len(emulator.state.clients) == before


async def test_a_refused_conversion_leaves_the_lead_alone(api: httpx.AsyncClient) -> None:
    lead = (await api.post("/leads", json=PERSON)).json()
    assert (await api.post(f"/leads/{lead['id']}/convert", json={"location_id": 999})).status_code == 400
    assert (await api.get(f"/leads/{lead['id']}")).json() == lead


async def test_a_gym_knows_only_one_suffix_for_converting(emulator: WodifyEmulator) -> None:
    options = WodifyOptions(convert_suffix="convert-to-client")
    other = WodifyEmulator(today=emulator.state.today, sizes=Sizes(clients=1, memberships=0, leads=20), options=options)
    lead = next(lead for lead in other.state.leads if not lead.is_converted_to_client)
    headers = {"x-api-key": options.api_key}
    async with other.serving() as url, httpx.AsyncClient(base_url=url, headers=headers) as api:
        refused = await api.post(f"/leads/{lead.id}/convert")
        converted = await api.post(f"/leads/{lead.id}/convert-to-client")
    assert (refused.status_code, refused.json()) == (403, NO_TOKEN)
    assert converted.json()["client_data"]["first_name"] == lead.first_name


async def test_selling_a_membership_bills_it(api: httpx.AsyncClient) -> None:
    client = (await api.post("/clients", json=PERSON)).json()
    assert (await api.get("/financials/invoices")).json()["invoices"] == []
    body = {"client_id": client["id"], "template_id": 806, "start_date": "2026-03-01"}
    membership = (await api.post("/memberships", json=body)).json()
    assert (membership["name"], membership["is_active"]) == ("10er-Karte", True)
    assert membership["payment_plan"]["initial_commitment_length"] == 6
    assert (await api.get(f"/clients/{client['id']}")).json()["has_membership"] is True
    [invoice] = (await api.get("/financials/invoices")).json()["invoices"]
    assert (invoice["membership_id"], invoice["amount"], invoice["currency"]) == (membership["id"], 140.0, "EUR")
    assert (await api.get(f"/financials/invoices/{invoice['id']}")).json() == invoice
    await api.post("/memberships", json=body)
    assert len((await api.get("/financials/invoices")).json()["invoices"]) == 2


@pytest.mark.parametrize(
    ("change", "code"), [({"client_id": 5}, 404), ({"template_id": 5}, 404), ({"start_date": "soon"}, 400)]
)
async def test_a_sale_that_does_not_hold_bills_nothing(
    emulator: WodifyEmulator, api: httpx.AsyncClient, change: dict[str, object], code: int
) -> None:
    client = await first(api, "clients")
    body = {"client_id": client["id"], "template_id": 801, "start_date": "2026-03-01", **change}
    assert (await api.post("/memberships", json=body)).json()["HTTPCode"] == code
    assert len(emulator.state.invoices) == 0


async def test_an_update_replaces_the_whole_membership(api: httpx.AsyncClient) -> None:
    membership = await first(api, "memberships", "is_active|eq|true")
    same = (await api.put(f"/memberships/{membership['id']}", json=membership)).json()
    assert same == membership
    bare = (await api.put(f"/memberships/{membership['id']}", json={"name": "X", "start_date": "2026-02-01"})).json()
    assert (bare["name"], bare["expiration_date"], bare["is_active"]) == ("X", "1900-01-01", True)
    assert bare["payment_plan"]["payment_plan_name"] == ""
    refused = await api.put(f"/memberships/{membership['id']}", json={"name": "X", "start_date": "soon"})
    assert refused.json()["HTTPCode"] == 400


async def test_a_membership_ends_today_or_on_a_day_to_come(api: httpx.AsyncClient) -> None:
    membership = await first(api, "memberships", "is_active|eq|true;scheduled_deactivation_date|is_null")
    path = f"/memberships/{membership['id']}/deactivate"
    later = (await api.put(path, json={"deactivation_date": "2026-03-31"})).json()["MembershipResponse"]
    assert (later["is_active"], later["scheduled_deactivation_date"]) == (True, "2026-03-31")
    now = (await api.put(path)).json()["MembershipResponse"]
    assert (now["is_active"], now["end_date"]) == (False, "2026-03-01")


async def test_membership_writes_can_be_routes_that_do_not_exist(emulator: WodifyEmulator) -> None:
    options = WodifyOptions(membership_writes=False)
    other = WodifyEmulator(today=emulator.state.today, sizes=Sizes(clients=3, memberships=3, leads=0), options=options)
    key = next(iter(other.state.memberships)).id
    headers = {"x-api-key": options.api_key}
    async with other.serving() as url, httpx.AsyncClient(base_url=url, headers=headers) as api:
        assert (await api.get(f"/memberships/{key}")).json()["id"] == key
        for method, path in (
            ("POST", "/memberships"),
            ("PUT", f"/memberships/{key}"),
            ("PUT", f"/memberships/{key}/deactivate"),
        ):
            refused = await api.request(method, path, json={})
            assert (refused.status_code, refused.json()) == (403, NO_TOKEN)
