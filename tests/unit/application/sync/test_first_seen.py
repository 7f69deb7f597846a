"""What was first seen of a field, an undo does not take back: what nobody knew before is not empty."""

from collections.abc import Sequence

import pytest

from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import RecordUndo, UndoTarget
from tresen.domain.leads.stage import Stage
from tresen.domain.sync.decision import ONLY_THEIRS_KNOWN
from tresen.domain.sync.journal import Change
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, Studio
from .scene import captured, set_policy
from .test_edited_on_the_way import settled
from .test_editing import lead_edit


async def unlisted(studio: Studio, **values: str) -> str:
    """A lead whose notes at the provider no list shows, and no sync ever saw."""
    studio.gym._lists_lack = frozenset({"notes"})
    grace = studio.attract(notes="CrossFit Basics", **values)
    await studio.leads_synced()
    assert studio.lead(grace).notes is None
    studio.clock.advance(A_MINUTE)
    return grace


async def moved(studio: Studio, grace: str, **values: object) -> None:
    """Somebody changes it at the counter, and the provider's answer shows all of it."""
    lead_id = studio.lead(grace).id
    wish = LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead_id, by="Eva", **values)  # type: ignore[arg-type] # any of its fields
    await studio.update_lead(wish)
    studio.clock.advance(A_MINUTE)


async def told(studio: Studio, grace: str, field: str) -> Sequence[Change]:
    lead_id = studio.lead(grace).id

    async def ask(uow: UnitOfWork) -> Sequence[Change]:
        return [line for line in await uow.journal.of_record("lead", lead_id) if line.field == field]

    return await studio.read(ask)


def to_version(studio: Studio, grace: str, version: int = 1) -> UndoTarget:
    return UndoTarget(kind="lead", local_id=studio.lead(grace).id, version=version)


async def previewed(studio: Studio, target: UndoTarget) -> Sequence[RecordUndo]:
    return await studio.desk.plan_undo(studio.tenant.id, target)


async def undone(studio: Studio, target: UndoTarget) -> Undone:
    done = await studio.desk.undo(studio.tenant.id, target, by="Max")
    studio.clock.advance(A_MINUTE)
    return done


def both(studio: Studio, grace: str) -> tuple[object, object]:
    return studio.lead(grace).notes, studio.books.leads.get(grace).values["notes"]


def phones(studio: Studio, grace: str) -> tuple[object, object]:
    phone = studio.lead(grace).phone
    return phone and phone.raw, studio.books.leads.get(grace).values["phone"]


def put_back(records: Sequence[RecordUndo]) -> list[tuple[str, object, object]]:
    return [(each.field, each.now, each.back) for record in records for each in record.rollbacks]


async def pinned(studio: Studio) -> set[str]:
    return {each.field for each in await studio.desk.overrides(studio.tenant.id)}


async def test_back_to_a_version_that_did_not_know_a_field_leaves_it_as_it_is(studio: Studio) -> None:
    grace = await unlisted(studio)
    await moved(studio, grace, stage=Stage.CONTACTED)
    assert [line.rule for line in await told(studio, grace, "notes")] == [ONLY_THEIRS_KNOWN]
    found = await previewed(studio, to_version(studio, grace))
    assert put_back(found) == [("status", "contacted", "new")]
    assert [each.first_seen for each in found] == [("notes",)]
    await undone(studio, to_version(studio, grace))
    await settled(studio)
    assert both(studio, grace) == ("CrossFit Basics", "CrossFit Basics")
    assert studio.books.leads.get(grace).values["status"] == "new"
    assert await pinned(studio) == {"status"}


async def test_a_run_that_only_learned_has_nothing_to_undo(studio: Studio) -> None:
    """By its run and by its line; that is what is said, and nothing is done."""
    grace = await unlisted(studio)
    studio.gym._lists_lack = frozenset()
    await studio.leads_synced(whole=True)
    (line,) = await told(studio, grace, "notes")
    assert line.value == "CrossFit Basics"
    for target in (UndoTarget(run_id=line.run_id), UndoTarget(change_id=line.id), to_version(studio, grace)):
        (record,) = await previewed(studio, target)
        assert (record.rollbacks, record.first_seen, record.is_first_seen) == ((), ("notes",), True)
        done = await undone(studio, target)
        assert (done.run, list(done.records)) == (None, [])
    await settled(studio)
    assert both(studio, grace) == ("CrossFit Basics", "CrossFit Basics")


async def test_what_the_answer_to_a_write_showed_first_stays_when_the_write_is_undone(studio: Studio) -> None:
    grace = await unlisted(studio)
    await moved(studio, grace, stage=Stage.CONTACTED)
    (line,) = await told(studio, grace, "status")
    await undone(studio, UndoTarget(run_id=line.run_id))
    await settled(studio)
    assert both(studio, grace) == ("CrossFit Basics", "CrossFit Basics")
    assert studio.books.leads.get(grace).values["status"] == "new"


async def test_what_was_written_over_what_nobody_knew_goes_back_to_that(studio: Studio) -> None:
    grace = await unlisted(studio)
    await moved(studio, grace, notes="hi there")
    found = await previewed(studio, to_version(studio, grace))
    assert put_back(found) == [("notes", "hi there", "CrossFit Basics")]
    assert [each.first_seen for each in found] == [()]
    await undone(studio, to_version(studio, grace))
    await settled(studio)
    assert both(studio, grace) == ("CrossFit Basics", "CrossFit Basics")


async def test_an_undo_that_left_it_can_be_undone(studio: Studio) -> None:
    grace = await unlisted(studio)
    await moved(studio, grace, stage=Stage.CONTACTED)
    first = (await undone(studio, to_version(studio, grace))).run
    assert first is not None
    await settled(studio)
    await undone(studio, UndoTarget(run_id=first.id))
    await settled(studio)
    assert both(studio, grace) == ("CrossFit Basics", "CrossFit Basics")
    assert studio.books.leads.get(grace).values["status"] == "contacted"


async def test_what_was_known_to_be_empty_is_given_back(studio: Studio) -> None:
    grace = studio.attract(notes=None)
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(grace, {"notes": "typed by mistake"})
    run = await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    found = await previewed(studio, UndoTarget(run_id=run.id))
    assert put_back(found) == [("notes", "typed by mistake", None)]
    await undone(studio, UndoTarget(run_id=run.id))
    await settled(studio)
    assert both(studio, grace) == (None, None)


async def test_what_was_emptied_after_it_was_learned_goes_back_to_what_it_was(studio: Studio) -> None:
    grace = await unlisted(studio)
    await moved(studio, grace, stage=Stage.CONTACTED)
    await moved(studio, grace, notes=None)
    assert both(studio, grace) == (None, None)
    await undone(studio, to_version(studio, grace))
    await settled(studio)
    assert both(studio, grace) == ("CrossFit Basics", "CrossFit Basics")


@pytest.mark.parametrize("law", ["theirs", "ours", "newest"])
async def test_a_phone_that_came_by_a_pairing_is_not_blanked_there(studio: Studio, law: str) -> None:
    await set_policy(studio, "lead", default=law, create_there=False)
    lead = await captured(studio)
    grace = studio.attract(email="grace@example.org", last_name="Hopper", phone="030 1")
    run = await studio.leads_synced()
    assert studio.lead(grace).id == lead.id
    assert phones(studio, grace) == ("030 1", "030 1")
    studio.clock.advance(A_MINUTE)
    for target in (UndoTarget(run_id=run.id), to_version(studio, grace)):
        assert "phone" not in [field for field, _, _ in put_back(await previewed(studio, target))]
        await undone(studio, target)
    await settled(studio)
    assert phones(studio, grace) == ("030 1", "030 1")


async def test_a_version_that_did_not_know_a_field_does_not_say_that_it_was_empty(studio: Studio) -> None:
    grace = await unlisted(studio)
    await moved(studio, grace, stage=Stage.CONTACTED)
    versions = await studio.desk.history(studio.tenant.id, "lead", studio.lead(grace).id)
    assert [version.values.get("notes", "unknown") for version in versions] == ["CrossFit Basics", "unknown"]


@pytest.mark.parametrize("may_write", [True, False])
async def test_an_edit_of_what_nobody_knew_is_undone_without_saying_that_it_is_empty_there(may_write: bool) -> None:
    studio = Studio(default=Law.NEWEST)
    studio.gym._lists_lack = frozenset({"phone"})
    grace = studio.attract(phone="030 1")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.change_account(writes_enabled=may_write)
    await studio.desk.edit_lead(lead_edit(studio, studio.lead(grace), phone="030 2"))
    studio.clock.advance(A_MINUTE)
    (line,) = await told(studio, grace, "phone")
    await undone(studio, UndoTarget(change_id=line.id))
    studio.change_account(writes_enabled=True)
    studio.gym._lists_lack = frozenset()
    await settled(studio)
    assert phones(studio, grace) == ("030 1", "030 1")
    assert await pinned(studio) == set()
