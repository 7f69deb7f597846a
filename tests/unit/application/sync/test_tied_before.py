"""A person took a record of ours that the provider lost for another one there, and takes that back: ours is the lost
one again, and stays as it was, but for what becomes of it as a whole, which is asked anew.
"""

import pytest

from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.sync.records.kinds import LEAD
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import PAIRING, Choice
from tresen.domain.sync.decision import WHOLE

from ..studio import A_MINUTE, Studio
from .scene import edit_lead, open_conflicts, rests, set_policy, writes
from .test_decided_pairings import asked, decide, ties

ANN = "ann@example.org"


async def mistaken(studio: Studio, *, synced: bool) -> tuple[str, str, Lead]:
    """Ann is lost, stays here by Eva's word with a field that was undone, and is tied to who was entered anew; the two
    ids and ours.
    """
    studio.attract("Other")
    gone = studio.attract("Ann", email=ANN, last_name="Lost")
    await studio.leads_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.leads.edit(gone, {"last_name": "Wrong"})
    run = await studio.leads_synced()
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    await studio.leads_synced()
    await edit_lead(studio, gone, message="Edited here")
    ann = studio.lead(gone)
    studio.books.leads.remove(gone)
    await studio.leads_synced(whole=True)
    (whole,) = open_conflicts(studio)
    await decide(studio, whole, Choice.OURS)
    anew = studio.attract("Ann", email=ANN, last_name="Anew")
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    await decide(studio, asked(studio)[anew], Choice.OURS)
    if synced:
        await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)
    return gone, anew, ann


async def reopened(studio: Studio, anew: str) -> None:
    (conflict,) = (each for each in studio.conflicts() if (each.external_id, each.field) == (anew, PAIRING))
    await studio.desk.reopen(studio.tenant.id, conflict.id, by="Eva")


async def pinned(studio: Studio) -> set[tuple[str, str]]:
    found = await studio.read(lambda uow: uow.overrides.all(limit=9, offset=0))
    return {(each.external_id, each.field) for each in found}


@pytest.mark.parametrize("create_there", [False, True])
@pytest.mark.parametrize("synced", [False, True])
async def test_it_is_the_lost_one_again(studio: Studio, synced: bool, create_there: bool) -> None:
    await set_policy(studio, LEAD, create_there=create_there, deletes="ask")
    gone, anew, ann = await mistaken(studio, synced=synced)
    before = [call for call in writes(studio) if call.endswith("create")]
    await reopened(studio, anew)
    assert await ties(studio, ann) == [gone]
    await studio.leads_synced(whole=True)
    assert {(each.external_id, each.field) for each in open_conflicts(studio)} == {(gone, WHOLE), (anew, PAIRING)}
    assert await pinned(studio) == {(gone, "last_name")}
    await rests(studio)
    await decide(studio, asked(studio)[anew], Choice.THEIRS)
    await studio.leads_synced(whole=True)
    (whole,) = open_conflicts(studio)
    await decide(studio, whole, Choice.OURS)
    edit = LeadEdit(tenant_id=studio.tenant.id, lead_id=ann.id, by="Eva", email="ann2@example.org")
    await studio.desk.edit_lead(edit)
    await studio.leads_synced(whole=True)
    assert await ties(studio, ann) == [gone]
    assert await pinned(studio) == {(gone, "last_name"), (gone, WHOLE), (anew, PAIRING)}
    assert [call for call in writes(studio) if call.endswith("create")] == before, "it stays here"
    assert len(studio.leads()) == 3
    await rests(studio)


@pytest.mark.parametrize("looked", [False, True])
async def test_it_may_be_taken_for_that_one_again(studio: Studio, looked: bool) -> None:
    gone, anew, ann = await mistaken(studio, synced=True)
    await reopened(studio, anew)
    if looked:
        await studio.leads_synced(whole=True)
    await decide(studio, asked(studio)[anew], Choice.OURS)
    await studio.leads_synced(whole=True)
    assert await ties(studio, ann) == [anew]
    assert await pinned(studio) == {(anew, "last_name")}
    assert open_conflicts(studio) == []
    assert not studio.knows(LEAD, gone)
    await rests(studio)


async def test_what_was_pinned_of_the_two_since_ends_with_it(studio: Studio) -> None:
    gone, anew, _ = await mistaken(studio, synced=True)
    studio.books.leads.edit(anew, {"phone": "030 7"})
    run = await studio.leads_synced(whole=True)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    assert (anew, "phone") in await pinned(studio)
    await reopened(studio, anew)
    assert await pinned(studio) == {(gone, "last_name")}


async def test_one_that_is_there_again_is_compared_anew(studio: Studio) -> None:
    gone, anew, ann = await mistaken(studio, synced=True)
    await reopened(studio, anew)
    entry = studio.books.leads.get(anew)
    studio.books.leads._entries[gone] = type(entry)(gone, {**entry.values, "notes": "there"}, studio.clock.now())
    studio.books.leads.tombstones.clear()
    await studio.leads_synced(whole=True)
    assert await ties(studio, ann) == [gone]
    assert studio.lead(gone).notes == "there"
    assert WHOLE not in {each.field for each in open_conflicts(studio)}
