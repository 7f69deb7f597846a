"""Steering the emulated Wodify: state, reset, edits behind the API's back, the socket and the command line."""

import asyncio
import subprocess
import sys
from datetime import date

import httpx
import pytest

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.wodify import WodifyEmulator


async def test_state_counts_rows_and_calls_by_route(api: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    await api.get("/clients")
    await api.get("/clients", params={"page": 2})
    await api.get("/clients/5")
    await api.get("/nothing")
    state = (await control.get("/state")).json()
    assert state["counts"] == {"clients": 130, "memberships": 220, "leads": 60, "invoices": 0}
    assert state["calls"] == {"GET /clients": 2, "GET /clients/{id}": 1, "unknown": 1}
    assert state["faults"] == []


async def test_reset_brings_back_the_seeded_bytes(api: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    before = (await api.get("/leads")).content
    for lead in (await api.get("/leads")).json()["leads"]:
        await api.delete(f"/leads/{lead['id']}")
    await control.post("/faults", json={"rules": [{"kind": "server_error"}]})
    state = (await control.post("/reset")).json()
    assert (state["calls"], state["faults"]) == ({}, [])
    assert (await api.get("/leads")).content == before


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        ("clients", {"phone_number": "+49 30 23125001", "client_status": "Honorary"}),
        ("leads", {"notes": "rang back", "lead_status": "Warm"}),
        ("memberships", {"is_active": True, "payment_plan": {"is_auto_renew": False}}),
    ],
)
async def test_a_row_can_be_edited_as_if_at_the_provider(
    api: httpx.AsyncClient, control: httpx.AsyncClient, kind: str, patch: dict[str, object]
) -> None:
    key = (await api.get(f"/{kind}")).json()[kind][0]["id"]
    before = (await api.get(f"/{kind}/{key}")).json()
    edited = (await control.post(f"/{kind}/{key}", json=patch)).json()
    flat = {name: value for name, value in patch.items() if not isinstance(value, dict)}
    assert {**edited, **flat} == edited
    if kind == "memberships":
        assert edited["payment_plan"] == {**before["payment_plan"], "is_auto_renew": False}
    else:
        assert edited["updated"]["updated_on_datetime"] > before["updated"]["updated_on_datetime"]
    assert (await api.get(f"/{kind}/{key}")).json() == edited
    listed = (await api.get(f"/{kind}")).json()[kind][0]
    assert {**listed, **{name: flat[name] for name in flat if name in listed}} == listed


async def test_null_in_an_edit_empties_a_field(api: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    found = (await api.get("/clients/search", params={"q": "email|not_null"})).json()["clients"][0]
    edited = (await control.post(f"/clients/{found['id']}", json={"email": None})).json()
    assert edited["email"] == ""


@pytest.mark.parametrize("patch", [{"emial": "x"}, {"email": 3}, {"id": 1}, []])
async def test_an_edit_that_does_not_fit_is_refused(
    api: httpx.AsyncClient, control: httpx.AsyncClient, patch: object
) -> None:
    client = (await api.get("/clients")).json()["clients"][0]
    answer = await control.post(f"/clients/{client['id']}", json=patch)
    assert answer.status_code == 400
    assert (await api.get("/clients")).json()["clients"][0] == client


@pytest.mark.parametrize("kind", ["clients", "leads", "memberships"])
async def test_a_row_can_vanish_as_if_deleted_at_the_provider(
    api: httpx.AsyncClient, control: httpx.AsyncClient, kind: str
) -> None:
    key = (await api.get(f"/{kind}")).json()[kind][0]["id"]
    assert (await control.delete(f"/{kind}/{key}")).status_code == 200
    assert (await api.get(f"/{kind}/{key}")).json()["HTTPCode"] == 404
    assert key not in {row["id"] for row in (await api.get(f"/{kind}")).json()[kind]}
    assert (await control.delete(f"/{kind}/{key}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/clients/5"), ("POST", "/clients/x"), ("POST", "/shoes/5"), ("DELETE", "/shoes/5"), ("GET", "/nothing")],
)
async def test_unknown_control_routes_and_rows_are_404(control: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await control.request(method, path, json={})).status_code == 404


async def test_what_is_not_http_is_answered_400_and_hung_up_on(
    emulator: WodifyEmulator, api: httpx.AsyncClient
) -> None:
    reader, writer = await asyncio.open_connection(api.base_url.host, api.base_url.port)
    writer.write(b"\x00nonsense\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), timeout=5)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_pipelined_and_split_requests_are_answered_in_order(
    emulator: WodifyEmulator, api: httpx.AsyncClient
) -> None:
    reader, writer = await asyncio.open_connection(api.base_url.host, api.base_url.port)
    for piece in (b"GET /v1/a HTTP/1.1\r\nHost: x\r\n\r\nGET /_emu", b"lator/state HTTP/1.0\r\nHost: x\r\n\r\n"):
        writer.write(piece)
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), timeout=5)
    writer.close()
    await writer.wait_closed()
    assert answer.index(b"HTTP/1.1 403 ") < answer.index(b"HTTP/1.1 200 ")


async def test_a_request_is_carried_out_though_the_client_hung_up() -> None:
    """A latency longer than the client's patience must not undo the write."""
    waiting, going_on = asyncio.Event(), asyncio.Event()

    async def pause(_seconds: float) -> None:
        waiting.set()
        await going_on.wait()

    faults = (FaultRule(kind=Fault.LATENCY, latency_ms=1),)
    emulator = WodifyEmulator(today=date(2026, 3, 1), faults=faults, sleep=pause)
    before = len(emulator.state.leads)
    async with emulator.serving() as url, httpx.AsyncClient() as client:
        headers = {"x-api-key": emulator.options.api_key}
        body = {"first_name": "A", "last_name": "B", "location_id": 20}
        call = asyncio.ensure_future(client.post(f"{url}/leads", json=body, headers=headers))
        await asyncio.wait_for(waiting.wait(), timeout=5)
        call.cancel()
        await asyncio.wait([call])
        state = f"{emulator.root_url}/_emulator/state"
        assert (await client.get(state)).json()["counts"]["leads"] == before
        going_on.set()
        assert (await client.get(state)).json()["counts"]["leads"] == before + 1


async def test_leaving_the_block_ends_calls_that_still_wait() -> None:
    waiting = asyncio.Event()

    async def pause(_seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    faults = (FaultRule(kind=Fault.LATENCY, latency_ms=1),)
    emulator = WodifyEmulator(today=date(2026, 3, 1), faults=faults, sleep=pause)
    async with httpx.AsyncClient() as client:
        async with emulator.serving() as url:
            call = asyncio.ensure_future(client.get(f"{url}/leads"))
            await asyncio.wait_for(waiting.wait(), timeout=5)
        with pytest.raises(httpx.HTTPError):
            await call
    with pytest.raises(RuntimeError, match="not serving"):
        _ = emulator.url


def test_the_module_serves_until_it_is_told_to_end() -> None:
    faults = '[{"kind": "server_error", "times": 1}]'
    command = [sys.executable, "-m", "tresen.adapters.emulators.wodify", "--port", "0", "--seed", "1"]
    command += ["--clients", "9", "--memberships", "9", "--leads", "4", "--today", "2026-03-01", "--faults", faults]
    command += ["--api-key", "k", "--convert-suffix", "convert-to-client", "--no-membership-writes"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("ready: ").strip()
        try:
            headers = {"x-api-key": "k"}
            assert httpx.get(f"{url}/clients", headers=headers).status_code == 500
            assert len(httpx.get(f"{url}/clients", headers=headers).json()["clients"]) == 9
            assert httpx.post(f"{url}/memberships", headers=headers).status_code == 403
            assert httpx.post(f"{url}/leads/5/convert-to-client", headers=headers).status_code == 200
        finally:
            process.terminate()
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/v1")
    assert process.returncode == 0
