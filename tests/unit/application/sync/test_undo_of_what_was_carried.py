"""Undoing a run takes nothing back that people did here, and that the run only brought to the provider."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.laws import Law
from tresen.domain.sync.run import Run
from tresen.domain.sync.schema import Values

from ..studio import A_MINUTE, Studio
from .scene import open_conflicts, rests, set_policy, there
from .test_edited_on_the_way import settled
from .test_editing import edit, synced

LAWS = [Law.THEIRS, Law.OURS, Law.NEWEST, Law.ASK]


async def undo(studio: Studio, run: Run) -> Undone:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Max")


def both(studio: Studio, ada: str, name: str) -> tuple[object, object]:
    return getattr(studio.member(ada), name), there(studio, ada, name)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
async def test_an_edit_that_a_run_brought_there_stays(law: Law) -> None:
    studio, ada = await synced(law)
    await edit(studio, ada, city="Potsdam")
    run = await studio.members_synced()
    assert there(studio, ada, "city") == "Potsdam"
    assert (await undo(studio, run)).records == ()
    await settled(studio)
    assert both(studio, ada, "city") == ("Potsdam", "Potsdam")
    assert await studio.desk.overrides(studio.tenant.id) == []


@pytest.mark.parametrize("law", [Law.OURS, Law.NEWEST, Law.ASK], ids=lambda law: law.name)
async def test_an_edit_by_a_program_of_yours_stays(law: Law) -> None:
    studio, ada = await synced(law)
    studio.clock.advance(A_MINUTE)
    await studio.edit_member(ada, city="Potsdam")
    run = await studio.members_synced()
    assert there(studio, ada, "city") == "Potsdam"
    assert (await undo(studio, run)).records == ()
    assert both(studio, ada, "city") == ("Potsdam", "Potsdam")


async def test_what_the_run_did_besides_is_put_back() -> None:
    studio, ada = await synced(Law.NEWEST)
    await edit(studio, ada, city="Potsdam")
    studio.books.members.edit(ada, {"street": "theirs"})
    run = await studio.members_synced()
    assert both(studio, ada, "street") == ("theirs", "theirs")
    (record,) = (await undo(studio, run)).records
    assert [each.field for each in record.rollbacks] == ["street"]
    await settled(studio)
    assert both(studio, ada, "city") == ("Potsdam", "Potsdam")


async def test_an_edit_whose_first_try_failed_stays_whichever_run_is_undone() -> None:
    studio, ada = await synced(Law.NEWEST)
    await edit(studio, ada, city="Potsdam")
    studio.gym.faults.fail_next("members.push", GatewayUnavailable("no answer"))
    first = await studio.members_synced()
    second = await studio.members_synced()
    assert there(studio, ada, "city") == "Potsdam"
    for run in (second, first):
        assert (await undo(studio, run)).records == ()
    await rests(studio)


class _Shouting(Habits):
    def spelled(self, values: Values) -> Values:
        return {name: str(value).upper() if name == "city" else value for name, value in values.items()}


async def test_the_providers_own_form_of_an_edit_stays() -> None:
    studio, ada = await synced()
    studio.gym.habits = _Shouting()
    await edit(studio, ada, city="Potsdam")
    run = await studio.members_synced()
    assert both(studio, ada, "city") == ("POTSDAM", "POTSDAM")
    assert (await undo(studio, run)).records == ()
    assert studio.member(ada).city == "POTSDAM"


async def test_a_decision_that_a_run_brought_there_stays() -> None:
    studio = Studio()
    await set_policy(studio, MEMBER, default="ask")
    ada = studio.enrol(city="Berlin")
    await studio.members_synced()
    await studio.edit_member(ada, city="ours")
    studio.books.members.edit(ada, {"city": "theirs"})
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    chosen = ConflictChoice(
        tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=Choice.VALUE, value="typed", by="Eva"
    )
    await studio.desk.resolve(chosen)
    run = await studio.members_synced()
    assert both(studio, ada, "city") == ("typed", "typed")
    assert (await undo(studio, run)).records == ()
    assert both(studio, ada, "city") == ("typed", "typed")


async def test_what_a_law_chose_of_two_edits_is_the_runs_doing() -> None:
    studio, ada = await synced(Law.NEWEST)
    studio.books.members.edit(ada, {"city": "theirs"})
    await edit(studio, ada, city="ours, later")
    run = await studio.members_synced()
    assert both(studio, ada, "city") == ("ours, later", "ours, later")
    (record,) = (await undo(studio, run)).records
    assert [(each.field, each.back) for each in record.rollbacks] == [("city", "theirs")]


async def test_the_edit_itself_can_still_be_undone() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Potsdam")
    edited = next(line.run_id for line in studio.changes() if line.value == "Potsdam")
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=edited), by="Max")
    await settled(studio)
    assert both(studio, ada, "city") == ("Berlin", "Berlin")
