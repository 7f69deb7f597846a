"""A member who was made anew at the provider has another id there; their memberships are theirs as before."""

import attrs
import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.adapters.memory.gym_source import MemorySource
from tresen.application.ports.sources import Source
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import MEMBER, MEMBERSHIP
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.application.sync.views.explain import Origin
from tresen.domain.shared.errors import StaleVersion
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.run import Counts, RunState

from ..studio import A_MINUTE, Studio
from .scene import applied, due, open_conflicts, planned, pushes, rests, set_policy, writes


class OpenGym(MemoryGym):
    """Takes of a membership what the gym in memory does not: to whom it belongs, and its name."""

    def source(self, kind: str) -> Source:
        source = super().source(kind)
        if isinstance(source, MemorySource) and kind == MEMBERSHIP:
            source.writable = frozenset({"member", "name"})
        return source


def opened(studio: Studio) -> None:
    studio.gym = studio.gyms_by_address["memory://gym"] = OpenGym(studio.books, studio.clock, page_size=2)
    gyms = MemoryGymProviders(studio.gyms_by_address)
    studio.sync_members = attrs.evolve(studio.sync_members, sync=attrs.evolve(studio.sync_members._sync, gyms=gyms))


async def lost_there(studio: Studio, member: str) -> None:
    """The provider deleted a member whom we edited, so that they will be made there anew."""
    await studio.edit_member(member, city="Ulm")
    studio.books.members.remove(member)


async def made_anew(studio: Studio, member: str) -> str:
    """Their id there, now."""
    await lost_there(studio, member)
    before = {entry.external_id for entry in studio.books.members.entries()}
    await studio.members_synced()
    (anew,) = {entry.external_id for entry in studio.books.members.entries()} - before
    await studio.members_synced()
    return anew


async def sold(studio: Studio, **policy: object) -> tuple[str, str]:
    """A member with a membership, at both sides. The policy is that of memberships."""
    await set_policy(studio, MEMBER, default="newest", create_there=True)
    await set_policy(studio, MEMBERSHIP, account=None, **policy)
    ada = studio.enrol()
    bought = studio.sell_there(ada)
    await studio.members_synced()
    return ada, bought


async def edited(studio: Studio, bought: str, **values: object) -> None:
    """A person edits our membership, a minute later."""
    key = studio.membership(bought).id

    async def edit(uow: UnitOfWork) -> None:
        (membership,) = (await uow.memberships.get_many([key])).values()
        for name, value in values.items():
            setattr(membership, name, value)
        membership.updated_at = studio.clock.now()
        await uow.memberships.save_many([membership])

    studio.clock.advance(A_MINUTE)
    await studio.transactions.run(studio.tenant.id, "edit", edit)


async def moved(studio: Studio, bought: str, member: str) -> None:
    """A person gives our membership to another member here."""
    await edited(studio, bought, member_id=studio.member(member).id)


async def belongs(studio: Studio, bought: str, member: str) -> None:
    """It is that member's here, nothing is asked, and everything is at rest."""
    assert studio.membership(bought).member_id == studio.member(member).id
    assert open_conflicts(studio) == []
    await rests(studio)
    assert (due(studio, MEMBER), due(studio, MEMBERSHIP)) == (set(), set())


async def test_a_membership_that_is_gone_there_was_edited_by_nobody(studio: Studio) -> None:
    ada, bought = await sold(studio, delete_here=False)
    studio.books.memberships.remove(bought)
    anew = await made_anew(studio, ada)
    await studio.members_synced(whole=True)
    await belongs(studio, bought, anew)


async def test_it_is_deleted_here_like_any_other_that_nobody_edited(studio: Studio) -> None:
    ada, bought = await sold(studio)
    await made_anew(studio, ada)
    studio.books.memberships.remove(bought)
    run = await studio.members_synced(whole=True)
    assert run.counts == Counts(unchanged=1, deleted=1)
    assert (studio.memberships(), open_conflicts(studio)) == ([], [])
    await rests(studio)


@pytest.mark.parametrize("law", ["theirs", "ours", "newest", "ask"])
async def test_a_provider_that_still_shows_the_old_id_moves_nothing(studio: Studio, law: str) -> None:
    opened(studio)
    ada, bought = await sold(studio, default=law)
    anew = await made_anew(studio, ada)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(bought, {"kind": "new there"})
    run = await studio.members_synced()
    assert (run.state, run.counts.errors) == (RunState.COMPLETED, 0)
    await studio.members_synced(whole=True)
    assert studio.books.memberships.get(bought).values["member"] == ada
    assert not [call for call in writes(studio) if call.startswith("memberships")]
    assert "member" not in {line.field for line in studio.changes()}
    await belongs(studio, bought, anew)


async def test_one_that_the_provider_shows_anew_under_the_old_id_belongs_to_them(studio: Studio) -> None:
    ada, _ = await sold(studio)
    anew = await made_anew(studio, ada)
    more = studio.sell_there(ada, name="Silver")
    run = await studio.members_synced()
    assert (run.counts.created, run.counts.errors) == (1, 0)
    await belongs(studio, more, anew)


async def test_it_may_be_shown_under_the_new_id_from_then_on(studio: Studio) -> None:
    ada, bought = await sold(studio)
    anew = await made_anew(studio, ada)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(bought, {"member": anew})
    version = studio.membership(bought).version
    await studio.members_synced(whole=True)
    assert studio.membership(bought).version == version
    await belongs(studio, bought, anew)


@pytest.mark.parametrize("before", [True, False])
async def test_who_moved_it_to_another_member_edited_it(studio: Studio, before: bool) -> None:
    grace = studio.enrol("Grace")
    ada, bought = await sold(studio, default="ours", delete_here=True)
    if before:
        await moved(studio, bought, grace)
    await made_anew(studio, ada)
    if not before:
        await moved(studio, bought, grace)
    studio.books.memberships.remove(bought)
    await studio.members_synced(whole=True)
    assert [(each.external_id, each.field) for each in open_conflicts(studio)] == [(bought, WHOLE)]
    assert studio.membership(bought).member_id == studio.member(grace).id


async def test_where_it_was_moved_to_is_written_there_once(studio: Studio) -> None:
    opened(studio)
    grace = studio.enrol("Grace")
    ada, bought = await sold(studio, default="ours")
    await made_anew(studio, ada)
    await moved(studio, bought, grace)
    await studio.members_synced()
    assert studio.books.memberships.get(bought).values["member"] == grace
    assert [push.why for push in pushes(studio) if push.kind == MEMBERSHIP] == [None]
    await belongs(studio, bought, grace)


async def test_what_waits_to_be_written_names_them_as_they_are_known_by_then(studio: Studio) -> None:
    """In one run they are made anew, and it is given to them."""
    opened(studio)
    grace = studio.enrol("Grace")
    _, bought = await sold(studio, default="ours")
    await moved(studio, bought, grace)
    anew = await made_anew(studio, grace)
    assert studio.books.memberships.get(bought).values["member"] == anew
    await belongs(studio, bought, anew)


async def test_what_else_is_written_there_is_seen_with_it(studio: Studio) -> None:
    """No further run has to look at it."""
    opened(studio)
    ada, bought = await sold(studio, default="newest")
    anew = await made_anew(studio, ada)
    await edited(studio, bought, name="Silver")
    await studio.members_synced()
    entry = studio.books.memberships.get(bought)
    assert (entry.values["member"], entry.values["name"]) == (ada, "Silver")
    (link,) = await studio.read(lambda uow: uow.sync_records.of_local(MEMBERSHIP, studio.membership(bought).id))
    assert link.fingerprint == entry.observed().fingerprint
    await belongs(studio, bought, anew)


async def test_that_it_was_moved_there_is_undone_by_who_they_were_then(studio: Studio) -> None:
    grace = studio.enrol("Grace")
    ada, bought = await sold(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(bought, {"member": grace})
    run = await studio.members_synced()
    assert studio.membership(bought).member_id == studio.member(grace).id
    anew = await made_anew(studio, ada)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    await studio.members_synced()
    await belongs(studio, bought, anew)


async def test_nobody_is_said_to_have_moved_it(studio: Studio) -> None:
    ada, bought = await sold(studio)
    anew = await made_anew(studio, ada)
    (explained,) = await studio.desk.explain(studio.tenant.id, MEMBERSHIP, studio.membership(bought).id, field="member")
    (member,) = explained.fields
    assert (member.ours, member.base, member.origin) == (anew, anew, Origin.CREATED)


async def whose_is_it(studio: Studio) -> tuple[str, ConflictChoice]:
    """Our side says Bea, the provider says Cid, and a person decides for the provider. The membership, and that."""
    bea, cid = studio.enrol("Bea"), studio.enrol("Cid")
    _, bought = await sold(studio, default="ask")
    await moved(studio, bought, bea)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(bought, {"member": cid})
    await studio.members_synced()
    (asked,) = open_conflicts(studio)
    assert (asked.field, asked.ours, asked.theirs) == ("member", bea, cid)
    return bought, ConflictChoice(tenant_id=studio.tenant.id, conflict_id=asked.id, choice=Choice.THEIRS, by="Eva")


@pytest.mark.parametrize("anew", [False, True])
async def test_whose_it_is_can_be_decided(studio: Studio, anew: bool) -> None:
    """Also if the member to whom it was moved here has another id there by now."""
    bought, choice = await whose_is_it(studio)
    (asked,) = open_conflicts(studio)
    if anew:
        await made_anew(studio, str(asked.ours))
    await studio.desk.resolve(choice)
    await studio.members_synced()
    await belongs(studio, bought, str(asked.theirs))


async def test_whose_it_is_cannot_be_decided_by_who_was_not_shown_the_latest(studio: Studio) -> None:
    bought, choice = await whose_is_it(studio)
    (asked,) = open_conflicts(studio)
    await moved(studio, bought, str(asked.base))
    with pytest.raises(StaleVersion):
        await studio.desk.resolve(choice)


async def test_what_was_made_is_undone_as_ever(studio: Studio) -> None:
    await set_policy(studio, MEMBER, default="newest", create_there=True)
    ada = studio.enrol()
    await studio.members_synced()
    studio.sell_there(ada)
    run = await studio.members_synced()
    await made_anew(studio, ada)
    undone = await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    assert undone.run is not None
    assert undone.run.counts == Counts(deleted=1)
    assert studio.memberships() == []


async def test_a_plan_is_not_stale_for_what_is_still_shown_under_the_old_id(studio: Studio) -> None:
    ada, bought = await sold(studio)
    await made_anew(studio, ada)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(bought, {"name": "Silver"})
    plan = await planned(studio)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(bought, {"name": "Silver"})
    assert (await applied(studio, plan.plan_id)).state is RunState.COMPLETED
    assert studio.membership(bought).name == "Silver"


async def test_a_member_who_is_there_again_is_another_one(studio: Studio) -> None:
    """The provider shows both: what belongs to the one of the old id there is theirs."""
    ada, bought = await sold(studio)
    anew = await made_anew(studio, ada)
    known = studio.books.members._entries
    known[ada] = attrs.evolve(known[anew], external_id=ada)
    await studio.members_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    studio.books.memberships.edit(bought, {"name": "Silver"})
    await studio.members_synced()
    assert studio.member(ada).id != studio.member(anew).id
    await belongs(studio, bought, ada)


async def test_what_belonged_to_who_had_the_id_last_is_not_given_to_who_had_it_before(studio: Studio) -> None:
    ada, bought = await sold(studio)
    anew = await made_anew(studio, ada)
    studio.books.memberships.edit(bought, {"member": anew})
    known = studio.books.members._entries
    known[ada] = attrs.evolve(known[anew], external_id=ada)
    await studio.members_synced(whole=True)
    assert studio.member(ada).id != studio.member(anew).id
    studio.clock.advance(A_MINUTE)
    studio.books.members.remove(ada)
    await studio.members_synced(whole=True)
    theirs = studio.sell_there(ada)
    run = await studio.members_synced(whole=True)
    assert not studio.knows(MEMBERSHIP, theirs)
    assert run.counts.errors == 1, "nobody of that id is here"
    assert studio.membership(bought).member_id == studio.member(anew).id
