"""What explain tells of a record that is no more, and of whoever made a value that went to the provider."""

from tresen.application.membership.edit_member import MemberEdit
from tresen.application.sync.views.explain import FieldExplanation, Origin, RecordExplanation
from tresen.domain.sync.journal import LOCAL_EDIT, NORMALISED, PUSHED
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, Studio
from .scene import captured, set_policy, synced_crowd


async def explained(studio: Studio, kind: str, key: object) -> RecordExplanation:
    (record,) = await studio.desk.explain(studio.tenant.id, kind, key)  # type: ignore[arg-type] # an id of either kind
    return record


async def field(studio: Studio, member: str, name: str) -> FieldExplanation:
    (record,) = await studio.desk.explain(studio.tenant.id, "member", studio.member(member).id, field=name)
    return record.fields[0]


async def edited(studio: Studio, member: str, by: str, **values: str) -> None:
    studio.clock.advance(A_MINUTE)
    key = studio.member(member).id
    await studio.desk.edit_member(MemberEdit(tenant_id=studio.tenant.id, member_id=key, by=by, **values))  # type: ignore[arg-type] # texts only


async def test_one_that_the_provider_deleted_says_so(studio: Studio) -> None:
    ada, bob = await synced_crowd(studio, 2)
    key = studio.member(ada).id
    there = await explained(studio, "member", key)
    assert (there.is_here, there.ended) == (True, None)
    studio.books.members.remove(ada)
    run = await studio.members_synced()
    gone = await explained(studio, "member", key)
    assert gone.ended is not None
    assert (gone.is_here, gone.ended.run_id, gone.ended.rule) == (False, run.id, "deleted")
    assert (await explained(studio, "member", studio.member(bob).id)).ended is None


async def test_one_that_was_deleted_here_and_then_there_says_so(studio: Studio) -> None:
    await set_policy(studio, "lead", delete_there=True)
    grace = studio.attract()
    await studio.leads_synced()
    key = studio.lead(grace).id
    studio.store.room(studio.tenant.id).leads.remove(key)
    before = await explained(studio, "lead", key)
    assert (before.is_here, before.ended) == (False, None), "nobody looked yet"
    await studio.leads_synced(whole=True)
    after = await explained(studio, "lead", key)
    assert after.ended is not None
    assert (after.is_here, after.ended.reason) == (False, "we deleted it, and nobody edited it since")


async def test_who_edited_what_was_written_there_is_named() -> None:
    studio = Studio(default=Law.OURS)
    (ada,) = await synced_crowd(studio, 1)
    await edited(studio, ada, "Eva", last_name="King", city="Ulm")
    await edited(studio, ada, "Max", city="Bonn")
    waiting = await field(studio, ada, "last_name")
    assert waiting.change is not None
    assert (waiting.change.rule, waiting.edit) == (LOCAL_EDIT, None), "the line itself says who"
    await studio.members_synced()
    for name, who in (("last_name", "Eva"), ("city", "Max")):
        written = await field(studio, ada, name)
        assert written.change is not None
        assert written.edit is not None
        assert (written.origin, written.change.rule) == (Origin.JOURNAL, PUSHED)
        assert (written.edit.rule, written.edit.reason) == (LOCAL_EDIT, f"{who} edited it here")
    studio.books.members.edit(ada, {"city": "Trier"})
    await set_policy(studio, "member", default="theirs")
    await studio.members_synced()
    assert (await field(studio, ada, "city")).edit is None, "the value is the provider's by now"


async def test_who_edited_what_the_provider_spells_its_own_way_is_named() -> None:
    studio = Studio(default=Law.OURS)
    (ada,) = await synced_crowd(studio, 1, phone="030 1")
    await edited(studio, ada, "Eva", email="King@Example.org")
    await studio.members_synced()
    written = await field(studio, ada, "email")
    assert written.change is not None
    assert written.change.rule in {PUSHED, NORMALISED}
    assert written.edit is not None
    assert written.edit.reason == "Eva edited it here"


async def test_a_lead_that_was_made_there_has_nobody_behind_it(studio: Studio) -> None:
    await set_policy(studio, "lead", create_there=True)
    lead = await captured(studio)
    await studio.leads_synced(whole=True)
    record = await explained(studio, "lead", lead.id)
    assert record.is_here
    assert {each.edit for each in record.fields} == {None}
