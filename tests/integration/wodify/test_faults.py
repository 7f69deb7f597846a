"""Whatever goes wrong, a listing yields everything or raises, and no write happens twice."""

from collections.abc import AsyncIterator

import pytest

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.memory.clock import FixedClock
from tresen.application.ports.gym import GymGateway, NewMembership, NewPerson
from tresen.application.ports.sources import Batch, Observed
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.shared.errors import GatewayUnavailable, GatewayUnsupported

from .conftest import SIZES, TODAY, Open

ANNA = NewPerson(first_name="Anna", last_name="Neu", email="anna.neu@example.org")
TRANSIENT = (
    Fault.RATE_LIMITED,
    Fault.SERVER_ERROR,
    Fault.ERROR_ENVELOPE,
    Fault.CLOSE_AFTER_EFFECT,
    Fault.TRUNCATED_JSON,
    Fault.CUT_CONNECTION,
)


async def everything(batches: AsyncIterator[Batch]) -> list[Observed]:
    return [record async for batch in batches for record in batch.observed]


def rule(kind: Fault, **limits: int | str | None) -> FaultRule:
    return FaultRule(kind=kind, **limits)  # type: ignore[arg-type] # the names are FaultRule's own


@pytest.mark.parametrize("kind", TRANSIENT)
async def test_passing_faults_cost_no_record(connect: Open, emulator: WodifyEmulator, kind: Fault) -> None:
    emulator.faults.replace((rule(kind, every=3),))
    async with connect(page_size="10") as gym:
        seen = await everything(gym.source(MEMBER).listing())
    assert len({record.external_id for record in seen}) == len(seen) == SIZES.clients
    assert emulator.calls["GET /clients"] > SIZES.clients // 10


@pytest.mark.parametrize("kind", TRANSIENT)
async def test_a_listing_that_fails_in_the_middle_for_good_raises(
    connect: Open, emulator: WodifyEmulator, kind: Fault
) -> None:
    async with connect(page_size="10") as gym:
        pages = gym.source(MEMBER).listing()
        await anext(pages)
        await anext(pages)
        emulator.faults.replace((rule(kind),))
        with pytest.raises(GatewayUnavailable):
            await everything(pages)


async def test_slowness_is_waited_out(gym: GymGateway, emulator: WodifyEmulator) -> None:
    emulator.faults.replace((rule(Fault.LATENCY, latency_ms=500),))
    assert len(await everything(gym.source(MEMBER).listing())) == SIZES.clients


async def test_a_missing_route_is_unsupported_at_once(gym: GymGateway, emulator: WodifyEmulator) -> None:
    emulator.faults.replace((rule(Fault.MISSING_ROUTE),))
    with pytest.raises(GatewayUnsupported):
        await everything(gym.source(MEMBER).listing())
    assert emulator.calls["GET /clients"] == 1


async def test_retry_after_is_obeyed(gym: GymGateway, emulator: WodifyEmulator, clock: FixedClock) -> None:
    emulator.faults.replace((rule(Fault.RATE_LIMITED, times=1, retry_after_s=17),))
    await gym.source(MEMBER).listing().__anext__()
    assert 17.0 in clock.slept


async def test_nobody_waits_for_a_provider_that_wants_to_be_left_alone_for_years(
    gym: GymGateway, emulator: WodifyEmulator, clock: FixedClock
) -> None:
    emulator.faults.replace((rule(Fault.RATE_LIMITED, retry_after_s=10**9),))
    with pytest.raises(GatewayUnavailable) as caught:
        await everything(gym.source(MEMBER).listing())
    assert caught.value.details["retry_after_s"] == 86_400.0
    assert clock.slept == []
    assert emulator.calls["GET /clients"] == 1


@pytest.mark.parametrize(
    "kind", [Fault.SERVER_ERROR, Fault.ERROR_ENVELOPE, Fault.CLOSE_AFTER_EFFECT, Fault.TRUNCATED_JSON]
)
async def test_a_sale_whose_outcome_is_unknown_is_not_repeated(
    gym: GymGateway, emulator: WodifyEmulator, kind: Fault
) -> None:
    member = (await gym.list_members(status="active", limit=1, offset=0))[0]
    emulator.faults.replace((rule(kind, method="POST"),))
    sale = NewMembership(member=member.external_id, package="10er-Karte", starts_on=TODAY, payment_method="stripe")
    with pytest.raises(GatewayUnavailable):
        await gym.create_membership(sale)
    assert emulator.calls["POST /memberships"] == 1
    assert len(emulator.state.invoices) == (1 if kind.after_effect else 0)


async def test_a_sale_that_was_throttled_is_made_once(gym: GymGateway, emulator: WodifyEmulator) -> None:
    member = (await gym.list_members(status="active", limit=1, offset=0))[0]
    emulator.faults.replace((rule(Fault.RATE_LIMITED, method="POST", times=2),))
    sale = NewMembership(member=member.external_id, package="801", starts_on=TODAY, payment_method="stripe")
    sold = await gym.create_membership(sale)
    assert sold.read().values["name"] == "Unlimited 12 Monate"
    assert len(emulator.state.invoices) == 1


@pytest.mark.parametrize("kind", [Fault.CLOSE_AFTER_EFFECT, Fault.TRUNCATED_JSON, Fault.CUT_CONNECTION])
async def test_asking_again_after_a_lost_answer_finds_the_lead(
    gym: GymGateway, emulator: WodifyEmulator, kind: Fault
) -> None:
    emulator.faults.replace((rule(kind, method="POST", times=1),))
    with pytest.raises(GatewayUnavailable):
        await gym.create_lead(ANNA)
    lead = await gym.create_lead(ANNA)
    assert lead.read().values["email"] == ANNA.email
    assert len(emulator.state.leads) == SIZES.leads + 1


async def test_asking_again_after_a_lost_conversion_finds_the_client(gym: GymGateway, emulator: WodifyEmulator) -> None:
    lead = await gym.create_lead(ANNA)
    emulator.faults.replace((rule(Fault.CLOSE_AFTER_EFFECT, method="POST", times=1),))
    with pytest.raises(GatewayUnavailable):
        await gym.convert_lead(lead.external_id)
    member = await gym.convert_lead(lead.external_id)
    assert member.read().values["email"] == ANNA.email
    assert len(emulator.state.clients) == SIZES.clients + 1
