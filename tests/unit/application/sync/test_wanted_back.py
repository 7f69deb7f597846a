"""Who wants a membership back is not answered by the cancellation that this is against, once a sync sees that."""

import pytest

from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.schema import Value

from ..gym.test_done_later import open_tasks
from ..membership.test_changes import cancellation, sold_here, update
from ..studio import A_MINUTE, Studio

DOWN, REFUSED = GatewayUnavailable("down"), GatewayRejected("cannot be revived")
ENDED: dict[str, Value] = {"flagged_active": False, "cancels_on": "2026-03-02"}


async def wanted_back(studio: Studio, call: str = "", error: GatewayError | None = None) -> StaffTask:
    """Somebody cancelled it there, and no sync saw that; it is to be active. Without an error writing is off."""
    gold = await sold_here(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", ENDED)
    studio.clock.advance(A_MINUTE)
    if error is None:
        studio.change_account(writes_enabled=False)
    else:
        studio.gym.faults.fail_next(call, error)
    done = await studio.update_membership(update(studio, gold, status=Status.ACTIVE))
    assert done.task is not None
    return done.task


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    ("call", "error"),
    [("", None), ("update_membership", DOWN), ("update_membership", REFUSED), ("memberships.get", DOWN)],
)
async def test_it_is_asked_for_until_it_is_back(
    studio: Studio, call: str, error: GatewayError | None, whole: bool
) -> None:
    asked = await wanted_back(studio, call, error)
    for _ in range(2):
        await studio.members_synced(whole=whole)
    assert studio.membership("1001").status is Status.CANCELLED
    (task,) = await open_tasks(studio)
    assert (task.id, task.details["status"], task.reason) == (asked.id, "active", asked.reason)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", {"flagged_active": True, "cancels_on": None})
    await studio.members_synced(whole=whole)
    assert [task.reason for task in await open_tasks(studio)] == (
        [TaskReason.UNDECIDED] if "stood_there" in task.details else []
    )


async def test_who_cancels_it_after_all_wants_it_back_no_more(studio: Studio) -> None:
    await wanted_back(studio)
    await studio.members_synced()
    gold = studio.membership("1001")
    assert (await studio.cancel_membership(cancellation(studio, gold))).already
    assert await open_tasks(studio) == []


@pytest.mark.parametrize("ended", [ENDED, {**ENDED, "on_hold": False}])
async def test_that_a_pause_is_to_end_needs_nobody_once_it_is_cancelled(
    studio: Studio, ended: dict[str, Value]
) -> None:
    gold = await sold_here(studio, on_hold=True)
    studio.change_account(writes_enabled=False)
    await studio.update_membership(update(studio, gold, status=Status.ACTIVE))
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit("1001", ended)
    await studio.members_synced()
    assert await open_tasks(studio) == []
