"""A plan foresees which of the pushes that wait would be dropped by the next run: those that are, and no others."""

from tresen.application.sync.records.kinds import LEAD

from ..studio import A_MINUTE, Studio
from .scene import captured, planned, set_policy, there
from .test_deletions import deleted_here
from .test_edited_on_the_way import DOWN
from .test_editing import edit, synced


async def test_one_that_the_policy_does_not_want_there_any_more() -> None:
    studio = Studio()
    await set_policy(studio, LEAD, delete_there=True)
    ann, _ = studio.attract("Ann"), studio.attract("Other")
    await studio.leads_synced()
    await deleted_here(studio, ann)
    studio.gym.faults.fail_next("leads.delete", DOWN)
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    await set_policy(studio, LEAD)
    reason = (await planned(studio, "leads")).reason or ""
    assert "would be dropped by the next run" in reason
    assert reason.endswith("lead 1001: the policy does not want it there any more")


async def test_not_one_that_goes_after_another_of_its_field() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="One")
    for _ in range(2):
        studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    await edit(studio, ada, city="Two")
    reason = (await planned(studio)).reason or ""
    told = "2 pushes wait, and are written by the next run, or as a plan is applied: "
    assert reason.endswith(f"{told}member 1001 (city); member 1001 (city)")
    await studio.members_synced()
    assert there(studio, ada, "city") == "Two"


async def test_not_one_that_was_sent_to_be_made_there_and_is_looked_for() -> None:
    studio = Studio()
    await set_policy(studio, LEAD, create_there=True, delete_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ann = await captured(studio, "Ann")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(ann.id))
    assert "dropped" not in ((await planned(studio, "leads")).reason or "")
