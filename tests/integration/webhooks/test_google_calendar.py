"""Google's channels: opened, renewed, closed; what they tell, from the emulator over a socket to its effect."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.google_calendar import GoogleCalendarEmulator
from tresen.adapters.emulators.google_calendar.store import EventBody
from tresen.adapters.emulators.sending import HookFault, HookRule
from tresen.adapters.memory.clock import FixedClock
from tresen.application.webhooks.administer_inbox import NewSecret
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount
from tresen.domain.webhooks.delivery import DeliveryState

DESK, COURT = "desk@example.com", "court@example.com"


@pytest.fixture
async def google(clock: FixedClock) -> AsyncIterator[GoogleCalendarEmulator]:
    emulator = GoogleCalendarEmulator(calendars=(DESK, COURT), now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        yield emulator


@pytest.fixture
async def account(desk: FrontDesk, google: GoogleCalendarEmulator) -> ProviderAccount:
    return await desk.connect(
        "google_calendar", google.key_file(), base_url=google.url, settings={"calendars": f"{DESK},{COURT}"}
    )


@pytest.fixture
async def ready(desk: FrontDesk, account: ProviderAccount, google: GoogleCalendarEmulator) -> ProviderAccount:
    """The account with its channels, whose first messages are behind it."""
    assert (await desk.ensure(account)).error is None
    await google.flush()
    return account


async def deliver(google: GoogleCalendarEmulator, desk: FrontDesk) -> None:
    await google.flush()
    await desk.work()


def of_calendar(google: GoogleCalendarEmulator, calendar: str) -> list[str]:
    return [one.id for one in google.channels.open.values() if one.calendar == calendar]


async def test_a_channel_is_opened_for_each_calendar_once(
    desk: FrontDesk, account: ProviderAccount, google: GoogleCalendarEmulator, clock: FixedClock
) -> None:
    first = await desk.ensure(account)
    assert first.done == [f"opened the channel of {DESK}", f"opened the channel of {COURT}"]
    assert {one.expires_at for one in first.registrations} == {clock.now() + timedelta(days=7)}
    await google.flush()
    assert [(one.event, one.status) for one in google.sender.log] == [("sync", 204)] * 2
    assert (await desk.ensure(account)).done == []
    assert len(google.channels.open) == 2
    assert google.account.issued == 1


async def test_a_change_is_told_once_though_bursts_come(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator
) -> None:
    for _ in range(5):
        google.state.insert(DESK, EventBody(summary="Intro"))
    await google.flush()
    await desk.work()
    assert await desk.told() == {f"calendar.changed {DESK}": 1}
    google.state.insert(COURT, EventBody())
    google.state.insert(DESK, EventBody())
    await deliver(google, desk)
    assert await desk.told() == {f"calendar.changed {DESK}": 2, f"calendar.changed {COURT}": 1}


@pytest.mark.parametrize(
    "rules",
    [
        [HookRule(kind=HookFault.DUPLICATE)],
        [HookRule(kind=HookFault.REORDER, every=2)],
        [HookRule(kind=HookFault.DELAY, delay_ms=30_000)],
        [HookRule(kind=HookFault.DROP, times=1)],
    ],
    ids=["duplicate", "reorder", "delay", "drop"],
)
async def test_that_something_changed_arrives_whatever_happens_on_the_way(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator, clock: FixedClock, rules: list[HookRule]
) -> None:
    """A later message makes up for one that was dropped, for all say the same."""
    google.sender.faults.replace(rules)
    for _ in range(2):
        google.state.insert(DESK, EventBody())
    await google.flush()
    clock.advance(timedelta(minutes=1))
    await deliver(google, desk)
    assert await desk.told() == {f"calendar.changed {DESK}": 1}


async def test_a_wrong_token_is_unknown(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator
) -> None:
    google.sender.faults.replace([HookRule(kind=HookFault.WRONG_SIGNATURE)])
    google.state.insert(DESK, EventBody())
    await deliver(google, desk)
    assert google.sender.log[-1].status == 404
    assert await desk.told() == {}


async def test_google_tries_again_when_the_server_was_down(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator, clock: FixedClock
) -> None:
    await desk.down()
    google.state.insert(DESK, EventBody())
    await google.flush()
    await desk.up()
    clock.advance(timedelta(seconds=2))
    await deliver(google, desk)
    assert await desk.told() == {f"calendar.changed {DESK}": 1}


async def test_a_channel_is_renewed_before_it_ends_and_the_old_one_closed_later(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator, clock: FixedClock
) -> None:
    (old,) = of_calendar(google, DESK)
    clock.advance(timedelta(days=4, hours=15))
    assert (await desk.ensure(ready)).done == []
    clock.advance(timedelta(hours=2))
    renewed = await desk.ensure(ready)
    assert renewed.done == [f"renewed the channel of {DESK}", f"renewed the channel of {COURT}"]
    # While both are open both tell; what the old one tells is known and not needed.
    assert len(of_calendar(google, DESK)) == 2
    google.state.insert(DESK, EventBody())
    await deliver(google, desk)
    assert await desk.told() == {f"calendar.changed {DESK}": 1}
    assert {one.status for one in google.sender.log} == {204}
    assert [row.state for row in await desk.deliveries()] == [DeliveryState.DONE]

    closed = await desk.ensure(ready)
    assert f"closed channel {old} of {DESK}" in closed.done
    assert old in google.channels.stopped
    assert old in [one.external_id for one in closed.registrations]
    assert (await desk.ensure(ready)).done == []

    clock.advance(timedelta(days=3))
    last = await desk.ensure(ready)
    assert old not in [one.external_id for one in last.registrations]
    assert (last.missed_since, len(google.channels.open)) == (None, 2)


async def test_channels_that_ended_while_nobody_looked_are_opened_anew_and_the_calendars_looked_at(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator, clock: FixedClock
) -> None:
    ends = clock.now() + timedelta(days=7)
    clock.advance(timedelta(days=8))
    google.state.insert(DESK, EventBody())
    assert await google.flush() == 0
    mended = await desk.ensure(ready)
    assert (mended.missed_since, mended.recovered) == (ends, 2)
    await desk.work()
    assert await desk.told() == {f"calendar.changed {DESK}": 1, f"calendar.changed {COURT}": 1}
    assert (await desk.ensure(ready)).missed_since is None


async def test_a_calendar_that_is_not_wanted_any_more_is_not_watched(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator
) -> None:
    await desk.connect("google_calendar", google.key_file(), base_url=google.url, settings={"calendars": DESK})
    assert len((await desk.ensure(ready)).done) == 1
    assert of_calendar(google, COURT) == []
    assert len(of_calendar(google, DESK)) == 1


async def test_another_secret_opens_other_channels(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator, clock: FixedClock
) -> None:
    await desk.use_cases.administer_inbox.give_secret(
        NewSecret(tenant_id=desk.tenant.id, account_id=ready.id, keep_former_for=timedelta(hours=1))
    )
    google.state.insert(DESK, EventBody())
    await deliver(google, desk)
    assert (await desk.ensure(ready)).done == [f"renewed the channel of {DESK}", f"renewed the channel of {COURT}"]
    await desk.ensure(ready)
    clock.advance(timedelta(hours=2))
    google.state.insert(DESK, EventBody())
    await deliver(google, desk)
    assert await desk.told() == {f"calendar.changed {DESK}": 2}


async def test_a_token_that_was_revoked_is_replaced(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator
) -> None:
    google.account.revoke()
    await desk.use_cases.administer_inbox.give_secret(NewSecret(tenant_id=desk.tenant.id, account_id=ready.id))
    assert (await desk.ensure(ready)).error is None
    assert (len(google.channels.open), google.account.issued) == (4, 2)


async def test_a_token_is_used_until_a_minute_before_its_end(
    desk: FrontDesk, ready: ProviderAccount, google: GoogleCalendarEmulator, clock: FixedClock
) -> None:
    google.faults.replace((FaultRule(kind=Fault.SERVER_ERROR, path="/token"),))
    await desk.connect("google_calendar", google.key_file(), base_url=google.url, settings={"calendars": DESK})
    clock.advance(timedelta(minutes=58))
    assert (await desk.ensure(ready)).error is None
    await desk.connect("google_calendar", google.key_file(), base_url=google.url, settings={"calendars": COURT})
    clock.advance(timedelta(minutes=1))
    assert (await desk.ensure(ready)).error is not None


async def test_a_lost_answer_leaves_a_channel_that_is_unknown_and_does_no_harm(
    desk: FrontDesk, account: ProviderAccount, google: GoogleCalendarEmulator
) -> None:
    """Google lists no channels: the one that was opened without our knowing ends by itself."""
    google.faults.replace((FaultRule(kind=Fault.CLOSE_AFTER_EFFECT, path=f"/calendar/v3/calendars/{DESK}", times=1),))
    assert (await desk.ensure(account)).error is not None
    assert (await desk.ensure(account)).error is None
    google.state.insert(DESK, EventBody())
    await deliver(google, desk)
    assert await desk.told() == {f"calendar.changed {DESK}": 1}


async def test_a_calendar_that_is_not_shared_is_told(desk: FrontDesk, google: GoogleCalendarEmulator) -> None:
    account = await desk.connect(
        "google_calendar", google.key_file(), base_url=google.url, settings={"calendars": "nobody@example.com"}
    )
    standing = await desk.ensure(account)
    assert standing.error is not None
    assert standing.error.code == "provider_not_found"
    now = await desk.use_cases.list_provider_accounts.one(desk.tenant.id, account.id)
    assert now.credential_state is CredentialState.OK


async def test_without_calendars_it_says_what_to_set(desk: FrontDesk, google: GoogleCalendarEmulator) -> None:
    account = await desk.connect("google_calendar", google.key_file(), base_url=google.url)
    standing = await desk.ensure(account)
    assert standing.error is not None
    assert "calendars" in standing.error.message


async def test_a_key_that_google_does_not_know_blocks_the_account(
    desk: FrontDesk, google: GoogleCalendarEmulator
) -> None:
    key = {**json.loads(google.key_file()), "client_email": "somebody@else.example"}
    account = await desk.connect("google_calendar", json.dumps(key), base_url=google.url, settings={"calendars": DESK})
    assert (await desk.ensure(account)).error is not None
    now = await desk.use_cases.list_provider_accounts.one(desk.tenant.id, account.id)
    assert now.credential_state is CredentialState.BLOCKED


async def test_too_many_calls_pass_though_google_calls_them_forbidden(
    desk: FrontDesk, account: ProviderAccount, google: GoogleCalendarEmulator
) -> None:
    google.faults.replace((FaultRule(kind=Fault.ERROR_ENVELOPE, path="/calendar", times=2),))
    assert (await desk.ensure(account)).error is None
    assert len(google.channels.open) == 2


@pytest.mark.parametrize(("subject", "is_fine"), [("boss@example.com", True), ("guest@example.com", False)])
async def test_it_works_in_the_name_of_a_user_where_the_domain_allows_that(
    desk: FrontDesk, clock: FixedClock, subject: str, is_fine: bool
) -> None:
    google = GoogleCalendarEmulator(
        calendars=(DESK,), delegated=("boss@example.com",), now=clock.now, sleep=clock.sleep, automatic=False
    )
    async with google.serving():
        settings = {"calendars": DESK, "subject": subject}
        account = await desk.connect("google_calendar", google.key_file(), base_url=google.url, settings=settings)
        assert (await desk.ensure(account)).healthy is is_fine
