"""Reading from the emulated Wodify over a socket: keys, routes, pages, order and search."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tresen.adapters.emulators.wodify import WodifyEmulator

NO_TOKEN = {"message": "Missing Authentication Token"}


async def rows(api: httpx.AsyncClient, kind: str, **query: str | int) -> list[dict[str, Any]]:
    """First page of a list, or of a search if ``q`` is given. Any: the rows are the provider's free-form JSON."""
    answer = await api.get(f"/{kind}/search" if "q" in query else f"/{kind}", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()[kind]
    return found


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}])
async def test_without_the_right_key_everything_is_forbidden(api: httpx.AsyncClient, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=api.base_url, headers=headers) as stranger:
        answer = await stranger.get("/clients")
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/members"), ("PATCH", "/clients"), ("DELETE", "/clients/1"), ("GET", "/clients/x"), ("GET", "/")],
)
async def test_an_unknown_route_is_refused_in_the_gateways_words(
    api: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await api.request(method, path)
    assert (answer.status_code, answer.json()) == (403, NO_TOKEN)


async def test_a_path_outside_the_base_is_no_route(emulator: WodifyEmulator, api: httpx.AsyncClient) -> None:
    answer = await api.get(f"{emulator.root_url}/clients")
    assert (answer.status_code, answer.json()) == (403, NO_TOKEN)


async def test_pages_hold_a_hundred_rows_and_tell_whether_more_follow(api: httpx.AsyncClient) -> None:
    first = (await api.get("/clients", params={"page_size": 5000})).json()
    second = (await api.get("/clients", params={"page": 2})).json()
    third = (await api.get("/clients", params={"page": 3})).json()
    assert [len(page["clients"]) for page in (first, second, third)] == [100, 30, 0]
    assert first["pagination"] == {"page": 1, "page_size": 100, "has_more": True}
    assert second["pagination"] == {"page": 2, "page_size": 100, "has_more": False}
    assert len({row["id"] for row in first["clients"] + second["clients"]}) == 130


async def test_has_more_is_false_when_the_last_page_is_full(api: httpx.AsyncClient) -> None:
    page = (await api.get("/leads", params={"page_size": 20, "page": 3})).json()
    assert len(page["leads"]) == 20
    assert page["pagination"]["has_more"] is False


@pytest.mark.parametrize("query", [{"page": "0"}, {"page_size": "x"}, {"sort": "shoe_size"}, {"sort": "desc_"}])
async def test_a_page_that_makes_no_sense_is_refused(api: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await api.get("/clients", params=query)
    assert answer.status_code == 400
    assert answer.json()["HTTPCode"] == 400


async def test_rows_are_sorted_up_and_down(api: httpx.AsyncClient) -> None:
    made = [row["id"] for row in await rows(api, "leads")]
    up = [row["id"] for row in await rows(api, "leads", sort="id")]
    down = [row["id"] for row in await rows(api, "leads", sort="desc_id")]
    assert up == sorted(made)
    assert up != made
    assert down == up[::-1]
    names = [row["last_name"].casefold() for row in await rows(api, "leads", sort="last_name")]
    assert names == sorted(names)


async def test_every_kind_is_listed_under_its_own_name(api: httpx.AsyncClient) -> None:
    for path, name in {
        "/memberships": "memberships",
        "/memberships/templates": "templates",
        "/customers/locations": "locations",
        "/clients/statuses": "statuses",
        "/leads/statuses": "statuses",
        "/leads/sources": "sources",
        "/financials/invoices": "invoices",
    }.items():
        page = (await api.get(path)).json()
        assert list(page) == [name, "pagination"]
        assert isinstance(page[name], list)
    package = (await api.get("/memberships/templates")).json()["templates"][0]
    assert set(package) == {"id", "name", "membership_type", "price", "currency", "commitment"}


async def test_one_row_shows_more_than_its_list_item(api: httpx.AsyncClient) -> None:
    item = (await rows(api, "leads"))[0]
    lead = (await api.get(f"/leads/{item['id']}")).json()
    assert {"notes", "lead_group", "status_history"} == set(lead) - set(item)
    client_item = (await rows(api, "clients"))[0]
    client = (await api.get(f"/clients/{client_item['id']}")).json()
    assert "days_since_last_attendance" in client_item
    assert "days_since_last_attended" in client
    assert set(client["created"]) == {"created_by_id", "created_by", "created_on_datetime"}
    assert set(client["updated"]) == {"updated_by_id", "updated_by", "updated_on_datetime"}


async def test_a_huge_id_survives_the_way_out_and_back(api: httpx.AsyncClient) -> None:
    huge = max(row["id"] for row in await rows(api, "clients", sort="desc_id"))
    assert huge > 2**53
    assert (await api.get(f"/clients/{huge}")).json()["id"] == huge


async def test_an_absent_row_comes_as_an_envelope_under_status_200(api: httpx.AsyncClient) -> None:
    for kind in ("clients", "leads", "memberships"):
        answer = await api.get(f"/{kind}/5")
        assert answer.status_code == 200
        assert answer.json()["HTTPCode"] == 404
        assert set(answer.json()) == {"HTTPCode", "ErrorCode", "DeveloperMessage", "UserMessage", "MoreInfo"}


async def test_search_keeps_what_every_clause_holds_for(api: httpx.AsyncClient) -> None:
    active = await rows(api, "memberships", q="is_active|eq|true")
    assert active
    assert all(row["is_active"] for row in active)
    owner = active[0]["client_id"]
    both = await rows(api, "memberships", q=f"client_id|eq|{owner};is_active|eq|true")
    assert both
    assert all(row["client_id"] == owner and row["is_active"] for row in both)


@pytest.mark.parametrize(
    ("clause", "holds"),
    [
        ("client_status|eq|'Active'", lambda row: row["client_status"] == "Active"),
        ("client_status|eq|'active'", lambda row: row["client_status"] == "Active"),
        ("client_status|neq|'Active'", lambda row: row["client_status"] != "Active"),
        ("client_status|in|{'Drop-In','Pending'}", lambda row: row["client_status"] in {"Drop-In", "Pending"}),
        ("client_status|not_in|{'Active'}", lambda row: row["client_status"] != "Active"),
        ("last_name|contains|'ü'", lambda row: "ü" in row["last_name"]),
        ("last_name|starts_with|'m'", lambda row: row["last_name"].startswith(("M", "m"))),
        ("email|ends_with|'.org'", lambda row: row["email"].casefold().endswith(".org")),
        ("email|is_null", lambda row: row["email"] == ""),
        ("email|not_null", lambda row: row["email"] != ""),
        ("date_of_birth|is_null", lambda row: row["date_of_birth"] == "1900-01-01"),
        ("lead_source_id|is_null", lambda row: row["lead_source_id"] == 0),
        ("member_since|gte|2022-01-01", lambda row: row["member_since"] >= "2022-01-01"),
        ("member_since|gt|'2022-01-01'", lambda row: row["member_since"] > "2022-01-01"),
        ("total_class_sign_ins|lt|100", lambda row: row["total_class_sign_ins"] < 100),
        ("total_class_sign_ins|lte|100", lambda row: row["total_class_sign_ins"] <= 100),
        ("total_class_sign_ins|between|100|300", lambda row: 100 <= row["total_class_sign_ins"] <= 300),
        ("days_since_last_attendance|gt|50", lambda row: row["days_since_last_attendance"] > 50),
        (
            "updated_on_datetime|gte|2022-01-01T00:00:00",
            lambda row: row["updated"]["updated_on_datetime"] >= "2022-01-01T00:00:00",
        ),
    ],
)
async def test_search_finds_exactly_what_a_clause_describes(
    api: httpx.AsyncClient,
    clause: str,
    holds: Callable[[dict[str, Any]], bool],
) -> None:
    everybody = await rows(api, "clients") + await rows(api, "clients", page=2)
    found = await rows(api, "clients", q=clause) + await rows(api, "clients", q=clause, page=2)
    expected = {row["id"] for row in everybody if holds(row)}
    assert {row["id"] for row in found} == expected
    assert 0 < len(expected) < len(everybody)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "shoe_size|eq|1",
        "lead_id|eq|1",
        "id",
        "id|like|1",
        "id|eq",
        "id|eq|1|2",
        "id|eq|'1'",
        "is_at_risk|eq|1",
        "email|eq|unquoted",
        "email|eq|'a;b'",
        "client_status|in|'Active'",
        "id|contains|1",
    ],
)
async def test_a_query_that_cannot_be_read_is_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get("/clients/search", params={"q": query})
    assert (answer.status_code, answer.json()["HTTPCode"]) == (400, 400)
