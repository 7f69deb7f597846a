"""Stripe tells one payment in many events, twice each, and our own part may fail: it is credited once, never less."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import attrs
from tests.builders import a_task
from tests.integration.complaints.senders import stripe_before
from tests.integration.webhooks.front_desk import FrontDesk, front_desk

from tresen.adapters.emulators.sending import HookFault, HookRule
from tresen.adapters.emulators.stripe import StripeEmulator
from tresen.adapters.emulators.stripe.objects import checkout_session, invoice, payment_intent
from tresen.adapters.memory.clock import FixedClock
from tresen.application.ports.events import StoredEvent
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.reactions import AtCommit, Reaction
from tresen.domain.shared.page import Listing
from tresen.domain.webhooks.delivery import DeliveryState

PAID = ("provider.checkout.completed", "provider.payment.succeeded", "provider.invoice.paid")
LINKED = {"object": "list", "data": [{"payment": {"type": "payment_intent", "payment_intent": "pi_cs_1"}}]}


def payment_of(event: StoredEvent) -> str:
    """Whichever event it is, it names the payment."""
    values = event.data["values"]
    assert isinstance(values, dict)
    named = event.subject_id if event.subject_kind == "payment_intent" else values["payment_intent"]
    assert isinstance(named, str)
    return named


async def credit(uow: UnitOfWork, event: StoredEvent) -> None:
    """What an embedder adds: the mark is the payment's, not the event's."""
    if await uow.marks.add("credit", payment_of(event)):
        await uow.tasks.add(a_task(uow.tenant.id, title="credited", subject=payment_of(event)))


@attrs.define
class Failing:
    """Fails so often, in the transaction in which the fact takes effect."""

    times: int

    async def __call__(self, uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
        self.times -= 1
        if self.times >= 0:
            raise RuntimeError("the part after the mark fails")


async def credits_of(desk: FrontDesk) -> list[str]:
    tasks = (await desk.use_cases.readers.tasks(desk.tenant.id, Listing(limit=100))).items
    return [task.subject for task in tasks if task.title == "credited" and task.subject]


def pay(stripe: StripeEmulator) -> None:
    bill = {**invoice("in_1", amount=2500), "payments": LINKED}
    for kind, thing in (
        ("checkout.session.completed", checkout_session("cs_1", amount=2500)),
        ("payment_intent.succeeded", payment_intent("pi_cs_1", amount=2500)),
        ("invoice.paid", bill),
        ("invoice.payment_succeeded", bill),
    ):
        stripe.state.happen(kind, thing, times=2)


async def test_a_payment_that_is_told_eight_times_is_credited_once(tmp_path: Path, clock: FixedClock) -> None:
    async with (
        front_desk(tmp_path, clock, Reaction(name="credit", on=PAID, run=credit)) as desk,
        stripe_before(desk, clock) as stripe,
    ):
        stripe.sender.faults.replace([HookRule(kind=HookFault.DUPLICATE, every=2)])
        pay(stripe)
        await stripe.flush()
        await desk.work()
        assert await desk.told() == {
            "checkout.completed cs_1": 1,
            "payment.succeeded pi_cs_1": 1,
            "invoice.paid in_1": 1,
        }
        assert {payment_of(event) for event in await desk.effects()} == {"pi_cs_1"}
        assert await credits_of(desk) == ["pi_cs_1"]


async def test_a_fact_whose_effect_failed_is_not_taken_for_done_when_it_comes_again(
    tmp_path: Path, clock: FixedClock
) -> None:
    """What says "seen" is rolled back together with what failed."""
    row = AtCommit(name="failing", on=frozenset({"provider.payment.succeeded"}), run=Failing(times=2))
    async with front_desk(tmp_path, clock, row) as desk, stripe_before(desk, clock) as stripe:
        for _ in range(3):
            stripe.state.happen("payment_intent.succeeded", payment_intent("pi_1", amount=2500))
            await stripe.flush()
            await desk.work()
            clock.advance(timedelta(minutes=30))
        await desk.work()
        assert await desk.told() == {"payment.succeeded pi_1": 1}
        assert sorted(row_.state.value for row_ in await desk.deliveries()) == [
            DeliveryState.DONE.value,
            *[DeliveryState.DUPLICATE.value] * 2,
        ]
