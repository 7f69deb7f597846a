"""What the provider answers with when one of ours is made there may be another one of ours that it lost, and that was
entered there anew: that is asked, as it is when a sync finds the record.
"""

import pytest

from tresen.application.leads.create_lead import NewLead
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState

from ..studio import A_MINUTE, Studio
from .scene import captured, edit_lead, pushes, rests, set_policy
from .test_decided_pairings import asked, decide, ties
from .test_deleted_while_made import deleted

ANN = "ann@example.org"


async def lost(studio: Studio, *, seen: bool = True) -> Lead:
    """Ann was edited here, and is gone there; whether a sync saw that."""
    studio.attract("Other")
    key = studio.attract("Ann", email=ANN)
    await studio.leads_synced()
    ann = studio.lead(key)
    await edit_lead(studio, key, last_name="Murray")
    studio.books.leads.remove(key)
    if seen:
        await studio.leads_synced(whole=True)
    return ann


def anns(studio: Studio) -> list[Lead]:
    return [lead for lead in studio.leads() if lead.first_name == "Ann"]


@pytest.mark.parametrize("seen", [False, True], ids=["not seen yet", "seen"])
async def test_who_is_entered_at_the_counter_is_not_taken_for_the_one_that_was_entered_anew(
    studio: Studio, seen: bool
) -> None:
    ann = await lost(studio, seen=seen)
    anew = studio.attract("Ann", email=ANN, last_name="Anew")
    told = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Ann", last_name="Counter", email=ANN)
    )
    assert told.task is not None
    assert told.task.reason is TaskReason.UNDECIDED
    assert await ties(studio, told.lead) == []
    await studio.leads_synced(whole=True)
    assert set(asked(studio)[anew].candidates) == {str(ann.id), str(told.lead.id)}
    await rests(studio)
    await decide(studio, asked(studio)[anew], Choice.OURS, str(ann.id))
    await studio.leads_synced(whole=True)
    assert await ties(studio, ann) == [anew]
    assert await ties(studio, told.lead) == []


@pytest.mark.parametrize("choice", [Choice.OURS, Choice.THEIRS])
async def test_a_creation_without_an_answer_is_not_tied_to_the_one_that_was_entered_anew(
    studio: Studio, choice: Choice
) -> None:
    await set_policy(studio, LEAD, create_there=True, deletes="ask")
    ann = await lost(studio)
    other = await captured(studio, "Ann", email=ANN)
    studio.gym.faults.fail_next("leads.create", GatewayUnavailable("no answer"))
    await studio.leads_synced(whole=True)
    anew = studio.attract("Ann", email=ANN, last_name="Anew")
    studio.clock.advance(A_MINUTE)
    await studio.leads_synced()
    assert set(asked(studio)[anew].candidates) == {str(ann.id), str(other.id)}
    assert await ties(studio, other) == []
    await rests(studio)
    said = str(other.id) if choice is Choice.OURS else None
    await decide(studio, asked(studio)[anew], choice, said)
    await studio.leads_synced(whole=True)
    await rests(studio)
    assert await ties(studio, other) == ([anew] if choice is Choice.OURS else [])
    assert len(anns(studio)) == (2 if choice is Choice.OURS else 3)


@pytest.mark.parametrize("create_there", [False, True])
async def test_what_was_sent_and_deleted_here_rests_while_it_is_asked_whose_its_record_is(
    studio: Studio, create_there: bool
) -> None:
    await set_policy(studio, LEAD, create_there=create_there, deletes="ask")
    ann = await lost(studio)
    anew = studio.attract("Ann", email=ANN, last_name="Anew")
    await studio.leads_synced(whole=True)
    studio.gym.faults.fail_next("create_lead", GatewayUnavailable("no answer"), after=1)
    told = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Ann", last_name="Counter", email=ANN)
    )
    await deleted(studio, told.lead)
    for _ in range(2):
        await studio.leads_synced(whole=True)
    assert asked(studio).keys() == {anew}
    assert pushes(studio, PushState.WAITING) == []
    await rests(studio)
    await rests(studio)
    await decide(studio, asked(studio)[anew], Choice.OURS, str(ann.id))
    await studio.leads_synced(whole=True)
    await studio.leads_synced(whole=True)
    assert pushes(studio, PushState.WAITING) == []
    assert await ties(studio, ann) == [anew]
    await rests(studio)


async def test_what_was_made_there_is_ours_where_nobody_else_may_be_it(studio: Studio) -> None:
    await lost(studio)
    told = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Bob", last_name="Counter", email="bob@example.org")
    )
    assert told.task is None
    assert len(await ties(studio, told.lead)) == 1
