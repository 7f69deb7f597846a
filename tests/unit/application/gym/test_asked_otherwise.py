"""What was asked of staff, and is wanted otherwise by now, is not asked any more: of two wishes the later one holds."""

from decimal import Decimal

import pytest

from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable
from tresen.domain.staff.task import TaskState

from ..membership.test_changes import cancellation, says_yes_and_keeps, sold_here
from ..membership.test_changes import update as change
from ..studio import Studio
from .test_done_later import open_tasks, states, still_asked
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


async def changed_there(studio: Studio) -> tuple[str, UndoTarget]:
    """A lead of which somebody changed the notes there, and a sync saw it."""
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.books.leads.edit(grace, {"notes": "one"})
    return grace, UndoTarget(run_id=(await studio.leads_synced()).id)


@pytest.mark.parametrize(("notes", "told"), [("a long note", "notes: a long note"), (None, "notes: nothing")])
async def test_what_an_open_task_asks_for_no_longer_is_still_told_by_it(
    studio: Studio, notes: str | None, told: str
) -> None:
    grace, target = await changed_there(studio)
    studio.change_account(writes_enabled=False)
    await update(studio, grace, notes=notes, stage=Stage.CONTACTED)
    await studio.desk.undo(studio.tenant.id, target, by="Eva")
    (task,) = await open_tasks(studio)
    assert task.title == "Change stage of the lead Grace Hopper at the provider"
    assert (task.details["stage"], task.details["no_longer_asked"]) == ("contacted", told)
    studio.books.leads.edit(grace, {"status": "contacted"})
    await studio.leads_synced()
    (task,) = await studio.tasks()
    assert (task.state, task.details["no_longer_asked"]) == (TaskState.DONE, told)


async def test_so_it_is_where_what_stood_there_is_all_that_is_left(studio: Studio) -> None:
    grace, target = await changed_there(studio)
    studio.books.leads.edit(grace, {"notes": "two"})
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    await update(studio, grace, notes="three")
    await studio.desk.undo(studio.tenant.id, target, by="Eva")
    (task,) = await open_tasks(studio)
    assert (task.details["stood_there"], task.details["no_longer_asked"]) == ("notes: two", "notes: three")
    assert "notes" not in task.details


async def test_who_asks_for_the_rest_once_more_makes_no_second_task(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    await update(studio, grace, notes="one", stage=Stage.CONTACTED)
    for notes in ("two", "three"):
        await update(studio, grace, notes=notes)
        await update(studio, grace, stage=Stage.CONTACTED)
    found = await open_tasks(studio)
    assert [task.details.get("no_longer_asked") for task in found] == ["notes: one", None]
    assert await still_asked(studio) == [{"stage": "contacted"}, {"notes": "three"}]


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
