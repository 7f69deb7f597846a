"""Every version of a record can be read back, whoever made it; and what was removed is news."""

from datetime import timedelta
from uuid import UUID

import pytest

from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import NotFound
from tresen.domain.sync.journal import LOCAL_EDIT
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, Studio


async def versions(studio: Studio, member: str) -> list[tuple[int, object]]:
    found = await studio.desk.history(studio.tenant.id, "member", studio.member(member).id)
    return [(version.number, version.values["last_name"]) for version in found]


async def test_edits_of_both_sides_are_versions() -> None:
    studio = Studio(default=Law.NEWEST)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "King"})
    await studio.members_synced()
    assert await versions(studio, ada) == [(3, "King"), (2, "Koenig"), (1, "Byron")]


async def test_a_local_edit_is_told_once_and_a_further_one_from_there() -> None:
    studio = Studio(default=Law.OURS)
    studio.change_account(writes_enabled=False)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Koenig")
    await studio.members_synced()
    await studio.edit_member(ada, city="Bonn")
    await studio.members_synced()
    await studio.edit_member(ada, last_name="King")
    run = await studio.members_synced()
    told = [(c.field, c.ours, c.value, c.version) for c in studio.changes() if c.rule == LOCAL_EDIT]
    assert told == [("last_name", "Byron", "Koenig", 2), ("city", None, "Bonn", 3), ("last_name", "Koenig", "King", 4)]
    assert studio.changes()[-1].run_id == run.id


async def test_undoing_a_run_does_not_undo_what_people_edited() -> None:
    studio = Studio(default=Law.NEWEST)
    studio.change_account(writes_enabled=False)
    ada = studio.enrol()
    await studio.members_synced()
    await studio.edit_member(ada, last_name="Koenig")
    studio.books.members.edit(ada, {"city": "Ulm"})
    run = await studio.members_synced()
    assert studio.member(ada).city == "Ulm"
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="somebody")
    assert (studio.member(ada).last_name, studio.member(ada).city) == ("Koenig", None)


async def test_undoing_a_run_takes_back_what_it_gave_the_provider() -> None:
    studio = Studio(default=Law.NEWEST)
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"last_name": "Zuse"})
    await studio.edit_member(ada, last_name="Koenig")
    run = await studio.members_synced()
    assert studio.books.members.get(ada).values["last_name"] == "Koenig"
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="somebody")
    for _ in range(2):
        await studio.members_synced()
        assert studio.member(ada).last_name == studio.books.members.get(ada).values["last_name"] == "Zuse"


async def test_what_is_removed_is_news(studio: Studio) -> None:
    ada, lead = studio.enrol(), studio.attract()
    bought = studio.sell_there(ada)
    await studio.members_synced()
    await studio.leads_synced()
    gone = {studio.member(ada).id, studio.membership(bought).id, studio.lead(lead).id}
    studio.books.members.remove(ada)
    studio.books.memberships.remove(bought)
    studio.books.leads.remove(lead)
    studio.clock.advance(timedelta(days=2))
    await studio.members_synced()
    await studio.leads_synced()
    events = [event for _, event in studio.store.room(studio.tenant.id).events.items()]
    removed = {event.type: event.subject_id for event in events if event.type.endswith(".removed")}
    assert sorted(removed) == ["lead.removed", "member.removed", "membership.removed"]
    assert set(removed.values()) == {str(one) for one in gone}


async def gone_and_known(studio: Studio) -> tuple[str, UUID]:
    ada = studio.enrol()
    await studio.members_synced()
    studio.books.members.edit(ada, {"city": "Ulm"})
    await studio.members_synced()
    member_id = studio.member(ada).id
    studio.books.members.remove(ada)
    studio.clock.advance(timedelta(days=2))
    await studio.members_synced()
    assert studio.members() == []
    return ada, member_id


async def test_a_record_that_is_gone_has_its_history_and_an_explanation(studio: Studio) -> None:
    _, member_id = await gone_and_known(studio)
    found = await studio.desk.history(studio.tenant.id, "member", member_id)
    assert [(each.number, each.values.get("city")) for each in found] == [(3, None), (2, "Ulm"), (1, None)]
    assert (found[0].values, found[1].values["first_name"]) == ({}, "Ada")
    ((explained,),) = [r.fields for r in await studio.desk.explain(studio.tenant.id, "member", member_id, field="city")]
    assert (explained.ours, explained.origin.value) == (None, "journal")
    assert explained.change is not None
    assert explained.change.rule == "deleted"


async def test_one_record_that_is_gone_comes_back_alone(studio: Studio) -> None:
    _, member_id = await gone_and_known(studio)
    target = UndoTarget(kind="member", local_id=member_id, version=2)
    (planned,) = await studio.desk.plan_undo(studio.tenant.id, target)
    assert planned.values["city"] == "Ulm"
    await studio.desk.undo(studio.tenant.id, target, by="somebody")
    (member,) = studio.members()
    assert (member.id, member.city) == (member_id, "Ulm")
    ((explained,),) = [r.fields for r in await studio.desk.explain(studio.tenant.id, "member", member_id, field="city")]
    assert (explained.origin.value, explained.ours) == ("journal", "Ulm")
    assert explained.change is not None
    assert explained.change.rule == "undone"
    assert explained.override is not None


async def test_versions_of_one_that_came_back_count_on(studio: Studio) -> None:
    _, member_id = await gone_and_known(studio)
    await studio.desk.undo(studio.tenant.id, UndoTarget(kind="member", local_id=member_id, version=2), by="somebody")
    found = await studio.desk.history(studio.tenant.id, "member", member_id)
    assert [(each.number, each.values.get("city"), len(each.changes)) for each in found] == [
        *((4, "Ulm", 1), (3, None, 7)),
        *((2, "Ulm", 1), (1, None, 0)),
    ]
    assert (found[1].values, found[2].values["first_name"]) == ({}, "Ada")


@pytest.mark.parametrize(("version", "back"), [(1, [("city", None, False)]), (2, []), (4, [])])
async def test_one_that_came_back_goes_back_to_any_of_its_versions(
    studio: Studio, version: int, back: list[tuple[str, object, bool]]
) -> None:
    """That it was away meanwhile overtakes nothing."""
    _, member_id = await gone_and_known(studio)
    await studio.desk.undo(studio.tenant.id, UndoTarget(kind="member", local_id=member_id, version=2), by="somebody")
    target = UndoTarget(kind="member", local_id=member_id, version=version)
    planned = await studio.desk.plan_undo(studio.tenant.id, target)
    assert [(one.field, one.back, one.overtaken) for each in planned for one in each.rollbacks] == back


async def test_of_what_was_never_here_nothing_is_told(studio: Studio) -> None:
    for ask in (studio.desk.history, studio.desk.explain):
        with pytest.raises(NotFound):
            await ask(studio.tenant.id, "member", UUID(int=7))
