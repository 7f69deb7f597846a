"""A lead is changed at the provider first: whatever comes of that, what was wanted there is not lost."""

from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.gym import LeadPatch
from tresen.application.ports.sources import Observed
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.edit_fate import Fate

from ..studio import A_MINUTE, Studio
from ..sync.scene import captured, set_policy
from ..sync.test_decided_pairings import asked, decide
from ..sync.test_edited_on_the_way import settled


async def test_a_pairing_that_is_taken_back_while_it_is_written_leaves_a_task(studio: Studio) -> None:
    """The answer is about a lead of which nobody can tell any more which of ours it is."""
    await set_policy(studio, "lead", default="theirs")
    ada = await captured(studio, "Ada", phone="030 1")
    _, there = (studio.attract("Ada", last_name="There", phone="030 2", notes="zero") for _ in range(2))
    await studio.leads_synced(whole=True)
    pairing = asked(studio)[there]
    studio.clock.advance(A_MINUTE)
    await decide(studio, pairing, Choice.OURS)
    await settled(studio)
    write = studio.gym.update_lead

    async def write_and_take_back(external_id: str, patch: LeadPatch) -> Observed:
        answer = await write(external_id, patch)
        await studio.desk.reopen(studio.tenant.id, pairing.id, by="Max")
        return answer

    studio.gym.update_lead = write_and_take_back  # type: ignore[method-assign] # of this one gym
    done = await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=ada.id, by="Eva", notes="nine"))
    assert done.task is not None
    assert (done.task.reason, done.task.details["notes"]) == (TaskReason.UNDECIDED, "nine")
    (fate,) = done.prospects
    assert (fate.field, fate.fate) == ("notes", Fate.WRITTEN)
    assert "a person must say" in fate.reason
    left = [task.id for task in await studio.tasks() if task.operation == "update_lead"]
    assert left == [done.task.id]
