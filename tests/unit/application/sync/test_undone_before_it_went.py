"""A record that is gone goes back to a version before its last edits, in one undo."""

from uuid import UUID

import attrs
import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.sync.undo.undo import Undone
from tresen.application.sync.undo.undo_plan import RecordUndo, UndoAction, UndoTarget
from tresen.domain.shared.errors import RuleViolation
from tresen.domain.sync.laws import Law

from ..studio import A_MINUTE, Studio
from .scene import edit_lead, pushes, rests, set_policy
from .test_deleted_in_full import much_later
from .test_deletions import deleted_here

WAYS = ["edited there", "edited here and pushed", "edited here only"]


def back_to(local_id: UUID, version: int) -> UndoTarget:
    return UndoTarget(kind="lead", local_id=local_id, version=version)


async def undo(studio: Studio, target: UndoTarget) -> Undone:
    studio.clock.advance(A_MINUTE)
    return await studio.desk.undo(studio.tenant.id, target, by="Eva", overtaken=True)


async def previewed(studio: Studio, target: UndoTarget) -> RecordUndo:
    (found,) = await studio.desk.plan_undo(studio.tenant.id, target)
    return found


async def edited(way: str = "edited there") -> tuple[Studio, str, UUID]:
    """A lead of two versions, First and Second by last name."""
    studio = Studio(default=Law.THEIRS)
    await set_policy(studio, "lead", default="theirs", deletes="delete", delete_there=True)
    key = studio.attract("Ann", last_name="First")
    studio.attract("Bob")
    await synced(studio)
    lead = studio.lead(key)
    if way == "edited there":
        studio.books.leads.edit(key, {"last_name": "Second"})
        await synced(studio)
    else:
        await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, last_name="Second", by="Eva"))
        if way == "edited here and pushed":
            await synced(studio)
    assert (studio.lead(key).last_name, studio.lead(key).version) == ("Second", 2)
    return studio, key, lead.id


async def synced(studio: Studio) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.leads_synced(whole=True)


async def lost(way: str = "edited there") -> tuple[Studio, str, UUID]:
    """The provider deleted it, and the run here."""
    studio, key, lead = await edited(way)
    studio.books.leads.remove(key)
    await synced(studio)
    assert [each.first_name for each in studio.leads()] == ["Bob"]
    return studio, key, lead


async def taken_away(way: str = "edited there") -> tuple[Studio, str, UUID]:
    """An undo took it away here, and the provider has it."""
    studio, key, lead = await edited(way)
    (link,) = await studio.read(lambda uow: uow.sync_records.of_local("lead", lead))
    await undo(studio, UndoTarget(run_id=link.run_id))
    await synced(studio)
    assert studio.leads() == []
    return studio, key, lead


@pytest.mark.parametrize("way", WAYS)
async def test_it_comes_back_as_that_version_and_as_it_was_shown(way: str) -> None:
    studio, key, lead = await lost(way)
    plan = await previewed(studio, back_to(lead, 1))
    assert (plan.action, plan.values["last_name"], plan.refused) == (UndoAction.RESTORE, "First", "")
    assert [(each.field, each.now, each.back, each.overtaken) for each in plan.rollbacks] == [
        ("last_name", "Second", "First", False)
    ]
    done = await undo(studio, back_to(lead, 1))
    assert studio.lead(key).last_name == "First"
    assert done.run is not None
    assert (list(done.records), done.run.counts.created) == ([plan], 1)
    assert await studio.desk.plan_undo(studio.tenant.id, back_to(lead, 1)) == []
    await synced(studio)
    assert studio.lead(key).last_name == "First"
    await rests(studio)


@pytest.mark.parametrize("way", WAYS)
async def test_its_last_version_comes_back_as_ever(way: str) -> None:
    studio, key, lead = await lost(way)
    plan = await previewed(studio, back_to(lead, 2))
    assert (plan.values["last_name"], plan.rollbacks) == ("Second", ())
    await undo(studio, back_to(lead, 2))
    assert (studio.lead(key).last_name, studio.lead(key).version) == ("Second", 4)


@pytest.mark.parametrize("gone", [lost, taken_away])
@pytest.mark.parametrize("way", WAYS[:2])
async def test_one_undo_does_what_two_did(gone: object, way: str) -> None:
    found = []
    for targets in ([1], [2, 1]):
        studio, key, lead = await gone(way)  # type: ignore[operator] # one of the two above
        for version in targets:
            await undo(studio, back_to(lead, version))
        pins = sorted(pin.field for pin in await studio.desk.overrides(studio.tenant.id))
        sent = [(dict(push.values), dict(push.expected)) for push in pushes(studio)]
        await synced(studio)
        there = studio.books.leads.find(key)
        found.append((pins, sent, studio.lead(key).last_name, there and there.values["last_name"]))
        await rests(studio)
    assert found[0] == found[1]


async def test_what_the_provider_has_it_is_given_too() -> None:
    studio, key, lead = await taken_away()
    done = await undo(studio, back_to(lead, 1))
    assert done.apart == {(studio.account.id, "lead")}
    pins = [pin.field for pin in await studio.desk.overrides(studio.tenant.id) if pin.is_about(lead)]
    assert pins == ["last_name"]
    await synced(studio)
    assert (studio.lead(key).last_name, studio.books.leads.get(key).values["last_name"]) == ("First", "First")
    await rests(studio)


async def test_what_the_provider_takes_no_value_of_is_asked_of_the_staff() -> None:
    studio, key, lead = await taken_away()
    studio.gym.habits = attrs.evolve(Habits(), writable={"lead": frozenset({"notes"})})
    assert (await previewed(studio, back_to(lead, 1))).for_staff == ("last_name",)
    await undo(studio, back_to(lead, 1))
    (task,) = await studio.tasks()
    assert (task.operation, task.details["last_name"], pushes(studio)) == ("update_lead", "First", [])
    await synced(studio)
    assert studio.lead(key).last_name == "First"


async def test_that_undo_can_be_undone() -> None:
    studio, key, lead = await lost()
    run = (await undo(studio, back_to(lead, 1))).run
    assert run is not None
    plan = await previewed(studio, UndoTarget(run_id=run.id))
    assert (plan.action, plan.overtaken) == (UndoAction.DELETE, False)
    again = await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run.id), by="Eva")
    assert again.run is not None
    assert [each.first_name for each in studio.leads()] == ["Bob"]
    await undo(studio, UndoTarget(run_id=again.run.id))
    assert studio.lead(key).last_name == "First"


async def test_one_that_was_edited_after_it_came_back_is_not_taken_away_for_that() -> None:
    studio, key, lead = await lost()
    run = (await undo(studio, back_to(lead, 1))).run
    assert run is not None
    await edit_lead(studio, key, last_name="Bonn")
    assert (await previewed(studio, UndoTarget(run_id=run.id))).overtaken


async def test_what_was_empty_then_is_empty_and_what_was_emptied_is_back() -> None:
    studio, key, lead = await edited()
    studio.books.leads.edit(key, {"location": "Berlin"})
    await synced(studio)
    studio.books.leads.edit(key, {"location": None, "notes": "later"})
    await synced(studio)
    studio.books.leads.remove(key)
    await synced(studio)
    plan = await previewed(studio, back_to(lead, 3))
    assert (plan.values["location"], plan.values["notes"]) == ("Berlin", None)
    await undo(studio, back_to(lead, 3))
    assert (studio.lead(key).location, studio.lead(key).notes) == ("Berlin", None)
    plan = await previewed(studio, back_to(lead, 1))
    assert [(each.field, each.back) for each in plan.rollbacks] == [("last_name", "First"), ("location", None)]


async def test_what_was_first_seen_after_that_version_stays_and_is_said_to() -> None:
    studio = Studio(default=Law.NEWEST)
    await set_policy(studio, "lead", default="newest", deletes="delete")
    studio.gym._lists_lack = frozenset({"notes"})
    key = studio.attract("Ann", last_name="First", notes="ever since")
    studio.attract("Bob")
    await synced(studio)
    lead = studio.lead(key).id
    await much_later(studio)
    await edit_lead(studio, key, last_name="Second")
    await studio.leads_synced()
    assert (studio.lead(key).last_name, studio.lead(key).notes) == ("Second", "ever since")
    studio.books.leads.remove(key)
    await synced(studio)
    plan = await previewed(studio, back_to(lead, 1))
    assert (plan.first_seen, plan.is_first_seen, plan.values["notes"]) == (("notes",), False, "ever since")
    await undo(studio, back_to(lead, 1))
    assert (studio.lead(key).last_name, studio.lead(key).notes) == ("First", "ever since")


async def test_one_that_was_deleted_here_first_is_not_passed_over_in_silence() -> None:
    studio, key, lead = await edited()
    studio.change_account(writes_enabled=True)
    await deleted_here(studio, key)
    await synced(studio)
    assert studio.books.leads.find(key) is None
    for version, last_name in ((1, "First"), (2, "Second")):
        plan = await previewed(studio, back_to(lead, version))
        assert (plan.values["last_name"], plan.refused) == (
            last_name,
            "somebody deleted it here, and the run only then at the provider: make it anew",
        )
        with pytest.raises(RuleViolation, match="make it anew"):
            await undo(studio, back_to(lead, version))
