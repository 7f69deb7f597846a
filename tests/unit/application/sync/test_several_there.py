"""One of ours is to be made there, where several have its address by then: nobody is guessed, a person is asked."""

import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..studio import Studio
from .scene import applied, captured, planned, pushes, rests, set_policy
from .test_decided_pairings import asked, decide, ties
from .test_deleted_while_made import deleted
from .test_doubted_creations import named


async def sent_and_two_there(studio: Studio) -> list[str]:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    await captured(studio, "Ada", phone="030 1")
    studio.gym.faults.fail_next("leads.create", GatewayUnavailable("no answer"))
    await studio.leads_synced(whole=True)
    return [studio.attract("Ada", last_name=name) for name in ("One", "Two")]


@pytest.mark.parametrize("whole", [False, True])
async def test_a_creation_without_an_answer_is_tied_to_neither(studio: Studio, whole: bool) -> None:
    two = await sent_and_two_there(studio)
    await studio.leads_synced(whole=whole)
    ada = next(lead for lead in studio.leads() if lead.first_name == "Ada")
    assert [lead.last_name for lead in studio.leads() if lead.first_name == "Ada"] == ["Hopper"]
    assert await ties(studio, ada) == []
    assert {key: each.candidates for key, each in asked(studio).items()} == {one: (str(ada.id),) for one in two}
    await rests(studio)
    await decide(studio, asked(studio)[two[1]], Choice.OURS)
    await decide(studio, asked(studio)[two[0]], Choice.THEIRS)
    await studio.leads_synced(whole=True)
    assert await ties(studio, ada) == [two[1]]
    assert len(studio.leads()) == 3
    assert named(studio, "Ada") == two


async def test_it_is_not_made_where_a_person_says_that_each_is_somebody_else(studio: Studio) -> None:
    two = await sent_and_two_there(studio)
    await studio.leads_synced(whole=True)
    for each in two:
        await decide(studio, asked(studio)[each], Choice.THEIRS)
    await studio.leads_synced(whole=True)
    assert named(studio, "Ada") == two, "nobody could tell a third one from them"
    (push,) = pushes(studio, PushState.REFUSED)
    assert push.why == "a person said that the provider's record is none of ours"
    assert len(studio.leads()) == 4
    await rests(studio)


async def test_a_plan_that_makes_one_makes_none_where_two_are_entered_meanwhile(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    studio.attract("Other")
    await studio.leads_synced()
    ada = await captured(studio, "Ada")
    plan = await planned(studio, "leads", whole=True)
    two = [studio.attract("Ada", last_name=name) for name in ("One", "Two")]
    await applied(studio, plan.plan_id)
    assert await ties(studio, ada) == []
    await studio.leads_synced()
    assert asked(studio).keys() == set(two)
    assert named(studio, "Ada") == two


async def test_one_without_an_answer_that_the_policy_does_not_want_any_more_is_tied_to_neither(studio: Studio) -> None:
    two = await sent_and_two_there(studio)
    await set_policy(studio, LEAD)
    await studio.leads_synced(whole=True)
    assert asked(studio).keys() == set(two)
    assert len(studio.leads()) == 2


async def test_one_that_was_deleted_here_is_neither_of_the_two(studio: Studio) -> None:
    """So the deletion is none of either."""
    two = await sent_and_two_there(studio)
    ada = next(lead for lead in studio.leads() if lead.first_name == "Ada")
    await deleted(studio, ada)
    await set_policy(studio, LEAD, create_there=True, delete_there=True)
    await studio.leads_synced(whole=True)
    await studio.leads_synced(whole=True)
    assert named(studio, "Ada") == two


async def test_at_the_counter_the_staff_are_asked(studio: Studio) -> None:
    two = [studio.attract("Ada", last_name=name) for name in ("One", "Two")]
    told = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Ada", last_name="Byron", email="ada@example.org")
    )
    assert told.created
    assert told.task is not None
    assert told.task.reason is TaskReason.UNDECIDED
    await studio.leads_synced(whole=True)
    assert {key: each.candidates for key, each in asked(studio).items()} == {one: (str(told.lead.id),) for one in two}


async def test_it_is_not_made_where_each_is_another_of_ours(studio: Studio) -> None:
    """A family: nobody could tell the third one there from the two."""
    await set_policy(studio, LEAD, create_there=True)
    two = [studio.attract("Ada", last_name=name) for name in ("One", "Two")]
    await studio.leads_synced()
    await captured(studio, "Ada")
    await studio.leads_synced(whole=True)
    assert named(studio, "Ada") == two
    assert asked(studio) == {}
    (push,) = pushes(studio)
    assert (push.state, push.why) == (PushState.REFUSED, "each of the provider's records is another of ours")
    await rests(studio)


@pytest.mark.parametrize("whole", [False, True])
async def test_what_is_asked_of_one_is_not_answered_by_what_is_said_of_the_other(studio: Studio, whole: bool) -> None:
    ada = await captured(studio, "Ada")
    one, two = (studio.attract("Ada", last_name=name) for name in ("One", "Two"))
    await studio.leads_synced()
    assert asked(studio).keys() == {one, two}
    await decide(studio, asked(studio)[one], Choice.THEIRS)
    for _ in range(2):
        await studio.leads_synced(whole=whole)
    assert asked(studio).keys() == {two}
    assert await ties(studio, ada) == []
    await rests(studio)
    await decide(studio, asked(studio)[two], Choice.OURS)
    await studio.leads_synced()
    assert await ties(studio, ada) == [two]
    assert len(studio.leads()) == 2
