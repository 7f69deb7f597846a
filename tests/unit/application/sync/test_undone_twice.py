"""What is undone already is not undone a second time: the second undo would take back what somebody did since."""

from collections.abc import Mapping, Sequence

import pytest

from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import RecordUndo, UndoTarget
from tresen.domain.shared.ids import RunId
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, Studio
from .scene import edit_lead, set_policy
from .test_editing import edit


async def undo(studio: Studio, run: Run | None, *, overtaken: bool = False) -> Undone:
    assert run is not None
    studio.clock.advance(A_MINUTE)
    return await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva", overtaken=overtaken)


async def planned(studio: Studio, run: Run | None) -> Sequence[RecordUndo]:
    assert run is not None
    return await studio.desk.plan_undo(studio.tenant.id, UndoTarget(run_id=run.id))


def already(record: RecordUndo) -> Mapping[str, RunId]:
    return record.undone


async def renamed(studio: Studio) -> tuple[str, Run]:
    """A run that gave a member another name and another city."""
    ada = studio.enrol(city="Ulm")
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Wrong", "city": "Bonn"})
    return ada, await studio.members_synced()


@pytest.mark.parametrize("later", ["Later", "Wrong"])
async def test_a_second_undo_takes_back_no_later_edit(studio: Studio, later: str) -> None:
    """Not even one that gave it the value that the run had given it."""
    ada, run = await renamed(studio)
    first = (await undo(studio, run)).run
    assert first is not None
    await studio.members_synced()
    await studio.edit_member(ada, last_name=later)
    (record,) = await planned(studio, run)
    assert record.rollbacks == ()
    assert already(record) == {"last_name": first.id, "city": first.id}
    for overtaken in (False, True):
        assert (await undo(studio, run, overtaken=overtaken)).run is None
    assert (studio.member(ada).last_name, studio.member(ada).city) == (later, "Ulm")


async def test_neither_does_one_of_a_line(studio: Studio) -> None:
    ada, run = await renamed(studio)
    (line,) = (each for each in studio.changes() if each.run_id == run.id and each.field == "last_name")
    target = UndoTarget(change_id=line.id)
    first = (await studio.desk.undo(studio.tenant.id, target, by="Eva")).run
    assert first is not None
    await studio.edit_member(ada, last_name="Later")
    (record,) = await studio.desk.plan_undo(studio.tenant.id, target)
    assert (record.rollbacks, already(record)) == ((), {"last_name": first.id})


async def test_what_was_not_undone_with_it_is_undone_with_the_next(studio: Studio) -> None:
    ada, run = await renamed(studio)
    await studio.edit_member(ada, city="Kiel")
    first = (await undo(studio, run)).run
    assert first is not None
    await studio.edit_member(ada, last_name="Later")
    (record,) = await planned(studio, run)
    assert [(each.field, each.now, each.back) for each in record.rollbacks] == [("city", "Kiel", "Ulm")]
    assert already(record) == {"last_name": first.id}
    second = await undo(studio, run, overtaken=True)
    assert second.run is not None
    assert (studio.member(ada).last_name, studio.member(ada).city) == ("Later", "Ulm")
    (record,) = await planned(studio, run)
    assert already(record) == {"last_name": first.id, "city": second.run.id}


async def test_once_the_undo_is_undone_it_can_be_undone_again(studio: Studio) -> None:
    ada, run = await renamed(studio)
    first = (await undo(studio, run)).run
    again = (await undo(studio, first)).run
    assert again is not None
    assert studio.member(ada).last_name == "Wrong"
    (record,) = await planned(studio, first)
    assert already(record) == {"last_name": again.id, "city": again.id}
    (record,) = await planned(studio, run)
    assert already(record) == {}
    third = (await undo(studio, run)).run
    assert third is not None
    assert (studio.member(ada).last_name, studio.member(ada).city) == ("Byron", "Ulm")
    (record,) = await planned(studio, run)
    assert set(already(record).values()) == {third.id}


async def test_that_a_later_edit_is_undone_is_not_that_the_run_is(studio: Studio) -> None:
    ada, run = await renamed(studio)
    edited = await edit(studio, ada, city="Kiel")
    assert edited is not None
    await studio.members_synced()
    (line,) = (each for each in studio.changes() if each.field == "city" and each.value == "Kiel" and each.wrote_ours)
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Eva")
    assert studio.member(ada).city == "Bonn"
    (record,) = await planned(studio, run)
    assert already(record) == {}
    assert [each.back for each in record.rollbacks if each.field == "city"] == ["Ulm"]


async def test_a_record_that_was_brought_back_is_not_put_back_a_second_time(studio: Studio) -> None:
    await set_policy(studio, "lead", default="newest")
    for name in ("Ada", "Bea"):
        studio.attract(name)
    await studio.leads_synced()
    ada = studio.attract("Cleo", notes="kept")
    await studio.leads_synced()
    lead = studio.lead(ada)
    studio.books.leads.remove(ada)
    run = await studio.leads_synced()
    assert run.counts.deleted == 1
    first = (await undo(studio, run)).run
    assert first is not None
    await edit_lead(studio, ada, notes="later")
    (record,) = await planned(studio, run)
    assert (record.rollbacks, already(record)) == ((), {WHOLE: first.id})
    assert (await undo(studio, run, overtaken=True)).run is None
    assert [each.notes for each in studio.leads() if each.id == lead.id] == ["later"]
