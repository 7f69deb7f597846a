"""Who wants a membership as it is already wants nobody to make it otherwise: a task for staff that asks for the
opposite, as it was wished for before, ends.
"""

import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.ports.sources import Observed
from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable
from tresen.domain.staff.task import TaskReason, TaskState

from ..membership.test_changes import cancellation, sold_here
from ..membership.test_changes import update as change
from ..studio import A_MINUTE, Studio
from .test_done_later import open_tasks, states, still_asked

NEWER = (TaskState.DONE, "replaced by a newer request")
DOWN, REFUSED = GatewayUnavailable("down"), GatewayRejected("no")


def becomes_a_task(studio: Studio, call: str, error: GatewayError | None) -> None:
    """None: writing is switched off."""
    if error is None:
        studio.change_account(writes_enabled=False)
    else:
        studio.gym.faults.fail_next(call, error)


@pytest.mark.parametrize("error", [None, DOWN, REFUSED])
async def test_who_stays_after_all_is_not_cancelled_by_staff(studio: Studio, error: GatewayError | None) -> None:
    gold = await sold_here(studio)
    becomes_a_task(studio, "cancel_membership", error)
    assert (await studio.cancel_membership(cancellation(studio, gold))).task is not None
    studio.clock.advance(A_MINUTE)
    stays = await studio.update_membership(change(studio, gold, status=Status.ACTIVE))
    assert (stays.already, stays.task) == (True, None)
    assert await states(studio) == [NEWER]


@pytest.mark.parametrize("error", [None, DOWN, REFUSED])
async def test_who_leaves_after_all_is_not_made_active_by_staff(studio: Studio, error: GatewayError | None) -> None:
    gold = await sold_here(studio)
    await studio.cancel_membership(cancellation(studio, gold))
    becomes_a_task(studio, "update_membership", error)
    assert (await studio.update_membership(change(studio, gold, status=Status.ACTIVE))).task is not None
    studio.clock.advance(A_MINUTE)
    leaves = await studio.cancel_membership(cancellation(studio, gold))
    assert (leaves.already, leaves.task) == (True, None)
    assert await states(studio) == [NEWER]


@pytest.mark.parametrize("made", [False, True])
async def test_so_it_is_where_the_process_died_over_the_cancellation(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    """Be it that the provider made it or not: the look tells."""

    class Killed(BaseException):
        """The process ends here."""

    async def killed(self: MemoryGym, external_id: str, *, reason: str) -> Observed:
        if made:
            self.books.memberships.edit(external_id, {"flagged_active": False, "cancels_on": "2026-03-02"})
        raise Killed

    gold = await sold_here(studio)
    monkeypatch.setattr(MemoryGym, "cancel_membership", killed)
    with pytest.raises(Killed):
        await studio.cancel_membership(cancellation(studio, gold))
    studio.clock.advance(A_MINUTE)
    stays = await studio.update_membership(change(studio, gold, status=Status.ACTIVE))
    assert (stays.already, stays.task, stays.membership.status) == (not made, None, Status.ACTIVE)
    assert await states(studio) == [NEWER]


async def test_a_cancellation_that_was_made_without_an_answer_is_found_by_the_look(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.gym.faults.fail_next("cancel_membership", GatewayUnavailable("no answer"), after=1)
    await studio.cancel_membership(cancellation(studio, gold))
    stays = await studio.update_membership(change(studio, gold, status=Status.ACTIVE))
    assert (stays.already, stays.task, stays.membership.status) == (False, None, Status.ACTIVE)
    assert studio.books.memberships.get("1001").values["flagged_active"] is True
    assert await open_tasks(studio) == []


async def test_where_nobody_can_look_staff_are_asked_for_the_later_wish_alone(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.gym.faults.fail_next("cancel_membership", DOWN)
    await studio.cancel_membership(cancellation(studio, gold))
    studio.gym.faults.fail_next("memberships.get", DOWN)
    await studio.update_membership(change(studio, gold, status=Status.ACTIVE))
    assert await still_asked(studio) == [{"status": "active"}]


async def test_what_is_not_the_opposite_is_still_asked_for(studio: Studio) -> None:
    gold = await sold_here(studio, on_hold=True)
    studio.change_account(writes_enabled=False)
    await studio.cancel_membership(cancellation(studio, gold))
    assert (await studio.update_membership(change(studio, gold, status=Status.PAUSED))).already
    assert await still_asked(studio) == [{"reason": "moves away"}]


async def test_what_a_person_is_to_decide_of_a_cancellation_stays(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.change_account(writes_enabled=False)
    task = (await studio.cancel_membership(cancellation(studio, gold))).task
    assert task is not None
    stored = studio.store.room(studio.tenant.id).tasks.find(task.id)
    assert stored is not None
    stored.reason = TaskReason.UNDECIDED
    studio.store.room(studio.tenant.id).tasks.put(task.id, stored)
    await studio.update_membership(change(studio, gold, status=Status.ACTIVE))
    assert len(await open_tasks(studio)) == 1


async def test_what_stood_there_before_the_cancellation_is_still_told(studio: Studio) -> None:
    gold = await sold_here(studio)
    studio.books.memberships.edit("1001", {"ends_on": "2027-01-31"})
    studio.gym.faults.fail_next("cancel_membership", DOWN)
    await studio.cancel_membership(cancellation(studio, gold))
    assert (await studio.update_membership(change(studio, gold, status=Status.ACTIVE))).already
    (task,) = await open_tasks(studio)
    assert (task.reason, task.details["stood_there"]) == (TaskReason.UNDECIDED, "ends_on: 2027-01-31")
    assert "reason" not in task.details
