"""What is done at the provider and no answer told, by a machine or a person, is seen by the next sync, also in fields
that listings lack.
"""

import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.ports.gym import LeadPatch
from tresen.application.ports.sources import Observed
from tresen.application.staff.complete_task import TaskDone
from tresen.application.sync.runs.tasks_seen_done import SEEN
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState

from ..studio import A_MINUTE, AN_HOUR, Studio
from .test_written_over import told, update


async def at_a_gym_like_wodify() -> tuple[Studio, str]:
    """Its lists lack notes; both sides agree on Grace's."""
    studio = Studio()
    studio.gym._lists_lack = frozenset({"notes"})
    grace = studio.attract(notes=None)
    studio.attract("Other")
    await studio.leads_synced()
    await update(studio, grace, notes="zero")
    await studio.leads_synced()
    assert studio.lead(grace).notes == "zero"
    return studio, grace


async def by_hand(studio: Studio, grace: str) -> StaffTask:
    """Nobody may write there but people, and one did what the task said."""
    studio.change_account(writes_enabled=False)
    task = (await update(studio, grace, notes="one")).task
    assert task is not None
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": "one"})
    return task


async def closed(studio: Studio, task: StaffTask) -> None:
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=task.id, by="Eva"))


def looks(studio: Studio) -> int:
    return studio.gym.faults.calls.count("leads.get")


@pytest.mark.parametrize("whole", [False, True])
async def test_a_write_to_which_no_answer_came_is_seen(whole: bool) -> None:
    studio, grace = await at_a_gym_like_wodify()
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("no answer"), after=1)
    task = (await update(studio, grace, notes="one")).task
    assert task is not None
    assert task.reason is TaskReason.OUTCOME_UNKNOWN
    await studio.leads_synced(whole=whole)
    assert studio.lead(grace).notes == "one"
    assert [(line.ours, line.value) for line in told(studio)][-1:] == [("zero", "one")]
    assert [each.note for each in await studio.tasks()] == [SEEN]


async def test_so_it_is_where_the_process_died_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process ends here."""

    async def killed(self: MemoryGym, external_id: str, patch: LeadPatch) -> Observed:
        self.books.leads.edit(external_id, {"notes": str(patch.notes)})
        raise Killed

    studio, grace = await at_a_gym_like_wodify()
    monkeypatch.setattr(MemoryGym, "update_lead", killed)
    with pytest.raises(Killed):
        await update(studio, grace, notes="one")
    await studio.leads_synced()
    assert studio.lead(grace).notes == "one"


@pytest.mark.parametrize("whole", [False, True])
async def test_what_a_person_did_and_closed_is_seen(whole: bool) -> None:
    studio, grace = await at_a_gym_like_wodify()
    await closed(studio, await by_hand(studio, grace))
    await studio.leads_synced(whole=whole)
    assert studio.lead(grace).notes == "one"


async def test_what_a_person_did_and_did_not_close_is_seen_and_closed() -> None:
    studio, grace = await at_a_gym_like_wodify()
    await by_hand(studio, grace)
    await studio.leads_synced()
    assert studio.lead(grace).notes == "one"
    (task,) = await studio.tasks()
    assert (task.state, task.note) == (TaskState.DONE, SEEN)


async def test_it_is_looked_at_no_more_when_it_was_seen() -> None:
    studio, grace = await at_a_gym_like_wodify()
    await closed(studio, await by_hand(studio, grace))
    before = looks(studio)
    await studio.leads_synced()
    assert looks(studio) == before + 1
    for whole in (False, True):
        await studio.leads_synced(whole=whole)
    assert looks(studio) == before + 1


async def test_one_that_nobody_touched_is_not_looked_at_for_its_task() -> None:
    studio, grace = await at_a_gym_like_wodify()
    studio.change_account(writes_enabled=False)
    await update(studio, grace, notes="one")
    for _ in range(2):
        studio.clock.advance(AN_HOUR)
        await studio.leads_synced()
    before = looks(studio)
    await studio.leads_synced()
    assert looks(studio) == before


async def test_of_very_many_what_the_listing_shows_must_do() -> None:
    studio, _ = await at_a_gym_like_wodify()
    crowd = [studio.attract(f"L{number}") for number in range(120)]
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    for each in crowd:
        await update(studio, each, notes="one")
    before = looks(studio)
    await studio.leads_synced(whole=True)
    assert looks(studio) == before + 100


async def test_closing_a_task_about_no_record_there_leaves_nothing_to_look_at(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    grace = studio.attract()
    await studio.leads_synced()
    await closed(studio, await by_hand(studio, grace))
    studio.books.leads.remove(grace)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert await studio.read(lambda uow: uow.due.all(studio.account.id, "lead")) == {}
