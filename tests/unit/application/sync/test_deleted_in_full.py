"""What is deleted at the provider is told value by value, also what only a look at the single record shows."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.sync.run import RunState

from ..studio import AN_HOUR, Studio
from .scene import edit_lead, rests, set_policy
from .test_deletions import deleted_here
from .test_edited_on_the_way import DOWN, settled


async def without_notes_in_lists(notes: str | None = None) -> tuple[Studio, str]:
    """A gym whose lists lack notes, where what is deleted here is deleted."""
    studio = Studio()
    await set_policy(studio, LEAD, account=None, delete_there=True)
    studio.gym._lists_lack = frozenset({"notes"})
    studio.attract("Other")
    ann = studio.attract("Ann", notes=notes)
    await studio.leads_synced()
    return studio, ann


async def much_later(studio: Studio) -> None:
    """No overlap shows again what was there."""
    studio.clock.advance(AN_HOUR)
    await studio.leads_synced()
    studio.clock.advance(AN_HOUR)


def told(studio: Studio, field: str) -> list[object]:
    """What the journal says was lost of it there."""
    return [line.theirs for line in studio.changes() if line.field == field and line.rule == "deleted"]


@pytest.mark.parametrize("edited", [False, True])
async def test_what_no_list_shows_is_told_before_it_is_gone(edited: bool) -> None:
    studio, ann = await without_notes_in_lists(None if edited else "precious")
    if edited:
        await much_later(studio)
        studio.books.leads.edit(ann, {"notes": "precious"})
        await studio.leads_synced()
    await deleted_here(studio, ann)
    await studio.leads_synced(whole=True)
    assert studio.books.leads.find(ann) is None
    assert (told(studio, "notes"), told(studio, "first_name")) == (["precious"], ["Ann"])
    await rests(studio)


async def test_what_nobody_here_ever_saw_stops_no_deletion_that_is_decided_by_a_look() -> None:
    """The look shows notes that no list shows: they may have been there ever since."""
    studio, ann = await without_notes_in_lists("precious")
    await much_later(studio)
    await deleted_here(studio, ann)
    await studio.leads_synced()
    assert studio.books.leads.find(ann) is None
    assert told(studio, "notes") == ["precious"]
    await rests(studio)


async def test_what_a_look_shows_of_a_field_that_the_kind_lacks_holds_nothing_up() -> None:
    studio, ann = await without_notes_in_lists("precious")
    studio.gym._lists_lack = frozenset({"notes", "nickname"})
    studio.books.leads.get(ann).values["nickname"] = "Annie"
    await deleted_here(studio, ann)
    run = await studio.leads_synced(whole=True)
    assert (run.state, run.counts.errors, studio.books.leads.find(ann)) == (RunState.COMPLETED, 0, None)
    assert (told(studio, "notes"), told(studio, "nickname")) == (["precious"], [])


async def test_it_is_told_once_though_the_deletion_fails_again_and_again() -> None:
    studio, ann = await without_notes_in_lists("precious")
    await deleted_here(studio, ann)
    for _ in range(3):
        studio.gym.faults.fail_next("leads.delete", DOWN)
        studio.gym.faults.fail_next("leads.delete", DOWN)
        await studio.leads_synced(whole=True)
    await settled(studio)
    assert studio.books.leads.find(ann) is None
    assert told(studio, "notes") == ["precious"]


async def agreed_on_notes() -> tuple[Studio, str]:
    """Both hold the same notes; no list shows them."""
    studio, ann = await without_notes_in_lists("agreed")
    await much_later(studio)
    await edit_lead(studio, ann, last_name="Looked at")
    await studio.leads_synced()
    assert studio.lead(ann).notes == "agreed"
    return studio, ann


@pytest.mark.parametrize("tells_changes", [True, False])
async def test_an_edit_there_of_what_no_list_shows_is_an_edit(tells_changes: bool) -> None:
    studio, ann = await agreed_on_notes()
    studio.gym.habits = Habits(tells_changes=tells_changes)
    studio.books.leads.edit(ann, {"notes": "theirs"})
    await deleted_here(studio, ann)
    await settled(studio)
    assert studio.lead(ann).notes == "theirs", "they edited what we deleted: it is restored"
    await rests(studio)
