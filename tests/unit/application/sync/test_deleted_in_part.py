"""A record that we deleted, edited there in what no list shows: only a look at it decides what becomes of it."""

import pytest

from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.sync.conflict import Choice, ConflictState
from tresen.domain.sync.run import Run

from ..studio import A_MINUTE, AN_HOUR, Studio
from .scene import due, forgotten, gets, open_conflicts, pushes, rests, set_policy
from .test_deletions import deleted_here
from .test_what_if_the_same import NO_GUARDS


async def agreed(*names: str) -> tuple[Studio, list[str]]:
    """Leads whose notes both hold, and no list shows any more; another stays on both sides."""
    studio = Studio()
    await policy(studio)
    studio.attract("Other")
    there = [studio.attract(name, email=f"{name}@example.org", notes="agreed") for name in names]
    await studio.leads_synced()
    studio.gym._lists_lack = frozenset({"notes"})
    await forgotten(studio)
    return studio, there


async def policy(studio: Studio, *, delete_there: bool = True) -> None:
    await set_policy(studio, LEAD, delete_there=delete_there, deletes="ask", guards=NO_GUARDS)


async def edited_and_deleted(studio: Studio, there: list[str]) -> None:
    for one in there:
        studio.books.leads.edit(one, {"notes": "theirs"})
        await deleted_here(studio, one)


async def synced(studio: Studio, *, whole: bool) -> Run:
    studio.clock.advance(AN_HOUR)
    return await studio.leads_synced(whole=whole)


async def asked() -> tuple[Studio, str]:
    studio, there = await agreed("ann")
    await edited_and_deleted(studio, there)
    await synced(studio, whole=True)
    assert states(studio) == [("*", ConflictState.OPEN)]
    return studio, there[0]


def states(studio: Studio) -> list[tuple[str, ConflictState]]:
    return [(each.field, each.state) for each in studio.conflicts()]


@pytest.mark.parametrize("whole", [True, False])
async def test_it_is_asked_about_once_and_nothing_is_told_or_tried_before(whole: bool) -> None:
    studio, there = await agreed("ann")
    await edited_and_deleted(studio, there)
    lines, before = len(studio.changes()), gets(studio)
    for _ in range(4):
        await synced(studio, whole=whole)
    assert states(studio) == [("*", ConflictState.OPEN)]
    assert (len(studio.changes()), pushes(studio), due(studio, LEAD)) == (lines, [], set())
    assert gets(studio) == before + 1
    await rests(studio)


@pytest.mark.parametrize("whole", [True, False])
async def test_one_that_nobody_edited_is_deleted_in_the_same_run(whole: bool) -> None:
    studio, (ann,) = await agreed("ann")
    await deleted_here(studio, ann)
    before = gets(studio)
    run = await synced(studio, whole=whole)
    assert (studio.books.leads.find(ann), run.counts.dropped, studio.conflicts()) == (None, 0, [])
    # One that decides, and one before it is deleted.
    assert gets(studio) == before + 2
    await rests(studio)


async def test_it_is_looked_at_again_only_when_it_may_be_another() -> None:
    studio, ann = await asked()
    before = gets(studio)
    await synced(studio, whole=True)
    assert gets(studio) == before
    studio.books.leads.edit(ann, {"notes": "theirs, again"})
    await synced(studio, whole=True)
    assert (gets(studio), states(studio)) == (before + 1, [("*", ConflictState.OPEN)])


@pytest.mark.parametrize("whole", [True, False])
async def test_it_settles_and_goes_when_the_provider_takes_its_edit_back(whole: bool) -> None:
    studio, ann = await asked()
    studio.books.leads.edit(ann, {"notes": "agreed"})
    await synced(studio, whole=whole)
    assert (studio.books.leads.find(ann), states(studio)) == (None, [("*", ConflictState.SETTLED)])
    await rests(studio)


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_what_a_person_decides_holds(choice: Choice) -> None:
    studio, ann = await asked()
    (conflict,) = open_conflicts(studio)
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, by="Eva")
    )
    for _ in range(2):
        await synced(studio, whole=True)
    assert states(studio) == [("*", ConflictState.RESOLVED)]
    held = [] if choice is Choice.OURS else ["theirs"]
    assert [lead.notes for lead in studio.leads() if lead.first_name == "ann"] == held
    assert studio.books.leads.get(ann).values["notes"] == "theirs"
    await rests(studio)


async def test_a_policy_that_deletes_nothing_there_any_more_leaves_it_to_a_look_too() -> None:
    studio, _ = await asked()
    await policy(studio, delete_there=False)
    for _ in range(2):
        await synced(studio, whole=True)
    assert states(studio) == [("*", ConflictState.OPEN)]


async def test_what_lists_show_again_is_decided_by_the_list() -> None:
    studio, ann = await asked()
    studio.gym._lists_lack = frozenset()
    studio.books.leads.edit(ann, {"notes": "agreed"})
    before = gets(studio)
    await synced(studio, whole=True)
    assert (studio.books.leads.find(ann), states(studio)) == (None, [("*", ConflictState.SETTLED)])
    # That before it is deleted.
    assert gets(studio) == before + 1


async def test_of_too_many_to_look_at_the_rest_is_looked_at_before_it_is_deleted() -> None:
    studio, there = await agreed(*(f"lead{number}" for number in range(102)))
    await edited_and_deleted(studio, there)
    run = await synced(studio, whole=True)
    assert (run.counts.conflicts, run.counts.dropped) == (100, 2)
    studio.clock.advance(A_MINUTE)
    await synced(studio, whole=True)
    lines = len(studio.changes())
    for _ in range(2):
        await synced(studio, whole=True)
    assert states(studio) == [("*", ConflictState.OPEN)] * 102
    assert (len(studio.changes()), len(studio.books.leads.entries())) == (lines, 103)
