"""A plan is data: it is looked at, and applied exactly as it is, or refused."""

import json
from collections.abc import Awaitable, Callable

import attrs
import pytest

from tresen.application.sync.records.kinds import MEMBER, MEMBERSHIP
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.shared.errors import GatewayUnavailable, IllegalTransition, NotFound
from tresen.domain.sync.kept_plan import PlanHeld, PlanStale, PlanState
from tresen.domain.sync.laws import Law
from tresen.domain.sync.override import Override
from tresen.domain.sync.run import Counts, RunState
from tresen.domain.sync.state import Phase

from ..studio import A_MINUTE, BOOKS, Studio
from .scene import (
    ALL_BOOKS,
    applied,
    captured,
    crowd,
    due,
    edit_lead,
    lines,
    planned,
    plans,
    rests,
    set_policy,
    state,
    synced_crowd,
    writes,
)


async def with_work(studio: Studio) -> list[str]:
    """Five members in step, then one of each: changed, new, gone, edited here."""
    ids = await synced_crowd(studio, 5)
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ids[0], {"last_name": "King"})
    studio.books.members.remove(ids[1])
    await studio.edit_member(ids[2], last_name="Ours")
    studio.sell_there(studio.enrol("New"))
    return ids


async def test_a_plan_writes_nothing_but_itself(studio: Studio) -> None:
    await with_work(studio)
    before = studio.rows(without=BOOKS)
    run = await planned(studio)
    assert (run.state, run.counts) == (RunState.PLANNED, Counts(unchanged=2))
    assert studio.rows(without=BOOKS) == before
    assert writes(studio) == []
    (plan,) = plans(studio)
    assert (plan.id, plan.run_id, plan.state) == (run.plan_id, run.id, PlanState.PLANNED)


async def test_it_lists_every_step_with_its_reason(studio: Studio) -> None:
    ids = await with_work(studio)
    run = await planned(studio)
    steps = [json.loads(line) for line in lines(studio, run.plan_id)]
    told = {(step["external_id"], step["action"]): step["reason"] for step in steps}
    assert told == {
        (ids[0], "merge"): "both sides have it",
        (ids[2], "merge"): "both sides have it",
        ("1006", "create_here"): "only the provider has it",
        ("1001", "create_here"): "only the provider has it",
        (ids[1], "delete_here"): "the provider deleted it, and nobody edited it since",
    }
    assert steps[-1]["action"] == "delete_here", "deletions come last"
    fields = {step["external_id"]: step["fields"] for step in steps if step["fields"]}
    assert fields[ids[2]] == [
        ["last_name", "theirs", "Byron", "theirs", "the provider owns this field; the local edit is journalled"]
    ]


async def test_a_plan_that_does_nothing_is_not_kept(studio: Studio) -> None:
    await synced_crowd(studio, 2)
    run = await planned(studio, whole=True)
    assert (run.state, run.plan_id, run.reason) == (RunState.PLANNED, None, "there is nothing to do")
    assert plans(studio) == []


async def test_what_is_applied_are_the_steps_as_they_were_kept(studio: Studio) -> None:
    await with_work(studio)
    run = await planned(studio)
    kept, fingerprints = lines(studio, run.plan_id), [part.fingerprint for part in plans(studio)[0].parts]
    done = await applied(studio, run.plan_id)
    assert (done.state, done.plan_id) == (RunState.COMPLETED, run.plan_id)
    assert done.counts == Counts(created=2, updated=2, deleted=1)
    assert lines(studio, run.plan_id) == kept
    (plan,) = plans(studio)
    assert [part.fingerprint for part in plan.parts] == fingerprints
    assert (plan.state, plan.applied_at) == (PlanState.APPLIED, studio.clock.now())
    await rests(studio)


def outcome(studio: Studio) -> object:
    """What a sync leaves, without ids and instants."""
    held = sorted((m.first_name, m.last_name, m.status.value) for m in studio.members())
    told = sorted((c.field, str(c.ours), str(c.theirs), str(c.value), c.rule) for c in studio.changes())
    links = [link for _, link in studio.store.room(studio.tenant.id).sync_records.items()]
    bases = sorted((link.kind, link.external_id, str(sorted(link.base.items()))) for link in links)
    return held, told, len(studio.memberships()), bases


async def test_planning_and_applying_gives_the_same_as_a_run() -> None:
    at_once, in_two = Studio(), Studio()
    await with_work(at_once)
    await with_work(in_two)
    await at_once.members_synced()
    await applied(in_two, (await planned(in_two)).plan_id)
    assert outcome(at_once) == outcome(in_two)
    assert (await state(at_once)).cursor is not None


async def test_the_first_load_is_as_its_plan_would_be() -> None:
    at_once, in_two = Studio(), Studio()
    for studio in (at_once, in_two):
        studio.sell_there(crowd(studio, 3)[0])
    await at_once.members_synced()
    await applied(in_two, (await planned(in_two)).plan_id)
    assert outcome(at_once) == outcome(in_two)


async def edited_here(studio: Studio) -> None:
    await studio.edit_member("1003", last_name="Again")


async def synced_since(studio: Studio) -> None:
    await studio.members_synced()


async def another_policy(studio: Studio) -> None:
    await set_policy(studio, MEMBER, default="ours")


async def pinned(studio: Studio) -> None:
    pin = Override(
        account_id=studio.account.id,
        kind=MEMBER,
        external_id="1002",
        local_id=studio.member("1002").id,
        field="*",
        law="ours",
        because="she stays",
        set_by="Eva",
        set_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "pin", lambda uow: uow.overrides.put_many([pin]))


@pytest.mark.parametrize("happens", [edited_here, synced_since, another_policy, pinned])
async def test_a_stale_plan_is_refused_and_changes_nothing(
    studio: Studio, happens: Callable[[Studio], Awaitable[None]]
) -> None:
    await with_work(studio)
    run = await planned(studio)
    await happens(studio)
    before = studio.rows(without=BOOKS)
    for _ in range(2):
        with pytest.raises(PlanStale):
            await applied(studio, run.plan_id)
    assert studio.rows(without=BOOKS) == before
    assert plans(studio)[0].state is PlanState.STALE


@pytest.mark.parametrize("happens", [edited_here, another_policy])
async def test_the_refusal_of_a_stale_plan_leaves_the_state_as_it_was(
    studio: Studio, happens: Callable[[Studio], Awaitable[None]]
) -> None:
    """The run says that it was skipped, and why: no sync failed, and the kinds are as much in step as before."""
    await with_work(studio)
    run = await planned(studio)
    await happens(studio)
    before = [await state(studio, kind) for kind in (MEMBER, MEMBERSHIP)]
    with pytest.raises(PlanStale):
        await applied(studio, run.plan_id)
    assert [await state(studio, kind) for kind in (MEMBER, MEMBERSHIP)] == before
    assert before[0].phase is Phase.IDLE
    last = max((one for _, one in studio.store.room(studio.tenant.id).runs.items()), key=lambda one: one.started_at)
    assert (last.state, str(last.reason).partition(":")[0]) == (RunState.SKIPPED, "the plan is stale")


async def test_a_plan_of_what_the_provider_no_longer_shows_is_stale(studio: Studio) -> None:
    """Nothing here tells: only that another run looked since."""
    (ada,) = await synced_crowd(studio, 1)
    studio.books.members.edit(ada, {"last_name": "King"})
    run = await planned(studio)
    studio.books.members.edit(ada, {"last_name": "Byron"})
    assert (await studio.members_synced()).counts == Counts(unchanged=1)
    with pytest.raises(PlanStale, match="were synced since"):
        await applied(studio, run.plan_id)
    assert studio.member(ada).last_name == "Byron"


async def test_a_plan_is_stale_when_somebody_synced_in_the_same_moment(studio: Studio) -> None:
    """A clock that stands still, or is as coarse as that."""
    (ada,) = await synced_crowd(studio, 1)
    studio.books.members.edit(ada, {"last_name": "King"})
    # A sync before the plan is none since.
    await studio.sync_members(studio.tenant.id, studio.account.id, force=True)
    studio.books.members.edit(ada, {"last_name": "Queen"})
    run = await studio.desk.plan(studio.tenant.id, studio.account.id, "members")
    await applied(studio, run.plan_id)
    assert studio.member(ada).last_name == "Queen"
    studio.books.members.edit(ada, {"last_name": "King"})
    run = await planned(studio)
    studio.books.members.edit(ada, {"last_name": "Byron"})
    await studio.sync_members(studio.tenant.id, studio.account.id, force=True)
    with pytest.raises(PlanStale, match="were synced since"):
        await applied(studio, run.plan_id)


async def test_a_plan_that_would_make_whom_we_have_by_now_is_stale(studio: Studio) -> None:
    studio.attract("Other")
    await studio.leads_synced()
    there = studio.attract("Grace")
    run = await planned(studio, "leads")
    ours = await captured(studio, "Grace")
    with pytest.raises(PlanStale):
        await applied(studio, run.plan_id)
    await studio.leads_synced()
    assert (studio.lead(there).id, len(studio.leads())) == (ours.id, 2)


async def test_a_plan_is_applied_once(studio: Studio) -> None:
    await with_work(studio)
    run = await planned(studio)
    await applied(studio, run.plan_id)
    before = studio.rows(without=BOOKS)
    with pytest.raises(IllegalTransition):
        await applied(studio, run.plan_id)
    assert studio.rows(without=BOOKS) == before


async def test_who_comes_second_does_not_apply_it_again(studio: Studio) -> None:
    """Both looked at it before either had the lock."""
    await with_work(studio)
    run = await planned(studio)
    assert run.plan_id is not None
    plan = await studio.read(lambda uow: uow.plans.get(run.plan_id))  # type: ignore[arg-type] # looked at above
    course = studio.desk.members._course
    await applied(studio, run.plan_id)
    before = studio.rows(without=BOOKS)
    with pytest.raises(IllegalTransition):
        await studio.desk.members._sync.apply(studio.tenant.id, plan, course)
    assert studio.rows(without=BOOKS) == before


async def held(studio: Studio) -> list[str]:
    ids = await synced_crowd(studio, 20)
    for one in ids[:6]:
        studio.books.members.remove(one)
    studio.books.members.forget()
    return ids


async def test_a_held_plan_is_let_through_once_by_a_person(studio: Studio) -> None:
    ids = await held(studio)
    run = await planned(studio)
    assert run.state is RunState.HELD
    before = studio.rows(without=BOOKS)
    with pytest.raises(PlanHeld, match="6 of 20 records would be deleted"):
        await applied(studio, run.plan_id)
    assert studio.rows(without=BOOKS) == before
    assert (await applied(studio, run.plan_id, accepted_by="Eva")).counts == Counts(deleted=6)
    assert {m.first_name for m in studio.members()} == {f"M{n}" for n in range(6, 20)}
    assert plans(studio)[0].accepted_by == "Eva"
    assert not studio.knows("member", ids[0])
    with pytest.raises(IllegalTransition):
        await applied(studio, run.plan_id, accepted_by="Eva")


@pytest.mark.parametrize("happens", [edited_here, synced_since, another_policy])
@pytest.mark.parametrize("accepted_by", [None, "Eva"])
async def test_nobody_is_told_to_let_a_held_plan_through_that_is_stale(
    studio: Studio, happens: Callable[[Studio], Awaitable[None]], accepted_by: str | None
) -> None:
    await held(studio)
    run = await planned(studio)
    if happens is synced_since:
        other = await planned(studio)
        studio.clock.advance(A_MINUTE)
        await applied(studio, other.plan_id, accepted_by="Eva")
    else:
        await happens(studio)
    before = studio.rows(without=BOOKS)
    with pytest.raises(PlanStale):
        await applied(studio, run.plan_id, accepted_by=accepted_by)
    assert studio.rows(without=BOOKS) == before
    (plan,) = (one for one in plans(studio) if one.id == run.plan_id)
    assert (plan.state, plan.accepted_by) == (PlanState.STALE, None)
    assert plan.reason


async def test_what_only_a_listing_lacked_is_asked_for_before_a_held_plan_is_applied(studio: Studio) -> None:
    ids = await held(studio)
    studio.books.members.forget()
    run = await planned(studio, whole=True)
    assert {json.loads(line)["proof"] for line in lines(studio, run.plan_id)} == {"listing"}
    entries = studio.books.members._entries
    entries[ids[1]] = attrs.evolve(studio.books.members.get(ids[-1]), external_id=ids[1])
    studio.gym.faults.fail_next("members.get", GatewayUnavailable("500"))
    counts = (await applied(studio, run.plan_id, accepted_by="Eva")).counts
    assert (counts.deleted, counts.errors) == (4, 1)
    assert studio.knows("member", ids[0]), "the provider does not say"
    assert studio.knows("member", ids[1]), "the provider has it again"
    assert due(studio) == {ids[0], ids[1]}
    assert (await studio.members_synced()).counts.deleted == 1


async def test_in_an_outage_a_held_plan_writes_nothing_and_may_be_applied_later(studio: Studio) -> None:
    await held(studio)
    studio.books.members.forget()
    run = await planned(studio, whole=True)
    before = studio.rows(without=BOOKS)
    for _ in range(3):
        studio.gym.faults.fail_next("members.get", GatewayUnavailable("503"))
    assert (await applied(studio, run.plan_id, accepted_by="Eva")).state is RunState.FAILED
    assert studio.rows(without=BOOKS) == before
    assert (await applied(studio, run.plan_id, accepted_by="Eva")).counts.deleted == 6


async def test_only_a_held_plan_is_let_through(studio: Studio) -> None:
    await with_work(studio)
    run = await planned(studio)
    with pytest.raises(IllegalTransition):
        await applied(studio, run.plan_id, accepted_by="Eva")


async def test_another_tenants_plan_is_not_found(studio: Studio) -> None:
    await with_work(studio)
    run = await planned(studio)
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    assert run.plan_id is not None
    with pytest.raises(NotFound):
        await studio.desk.apply(other.id, run.plan_id)


async def test_a_plan_whose_walk_broke_off_cannot_be_applied(studio: Studio) -> None:
    await with_work(studio)
    studio.gym.faults.fail_next("members.changes", GatewayUnavailable("503"), after=1)
    run = await planned(studio)
    assert run.state is RunState.FAILED
    (plan,) = plans(studio)
    assert plan.state is PlanState.BROKEN
    with pytest.raises(IllegalTransition):
        await applied(studio, plan.id)


async def test_pushes_are_part_of_the_plan_and_made_when_it_is_applied() -> None:
    studio = Studio(default=Law.OURS)
    there = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Murray")
    run = await planned(studio, "leads")
    assert json.loads(lines(studio, run.plan_id)[0])["pushes"] == {"last_name": "Murray"}
    assert writes(studio) == []
    before = studio.rows(without=ALL_BOOKS)
    assert before == studio.rows(without=ALL_BOOKS)
    done = await applied(studio, run.plan_id)
    assert done.counts.pushed == 1
    assert studio.books.leads.get(there).values["last_name"] == "Murray"
