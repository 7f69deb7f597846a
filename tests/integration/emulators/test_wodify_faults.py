"""Faults over a socket: each kind, when it strikes, and what it leaves behind."""

import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.messages import Request
from tresen.adapters.emulators.wodify import WodifyEmulator

PERSON = {"first_name": "Jördis", "last_name": "Groß", "location_id": 20}
Pauses = list[float]


def rule(kind: Fault, **figures: object) -> dict[str, object]:
    """A rule as the control route takes it."""
    return {"kind": kind.value, **figures}


@pytest.fixture
def spoil(control: httpx.AsyncClient) -> Callable[..., Awaitable[None]]:
    """Puts rules in force at run time."""

    async def put(*rules: dict[str, object]) -> None:
        answer = await control.post("/faults", json={"rules": rules})
        assert answer.status_code == 200, answer.text

    return put


async def test_latency_delays_and_then_answers(
    api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]], pauses: Pauses
) -> None:
    await spoil(rule(Fault.LATENCY, latency_ms=250), rule(Fault.LATENCY, latency_ms=100, method="PUT"))
    assert (await api.get("/clients")).status_code == 200
    assert pauses == [0.25]
    await api.put("/clients/5/suspend")
    assert pauses == [0.25, 0.35]


@pytest.mark.parametrize(("figures", "header"), [({"retry_after_s": 7}, "7"), ({}, None)])
async def test_too_many_requests_with_and_without_a_time_to_wait(
    emulator: WodifyEmulator,
    api: httpx.AsyncClient,
    spoil: Callable[..., Awaitable[None]],
    figures: dict[str, object],
    header: str | None,
) -> None:
    await spoil(rule(Fault.RATE_LIMITED, **figures))
    before = len(emulator.state.leads)
    answer = await api.post("/leads", json=PERSON)
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, header)
    assert len(emulator.state.leads) == before


async def test_a_server_error_has_no_effect(
    emulator: WodifyEmulator, api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    await spoil(rule(Fault.SERVER_ERROR))
    before = len(emulator.state.leads)
    assert (await api.post("/leads", json=PERSON)).status_code == 500
    assert len(emulator.state.leads) == before


async def test_an_error_may_come_under_status_200(
    api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    await spoil(rule(Fault.ERROR_ENVELOPE))
    answer = await api.get("/clients")
    assert (answer.status_code, answer.json()["HTTPCode"]) == (200, 500)


async def test_one_route_may_be_missing_while_others_are_there(
    api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    await spoil(rule(Fault.MISSING_ROUTE, path="/v1/memberships/templates"))
    answer = await api.get("/memberships/templates")
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})
    assert (await api.get("/memberships")).status_code == 200


async def test_a_write_may_be_done_though_no_answer_comes(
    emulator: WodifyEmulator, api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    await spoil(rule(Fault.CLOSE_AFTER_EFFECT, method="POST", path="/v1/leads", times=1))
    before = len(emulator.state.leads)
    with pytest.raises(httpx.RemoteProtocolError):
        await api.post("/leads", json=PERSON)
    assert len(emulator.state.leads) == before + 1
    assert (await api.get("/leads")).status_code == 200


async def test_a_page_may_end_early_though_its_length_is_right(
    api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    whole = (await api.get("/clients")).content
    await spoil(rule(Fault.TRUNCATED_JSON))
    answer = await api.get("/clients")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert 0 < len(answer.content) < len(whole)
    assert whole.startswith(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_the_connection_may_end_in_the_middle_of_a_page(
    api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    await spoil(rule(Fault.CUT_CONNECTION, times=1))
    got = bytearray()

    async def read_on(answer: httpx.Response) -> None:
        async for piece in answer.aiter_raw():
            got.extend(piece)

    async with api.stream("GET", "/clients") as answer:
        announced = int(answer.headers["content-length"])
        with pytest.raises(httpx.RemoteProtocolError):
            await read_on(answer)
    assert 0 < len(got) < announced
    assert len((await api.get("/clients")).content) == announced


async def test_every_nth_matching_request_is_hit_until_the_limit(
    api: httpx.AsyncClient, control: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    await spoil(rule(Fault.SERVER_ERROR, method="GET", path="/v1/leads", every=3, times=2))
    statuses = []
    for _ in range(12):
        await api.get("/clients")
        statuses.append((await api.get("/leads")).status_code)
    assert statuses == [200, 200, 500, 200, 200, 500, 200, 200, 200, 200, 200, 200]
    [count] = (await control.get("/state")).json()["faults"]
    assert (count["matched"], count["played"]) == (12, 2)


async def test_of_two_faults_due_at_once_the_first_is_played(
    api: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]]
) -> None:
    await spoil(rule(Fault.RATE_LIMITED, times=1), rule(Fault.SERVER_ERROR, times=1))
    assert [(await api.get("/leads")).status_code for _ in range(3)] == [429, 500, 200]


async def test_faults_given_at_the_start_come_back_with_a_reset(emulator: WodifyEmulator) -> None:
    faults = (FaultRule(kind=Fault.SERVER_ERROR, times=1),)
    other = WodifyEmulator(today=emulator.state.today, faults=faults)
    headers = {"x-api-key": other.options.api_key}
    async with other.serving() as url, httpx.AsyncClient(base_url=url, headers=headers) as api:
        statuses = [(await api.get("/leads")).status_code for _ in range(2)]
        other.reset()
        statuses += [(await api.get("/leads")).status_code for _ in range(2)]
    assert statuses == [500, 200, 500, 200]


async def test_the_same_seed_cuts_at_the_same_places(emulator: WodifyEmulator) -> None:
    request = Request("GET", "/v1/clients", {}, {"x-api-key": emulator.options.api_key}, b"")

    async def cuts() -> list[int]:
        emulator.faults.replace((FaultRule(kind=Fault.TRUNCATED_JSON),))
        return [len((await emulator.respond(request)).data) for _ in range(5)]

    once = await cuts()
    assert len(set(once)) == 5
    assert await cuts() == once


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "nonsense"},
        {"kind": "server_error", "evry": 2},
        {"kind": "server_error", "every": 0},
        {"kind": "server_error", "times": -1},
        {"kind": "latency"},
        {"kind": "server_error", "latency_ms": 3},
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_and_changes_nothing(
    control: httpx.AsyncClient, spoil: Callable[..., Awaitable[None]], broken: dict[str, object]
) -> None:
    await spoil(rule(Fault.RATE_LIMITED))
    assert (await control.post("/faults", json={"rules": [broken]})).status_code == 400
    assert [count["kind"] for count in (await control.get("/state")).json()["faults"]] == ["rate_limited"]
