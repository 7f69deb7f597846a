"""What can be switched on in the emulated gym, through its control routes."""

import httpx
import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator

ADA = {"first_name": " Ada ", "last_name": "B", "email": " Ada@Example.ORG", "location_id": 20}


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("030/12 34-56", "+4930123456"),
        ("0049 30 123456", "+4930123456"),
        ("+49 (0)30 123456", "+4930123456"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("ask reception", "ask reception"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("kind", ["clients", "leads"])
async def test_a_gym_may_keep_its_own_spelling(
    api: httpx.AsyncClient, control: httpx.AsyncClient, kind: str, phone: str, kept: str
) -> None:
    plain = (await api.post(f"/{kind}", json={**ADA, "phone_number": phone})).json()
    assert (plain["email"], plain["phone_number"]) == (ADA["email"], phone)
    assert (await control.post("/switches/respells", json=True)).json()["respells"] is True
    made = (await api.post(f"/{kind}", json={**ADA, "phone_number": phone})).json()
    body = {**ADA, "phone_number": phone, "client_status_id": 1, "lead_status_id": 10}
    changed = (await api.put(f"/{kind}/{plain['id']}", json=body)).json()
    for row in (made, changed):
        assert [row[name] for name in ("first_name", "email", "phone_number")] == ["Ada", "ada@example.org", kept]


async def test_a_still_clock_gives_equal_stamps(api: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    async def stamp() -> str:
        made = (await api.post("/leads", json=ADA)).json()
        return str(made["updated"]["updated_on_datetime"])

    await control.post("/switches/still_clock", json=True)
    assert await stamp() == await stamp()
    await control.post("/switches/still_clock", json=False)
    await stamp()
    assert await stamp() < await stamp()


@pytest.mark.parametrize("kind", ["clients", "leads"])
async def test_edits_are_searched_for_by_their_stamp(
    emulator: WodifyEmulator, api: httpx.AsyncClient, control: httpx.AsyncClient, kind: str
) -> None:
    first, second, third = [row["id"] for row in (await api.get(f"/{kind}")).json()[kind][:3]]
    stamps = []
    for key in (first, second, third):
        edited = (await control.post(f"/{kind}/{key}", json={"city": "Halle"})).json()
        stamps.append(edited["updated"]["updated_on_datetime"])

    async def found(q: str) -> list[int]:
        return [row["id"] for row in (await api.get(f"/{kind}/search", params={"q": q, "sort": "id"})).json()[kind]]

    assert await found(f"updated_on_datetime|gte|{stamps[1]}") == [second, third]
    assert await found(f"updated_on_datetime|gte|{stamps[0]};id|gt|{first}") == [second, third]
    newest = (await api.get(f"/{kind}", params={"sort": "desc_updated_on_datetime", "page_size": 1})).json()[kind]
    assert [row["id"] for row in newest] == [third]
    await control.post("/switches/blind_search", json=True)
    assert await found(f"updated_on_datetime|gte|{stamps[1]}") == []
    assert await found(f"id|eq|{first}") == [first]


async def test_an_edit_may_bring_its_own_stamp(api: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    key = (await api.get("/leads")).json()["leads"][0]["id"]
    stamp = {"updated_on_datetime": "2026-02-28T09:00:00"}
    edited = (await control.post(f"/leads/{key}", json={"city": "Halle", "updated": stamp})).json()
    assert edited["updated"]["updated_on_datetime"] == "2026-02-28T09:00:00"


async def test_a_row_goes_while_pages_are_read(api: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    rows = (await api.get("/clients", params={"sort": "id"})).json()["clients"]
    keys = [row["id"] for row in rows]
    removal = {"id": keys[0], "route": "GET /clients", "answers": 2}
    assert (await control.post("/removals/clients", json=removal)).status_code == 200
    pages = [
        [
            row["id"]
            for row in (await api.get("/clients", params={"sort": "id", "page": n, "page_size": 5})).json()["clients"]
        ]
        for n in (1, 2, 3)
    ]
    assert pages[:2] == [keys[:5], keys[5:10]]
    assert pages[2] == keys[11:16], "the eleventh moved up to the second page"


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("/switches/colour", True, 404),
        ("/switches/respells", "yes", 400),
        ("/removals/clients", {"route": "GET /clients"}, 400),
    ],
)
async def test_a_habit_that_makes_no_sense_is_refused(
    control: httpx.AsyncClient, target: str, body: object, status: int
) -> None:
    assert (await control.post(target, json=body)).status_code == status


async def test_a_reset_ends_all_habits(emulator: WodifyEmulator, control: httpx.AsyncClient) -> None:
    for name in ("respells", "still_clock", "blind_search"):
        await control.post(f"/switches/{name}", json=True)
    await control.post("/removals/clients", json={"id": 1, "route": "GET /clients"})
    await control.post("/reset")
    switches = emulator.state.switches
    assert (switches.respells, switches.still_clock, switches.blind_search) == (False, False, False)
    assert emulator.state.removals == []
