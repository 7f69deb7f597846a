"""The journal is read in the order in which it was written, whatever the clocks said when the runs began."""

from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.application.sync.views.explain import Origin

from ..stirring import calm, stir
from ..studio import A_DAY, A_MINUTE, AN_HOUR, Studio


async def lead_with_notes(studio: Studio) -> str:
    grace = studio.attract("Grace", notes="first")
    await studio.leads_synced()
    return grace


async def undone_to_the_first(studio: Studio, grace: str) -> str | None:
    target = UndoTarget(kind="lead", local_id=studio.lead(grace).id, version=1)
    await studio.desk.undo(studio.tenant.id, target, by="somebody")
    return studio.lead(grace).notes


async def changed_during_a_run(studio: Studio) -> str:
    """Somebody writes the notes while a run is under way, and the provider has others before it lists them."""
    grace = await lead_with_notes(studio)

    async def meanwhile() -> None:
        studio.clock.advance(A_MINUTE)
        lead_id = studio.lead(grace).id
        await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead_id, notes="second"))
        studio.clock.advance(A_MINUTE)
        studio.books.leads.edit(grace, {"notes": "third"})

    stir(studio.gym, "lead", meanwhile)
    await studio.leads_synced(whole=True)
    calm(studio.gym)
    assert (studio.lead(grace).notes, studio.lead(grace).version) == ("third", 3)
    return grace


async def test_a_record_written_to_during_a_run_goes_back_to_its_first_version(studio: Studio) -> None:
    grace = await changed_during_a_run(studio)
    assert await undone_to_the_first(studio, grace) == "first"


async def test_what_a_run_took_is_explained_by_it_though_somebody_wrote_after_it_began(studio: Studio) -> None:
    grace = await changed_during_a_run(studio)
    (record,) = await studio.desk.explain(studio.tenant.id, "lead", studio.lead(grace).id, field="notes")
    (notes,) = record.fields
    assert notes.change is not None
    assert (notes.origin, notes.change.value, notes.change.version) == (Origin.JOURNAL, "third", 3)


async def test_a_clock_that_was_set_back_between_two_runs_does_not_mix_their_lines(studio: Studio) -> None:
    grace = await lead_with_notes(studio)
    studio.clock.advance(A_DAY)
    studio.books.leads.edit(grace, {"notes": "second"})
    await studio.leads_synced()
    studio.clock.advance(-AN_HOUR)
    studio.books.leads.edit(grace, {"notes": "third"})
    await studio.leads_synced(whole=True)
    assert studio.lead(grace).notes == "third"
    assert await undone_to_the_first(studio, grace) == "first"


async def test_a_clock_that_was_set_back_between_two_ends_does_not_keep_a_record_pinned(studio: Studio) -> None:
    """The pin was set when the record went for the second time, which has the earlier instant."""
    studio.attract("First")
    await studio.leads_synced()
    grace = studio.attract("Grace")
    made = await studio.leads_synced()
    lead_id = studio.lead(grace).id
    studio.clock.advance(A_DAY)
    away = await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=made.id), by="somebody")
    assert away.run is not None
    back = await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=away.run.id), by="somebody")
    assert back.run is not None
    studio.clock.advance(-AN_HOUR)
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=back.run.id), by="somebody")
    assert len(studio.leads()) == 1
    await studio.desk.undo(studio.tenant.id, UndoTarget(kind="lead", local_id=lead_id, version=1), by="somebody")
    assert len(studio.leads()) == 2
    assert await studio.desk.overrides(studio.tenant.id) == []
