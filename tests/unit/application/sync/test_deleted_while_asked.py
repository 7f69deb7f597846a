"""A lead that was sent to the provider without an answer, and is deleted here: who has its address there comes in."""

from collections.abc import Awaitable, Callable

import pytest

from tresen.application.leads.create_lead import CreatedLead
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..leads.test_capturing_beside_runs import enter, named, there
from ..studio import A_MINUTE, Studio
from .scene import applied, captured, due, edit_lead, lines, open_conflicts, planned, pushes, rests, set_policy, writes
from .test_decided_pairings import DOWN, asked, decide, ties
from .test_deleted_while_made import deleted, entered_and_deleted, names
from .test_edited_on_the_way import settled

Deletes = Callable[[Studio], Awaitable[None]]
ANN = "ann@example.org"


async def sent_anew(studio: Studio) -> None:
    """Ann was edited here, the provider lost her, and no answer came as she was made there anew. Then two Anns are
    entered there, and it is asked of both whether they are her.
    """
    studio.attract("Other")
    await studio.leads_synced()
    ann = studio.attract("Ann")
    await studio.leads_synced()
    await set_policy(studio, LEAD, create_there=True)
    await edit_lead(studio, ann, last_name="Edited")
    studio.books.leads.remove(ann)
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    entered = {studio.attract("Ann", last_name=name) for name in ("One", "Two")}
    await studio.leads_synced(whole=True)
    assert asked(studio).keys() == entered


async def by_policy(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True, deletes="delete")
    await studio.leads_synced(whole=True)


async def by_undo(studio: Studio) -> None:
    (ann,) = named(studio)
    (link,) = await studio.read(lambda uow: uow.sync_records.of_local(LEAD, ann.id))
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=link.run_id), by="Eva", overtaken=True)


async def by_own_program(studio: Studio) -> None:
    await deleted(studio, *named(studio))


async def all_come_in(studio: Studio) -> None:
    """And nothing is made there, nor asked, nor waits."""
    calls = writes(studio)
    await settled(studio)
    here, shown = names(studio)
    assert here == shown
    assert (open_conflicts(studio), due(studio, LEAD)) == ([], set())
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
    assert writes(studio) == calls
    await rests(studio)


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("delete", [by_policy, by_undo, by_own_program])
async def test_a_question_ends_whose_only_candidate_was_deleted(studio: Studio, delete: Deletes, writing: bool) -> None:
    await sent_anew(studio)
    await delete(studio)
    studio.change_account(writes_enabled=writing)
    assert named(studio) == []
    await all_come_in(studio)


@pytest.mark.parametrize("delete", [by_policy, by_undo, by_own_program])
async def test_somebody_else_of_the_address_who_is_entered_later_comes_in(studio: Studio, delete: Deletes) -> None:
    await sent_anew(studio)
    await delete(studio)
    studio.attract("Bea", email=ANN)
    await all_come_in(studio)


@pytest.mark.parametrize("delete", [by_undo, by_own_program])
async def test_a_plan_that_brings_them_in_can_be_applied(studio: Studio, delete: Deletes) -> None:
    await sent_anew(studio)
    await delete(studio)
    bea = studio.attract("Bea", email=ANN)
    run = await planned(studio, "leads", whole=True)
    assert run.reason is not None
    assert "our record was deleted meanwhile" in run.reason
    await applied(studio, run.plan_id)
    assert studio.knows(LEAD, bea)
    assert names(studio) == (["Ann", "Ann", "Bea", "Other"],) * 2
    await all_come_in(studio)


async def test_so_it_is_where_the_provider_answered_with_what_another_may_be(studio: Studio) -> None:
    studio.attract("Other")
    lost = studio.attract("Ann")
    await studio.leads_synced()
    studio.books.leads.remove(lost)
    told = await enter(studio)
    await studio.leads_synced(whole=True)
    assert len(asked(studio)) == 1
    await deleted(studio, told.lead)
    studio.attract("Ann", last_name="Third")
    await all_come_in(studio)


async def test_so_it_is_with_what_somebody_entered_without_an_answer(studio: Studio) -> None:
    studio.gym.faults.fail_next("create_lead", DOWN)
    await studio.leads_synced()
    told = await enter(studio)
    entered = {studio.attract("Ann", last_name=name) for name in ("One", "Two")}
    await studio.leads_synced(whole=True)
    assert asked(studio).keys() == entered
    await deleted(studio, told.lead)
    await all_come_in(studio)


# -- nobody is asked ---------------------------------------------------------------------------------------------------


async def test_while_writing_is_off_somebody_else_of_the_address_comes_in(studio: Studio) -> None:
    await entered_and_deleted(studio, kept=False)
    studio.change_account(writes_enabled=False)
    studio.attract("Bob", email=ANN)
    await settled(studio)
    assert names(studio) == (["Bob", "Other"], ["Bob", "Other"])
    assert due(studio, LEAD) == set()
    await rests(studio)


async def test_while_writing_is_off_one_that_was_made_there_is_found_by_a_look(studio: Studio) -> None:
    await entered_and_deleted(studio)
    studio.change_account(writes_enabled=False)
    await settled(studio)
    assert names(studio) == (["Other"], ["Ann", "Other"])
    assert due(studio, LEAD) == set()
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
    await rests(studio)


async def test_a_look_that_fails_while_writing_is_off_is_taken_again(studio: Studio) -> None:
    await entered_and_deleted(studio)
    studio.change_account(writes_enabled=False)
    studio.gym.faults.fail_next("leads.find", DOWN)
    await studio.sync_leads(studio.tenant.id, studio.account.id, force=True, whole=True)
    assert [push.why for push in pushes(studio, PushState.WAITING)] == [DOWN.message]
    await settled(studio)
    assert names(studio) == (["Other"], ["Ann", "Other"])
    await rests(studio)


async def test_a_plan_leaves_out_what_is_looked_up_first_and_can_be_applied(studio: Studio) -> None:
    await entered_and_deleted(studio)
    eve = studio.attract("Eve")
    run = await planned(studio, "leads", whole=True)
    assert len(lines(studio, run.plan_id)) == 1
    assert run.reason is not None
    assert "1 push waits" in run.reason
    await applied(studio, run.plan_id)
    assert studio.knows(LEAD, eve)
    await settled(studio)
    assert names(studio) == (["Eve", "Other"], ["Ann", "Eve", "Other"])
    assert due(studio, LEAD) == set()
    await rests(studio)


@pytest.mark.parametrize("kept", [False, True])
async def test_one_of_ours_of_that_name_and_address_is_the_one_there(studio: Studio, kept: bool) -> None:
    """Be it that it is made there now, or that what was made for the other one is found."""
    await entered_and_deleted(studio, kept=kept)
    await set_policy(studio, LEAD, create_there=True)
    ann = await captured(studio, "Ann")
    await settled(studio)
    (key,) = there(studio)
    assert await ties(studio, ann) == [key]
    assert pushes(studio, PushState.WAITING, PushState.REFUSED) == []
    await rests(studio)


async def test_nobody_else_of_ours_is_given_the_name_of_what_was_made(studio: Studio) -> None:
    await entered_and_deleted(studio)
    bob = await captured(studio, "Bob", email=ANN)
    await settled(studio)
    assert names(studio) == (["Bob", "Other"], ["Ann", "Other"])
    assert await ties(studio, bob) == []
    await rests(studio)


async def test_one_without_an_address_keeps_nobody_out(studio: Studio) -> None:
    """It cannot be told from somebody new."""
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    lost = studio.attract("Ann", email=None)
    await studio.leads_synced()
    await edit_lead(studio, lost, last_name="Edited")
    studio.books.leads.remove(lost)
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.sync_leads(studio.tenant.id, studio.account.id, force=True, whole=True)
    await studio.leads_synced(whole=True)
    (push,) = pushes(studio)
    assert push.state is PushState.UNSURE
    await by_own_program(studio)
    studio.attract("Ann", email=None, last_name="Edited")
    await settled(studio)
    assert names(studio) == (["Ann", "Other"], ["Ann", "Other"])
    assert (open_conflicts(studio), due(studio, LEAD)) == ([], set())
    await rests(studio)


# -- another one of ours may be it -------------------------------------------------------------------------------------


async def lost_and_entered(studio: Studio, *, kept: bool) -> tuple[str, CreatedLead]:
    """Ann was edited here, and lost there. Another Ann is entered without an answer. ``kept``: the next run makes that
    one there, without an answer again; else it is answered, and whose that is is asked.
    """
    studio.attract("Other")
    lost = studio.attract("Ann")
    await studio.leads_synced()
    await set_policy(studio, LEAD, create_there=True)
    await edit_lead(studio, lost, message="edited")
    studio.gym.faults.fail_next("create_lead", DOWN)
    studio.books.leads.remove(lost)
    told = await enter(studio, last_name="Again")
    if kept:
        studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    if not kept:
        await studio.leads_synced(whole=True)
        assert open_conflicts(studio) != []
    await deleted(studio, told.lead)
    if not there(studio):
        studio.attract("Ann", last_name="Anew")
    return lost, told


async def test_what_was_sent_of_one_that_is_gone_is_decided_beside_one_that_was_lost(studio: Studio) -> None:
    await lost_and_entered(studio, kept=True)
    await settled(studio)
    (key,), (ann,) = there(studio), named(studio)
    assert await ties(studio, ann) == [key]
    assert (open_conflicts(studio), due(studio, LEAD)) == ([], set())
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
    calls = studio.gym.faults.calls.count("leads.find")
    await rests(studio)
    assert studio.gym.faults.calls.count("leads.find") == calls


async def test_a_question_goes_on_that_another_one_may_answer(studio: Studio) -> None:
    await lost_and_entered(studio, kept=False)
    await settled(studio)
    (key,), (ann,) = there(studio), named(studio)
    assert str(ann.id) in asked(studio)[key].candidates
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
    await rests(studio)
    await decide(studio, asked(studio)[key], Choice.OURS, str(ann.id))
    studio.clock.advance(A_MINUTE)
    await settled(studio)
    assert await ties(studio, ann) == [key]
    assert there(studio) == [key]
    await rests(studio)
