"""Cal.com's bookings, from its emulator over a socket to their effect."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.calcom import CalcomEmulator
from tresen.adapters.emulators.calcom.shapes import (
    AbsentAttendee,
    AbsentBody,
    Attendee,
    Booking,
    BookingBody,
    RescheduleBody,
    WebhookBody,
)
from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.sending import HookFault, HookRule
from tresen.adapters.memory.clock import FixedClock
from tresen.application.webhooks.administer_inbox import NewSecret
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount
from tresen.domain.webhooks.delivery import DeliveryState

ANA = Attendee(name="Ana Müller", email="ana@example.com")
INTRO, CONSULTATION = 101, 102


@pytest.fixture
async def calcom(clock: FixedClock) -> AsyncIterator[CalcomEmulator]:
    emulator = CalcomEmulator(now=clock.now, sleep=clock.sleep, automatic=False)
    async with emulator.serving():
        yield emulator


@pytest.fixture
async def account(desk: FrontDesk, calcom: CalcomEmulator) -> ProviderAccount:
    return await desk.connect("calcom", calcom.options.api_key, base_url=calcom.url)


@pytest.fixture
async def ready(desk: FrontDesk, account: ProviderAccount) -> ProviderAccount:
    """The account, with its webhook."""
    assert (await desk.ensure(account)).error is None
    return account


def book(calcom: CalcomEmulator, kind: int = INTRO, day: int = 25) -> Booking:
    return calcom.state.book(BookingBody(event_type_id=kind, start=f"2026-11-{day}T15:00:00Z", attendee=ANA))


async def deliver(calcom: CalcomEmulator, desk: FrontDesk) -> None:
    await calcom.flush()
    await desk.work()


async def test_a_webhook_is_set_up_once(desk: FrontDesk, account: ProviderAccount, calcom: CalcomEmulator) -> None:
    first = await desk.ensure(account)
    (webhook,) = calcom.state.webhooks.values()
    assert webhook.subscriber_url == await desk.address(account)
    assert "BOOKING_CONFIRMED" not in webhook.triggers
    assert {"BOOKING_CREATED", "BOOKING_NO_SHOW_UPDATED", "MEETING_ENDED"} <= set(webhook.triggers)
    assert (first.done, first.healthy) == (["created a webhook"], True)
    second = await desk.ensure(account)
    assert (second.done, second.registrations[0].external_id) == ([], str(webhook.id))
    assert len(calcom.state.webhooks) == 1


async def test_the_life_of_a_booking(desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator) -> None:
    asked = book(calcom, CONSULTATION)
    calcom.state.confirm(asked.uid)
    moved = calcom.state.reschedule(
        asked.uid, RescheduleBody(start="2026-11-26T15:00:00Z", rescheduled_by=calcom.options.host_email)
    )
    calcom.state.meeting("MEETING_ENDED", moved.uid)
    calcom.state.mark_absent(moved.uid, AbsentBody(attendees=[AbsentAttendee(email=ANA.email, absent=True)]))
    other = book(calcom)
    calcom.state.cancel(other.uid, "ill")
    await deliver(calcom, desk)
    assert await desk.told() == {
        f"booking.requested {asked.uid}": 1,
        f"booking.created {asked.uid}": 1,
        f"booking.rescheduled {moved.uid}": 1,
        f"meeting.ended {moved.uid}": 1,
        f"booking.no_show_updated {moved.uid}": 1,
        f"booking.created {other.uid}": 1,
        f"booking.cancelled {other.uid}": 1,
    }


async def test_the_test_button_is_answered(desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator) -> None:
    assert calcom.state.ping() == 1
    await deliver(calcom, desk)
    assert calcom.sender.log[-1].status == 200
    assert await desk.told() == {}


@pytest.mark.parametrize(
    "rules",
    [
        [HookRule(kind=HookFault.DUPLICATE)],
        [HookRule(kind=HookFault.REORDER, every=2)],
        [HookRule(kind=HookFault.DELAY, delay_ms=30_000, every=3)],
        [HookRule(kind=HookFault.DUPLICATE, every=2), HookRule(kind=HookFault.REORDER, every=3)],
    ],
    ids=["duplicate", "reorder", "delay", "duplicate and reorder"],
)
async def test_every_booking_takes_effect_once(
    desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator, clock: FixedClock, rules: list[HookRule]
) -> None:
    calcom.sender.faults.replace(rules)
    uids = [book(calcom, day=day).uid for day in range(10, 20)]
    for _ in range(3):
        await deliver(calcom, desk)
        clock.advance(timedelta(minutes=1))
    assert await desk.told() == {f"booking.created {uid}": 1 for uid in uids}


async def test_a_cancellation_that_comes_first_is_not_undone(
    desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator
) -> None:
    calcom.sender.faults.replace([HookRule(kind=HookFault.REORDER, times=1)])
    booking = book(calcom)
    calcom.state.cancel(booking.uid, None)
    await deliver(calcom, desk)
    assert await desk.told() == {f"booking.cancelled {booking.uid}": 1}
    states = Counter(row.state for row in await desk.deliveries())
    assert states == {DeliveryState.DONE: 1, DeliveryState.OUT_OF_DATE: 1}


async def test_a_wrong_signature_is_refused(desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator) -> None:
    calcom.sender.faults.replace([HookRule(kind=HookFault.WRONG_SIGNATURE, times=1)])
    book(calcom)
    right = book(calcom, day=26)
    await deliver(calcom, desk)
    assert [one.status for one in calcom.sender.log] == [401, 200]
    assert await desk.told() == {f"booking.created {right.uid}": 1}


async def test_a_subscription_without_a_secret_is_refused(
    desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator
) -> None:
    (webhook,) = calcom.state.webhooks.values()
    webhook.secret = None
    book(calcom)
    await deliver(calcom, desk)
    assert calcom.sender.log[-1].status == 401


async def test_what_is_sent_while_nobody_answers_is_lost(
    desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator
) -> None:
    """Cal.com tries once: only its list of bookings can tell."""
    await desk.down()
    book(calcom)
    await calcom.flush()
    await desk.up()
    later = book(calcom, day=26)
    await deliver(calcom, desk)
    assert calcom.sender.log[0].status is None
    assert await desk.told() == {f"booking.created {later.uid}": 1}


async def test_what_was_changed_there_is_mended(
    desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator
) -> None:
    (webhook,) = calcom.state.webhooks.values()
    webhook.active, webhook.triggers, webhook.secret = False, ["BOOKING_CREATED", "OOO_CREATED"], "somebody else's"
    mended = await desk.ensure(ready)
    assert mended.done == ["changed the webhook: active, secret, triggers"]
    assert webhook.active
    assert "OOO_CREATED" in webhook.triggers
    assert (await desk.ensure(ready)).done == []
    booking = book(calcom)
    await deliver(calcom, desk)
    assert await desk.told() == {f"booking.created {booking.uid}": 1}


async def test_a_second_webhook_of_ours_is_removed(
    desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator
) -> None:
    address = await desk.address(ready)
    foreign = calcom.state.subscribe(WebhookBody(active=True, subscriber_url="https://else.example/", triggers=[]))
    calcom.state.subscribe(WebhookBody(active=True, subscriber_url=address, triggers=["BOOKING_CREATED"]))
    await desk.ensure(ready)
    assert [one.subscriber_url for one in calcom.state.webhooks.values()].count(address) == 1
    assert foreign.id in calcom.state.webhooks


async def test_triggers_that_a_server_does_not_know_are_left_out(
    desk: FrontDesk, account: ProviderAccount, calcom: CalcomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = frozenset({"BOOKING_CREATED", "BOOKING_CANCELLED", "BOOKING_RESCHEDULED"})
    monkeypatch.setattr("tresen.adapters.emulators.calcom.store.TRIGGERS", known)
    assert (await desk.ensure(account)).error is None
    (webhook,) = calcom.state.webhooks.values()
    assert set(webhook.triggers) == known
    assert (await desk.ensure(account)).done == []


@pytest.mark.parametrize("kind", [Fault.CLOSE_AFTER_EFFECT, Fault.TRUNCATED_JSON, Fault.CUT_CONNECTION])
async def test_a_creation_whose_answer_is_lost_is_not_repeated(
    desk: FrontDesk, account: ProviderAccount, calcom: CalcomEmulator, kind: Fault
) -> None:
    calcom.faults.replace((FaultRule(kind=kind, method="POST", path="/v2/webhooks"),))
    standings = [await desk.ensure(account) for _ in range(3)]
    assert [(one.error, len(one.registrations)) for one in standings] == [(None, 1)] * 3
    assert len(calcom.state.webhooks) == 1
    booking = book(calcom)
    await deliver(calcom, desk)
    assert await desk.told() == {f"booking.created {booking.uid}": 1}


async def test_a_server_in_trouble_is_tried_again_and_told(
    desk: FrontDesk, account: ProviderAccount, calcom: CalcomEmulator
) -> None:
    calcom.faults.replace((FaultRule(kind=Fault.SERVER_ERROR, method="GET", times=2),))
    assert (await desk.ensure(account)).error is None
    calcom.faults.replace((FaultRule(kind=Fault.SERVER_ERROR),))
    failed = await desk.ensure(account)
    assert failed.error is not None
    assert failed.error.code == "provider_unavailable"
    assert len(calcom.state.webhooks) == 1


async def test_a_key_that_is_refused_blocks_the_account(desk: FrontDesk, calcom: CalcomEmulator) -> None:
    account = await desk.connect("calcom", "cal_test_wrong", base_url=calcom.url)
    assert (await desk.ensure(account)).error is not None
    now = await desk.use_cases.list_provider_accounts.one(desk.tenant.id, account.id)
    assert now.credential_state is CredentialState.BLOCKED
    calls = calcom.calls.total()
    assert (await desk.ensure(account)).error is not None
    assert calcom.calls.total() == calls


async def test_both_secrets_are_taken_while_one_is_replaced(
    desk: FrontDesk, ready: ProviderAccount, calcom: CalcomEmulator, clock: FixedClock
) -> None:
    before = book(calcom)
    await desk.use_cases.administer_inbox.give_secret(
        NewSecret(tenant_id=desk.tenant.id, account_id=ready.id, keep_former_for=timedelta(hours=1))
    )
    await deliver(calcom, desk)
    assert (await desk.ensure(ready)).done == ["changed the webhook: secret"]
    after = book(calcom, day=26)
    clock.advance(timedelta(hours=2))
    await deliver(calcom, desk)
    assert await desk.told() == {f"booking.created {one.uid}": 1 for one in (before, after)}


async def test_every_tenant_has_a_schedule_that_does_it(
    desk: FrontDesk, account: ProviderAccount, calcom: CalcomEmulator, clock: FixedClock
) -> None:
    await desk.installation.tick()
    clock.advance(timedelta(hours=6))
    await desk.installation.tick()
    await desk.work()
    assert [one.subscriber_url for one in calcom.state.webhooks.values()] == [await desk.address(account)]
