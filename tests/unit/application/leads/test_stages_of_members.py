"""Nobody is asked to move on a lead that became a member; what else it is to hold is asked for all the same."""

import pytest

from tresen.adapters.memory.gym_habits import WRITABLE, Habits
from tresen.application.sync.records.overtaken import end_stage_wish
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable
from tresen.domain.staff.task import TaskReason, TaskState

from ..gym.test_done_later import open_tasks, states, still_asked
from ..gym.test_written_over import conversion, update
from ..studio import A_MINUTE, GOLD, Studio

IS_MEMBER = (TaskState.DONE, "the lead is a member by now")


async def asked(studio: Studio, error: GatewayError | None = None, **values: object) -> str:
    """Staff are asked to change Grace so; without an error writing was off."""
    studio.books.packages = [GOLD]
    grace = studio.attract()
    await studio.leads_synced()
    if error is not None:
        studio.gym.faults.fail_next("update_lead", error)
    studio.change_account(writes_enabled=error is not None)
    assert (await update(studio, grace, **values)).task is not None
    studio.change_account(writes_enabled=True)
    studio.clock.advance(A_MINUTE)
    return grace


@pytest.mark.parametrize("error", [None, GatewayUnavailable("down"), GatewayRejected("no")])
async def test_a_stage_is_asked_for_until_the_lead_is_converted(studio: Studio, error: GatewayError | None) -> None:
    grace = await asked(studio, error, stage=Stage.LOST)
    assert (await studio.convert_lead(conversion(studio, grace))).task is None
    assert await states(studio) == [IS_MEMBER]


async def test_notes_are_asked_for_on(studio: Studio) -> None:
    grace = await asked(studio, stage=Stage.LOST, notes="too dear")
    await studio.convert_lead(conversion(studio, grace))
    assert await still_asked(studio) == [{"notes": "too dear"}]
    (task,) = await open_tasks(studio)
    assert task.details["no_longer_asked"] == "stage: lost"


async def test_so_it_is_where_staff_convert_the_lead_there(studio: Studio) -> None:
    grace = await asked(studio, stage=Stage.LOST)
    studio.books.leads.edit(grace, {"status": "converted"})
    await studio.leads_synced()
    assert await states(studio) == [IS_MEMBER]


async def test_that_it_is_no_member_after_all_is_asked_for_where_somebody_undid_it(studio: Studio) -> None:
    there = studio.attract(status="contacted")
    await studio.leads_synced()
    studio.books.leads.edit(there, {"status": "converted"})
    run = await studio.leads_synced()
    studio.gym.habits = Habits(writable={**WRITABLE, "lead": WRITABLE["lead"] - {"status"}})
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert await still_asked(studio) == [{"status": "contacted"}]


@pytest.mark.parametrize("why", [TaskReason.UNDECIDED, None])
async def test_what_a_person_decides_and_what_is_under_way_stays(studio: Studio, why: TaskReason | None) -> None:
    await asked(studio, stage=Stage.LOST)
    (task,) = await open_tasks(studio)
    if why is None:
        begun = (
            "this was begun and no answer is known: look at the provider whether it was done, then do it or close this"
        )
        task.details = {**task.details, "why": begun}
    else:
        task.reason = why
    assert not end_stage_wish(task, now=studio.clock.now())
    assert task.details["stage"] == "lost"
