"""What was asked of staff, and is wanted otherwise by now, is not asked any more: of two wishes the later one holds."""

from decimal import Decimal

from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable
from tresen.domain.staff.task import TaskState

from ..membership.test_changes import cancellation, says_yes_and_keeps, sold_here
from ..membership.test_changes import update as change
from ..studio import Studio
from .test_done_later import states, still_asked
from .test_written_over import edited_there, update

NEWER = (TaskState.DONE, "replaced by a newer request")


async def test_a_later_wish_for_a_lead_replaces_the_one_before_where_neither_is_written(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    await update(studio, grace, notes="call monday", stage=Stage.CONTACTED)
    studio.change_account(writes_enabled=True)
    studio.gym.faults.fail_next("update_lead", GatewayRejected("busy"))
    await update(studio, grace, notes="call tuesday", stage=Stage.QUALIFIED)
    assert await still_asked(studio) == [{"notes": "call tuesday", "stage": "qualified"}]
    assert await states(studio) == [NEWER, (TaskState.OPEN, None)]


async def test_so_it_is_where_the_look_fails(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    for notes in ("call monday", "call tuesday"):
        studio.gym.faults.fail_next("leads.get", GatewayUnavailable("down"))
        await update(studio, grace, notes=notes)
    assert await still_asked(studio) == [{"notes": "call tuesday"}]


async def test_what_is_not_wanted_otherwise_is_still_asked_for(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(change(studio, gold, status=Status.PAUSED, monthly_price=Decimal(39)))
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(29)))
    assert await still_asked(studio) == [{"status": "paused"}, {"monthly_price": "29"}]


async def test_a_cancellation_that_is_asked_for_once_more_for_another_reason_is_one_task(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    await studio.cancel_membership(cancellation(studio, gold, "really moves"))
    assert await still_asked(studio) == [{"reason": "really moves"}]


async def test_what_the_provider_keeps_of_a_later_wish_replaces_the_one_before(studio: Studio) -> None:
    gold = await sold_here(studio)
    says_yes_and_keeps(studio)
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(39)))
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(29)))
    assert await still_asked(studio) == [{"monthly_price": "29"}]


async def test_what_stood_there_before_is_told_by_the_newer_task(studio: Studio) -> None:
    grace = await edited_there(studio)
    for notes in ("three", "four"):
        studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
        await update(studio, grace, notes=notes)
    studio.change_account(writes_enabled=False)
    await update(studio, grace, notes="five")
    assert await still_asked(studio) == [{"stood_there": "notes: two; notes: three", "notes": "five"}]
