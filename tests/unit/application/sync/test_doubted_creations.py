"""What may be one of the provider's records already is not made there before a person says whether it is."""

import pytest

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.conflict import Choice, ConflictState
from tresen.domain.sync.decision import WHOLE
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, Studio
from .scene import captured, edit_lead, open_conflicts, pushes, rests, set_policy, writes
from .test_decided_pairings import asked, decide, ties
from .test_edited_on_the_way import settled

DOWN = GatewayUnavailable("no answer")
# After so many that fail, a run tries no more of them.
PATIENCE = 3


async def failing(studio: Studio, *calls: str) -> None:
    """A sync that has no patience left for Ada's push: before the walk others are looked for, and made after it."""
    for call in calls or ("find", "create"):
        for _ in range(PATIENCE):
            studio.gym.faults.fail_next(f"leads.{call}", DOWN)
    await studio.leads_synced(whole=True)
    studio.clock.advance(A_MINUTE)


async def unsent_and_doubted(studio: Studio) -> tuple[Lead, list[str]]:
    """Ada waits to be made there and was never sent, and two records that turned up there may be hers."""
    await set_policy(studio, LEAD, create_there=True, default="newest")
    studio.attract("Other")
    await studio.leads_synced()
    for n in range(PATIENCE):
        await captured(studio, f"Aa{n}")
    ada = await captured(studio, "Ada", phone="030 1")
    await failing(studio, "create")
    made = [studio.attract("Ada") for _ in range(2)]
    await failing(studio)
    (push,) = [push for push in pushes(studio) if push.local_id == ada.id]
    assert (push.state, push.attempts) == (PushState.WAITING, 0)
    assert asked(studio).keys() == set(made)
    return ada, made


def named(studio: Studio, name: str) -> list[str]:
    return [one.external_id for one in studio.books.leads.entries() if one.values["first_name"] == name]


async def test_one_that_was_never_sent_waits_until_a_person_says_what_it_is(studio: Studio) -> None:
    ada, made = await unsent_and_doubted(studio)
    for each in made:
        studio.books.leads.edit(each, {"email": f"ada{each}@example.org"}, late=A_MINUTE * 99)
    before = len(writes(studio))
    await studio.leads_synced()
    assert len(writes(studio)) == before + PATIENCE, "the others were made"
    assert named(studio, "Ada") == made
    (push,) = pushes(studio, PushState.WAITING)
    assert (push.local_id, push.attempts) == (ada.id, 0)
    assert push.why == "it waits until a person says which of ours the provider's record is"


async def test_waiting_for_a_person_writes_nothing_more(studio: Studio) -> None:
    await unsent_and_doubted(studio)
    await settled(studio)
    before, calls = dict(studio.rows()["studio.pushes"]), writes(studio)
    await settled(studio)
    assert (dict(studio.rows()["studio.pushes"]), writes(studio)) == (before, calls)


async def test_it_is_what_a_person_said(studio: Studio) -> None:
    ada, made = await unsent_and_doubted(studio)
    await decide(studio, asked(studio)[made[1]], Choice.OURS)
    await settled(studio)
    assert await ties(studio, ada) == [made[1]]
    assert named(studio, "Ada") == made


async def test_it_is_made_once_they_said_that_it_is_none_of_them(studio: Studio) -> None:
    ada, made = await unsent_and_doubted(studio)
    for each in made:
        await decide(studio, asked(studio)[each], Choice.THEIRS)
        studio.books.leads.edit(each, {"email": f"ada{each}@example.org"})
    await settled(studio)
    (new,) = set(named(studio, "Ada")) - set(made)
    assert await ties(studio, ada) == [new]


@pytest.mark.parametrize("tells_gone", [True, False])
async def test_a_question_about_records_that_are_gone_holds_up_nothing(tells_gone: bool) -> None:
    studio = Studio()
    studio.gym.habits = Habits(tells_gone=tells_gone)
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ada = await captured(studio, "Ada")
    made = [studio.attract("Ada") for _ in range(2)]
    await studio.leads_synced(whole=True)
    assert asked(studio).keys() == set(made)
    for each in made:
        studio.books.leads.remove(each)
    await settled(studio)
    assert {each.state for each in studio.conflicts()} == {ConflictState.SETTLED}
    (new,) = named(studio, "Ada")
    assert await ties(studio, ada) == [new]
    await rests(studio)


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_one_about_which_a_person_is_asked_as_a_whole_is_not_made_anew(studio: Studio, choice: Choice) -> None:
    """It was to be made there anew, until the policy was changed and says that a person decides."""
    await set_policy(studio, LEAD, create_there=True, default="newest", deletes="keep_edited")
    key = studio.attract("Ada")
    await studio.leads_synced()
    ada = studio.lead(key)
    for n in range(PATIENCE):
        await captured(studio, f"Aa{n}")
    await failing(studio, "create")
    await edit_lead(studio, key, last_name="Murray")
    studio.books.leads.remove(key)
    await failing(studio)
    await set_policy(studio, LEAD, create_there=True, default="newest", deletes="ask")
    await failing(studio)
    (conflict,) = open_conflicts(studio)
    assert conflict.field == WHOLE
    await settled(studio)
    assert named(studio, "Ada") == []
    (conflict,) = open_conflicts(studio)
    await decide(studio, conflict, choice)
    await settled(studio)
    assert named(studio, "Ada") == []
    assert (ada.id in {lead.id for lead in studio.leads()}) is (choice is Choice.OURS)
    assert pushes(studio, PushState.WAITING) == []
