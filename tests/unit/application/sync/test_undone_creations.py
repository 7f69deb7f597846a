"""An edit is undone for which alone a record is to be made anew at the provider, which deleted it."""

from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.undo.undo_plan import UndoTarget

from ..studio import A_MINUTE, Studio
from .scene import pushes, rests, set_policy
from .test_edited_on_the_way import DOWN, settled
from .test_editing import lead_edit

NAMES = ("Ann", "Ben", "Cleo", "Dora")


async def waiting() -> tuple[Studio, dict[str, int]]:
    """Four that are to be made anew, as somebody edited them here; how often each was tried: the last one never."""
    studio = Studio()
    await set_policy(studio, LEAD, account=None, create_there=True, deletes="keep_edited", default="newest")
    studio.attract("Other")
    ids = [studio.attract(name) for name in NAMES]
    await studio.leads_synced()
    for one in ids:
        await studio.desk.edit_lead(lead_edit(studio, studio.lead(one), last_name="Murray"))
        studio.books.leads.remove(one)
    for _ in range(3):
        studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced(whole=True)
    return studio, {str(push.values["first_name"]): push.attempts for push in pushes(studio)}


async def test_one_that_was_never_sent_is_made_no_more() -> None:
    studio, tries = await waiting()
    assert sorted(tries.values()) == [0, 1, 1, 1]
    name = next(one for one, times in tries.items() if not times)
    lead = next(lead for lead in studio.leads() if lead.first_name == name)
    (line,) = [line for line in studio.changes() if line.local_id == lead.id and line.rule == "local_edit"]
    studio.clock.advance(A_MINUTE)
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Max")
    await settled(studio)
    there = {entry.values["first_name"]: entry.values["last_name"] for entry in studio.books.leads.entries()}
    others = {one: "Murray" for one in NAMES if one != name}
    assert there == {"Other": "Hopper", **others}
    assert name not in {lead.first_name for lead in studio.leads()}, "nobody edited it: the deletion holds"
    await rests(studio)
