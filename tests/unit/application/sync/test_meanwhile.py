"""People decide while a run is under way, or between a plan and its application: what they said counts."""

import pytest

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.journal import LOCAL_EDIT
from tresen.domain.sync.kept_plan import PlanStale
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import RunState

from ..stirring import Happen, calm, stir
from ..studio import AN_HOUR, BOOKS, Studio
from .scene import (
    applied,
    captured,
    due,
    edit_lead,
    open_conflicts,
    planned,
    pushes,
    rests,
    set_policy,
    synced_crowd,
    there,
    writes,
)


def once(studio: Studio, happen: Happen) -> Happen:
    """It happens the first time only."""

    async def first() -> None:
        calm(studio.gym)
        await happen()

    return first


async def test_a_run_that_another_process_took_over_does_nothing_more(studio: Studio) -> None:
    """Its lock was lost, as when the database was started anew; another run has begun and booked it as interrupted."""
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"street": "Theirs"})

    async def overtake() -> None:
        async def book(uow: UnitOfWork) -> None:
            await uow.runs.interrupt_running(studio.account.id, "members", now=studio.clock.now())

        await studio.transactions.run(studio.tenant.id, "begin", book)

    stir(studio.gym, "membership", once(studio, overtake))
    before = studio.rows(without=BOOKS)
    run = await studio.members_synced()
    assert run.state is RunState.INTERRUPTED
    assert "took this sync over" in (run.reason or "")
    after = studio.rows(without=BOOKS)
    assert {name for name, rows in after.items() if rows != before[name]} <= {"plans", "plan_steps"}
    assert (await studio.members_synced()).state is RunState.COMPLETED
    assert studio.member(ada).street == "Theirs"


async def test_an_override_that_is_taken_away_during_a_run_is_away(studio: Studio) -> None:
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"street": "Theirs 1"})
    run = await studio.members_synced()
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="eva")
    studio.change_account(writes_enabled=False)
    await studio.members_synced()
    studio.books.members.edit(ada, {"street": "Theirs 2", "city": "Bonn"})

    async def free() -> None:
        await studio.desk.remove_override(
            studio.tenant.id, account_id=studio.account.id, kind="member", external_id=ada, field="street", by="Eva"
        )

    stir(studio.gym, "membership", once(studio, free))
    await studio.members_synced()
    assert due(studio) == {ada}, "its step was decided with the override"
    await studio.members_synced()
    assert studio.member(ada).street == "Theirs 2"


async def one_in_question(studio: Studio) -> str:
    """A member that we edited and that the provider deleted: a person is asked. From then on such ones go."""
    ada = studio.enrol()
    for n in range(3):
        studio.enrol(f"M{n}")
    await set_policy(studio, "member", deletes="ask", default="ours")
    studio.change_account(writes_enabled=False)
    await studio.members_synced()
    await studio.edit_member(ada, street="precious")
    studio.books.members.remove(ada)
    await studio.members_synced(whole=True)
    assert len(open_conflicts(studio)) == 1
    await set_policy(studio, "member", deletes="delete", default="ours")
    return ada


async def keep_it(studio: Studio) -> None:
    (conflict,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=Choice.OURS, by="eva")
    )


async def test_what_a_person_keeps_during_a_run_stays(studio: Studio) -> None:
    await one_in_question(studio)
    stir(studio.gym, "membership", once(studio, lambda: keep_it(studio)))
    run = await studio.members_synced(whole=True)
    assert (run.state, run.counts.deleted, len(studio.members())) == (RunState.COMPLETED, 0, 4)
    await studio.members_synced()
    await rests(studio)
    assert len(studio.members()) == 4


async def test_what_a_person_keeps_by_a_clock_that_goes_back_makes_the_plan_stale(studio: Studio) -> None:
    await one_in_question(studio)
    run = await planned(studio, whole=True)
    assert run.plan_id is not None
    studio.clock.advance(-AN_HOUR)
    await keep_it(studio)
    with pytest.raises(PlanStale):
        await applied(studio, run.plan_id)
    assert len(studio.members()) == 4


async def two_edited() -> tuple[Studio, list[str]]:
    """Two members whose streets we edited, under ``ours``."""
    studio = Studio(default=Law.OURS)
    ids = await synced_crowd(studio, 2)
    for one in ids:
        await studio.edit_member(one, street=f"new {one}")
    return studio, ids


async def test_nothing_is_written_any_more_once_writing_is_switched_off() -> None:
    studio, ids = await two_edited()

    async def off() -> None:
        studio.change_account(writes_enabled=False)

    before = len(writes(studio))
    stir(studio.gym, "member", once(studio, off), at="writes")
    await studio.members_synced()
    assert len(writes(studio)) == before + 1
    assert [push.state for push in pushes(studio)] == [PushState.DONE, PushState.DROPPED]
    assert there(studio, ids[1], "street") != f"new {ids[1]}"


async def test_what_is_undone_during_a_run_is_not_written_any_more() -> None:
    studio, ids = await two_edited()

    async def undo() -> None:
        line = [c for c in studio.changes() if c.external_id == ids[1] and c.rule == LOCAL_EDIT][-1]
        await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="eva")

    before = len(writes(studio))
    stir(studio.gym, "member", once(studio, undo), at="writes")
    await studio.members_synced()
    assert len(writes(studio)) == before + 1
    assert there(studio, ids[1], "street") == studio.member(ids[1]).street
    assert [push.state for push in pushes(studio) if push.external_id == ids[1]] == [PushState.DROPPED]


async def test_a_pairing_that_is_taken_back_during_a_run_is_not_written_any_more() -> None:
    studio = Studio(default=Law.OURS)
    first = studio.attract("Zoe")
    await studio.leads_synced()
    one = await captured(studio, "Grace", email="x@example.org", message="of the first")
    await captured(studio, "Gina", email="x@example.org", message="of the second")
    theirs = studio.attract("Gerda", email="x@example.org", message="precious")
    await studio.leads_synced(whole=True)
    (asked,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(
            tenant_id=studio.tenant.id, conflict_id=asked.id, choice=Choice.OURS, value=str(one.id), by="eva"
        )
    )
    await edit_lead(studio, first, notes="edited")

    async def reopen() -> None:
        await studio.desk.reopen(studio.tenant.id, asked.id, by="eva")

    stir(studio.gym, "lead", once(studio, reopen), at="writes")
    await studio.leads_synced()
    values = studio.books.leads.get(theirs).values
    assert (values["first_name"], values["message"]) == ("Gerda", "precious")
    assert [push.state for push in pushes(studio) if push.external_id == theirs] == [PushState.DROPPED]
