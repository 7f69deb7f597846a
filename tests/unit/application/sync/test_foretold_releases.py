"""What is said of a record that is let go comes true with the next run."""

from itertools import product

import pytest

from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.edits.overrides import Upshot
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.decision import WHOLE

from ..studio import Studio
from .scene import edit_lead, open_conflicts, set_policy

POLICIES = list(product(("keep_edited", "ask", "delete"), (False, True)))


async def kept(studio: Studio, *, edited: bool, deletes: str) -> str:
    """A lead that the provider lost, and that a person kept here; the id there."""
    await set_policy(studio, LEAD, create_there=False, deletes=deletes)
    studio.attract("Other")
    key = studio.attract("Ann")
    await studio.leads_synced(whole=True)
    if edited:
        await edit_lead(studio, key, last_name="Edited")
    studio.books.leads.remove(key)
    run = await studio.leads_synced(whole=True)
    if asked := open_conflicts(studio):
        wanted = ConflictChoice(tenant_id=studio.tenant.id, conflict_id=asked[0].id, choice=Choice.OURS, by="Eva")
        await studio.desk.resolve(wanted)
    else:
        await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    await studio.leads_synced(whole=True)
    return key


async def let_go(studio: Studio, key: str) -> Upshot | None:
    done = await studio.desk.remove_override(
        studio.tenant.id, account_id=studio.account.id, kind=LEAD, external_id=key, field=WHOLE, by="Eva"
    )
    return done.outlook


async def what_came(studio: Studio) -> str | None:
    await studio.leads_synced(whole=True)
    if open_conflicts(studio):
        return "asks"
    if not [lead for lead in studio.leads() if lead.first_name == "Ann"]:
        return "deletes"
    return "restores" if [e for e in studio.books.leads.entries() if e.values["first_name"] == "Ann"] else None


@pytest.mark.parametrize(("deletes", "create_there"), POLICIES)
@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize("edited", [True, False])
async def test_what_is_foretold_comes_true(deletes: str, create_there: bool, writes: bool, edited: bool) -> None:
    studio = Studio()
    key = await kept(studio, edited=edited, deletes=deletes)
    await set_policy(studio, LEAD, create_there=create_there, deletes=deletes)
    studio.change_account(writes_enabled=writes)
    said = await let_go(studio, key)
    assert said is not None
    assert said.value.removesuffix("_if_lost") == await what_came(studio)


async def test_of_what_we_alone_hold_a_person_is_asked() -> None:
    studio = Studio()
    key = await kept(studio, edited=False, deletes="keep_edited")
    edit = LeadEdit(tenant_id=studio.tenant.id, lead_id=studio.lead(key).id, by="Eva", message="typed here")
    await studio.desk.edit_lead(edit)
    assert await let_go(studio, key) is Upshot.ASKS
    assert await what_came(studio) == "asks"


async def test_where_nothing_is_deleted_here_nothing_is_foretold() -> None:
    studio = Studio()
    key = await kept(studio, edited=False, deletes="keep_edited")
    await set_policy(studio, LEAD, delete_here=False)
    assert await let_go(studio, key) is None
    assert await what_came(studio) is None
