"""An account that leads elsewhere: what was decided about one gym's records is not written to another's."""

import attrs
import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_habits import Habits
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable
from tresen.domain.shared.ids import PushId
from tresen.domain.sync.kept_plan import PlanStale, PlanState
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import RunState
from tresen.domain.sync.schema import Value

from ..studio import Studio
from .scene import applied, captured, crowd, due, planned, plans, pushes, set_policy, state, there, writes

THERE = "memory://elsewhere"


def another_gym(studio: Studio, *names: str) -> MemoryGym:
    """Another gym whose ids are those of the first one, as they are where everybody counts from one."""
    gym = MemoryGym(GymBooks(studio.clock), studio.clock, page_size=2)
    for name in names:
        values: dict[str, Value] = {"first_name": name, "last_name": "Noether", "email": f"{name}@example.net"}
        gym.books.members.add({**values, "phone": None, "status": "active"})
    studio.sync_members._sync._gyms._gyms[THERE] = gym  # type: ignore[attr-defined] # the fake's own table
    return gym


async def moves(studio: Studio, address: str = THERE) -> None:
    """Somebody connects the same account with another address."""
    await studio.connect(
        ConnectProviderCommand(tenant_id=studio.tenant.id, provider="memory", api_key="k", base_url=address)
    )


async def with_a_push() -> tuple[Studio, str]:
    """A last name that is on its way to the first gym, which is down."""
    studio = Studio(default=Law.OURS)
    (ada, *_) = crowd(studio, 20)
    await studio.members_synced()
    await studio.edit_member(ada, last_name="King")
    studio.gym.faults.fail_next("members.push", GatewayUnavailable("503"))
    await studio.members_synced()
    assert len(pushes(studio, PushState.WAITING)) == 1
    return studio, ada


async def test_what_waits_for_one_gym_is_not_written_to_another() -> None:
    studio, ada = await with_a_push()
    # Its first one is somebody else, whose last name happens to be what the push was decided against.
    other = another_gym(studio)
    for n in range(20):
        other.books.members.add({**studio.books.members.get(ada).values, "first_name": f"E{n}"})
    before = other.books.members.get(ada).values
    await moves(studio)
    other.faults.fail_next("members", GatewayUnavailable("503"))
    assert (await studio.members_synced()).state is RunState.FAILED
    assert other.books.members.get(ada).values == before
    assert not [call for call in other.faults.calls if call.endswith(".push")]
    (push,) = pushes(studio)
    assert (push.state, "leads elsewhere" in str(push.why)) == (PushState.DROPPED, True)
    assert ada in due(studio)


async def test_a_held_plan_keeps_the_other_gym_untouched_run_by_run() -> None:
    studio, _ = await with_a_push()
    other = another_gym(studio, "Emmy")
    await moves(studio)
    for _ in range(2):
        assert (await studio.members_synced()).state is RunState.HELD
        assert (await state(studio)).complete_at is None
        # What a person decides meanwhile waits, too: the link means another record, which happens to look alike.
        by_hand = attrs.evolve(
            pushes(studio)[0], id=PushId(studio.ids.new()), state=PushState.WAITING, expected={"last_name": "Noether"}
        )
        await studio.transactions.run(studio.tenant.id, "push", lambda uow, push=by_hand: uow.pushes.add(push))  # type: ignore[misc] # bound now
    assert not [call for call in other.faults.calls if call.endswith((".push", ".create", ".delete"))]


async def test_a_plan_is_stale_once_the_account_leads_elsewhere(studio: Studio) -> None:
    ids = crowd(studio, 3)
    await studio.members_synced()
    studio.books.members.edit(ids[0], {"last_name": "King"})
    run = await planned(studio)
    another_gym(studio, "Emmy", "Lise", "Mary")
    await moves(studio)
    with pytest.raises(PlanStale, match="leads elsewhere"):
        await applied(studio, run.plan_id)
    (plan,) = plans(studio)
    assert (plan.state, "leads elsewhere" in str(plan.reason)) == (PlanState.STALE, True)
    assert {m.last_name for m in studio.members()} == {"Byron"}


async def test_the_next_run_lists_everything_and_goes_on_from_there(studio: Studio) -> None:
    crowd(studio, 3)
    await studio.members_synced()
    await studio.members_synced()
    other = another_gym(studio, "Emmy", "Lise", "Mary")
    await moves(studio)
    assert (await studio.members_synced()).state is RunState.COMPLETED
    assert {m.first_name for m in studio.members()} == {"Emmy", "Lise", "Mary"}
    assert "members" in other.faults.calls
    calls = len(other.faults.calls)
    await studio.members_synced()
    assert "members" not in other.faults.calls[calls:]


async def test_what_one_gym_refused_to_make_is_offered_to_the_other(studio: Studio) -> None:
    await set_policy(studio, "lead", create_there=True)
    await studio.leads_synced()
    await captured(studio)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no such name"))
    await studio.leads_synced(whole=True)
    assert [push.why for push in pushes(studio)] == ["no such name"]
    other = another_gym(studio)
    await moves(studio)
    await studio.leads_synced()
    assert "leads.create" in other.faults.calls


async def test_a_value_that_one_gym_refused_is_offered_to_the_other() -> None:
    """The same gym under another address, and by now it takes the value."""
    studio = Studio(default=Law.OURS)
    (ada, bea, *_) = crowd(studio, 4)
    await studio.members_synced()
    studio.gym.habits = Habits(refuses={"last_name": ["King"]})
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.REFUSED]
    studio.gym.habits = Habits()
    studio.sync_members._sync._gyms._gyms[THERE] = studio.gym  # type: ignore[attr-defined] # the fake's own table
    await moves(studio)
    run = await studio.members_synced()
    assert (run.counts.pushed, run.counts.dropped) == (1, 0)
    assert (there(studio, ada, "last_name"), there(studio, bea, "last_name")) == ("King", "Byron")


async def test_another_setting_is_no_move() -> None:
    studio, _ = await with_a_push()
    studio.change_account(settings={"allow_unproven": "true"})
    await studio.members_synced()
    assert writes(studio) == ["members.push"] * 2
    assert len(pushes(studio, PushState.DONE)) == 1
    assert (await state(studio, MEMBER)).place == "memory://gym"


async def test_a_held_plan_of_the_other_gym_is_let_through_by_nobody(studio: Studio) -> None:
    ids = crowd(studio, 20)
    await studio.members_synced()
    for one in ids[:10]:
        studio.books.members.remove(one)
    run = await planned(studio)
    assert run.state is RunState.HELD
    another_gym(studio, "Emmy")
    await moves(studio)
    with pytest.raises(PlanStale, match="leads elsewhere"):
        await applied(studio, run.plan_id)
    assert plans(studio)[0].state is PlanState.STALE


async def test_what_a_person_asks_for_is_not_written_before_everything_there_was_listed(studio: Studio) -> None:
    there = studio.attract()
    await studio.leads_synced()
    other = another_gym(studio)
    emmy = other.books.leads.add({"first_name": "Emmy", "last_name": "N", "email": "emmy@example.net", "status": "new"})
    assert emmy == there
    await moves(studio)
    grace = studio.lead(there).id
    update = LeadUpdate(tenant_id=studio.tenant.id, lead_id=grace, notes="called")
    assert (await studio.update_lead(update)).task is not None
    assert not [call for call in other.faults.calls if call.endswith("update_lead")]
    (task,) = await studio.tasks()
    assert "leads elsewhere since leads were last synced; sync them first" in str(task.details["why"])
    await studio.leads_synced()
    lead = await studio.update_lead(
        LeadUpdate(tenant_id=studio.tenant.id, lead_id=studio.lead(emmy).id, notes="called")
    )
    assert lead.task is None
    assert other.books.leads.get(emmy).values["notes"] == "called"
