"""What the provider answers with when a lead is entered is tied only to what it is beyond doubt."""

import pytest

from tresen.application.leads.create_lead import CreatedLead
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.lead import Lead
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, BOOKS, Studio
from ..sync.scene import captured, open_conflicts, pushes
from .test_capturing_beside_runs import enter, meanwhile, named, synced, there


async def asked(studio: Studio, *, create_there: bool = False) -> tuple[str, Lead, Lead]:
    """Of the provider's Ann it is asked which of two of ours she is; her id there."""
    await synced(studio, create_there=create_there)
    one, two = await captured(studio, "Ann"), await captured(studio, "Ann")
    key = studio.attract("Ann")
    await studio.leads_synced()
    assert len(open_conflicts(studio)) == 1
    return key, one, two


async def decide(studio: Studio, choice: Choice, lead: Lead | None = None) -> None:
    studio.clock.advance(A_MINUTE)
    (conflict,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(
            tenant_id=studio.tenant.id,
            conflict_id=conflict.id,
            choice=choice,
            value=None if lead is None else str(lead.id),
            by="Max",
        )
    )


def undecided(made: CreatedLead) -> StaffTask:
    assert made.task is not None
    assert (made.task.reason, made.task.subject) == (TaskReason.UNDECIDED, f"lead:{made.lead.id}")
    return made.task


@pytest.mark.parametrize("create_there", [False, True])
async def test_while_a_person_is_asked_nothing_is_tied_and_the_question_stays(
    studio: Studio, create_there: bool
) -> None:
    key, *_ = await asked(studio, create_there=create_there)
    made = await enter(studio)
    assert key in (undecided(made).details["why"] or "")
    assert not studio.knows("lead", key)
    await studio.leads_synced(whole=True)
    (conflict,) = open_conflicts(studio)
    assert str(made.lead.id) in conflict.candidates, "it may be the new one"
    await decide(studio, Choice.OURS, made.lead)
    await studio.leads_synced(whole=True)
    assert studio.lead(key).id == made.lead.id
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []


async def test_a_pairing_that_was_opened_again_waits_for_a_person_at_the_counter_too(studio: Studio) -> None:
    key, one, _ = await asked(studio)
    (conflict,) = open_conflicts(studio)
    await decide(studio, Choice.OURS, one)
    await studio.leads_synced()
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="Max")
    undecided(await enter(studio))
    await studio.leads_synced(whole=True)
    assert not studio.knows("lead", key)
    assert [each.id for each in open_conflicts(studio)] == [conflict.id]


async def test_what_a_person_said_is_none_of_ours_is_not_tied(studio: Studio) -> None:
    key, *_ = await asked(studio)
    await decide(studio, Choice.THEIRS)
    made = await enter(studio)
    undecided(made)
    await studio.leads_synced(whole=True)
    assert studio.lead(key).id != made.lead.id, "she is a new one"
    assert len(named(studio)) == 4
    assert there(studio) == [key]


@pytest.mark.parametrize("create_there", [False, True])
async def test_somebody_who_was_taken_away_here_and_writes_again_is_kept(studio: Studio, create_there: bool) -> None:
    await synced(studio, create_there=create_there)
    key = studio.attract("Ann")
    run = await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")
    made = await enter(studio, message="me again")
    assert f"record {key}, which was taken away here" in (undecided(made).details["why"] or "")
    assert [lead.message for lead in named(studio)] == ["me again"]
    await studio.leads_synced(whole=True)
    before = studio.rows(without=BOOKS)
    await studio.leads_synced(whole=True)
    assert studio.rows(without=BOOKS) == before
    assert [lead.id for lead in named(studio)] == [made.lead.id]
    assert there(studio) == [key]


async def test_one_that_was_tied_to_another_record_meanwhile_is_not_tied_twice(studio: Studio) -> None:
    await synced(studio)

    async def tied() -> None:
        """Somebody finds it under an address that the provider does not take for the same."""
        other = studio.attract("Ann", email="ann@example.com")
        studio.books.leads.edit("1002", {"email": "ann.h@example.org"})
        studio.books.leads.edit(other, {"email": "ann@example.org"})
        await studio.leads_synced(whole=True)

    meanwhile(studio, tied)
    made = await enter(studio)
    undecided(made)
    links = await studio.read(lambda uow: uow.sync_records.of_local(LEAD, made.lead.id))
    assert [link.external_id for link in links] == ["1003"]


async def test_one_that_was_deleted_here_while_it_was_entered_is_no_error(studio: Studio) -> None:
    await synced(studio)

    async def delete() -> None:
        (ann,) = named(studio)

        async def remove(uow: UnitOfWork) -> None:
            await uow.leads.remove(ann.id)

        await studio.transactions.run(studio.tenant.id, "remove", remove)

    meanwhile(studio, delete)
    made = await enter(studio)
    assert (made.lead.first_name, made.task) == ("Ann", None)
    assert named(studio) == []
