"""Retell's calls, from its emulator over a socket to their effect; and calls that ring and wait."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import msgspec
import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.retell import RetellEmulator
from tresen.adapters.emulators.retell.store import AGENT
from tresen.adapters.emulators.sending import HookFault, HookRule
from tresen.adapters.memory.clock import FixedClock
from tresen.domain.tenancy.provider_account import ProviderAccount

ANA, US = "+4930123", "+4930456"


@pytest.fixture
async def retell(clock: FixedClock) -> AsyncIterator[RetellEmulator]:
    emulator = RetellEmulator(now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        yield emulator


@pytest.fixture
async def account(desk: FrontDesk, retell: RetellEmulator) -> ProviderAccount:
    """With its address entered at Retell, as a person does it."""
    account = await desk.connect("retell", retell.options.api_key, base_url=retell.root_url)
    address = await desk.address(account)
    retell.state.agents[AGENT].webhook_url = address
    retell.state.inbound[US] = f"{address}/inbound"
    return account


def talk(retell: RetellEmulator, clock: FixedClock) -> str:
    call = retell.state.call(ANA, US)
    retell.state.start(call.call_id)
    clock.advance(timedelta(seconds=30))
    retell.state.end(call.call_id)
    retell.state.analyse(call.call_id)
    return call.call_id


async def deliver(retell: RetellEmulator, desk: FrontDesk) -> None:
    await retell.flush()
    await desk.work()


async def test_a_person_is_told_what_to_do(desk: FrontDesk, account: ProviderAccount) -> None:
    steps = " ".join((await desk.ensure(account)).todo)
    assert f"{await desk.address(account)}/inbound" in steps
    assert "badge" in steps


async def test_the_life_of_a_call(
    desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator, clock: FixedClock
) -> None:
    key = talk(retell, clock)
    await deliver(retell, desk)
    assert await desk.told() == {f"call.started {key}": 1, f"call.ended {key}": 1, f"call.analyzed {key}": 1}
    assert {one.status for one in retell.sender.log} == {204}


async def test_a_call_that_nobody_answered_only_ends(
    desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator
) -> None:
    call = retell.state.call(US, ANA, direction="outbound")
    retell.state.end(call.call_id, reason="dial_no_answer")
    await deliver(retell, desk)
    assert await desk.told() == {f"call.ended {call.call_id}": 1}


@pytest.mark.parametrize(
    "rules",
    [
        [HookRule(kind=HookFault.DUPLICATE)],
        [HookRule(kind=HookFault.DELAY, delay_ms=5_000, event="call_started")],
        [HookRule(kind=HookFault.REORDER, event="call_ended")],
        [HookRule(kind=HookFault.DROP, event="call_started")],
    ],
    ids=["duplicate", "delay", "reorder", "drop"],
)
async def test_what_a_call_came_to_takes_effect_once(
    desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator, clock: FixedClock, rules: list[HookRule]
) -> None:
    """Later events tell all that former ones told: those that come behind them are out of date."""
    retell.sender.faults.replace(rules)
    keys = [talk(retell, clock) for _ in range(3)]
    for _ in range(3):
        await deliver(retell, desk)
        clock.advance(timedelta(minutes=1))
    told = await desk.told()
    assert {key: told[f"call.analyzed {key}"] for key in keys} == dict.fromkeys(keys, 1)
    assert set(told.values()) == {1}


async def test_a_wrong_signature_is_refused(
    desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator, clock: FixedClock
) -> None:
    retell.sender.faults.replace([HookRule(kind=HookFault.WRONG_SIGNATURE)])
    talk(retell, clock)
    await deliver(retell, desk)
    assert {one.status for one in retell.sender.log} == {401}
    assert await desk.told() == {}


async def test_retell_tries_again_within_seconds_and_then_gives_up(
    desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator, clock: FixedClock
) -> None:
    await desk.down()
    first = retell.state.call(ANA, US)
    retell.state.start(first.call_id)
    await retell.flush()
    await desk.up()
    clock.advance(timedelta(seconds=1))
    await deliver(retell, desk)
    assert await desk.told() == {f"call.started {first.call_id}": 1}
    await desk.down()
    retell.state.end(first.call_id)
    for _ in range(10):
        await retell.flush()
        clock.advance(timedelta(seconds=10))
    assert [one.attempt for one in retell.sender.log if one.event == "call_ended"] == [1, 2, 3, 4]
    assert retell.sender.waiting == 0


async def test_a_call_that_rings_is_answered(desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator) -> None:
    answered = await retell.ring(ANA, US)
    assert answered.status == 200
    assert msgspec.json.decode(answered.body) == {"call_inbound": {}}
    await desk.work()
    assert [event.type for event in await desk.effects()] == ["provider.call.inbound"]


async def test_a_call_that_is_not_proved_to_be_one_is_refused(
    desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator
) -> None:
    assert (await retell.ring(ANA, US, forged=True)).status == 401
    assert await desk.deliveries() == []


async def test_a_call_rings_again_when_nobody_answered(
    desk: FrontDesk, account: ProviderAccount, retell: RetellEmulator, clock: FixedClock
) -> None:
    await desk.down()
    assert (await retell.ring(ANA, US)).status is None
    assert clock.slept == [1.0, 2.0, 4.0]


async def test_calls_are_listed_and_made_through_the_interface(retell: RetellEmulator, clock: FixedClock) -> None:
    keys = [talk(retell, clock) for _ in range(3)]
    bearer = {"Authorization": f"Bearer {retell.options.api_key}"}
    async with httpx.AsyncClient(base_url=retell.root_url, headers=bearer) as client:
        page = (await client.post("/v3/list-calls", json={"limit": 2, "sort_order": "ascending"})).json()
        assert [one["call_id"] for one in page["items"]] == keys[:2]
        rest = {"limit": 2, "sort_order": "ascending", "pagination_key": page["pagination_key"]}
        assert [one["call_id"] for one in (await client.post("/v3/list-calls", json=rest)).json()["items"]] == keys[2:]
        made = (await client.post("/v2/create-phone-call", json={"from_number": US, "to_number": ANA})).json()
        assert made["call_status"] == "registered"
        assert (await client.get(f"/v2/get-call/{made['call_id']}")).json()["to_number"] == ANA
        assert (await client.post("/v3/list-calls", json={"limit": 0})).status_code == 422
