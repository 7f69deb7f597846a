"""A record that the provider lost and that is here still, and one that is entered there anew with the same address:
whether it is the same a person says, and neither is it doubled before that, nor merged.
"""

from collections.abc import Awaitable, Callable

import pytest

from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.contact import EmailAddress
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable, InvalidValue
from tresen.domain.sync.conflict import PAIRING, Choice, Conflict, ConflictState
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.journal import RELEASED
from tresen.domain.sync.push import PushState

from ..studio import A_DAY, A_MINUTE, Studio
from .scene import captured, edit_lead, gets, open_conflicts, planned, pushes, rests, second_gym, set_policy, writes
from .test_decided_pairings import asked, decide
from .test_deleted_while_made import deleted

Lost = Callable[[Studio], Awaitable[str]]


async def known(studio: Studio) -> str:
    """A lead that both sides have, and another one, and that was edited here since; the id there."""
    gone = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    await edit_lead(studio, gone, last_name="Murray")
    return gone


async def asked_about(studio: Studio) -> str:
    """As the default policy has it: the provider deleted what we edited, and a person is asked."""
    gone = await known(studio)
    studio.books.leads.remove(gone)
    await studio.leads_synced(whole=True)
    assert [(each.external_id, each.field) for each in open_conflicts(studio)] == [(gone, WHOLE)]
    return gone


async def pinned(studio: Studio) -> str:
    """A person decided that it stays here."""
    gone = await asked_about(studio)
    (conflict,) = open_conflicts(studio)
    await decide(studio, conflict, Choice.OURS)
    return gone


async def not_deleted(studio: Studio) -> str:
    """Nobody edited it, and the policy deletes nothing here."""
    await set_policy(studio, LEAD, delete_here=False)
    gone = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    studio.books.leads.remove(gone)
    await studio.leads_synced(whole=True)
    assert open_conflicts(studio) == []
    return gone


async def not_wanted(studio: Studio) -> str:
    """It was to be made there anew, until the policy was another."""
    await set_policy(studio, LEAD, create_there=True)
    gone = await known(studio)
    studio.books.leads.remove(gone)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no"))
    await studio.leads_synced(whole=True)

    async def drop(uow: UnitOfWork) -> None:
        (push,) = (await uow.pushes.creations(studio.account.id, LEAD, [studio.lead(gone).id])).values()
        push.end(PushState.DROPPED, now=studio.clock.now(), why="not wanted")
        await uow.pushes.save(push)

    await studio.transactions.run(studio.tenant.id, "drop", drop)
    await set_policy(studio, LEAD)
    return gone


async def lost_just_now(studio: Studio) -> str:
    """No run has looked since."""
    gone = await known(studio)
    studio.books.leads.remove(gone)
    return gone


async def lost_unseen(studio: Studio) -> str:
    """The provider does not tell that it is gone."""
    gone = await lost_just_now(studio)
    studio.books.leads.tombstones.clear()
    return gone


LOST: list[Lost] = [asked_about, pinned, not_deleted, not_wanted, lost_just_now, lost_unseen]


def the_question(studio: Studio, made: str) -> Conflict:
    (one,) = asked(studio).values()
    assert one.external_id == made
    return one


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("lost", LOST)
async def test_a_person_is_asked_whether_it_is_the_same(studio: Studio, lost: Lost, whole: bool) -> None:
    gone = await lost(studio)
    ours = studio.lead(gone)
    made = studio.attract(email="GRACE@example.org")
    run = await studio.leads_synced(whole=whole)
    assert run.counts.created == 0
    assert the_question(studio, made).candidates == (str(ours.id),)
    assert len(studio.leads()) == 2
    assert not studio.knows(LEAD, made)
    assert studio.lead(gone).id == ours.id
    await rests(studio)
    assert the_question(studio, made).candidates == (str(ours.id),)


@pytest.mark.parametrize("lost", LOST)
async def test_it_is_the_same_when_a_person_says_so(studio: Studio, lost: Lost) -> None:
    gone = await lost(studio)
    ours = studio.lead(gone)
    made = studio.attract(phone="030 7")
    await studio.leads_synced(whole=True)
    await decide(studio, the_question(studio, made), Choice.OURS)
    assert not studio.knows(LEAD, gone)
    await studio.leads_synced()
    await studio.leads_synced(whole=True)
    lead = studio.lead(made)
    there = studio.books.leads.get(made).values
    assert (lead.id, lead.phone.raw if lead.phone else None) == (ours.id, "030 7")
    assert lead.last_name == there["last_name"]
    assert (len(studio.leads()), len(studio.books.leads)) == (2, 2)
    assert open_conflicts(studio) == []
    assert await studio.read(lambda uow: uow.overrides.all(limit=9, offset=0)) == []
    assert "leads.create" not in writes(studio)[1:]
    await rests(studio)


@pytest.mark.parametrize("lost", LOST)
async def test_it_is_another_when_a_person_says_so(studio: Studio, lost: Lost) -> None:
    gone = await lost(studio)
    ours = studio.lead(gone)
    made = studio.attract()
    await studio.leads_synced(whole=True)
    before = [each.id for each in open_conflicts(studio) if each.field == WHOLE]
    await decide(studio, the_question(studio, made), Choice.THEIRS)
    await studio.leads_synced()
    await studio.leads_synced(whole=True)
    assert studio.lead(made).id != ours.id
    assert studio.lead(gone) == ours
    assert len(studio.leads()) == 3
    assert [each.id for each in open_conflicts(studio)] == before
    await rests(studio)


async def test_that_it_stays_here_alone_ends_with_that(studio: Studio) -> None:
    gone = await pinned(studio)
    made = studio.attract()
    await studio.leads_synced()
    await decide(studio, the_question(studio, made), Choice.OURS)
    told = [(line.external_id, line.reason) for line in studio.changes() if line.rule == RELEASED]
    assert [key for key, _ in told] == [gone]
    assert told[0][1].startswith("Eva said which record at the provider it is, which ended the override ours of Eva")
    assert {each.state for each in studio.conflicts()} == {ConflictState.RESOLVED}


async def test_what_is_asked_about_the_lost_one_is_settled_with_that(studio: Studio) -> None:
    gone = await asked_about(studio)
    made = studio.attract()
    await studio.leads_synced()
    await decide(studio, the_question(studio, made), Choice.OURS)
    assert {(each.external_id, each.field): each.state for each in studio.conflicts()} == {
        (gone, WHOLE): ConflictState.SETTLED,
        (made, PAIRING): ConflictState.RESOLVED,
    }


async def test_one_that_is_deleted_here_is_none_that_it_could_be(studio: Studio) -> None:
    gone = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    studio.books.leads.remove(gone)
    made = studio.attract()
    await studio.leads_synced(whole=True)
    assert (open_conflicts(studio), len(studio.leads())) == ([], 2)
    assert studio.knows(LEAD, made)
    await rests(studio)


@pytest.mark.parametrize("whole", [True, False])
async def test_one_that_is_there_is_another_one(studio: Studio, whole: bool) -> None:
    """Families share addresses."""
    mum = studio.attract("Mum", email="fam@example.org")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE * 50)
    await edit_lead(studio, mum, last_name="Murray")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE * 50)
    kid = studio.attract("Kid", email="fam@example.org")
    await studio.leads_synced(whole=whole)
    assert studio.lead(kid).id != studio.lead(mum).id
    assert open_conflicts(studio) == []


async def test_one_that_is_there_again_is_another_one(studio: Studio) -> None:
    """A person let it stay here, and the provider has it again as it was."""
    gone = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    entry = studio.books.leads.get(gone)
    await edit_lead(studio, gone, last_name="Murray")
    studio.books.leads.remove(gone)
    await studio.leads_synced(whole=True)
    await decide(studio, open_conflicts(studio)[0], Choice.OURS)
    studio.books.leads._entries[gone] = entry
    studio.books.leads.tombstones.clear()
    made = studio.attract()
    await studio.leads_synced()
    assert open_conflicts(studio) == []
    assert studio.lead(made).id != studio.lead(gone).id


async def test_a_look_that_fails_does_not_answer_it(studio: Studio) -> None:
    await not_deleted(studio)
    made = studio.attract()
    await studio.leads_synced(whole=True)
    studio.gym.faults.fail_next("leads.get", GatewayUnavailable("503"))
    run = await studio.leads_synced(whole=True)
    assert run.counts.errors == 1
    assert (the_question(studio, made).state, len(studio.leads())) == (ConflictState.OPEN, 2)


async def restored(studio: Studio) -> tuple[str, str]:
    """The policy has what was edited made there anew, and it was entered there before that; both ids."""
    await set_policy(studio, LEAD, create_there=True, default="newest")
    gone = await lost_just_now(studio)
    made = studio.attract()
    await studio.leads_synced(whole=True)
    return gone, made


async def test_one_that_is_to_be_made_there_anew_waits_for_the_answer(studio: Studio) -> None:
    gone, made = await restored(studio)
    ours = studio.lead(gone)
    for _ in range(2):
        assert the_question(studio, made).candidates == (str(ours.id),)
        (push,) = pushes(studio, PushState.WAITING)
        assert (push.local_id, push.attempts) == (ours.id, 0)
        await studio.leads_synced(whole=True)
    assert len(studio.books.leads) == len(studio.leads()) == 2


async def test_one_that_is_to_be_made_there_anew_is_the_one_that_was_entered(studio: Studio) -> None:
    gone, made = await restored(studio)
    ours = studio.lead(gone)
    await decide(studio, the_question(studio, made), Choice.OURS)
    assert pushes(studio, PushState.WAITING) == []
    await studio.leads_synced()
    assert studio.lead(made).id == ours.id
    assert len(studio.books.leads) == len(studio.leads()) == 2
    assert open_conflicts(studio) == []
    await rests(studio)


async def test_several_may_be_asked_about(studio: Studio) -> None:
    """One that is captured here meanwhile may be it as well; and of two that were entered one is it."""
    gone = await asked_about(studio)
    ours = studio.lead(gone)
    made = [studio.attract(), studio.attract()]
    await studio.leads_synced()
    assert {key: each.candidates for key, each in asked(studio).items()} == dict.fromkeys(made, (str(ours.id),))
    more = await captured(studio)
    await studio.leads_synced(whole=True)
    assert {frozenset(each.candidates) for each in asked(studio).values()} == {frozenset({str(ours.id), str(more.id)})}
    await rests(studio)
    await decide(studio, asked(studio)[made[1]], Choice.OURS, str(ours.id))
    await decide(studio, asked(studio)[made[0]], Choice.OURS, str(more.id))
    await studio.leads_synced()
    assert (studio.lead(made[0]).id, studio.lead(made[1]).id) == (more.id, ours.id)
    assert (open_conflicts(studio), len(studio.leads())) == ([], 3)


async def test_one_cannot_be_two(studio: Studio) -> None:
    gone = await asked_about(studio)
    ours = studio.lead(gone)
    made = [studio.attract(), studio.attract()]
    await studio.leads_synced()
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    with pytest.raises(InvalidValue, match=r"is linked to lead .* of this account already"):
        await decide(studio, asked(studio)[made[0]], Choice.OURS)
    await decide(studio, asked(studio)[made[0]], Choice.THEIRS)
    await studio.leads_synced()
    assert studio.lead(made[0]).id != ours.id


async def test_a_plan_says_that_it_will_be_asked(studio: Studio) -> None:
    await asked_about(studio)
    studio.attract()
    plan = await planned(studio, "leads")
    (part,) = (await studio.read(lambda uow: uow.plans.get(plan.plan_id))).parts  # type: ignore[arg-type] # there is one
    assert part.actions == {"ask": 1}
    assert len(studio.leads()) == 2


async def test_a_plan_says_what_waits_for_the_answer(studio: Studio) -> None:
    gone, _ = await restored(studio)
    ours = studio.lead(gone)
    reason = (await planned(studio, "leads")).reason or ""
    assert reason.endswith(
        f"1 push waits; would go on waiting: lead {ours.id}: "
        "it waits until a person says which of ours the provider's record is"
    )


async def test_once_the_lost_one_is_deleted_here_the_new_one_is_new(studio: Studio) -> None:
    gone = await asked_about(studio)
    made = studio.attract()
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE * 60)
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE * 60)
    (whole,) = (each for each in open_conflicts(studio) if each.field == WHOLE)
    await decide(studio, whole, Choice.THEIRS)
    await studio.leads_synced()
    assert studio.knows(LEAD, made)
    assert not studio.knows(LEAD, gone)
    assert (open_conflicts(studio), len(studio.leads())) == ([], 2)
    await rests(studio)


async def asked_for_hours(studio: Studio) -> tuple[str, str]:
    """It is asked of a new one, which changes show no more; the ids of the lost one and of that."""
    gone = await asked_about(studio)
    made = studio.attract()
    for _ in range(2):
        await studio.leads_synced()
        studio.clock.advance(A_MINUTE * 60)
    assert the_question(studio, made).candidates == (str(studio.lead(gone).id),)
    return gone, made


async def test_once_somebody_deletes_the_lost_one_by_hand_the_new_one_is_new(studio: Studio) -> None:
    gone, made = await asked_for_hours(studio)
    await deleted(studio, studio.lead(gone))
    await studio.leads_synced()
    await studio.leads_synced()
    assert studio.knows(LEAD, made)
    assert (open_conflicts(studio), len(studio.leads())) == ([], 2)
    await rests(studio)


async def test_once_a_run_deletes_the_lost_one_the_new_one_is_new(studio: Studio) -> None:
    """Nothing is edited of it any more, so that the deletion comes here."""
    gone, made = await asked_for_hours(studio)
    await edit_lead(studio, gone, last_name="Hopper")
    await studio.leads_synced()
    await studio.leads_synced()
    assert studio.knows(LEAD, made)
    assert (open_conflicts(studio), len(studio.leads())) == ([], 2)
    await rests(studio)


async def test_so_it_is_with_a_member(studio: Studio) -> None:
    gone = studio.enrol()
    bought = studio.sell_there(gone)
    studio.enrol("Other")
    await studio.members_synced()
    ours = studio.member(gone)
    await studio.edit_member(gone, city="Ulm")
    studio.books.members.remove(gone)
    await studio.members_synced(whole=True)
    made = studio.enrol()
    await studio.members_synced()
    assert the_question(studio, made).candidates == (str(ours.id),)
    await decide(studio, the_question(studio, made), Choice.OURS)
    await studio.members_synced()
    assert studio.member(made).id == ours.id == studio.membership(bought).member_id
    assert (open_conflicts(studio), len(studio.members())) == ([], 2)
    assert not studio.knows(MEMBER, gone)
    await rests(studio)


async def test_another_accounts_lost_one_is_none_that_it_could_be(studio: Studio) -> None:
    """Two providers never share a lead: what becomes of it there is asked there."""
    gone = await asked_about(studio)
    gym, second = second_gym(studio)
    made = gym.books.leads.add({"first_name": "Grace", "email": "grace@example.org"})
    await studio.sync_leads(studio.tenant.id, second.id, force=True)
    assert studio.lead(made, second.id).id != studio.lead(gone).id
    assert [(each.external_id, each.field) for each in open_conflicts(studio)] == [(gone, WHOLE)]


async def test_nothing_is_looked_for_where_no_address_is_shared(studio: Studio) -> None:
    await studio.leads_synced()
    studio.attract()
    await studio.leads_synced()
    studio.clock.advance(A_DAY)
    studio.attract("Zoe")
    await studio.leads_synced()
    assert gets(studio) == 0


async def test_an_edit_here_meanwhile_changes_nothing_of_it(studio: Studio) -> None:
    gone = await asked_about(studio)
    ours = studio.lead(gone)
    made = studio.attract()
    await studio.leads_synced()
    await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=ours.id, by="Eva", phone="030 9"))
    await studio.leads_synced()
    assert the_question(studio, made).candidates == (str(ours.id),)
    await decide(studio, the_question(studio, made), Choice.OURS)
    await studio.leads_synced()
    assert studio.lead(made).id == ours.id
    assert open_conflicts(studio) == []


async def test_another_address_here_does_not_answer_it(studio: Studio) -> None:
    """It may have been corrected."""
    gone = await asked_about(studio)
    ours = studio.lead(gone)
    made = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, gone, email=EmailAddress("else@example.org"))
    for whole in (False, True):
        await studio.leads_synced(whole=whole)
        assert the_question(studio, made).candidates == (str(ours.id),)
    assert not studio.knows(LEAD, made)
    await rests(studio)
    await decide(studio, the_question(studio, made), Choice.OURS)
    await studio.leads_synced()
    assert studio.lead(made).id == ours.id
    assert open_conflicts(studio) == []


@pytest.mark.parametrize("is_there", [False, True])
async def test_while_nobody_can_tell_whether_it_was_lost_the_new_one_waits(studio: Studio, is_there: bool) -> None:
    old = await known(studio)
    for _ in range(2):
        await studio.leads_synced()
        studio.clock.advance(A_MINUTE * 60)
    if not is_there:
        await edit_lead(studio, old, last_name="Murray-Hopper")
        studio.books.leads.remove(old)
        studio.books.leads.tombstones.clear()
    made = studio.attract()
    studio.gym.faults.fail_next("leads.get", GatewayUnavailable("503"))
    run = await studio.leads_synced()
    assert (run.counts.created, run.counts.errors, asked(studio)) == (0, 1, {})
    await studio.leads_synced()
    if is_there:
        assert studio.lead(made).id != studio.lead(old).id
        assert open_conflicts(studio) == []
    else:
        assert the_question(studio, made).candidates == (str(studio.lead(old).id),)
    await rests(studio)


async def test_one_that_came_back_and_was_lost_again_may_still_be_it(studio: Studio) -> None:
    gone = studio.attract()
    studio.attract("Other")
    await studio.leads_synced()
    entry = studio.books.leads.get(gone)
    await edit_lead(studio, gone, last_name="Murray")
    studio.books.leads.remove(gone)
    made = studio.attract()
    await studio.leads_synced()
    for _ in range(2):
        studio.clock.advance(A_MINUTE * 60)
        await studio.leads_synced()
    studio.books.leads._entries[gone] = entry
    studio.books.leads.tombstones.clear()
    studio.books.leads.edit(gone, {"phone": "030 1"})
    await studio.leads_synced()
    assert {each.field for each in open_conflicts(studio)} == {PAIRING}
    await edit_lead(studio, gone, last_name="Hopper-Murray")
    studio.books.leads.remove(gone)
    await studio.leads_synced()
    assert {each.field for each in open_conflicts(studio)} == {PAIRING, WHOLE}
    ours = studio.lead(gone)
    await decide(studio, the_question(studio, made), Choice.OURS)
    await studio.leads_synced()
    assert (studio.lead(made).id, open_conflicts(studio)) == (ours.id, [])


async def corrected(studio: Studio, gone: str, *, by_hand: bool = True) -> Lead:
    """Its address is another one here, and was not written there."""
    lead = studio.lead(gone)
    if by_hand:
        edit = LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Eva", email="corrected@example.org")
        await studio.desk.edit_lead(edit)
    else:
        await edit_lead(studio, gone, email=EmailAddress("corrected@example.org"))
    return studio.lead(gone)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("lost", LOST)
async def test_it_is_asked_where_it_is_entered_by_the_address_that_was_corrected_here(
    studio: Studio, lost: Lost, by_hand: bool, whole: bool
) -> None:
    """Who enters it there knows nothing of that."""
    gone = await lost(studio)
    ours = await corrected(studio, gone, by_hand=by_hand)
    made = studio.attract(phone="030 7")
    await studio.leads_synced(whole=whole)
    assert the_question(studio, made).candidates == (str(ours.id),)
    assert len(studio.leads()) == 2
    await studio.leads_synced(whole=True)
    await rests(studio)
    await decide(studio, the_question(studio, made), Choice.OURS)
    await studio.leads_synced()
    await studio.leads_synced(whole=True)
    assert studio.lead(made).id == ours.id
    assert (open_conflicts(studio), len(studio.leads()), len(studio.books.leads)) == ([], 2, 2)


@pytest.mark.parametrize("error", [GatewayRejected("no"), GatewayUnavailable("no answer")])
async def test_one_that_is_to_be_made_anew_is_found_by_the_address_that_was_corrected_here(
    studio: Studio, error: GatewayError
) -> None:
    await set_policy(studio, LEAD, create_there=True, default="newest")
    gone = await lost_just_now(studio)
    for _ in range(2):
        studio.gym.faults.fail_next("leads.create", error)
    await studio.leads_synced(whole=True)
    ours = await corrected(studio, gone, by_hand=False)
    made = studio.attract(email="grace@example.org")
    await studio.leads_synced(whole=True)
    await studio.leads_synced(whole=True)
    assert len(studio.leads()) == 2
    assert len(studio.books.leads) == 2
    assert [lead.id for lead in studio.leads() if lead.first_name == "Grace"] == [ours.id]
    assert studio.knows(LEAD, made) or the_question(studio, made).candidates == (str(ours.id),)


async def test_another_one_may_have_the_address_that_was_corrected_here(studio: Studio) -> None:
    """It is there still, so nobody is asked."""
    key = studio.attract("Mum", email="fam@example.org")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE * 50)
    await corrected(studio, key)
    kid = studio.attract("Kid", email="fam@example.org")
    await studio.leads_synced(whole=True)
    assert open_conflicts(studio) == []
    assert studio.lead(kid).id != studio.lead(key).id
