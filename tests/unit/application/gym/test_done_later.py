"""What was asked of staff, and Tresen itself does at the provider later, needs nobody any more."""

from decimal import Decimal

import pytest

from tresen.application.ports.gym import LeadPatch
from tresen.application.ports.sources import Observed
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import GatewayUnavailable, IllegalTransition
from tresen.domain.staff.task import MACHINE, StaffTask, TaskReason, TaskState

from ..membership.test_changes import cancellation, says_yes_and_keeps, sold_here
from ..membership.test_changes import update as change
from ..membership.test_sales import sale
from ..studio import A_MINUTE, GOLD, Studio
from .test_written_over import conversion, edited_there, update


async def states(studio: Studio) -> list[tuple[TaskState, str | None]]:
    return [(task.state, task.note) for task in await studio.tasks()]


async def open_tasks(studio: Studio) -> list[StaffTask]:
    return [task for task in await studio.tasks() if task.state is TaskState.OPEN]


LATER = (TaskState.DONE, "done at the provider by a later request")


async def test_a_cancellation_that_tresen_makes_later_needs_nobody(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    studio.change_account(writes_enabled=True)
    assert (await studio.cancel_membership(cancellation(studio, gold, "really moves"))).task is None
    assert await states(studio) == [LATER]
    (task,) = await studio.tasks()
    assert task.done_by == MACHINE


async def test_so_it_is_where_no_answer_came_at_first(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.gym.faults.fail_next("cancel_membership", GatewayUnavailable("no answer"))
    await studio.cancel_membership(cancellation(studio, gold))
    assert (await studio.cancel_membership(cancellation(studio, gold))).task is None
    assert await states(studio) == [LATER]


async def test_what_was_to_be_changed_of_what_is_cancelled_needs_nobody(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    for values in ({"status": Status.PAUSED}, {"status": Status.ACTIVE}, {"monthly_price": Decimal("45.50")}):
        await studio.update_membership(change(studio, gold, **values))
    await studio.update_membership(change(studio, gold, monthly_price=Decimal("45.55")))
    assert await still_asked(studio) == [{"status": "active"}, {"monthly_price": "45.55"}]
    studio.change_account(writes_enabled=True)
    assert (await studio.cancel_membership(cancellation(studio, gold))).task is None
    assert await open_tasks(studio) == []
    assert (await studio.tasks())[-1].note == "cancelled at the provider by a later request"


async def test_what_was_written_over_is_told_though_it_is_cancelled(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"price": "47.00 EUR"})
    studio.gym.faults.fail_next("update_membership", GatewayUnavailable("no answer"), after=1)
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(39)))
    assert (await studio.cancel_membership(cancellation(studio, gold))).task is None
    (task,) = await open_tasks(studio)
    assert (task.reason, "monthly_price" in task.details, "stood_there" in task.details) == (
        TaskReason.UNDECIDED,
        False,
        True,
    )


async def test_of_several_values_the_others_are_still_asked_for(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(change(studio, gold, status=Status.PAUSED, monthly_price=Decimal(39)))
    studio.change_account(writes_enabled=True)
    await studio.update_membership(change(studio, gold, monthly_price=Decimal(29)))
    (task,) = await open_tasks(studio)
    assert await still_asked(studio) == [{"status": "paused"}]
    assert task.details["no_longer_asked"] == "monthly_price: 39"
    await studio.update_membership(change(studio, gold, status=Status.PAUSED))
    assert await states(studio) == [LATER]


async def test_what_the_provider_kept_once_more_is_still_asked_for(studio: Studio) -> None:
    gold = await sold_here(studio)
    says_yes_and_keeps(studio)
    wish = change(studio, gold, monthly_price=Decimal(39))
    first = (await studio.update_membership(wish)).task
    again = (await studio.update_membership(wish)).task
    assert first is not None
    assert again is not None
    assert (again.id, again.state) == (first.id, TaskState.OPEN)
    assert len(await studio.tasks()) == 1


async def test_a_lead_that_tresen_moves_on_later_needs_nobody(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    await update(studio, grace, stage=Stage.CONTACTED, notes="one")
    studio.change_account(writes_enabled=True)
    await update(studio, grace, notes="two")
    (task,) = await open_tasks(studio)
    assert await still_asked(studio) == [{"stage": "contacted"}]
    assert task.details["no_longer_asked"] == "notes: one"
    await update(studio, grace, stage=Stage.CONTACTED)
    assert await states(studio) == [LATER]


async def test_a_sale_that_tresen_makes_later_is_not_made_again_by_staff(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    await studio.create_membership(sale(studio, buyer=gold.member_id))
    await studio.create_membership(sale(studio, buyer=gold.member_id, package="Silver"))
    studio.change_account(writes_enabled=True)
    assert (await studio.create_membership(sale(studio, buyer=gold.member_id))).membership is not None
    (task,) = await open_tasks(studio)
    assert task.details["package"] == "Silver"
    assert [task.note for task in await studio.tasks() if task.state is TaskState.DONE] == [LATER[1]]


async def test_what_is_told_nowhere_else_stays_though_it_is_written_over(studio: Studio) -> None:
    grace = studio.attract(notes="zero")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": "there"})
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    await update(studio, grace, notes="one")
    await update(studio, grace, notes="two")
    (task,) = await open_tasks(studio)
    assert (task.reason, task.details["stood_there"]) == (TaskReason.UNDECIDED, "notes: there")
    assert "notes" not in task.details


async def test_what_another_request_has_begun_meanwhile_stays_until_that_ends(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    write = studio.gym.update_lead

    async def slow(external_id: str, patch: LeadPatch) -> Observed:
        monkeypatch.setattr(studio.gym, "update_lead", write)
        await update(studio, grace, notes="two")
        assert [task.reason for task in await studio.tasks()] == [TaskReason.OUTCOME_UNKNOWN]
        assert len(await open_tasks(studio)) == 1
        return await write(external_id, patch)

    monkeypatch.setattr(studio.gym, "update_lead", slow)
    await update(studio, grace, notes="one")
    assert await studio.tasks() == ()


async def test_what_our_own_rules_forbid_settles_nothing(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    await update(studio, grace, stage=Stage.CONTACTED)
    studio.change_account(writes_enabled=True)
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"status": "converted"})
    with pytest.raises(IllegalTransition):
        await update(studio, grace, stage=Stage.CONTACTED)
    assert [task.reason for task in await open_tasks(studio)] == [TaskReason.WRITES_DISABLED]


async def still_asked(studio: Studio) -> list[dict[str, str | None]]:
    beside = {"external_id", "account", "why", "no_longer_asked"}
    return [{k: v for k, v in task.details.items() if k not in beside} for task in await open_tasks(studio)]


async def test_what_stood_there_before_a_lead_was_converted_later_is_left_to_be_read(studio: Studio) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.packages = [GOLD]
    studio.books.leads.edit(grace, {"status": "contacted"})
    studio.gym.faults.fail_next("convert_lead", GatewayUnavailable("no answer"), after=1)
    await studio.convert_lead(conversion(studio, grace))
    await studio.convert_lead(conversion(studio, grace))
    assert {"stood_there": "status: contacted"} in await still_asked(studio)


async def test_a_sync_that_sees_it_done_leaves_what_stood_there_to_be_read(studio: Studio) -> None:
    grace = await edited_there(studio)
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    await update(studio, grace, notes="three")
    for _ in range(2):
        await studio.leads_synced(whole=True)
        assert await still_asked(studio) == [{"stood_there": "notes: two"}]
    (task,) = await studio.tasks()
    assert task.reason is TaskReason.UNDECIDED
    assert task.title == "See what was written over: Change the lead Grace Hopper at the provider"
    assert "stays open until you close it" in (task.details["why"] or "")
