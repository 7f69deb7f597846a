"""When a provider is in trouble, or we want much of it, it is not asked more often than it allows."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.google_calendar import GoogleCalendarEmulator
from tresen.adapters.emulators.messages import Answer, Request
from tresen.adapters.emulators.server import Emulator
from tresen.adapters.memory.clock import FixedClock
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount

DESK = "desk@example.com"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def google(clock: FixedClock) -> AsyncIterator[GoogleCalendarEmulator]:
    emulator = GoogleCalendarEmulator(calendars=(DESK,), now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        yield emulator


@pytest.fixture
async def account(desk: FrontDesk, google: GoogleCalendarEmulator) -> ProviderAccount:
    return await desk.connect("google_calendar", google.key_file(), base_url=google.url, settings={"calendars": DESK})


def busiest_minute(seen: Mapping[datetime, int]) -> int:
    """The most calls within any minute; ``seen`` are counts by instant."""
    return max(sum(count for at, count in seen.items() if start <= at < start + MINUTE) for start in seen)


def watched(emulator: Emulator, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> dict[datetime, int]:
    """Counts the emulator's calls by instant, from now on."""
    seen: dict[datetime, int] = {}
    answer = emulator.provider.answer

    def counting(request: Request) -> Answer:
        seen[clock.now()] = seen.get(clock.now(), 0) + 1
        return answer(request)

    monkeypatch.setattr(emulator.provider, "answer", counting)
    return seen


async def test_calcom_is_never_called_more_than_its_120_times_a_minute(
    desk: FrontDesk, clock: FixedClock, calcom: CalcomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond that it locks the account. Nobody waits in between but for the budget."""
    (account,) = await desk.use_cases.list_provider_accounts(desk.tenant.id)
    seen = watched(calcom, clock, monkeypatch)
    start = clock.now()
    for _ in range(300):
        assert (await desk.ensure(account)).error is None
    assert sum(seen.values()) >= 300
    assert clock.now() - start > 2 * MINUTE, "the clock is moved by waiting alone"
    assert busiest_minute(seen) <= 120


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RATE_LIMITED, Fault.ERROR_ENVELOPE, Fault.CUT_CONNECTION])
async def test_an_error_is_not_taken_for_a_token_that_ended(
    desk: FrontDesk, google: GoogleCalendarEmulator, account: ProviderAccount, fault: Fault
) -> None:
    """Each try with another token would double the storm, and one of them would be the last that Google allows."""
    google.faults.replace((FaultRule(kind=fault, path="/calendar"),))
    for _ in range(20):
        assert (await desk.ensure(account)).error is not None
    assert google.account.issued == 1
    now = await desk.use_cases.list_provider_accounts.one(desk.tenant.id, account.id)
    assert now.credential_state is CredentialState.OK


async def test_a_refusal_is_not_taken_for_a_token_that_ended(desk: FrontDesk, google: GoogleCalendarEmulator) -> None:
    account = await desk.connect(
        "google_calendar", google.key_file(), base_url=google.url, settings={"calendars": "nobody@example.com"}
    )
    for _ in range(5):
        assert (await desk.ensure(account)).error is not None
    assert google.account.issued == 1


async def test_who_is_down_is_left_alone(
    desk: FrontDesk, clock: FixedClock, google: GoogleCalendarEmulator, account: ProviderAccount
) -> None:
    """A hundred jobs that want something of it make a few tries and one trial, not hundreds."""
    google.faults.replace((FaultRule(kind=Fault.SERVER_ERROR, path="/calendar"),))
    for _ in range(100):
        assert (await desk.ensure(account)).error is not None
    assert google.calls.total() < 30
    google.faults.replace(())
    clock.advance(timedelta(minutes=5))
    assert (await desk.ensure(account)).error is None
