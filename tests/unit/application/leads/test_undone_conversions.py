"""A lead that became a member stays converted: no undo takes back the member, nor what was sold."""

import pytest

from tresen.application.leads.convert_lead import Conversion
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import RuleViolation
from tresen.domain.sync.journal import Change

from ..studio import A_MINUTE, GOLD, Studio
from ..sync.scene import pushes


async def converted(studio: Studio) -> Lead:
    """What the provider has of Grace was changed before, too."""
    studio.books.packages = [GOLD]
    there = studio.attract(notes="one")
    await studio.leads_synced()
    studio.books.leads.edit(there, {"notes": "two"})
    await studio.leads_synced()
    today = studio.clock.now().date()
    wish = Conversion(tenant_id=studio.tenant.id, lead_id=studio.lead(there).id, package="Gold", starts_on=today)
    await studio.convert_lead(wish)
    studio.clock.advance(A_MINUTE)
    return studio.lead(there)


def line_of(studio: Studio, field: str) -> Change:
    (line,) = [each for each in studio.changes() if each.kind == "lead" and each.field == field]
    return line


@pytest.mark.parametrize("what", ["change", "run", "record"])
async def test_it_is_refused_and_told_with_the_member(studio: Studio, what: str) -> None:
    lead = await converted(studio)
    line = line_of(studio, "status")
    target = {
        "change": UndoTarget(change_id=line.id),
        "run": UndoTarget(run_id=line.run_id),
        "record": UndoTarget(kind="lead", local_id=lead.id, version=1),
    }[what]
    (planned,) = await studio.desk.plan_undo(studio.tenant.id, target)
    why = f"cannot be put back: it became the member {lead.member_id}, whom no undo takes back, nor what was sold"
    assert why in planned.refusal
    with pytest.raises(RuleViolation, match=f"{lead.member_id}.*; cancel the membership instead"):
        await studio.desk.undo(studio.tenant.id, target, by="Eva")
    assert (studio.lead("1001").stage, studio.lead("1001").version) == (Stage.CONVERTED, lead.version)
    assert pushes(studio) == []


async def test_what_else_was_changed_of_it_is_undone_line_by_line(studio: Studio) -> None:
    lead = await converted(studio)
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line_of(studio, "notes").id), by="Eva")
    after = studio.lead("1001")
    assert (after.notes, after.stage, after.member_id) == ("one", Stage.CONVERTED, lead.member_id)


async def test_what_a_sync_saw_of_one_that_names_no_member_is_undone(studio: Studio) -> None:
    there = studio.attract(status="contacted")
    await studio.leads_synced()
    studio.books.leads.edit(there, {"status": "converted"})
    run = await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    assert studio.lead(there).stage is Stage.CONTACTED
