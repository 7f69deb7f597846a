"""Somebody changes the policy while something waits to be written at the provider: what it forbids is not done."""

import pytest

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState
from tresen.domain.sync.schema import Value

from ..studio import A_MINUTE, Studio
from .scene import captured, edit_lead, open_conflicts, pushes, rests, set_policy, there, writes
from .test_deletions import deleted_here
from .test_edited_on_the_way import DOWN, settled
from .test_editing import edit, lead_edit
from .test_edits_around_creations import made


async def gym(kind: str, **policy: object) -> Studio:
    studio = Studio()
    await change(studio, kind, **policy)
    return studio


async def change(studio: Studio, kind: str, **policy: object) -> None:
    """Another policy, a minute later."""
    studio.clock.advance(A_MINUTE)
    await set_policy(studio, kind, account=None, **policy)


def goes_down(studio: Studio) -> None:
    """After three failures a run does not even try the next one."""
    for _ in range(3):
        studio.gym.faults.fail_next("leads.create", DOWN)


def city(studio: Studio, ada: str) -> tuple[str | None, Value]:
    """Here and there."""
    return studio.member(ada).city, there(studio, ada, "city")


async def test_what_is_not_to_be_deleted_any_more_is_not_deleted() -> None:
    studio = await gym(LEAD, delete_there=True)
    ann, _ = studio.attract("Ann"), studio.attract("Other")
    await studio.leads_synced()
    await deleted_here(studio, ann)
    studio.gym.faults.fail_next("leads.delete", DOWN)
    await studio.leads_synced()
    await change(studio, LEAD, delete_there=False)
    await settled(studio)
    assert studio.books.leads.find(ann) is not None
    assert [lead.first_name for lead in studio.leads()] == ["Other"]
    (push,) = pushes(studio)
    assert (push.state, push.why) == (PushState.DROPPED, "the policy is another since; it is decided anew")


async def test_what_is_not_to_be_made_any_more_is_not_made() -> None:
    studio = await gym(LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    for name in ("Ann", "Ben", "Cleo", "Dora"):
        await captured(studio, name)
    goes_down(studio)
    await studio.leads_synced(whole=True)
    assert sorted(bool(push.attempts) for push in pushes(studio)) == [False, True, True, True]
    await change(studio, LEAD, create_there=False)
    await settled(studio)
    assert [entry.values["first_name"] for entry in studio.books.leads.entries()] == ["Other"]


async def test_what_was_deleted_there_is_asked_about_once_it_is_not_to_be_made_anew() -> None:
    studio = await gym(LEAD, create_there=True, deletes="keep_edited")
    studio.attract("Other")
    ids = [studio.attract(name) for name in ("Ann", "Ben", "Cleo", "Dora")]
    await studio.leads_synced()
    for one in ids:
        await edit_lead(studio, one, last_name="King")
        studio.books.leads.remove(one)
    goes_down(studio)
    await studio.leads_synced(whole=True)
    waits = pushes(studio, PushState.WAITING)
    assert sorted(bool(push.attempts) for push in waits) == [False, True, True, True]
    await change(studio, LEAD, create_there=False, deletes="keep_edited")
    await settled(studio)
    assert {conflict.local_id for conflict in open_conflicts(studio)} == {push.local_id for push in waits}


async def waiting() -> tuple[Studio, str]:
    """A city of ours waits for a gym that is down."""
    studio = await gym(MEMBER, default="ours")
    ada = studio.enrol(city="Berlin")
    await studio.members_synced()
    await studio.edit_member(ada, city="Mistake")
    studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    return studio, ada


async def test_a_field_that_is_the_providers_by_now_is_not_written_over() -> None:
    studio, ada = await waiting()
    before = writes(studio)
    await change(studio, MEMBER, default="theirs")
    await settled(studio)
    assert city(studio, ada) == ("Berlin", "Berlin")
    assert writes(studio) == before


async def test_a_policy_that_says_the_same_of_the_field_stops_nothing() -> None:
    studio, ada = await waiting()
    await change(studio, MEMBER, default="theirs", fields={"city": "ours"})
    await settled(studio)
    assert city(studio, ada) == ("Mistake", "Mistake")


async def test_what_a_person_edited_goes_there_whatever_the_policy() -> None:
    studio, ada = await waiting()
    await edit(studio, ada, phone="030 77")
    await change(studio, MEMBER, default="theirs", fields={"city": "ours"})
    await edit(studio, ada, street="Elm 1")
    await change(studio, MEMBER, default="theirs")
    await settled(studio)
    assert (there(studio, ada, "street"), studio.member(ada).street) == ("Elm 1", "Elm 1")


async def decided() -> tuple[Studio, str]:
    """A person decided for our city, which was not written there yet."""
    studio = await gym(MEMBER, default="ask")
    ada = studio.enrol(city="Berlin")
    await studio.members_synced()
    await edit(studio, ada, city="Ours")
    studio.books.members.edit(ada, {"city": "Theirs"})
    await studio.members_synced()
    (conflict,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=Choice.OURS, by="Max")
    )
    await change(studio, MEMBER, default="theirs")
    return studio, ada


async def test_what_a_person_decided_goes_there_whatever_the_policy() -> None:
    studio, ada = await decided()
    await settled(studio)
    assert city(studio, ada) == ("Ours", "Ours")


async def test_a_decision_that_is_withdrawn_gives_way_to_a_field_that_is_the_providers_by_now() -> None:
    studio, ada = await decided()
    studio.change_account(writes_enabled=False)
    await settled(studio)
    studio.change_account(writes_enabled=True)
    await settled(studio)
    assert city(studio, ada) == ("Theirs", "Theirs")
    told = [(line.rule, line.ours, line.theirs, line.value) for line in studio.changes() if line.field == "city"]
    assert told[-2:] == [("resolved", "Ours", "Theirs", "Ours"), ("theirs", "Ours", "Theirs", "Theirs")]


async def test_what_an_undo_put_back_goes_there_whatever_the_policy() -> None:
    studio = await gym(MEMBER, default="newest")
    ada = studio.enrol(city="Berlin")
    await studio.members_synced()
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"city": "Bonn"})
    await studio.members_synced()
    (line,) = studio.changes()
    await studio.desk.undo(studio.tenant.id, UndoTarget(change_id=line.id), by="Eva")
    await change(studio, MEMBER, default="theirs")
    await settled(studio)
    assert city(studio, ada) == ("Berlin", "Berlin")


async def test_what_was_edited_while_it_was_made_there_goes_there_whatever_the_policy() -> None:
    studio = await gym(LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ann = await captured(studio, "Ann", phone="030 1")
    studio.gym.faults.fail_next("leads.create", DOWN, after=1)
    await studio.leads_synced(whole=True)
    await studio.desk.edit_lead(lead_edit(studio, ann, phone="030 2"))
    studio.gym.faults.fail_next("leads.push", DOWN)
    await studio.leads_synced(whole=True)
    await change(studio, LEAD, create_there=False)
    await settled(studio)
    assert made(studio).values["phone"] == "030 2"


@pytest.mark.parametrize("landed", [False, True])
async def test_an_edit_behind_a_value_that_may_be_there_is_not_lost(studio: Studio, landed: bool) -> None:
    await change(studio, MEMBER, default="newest")
    ada = studio.enrol(city="Berlin")
    await studio.members_synced()
    await sent_by_a_run(studio, ada, landed=landed)
    await change(studio, MEMBER, default="theirs")
    await edit(studio, ada, city="Kiel")
    await settled(studio)
    assert city(studio, ada) == ("Kiel", "Kiel")
    await rests(studio)


async def sent_by_a_run(studio: Studio, ada: str, *, landed: bool) -> None:
    """The city, which something else than Tresen edited here; no answer came."""
    await studio.edit_member(ada, city="Bonn")
    for _ in range(2):
        studio.gym.faults.fail_next("members.push", DOWN, after=int(landed))
    await studio.members_synced()


@pytest.mark.parametrize("is_there", [False, True])
async def test_one_that_was_sent_and_is_not_to_be_made_any_more_is_looked_for_and_not_made(is_there: bool) -> None:
    studio = await gym(LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ann = await captured(studio, "Ann")
    for _ in range(2):
        studio.gym.faults.fail_next("leads.create", DOWN, after=int(is_there))
    await studio.leads_synced(whole=True)
    await change(studio, LEAD, create_there=False)
    calls = len(studio.gym.faults.calls)
    await studio.leads_synced()
    assert "leads.create" not in studio.gym.faults.calls[calls:]
    await settled(studio)
    names = [entry.values["first_name"] for entry in studio.books.leads.entries()]
    assert names == (["Other", "Ann"] if is_there else ["Other"])
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
    assert [lead.id for lead in studio.leads() if lead.first_name == "Ann"] == [ann.id]
    if is_there:
        assert studio.lead(made(studio).external_id).id == ann.id
