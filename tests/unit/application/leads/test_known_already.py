"""What was to be made, and is a lead that we knew, says which: the one that was captured is there no more."""

from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable
from tresen.domain.sync.push import Push, PushState

from ..studio import Studio
from ..sync.scene import pushes
from .test_capturing_beside_runs import enter, synced

_DOWN = GatewayUnavailable("no answer")


def told(push: Push, lead: Lead) -> bool:
    return (push.why or "").endswith(f"it is lead {lead.id}, which we knew already")


def of_nobody(studio: Studio) -> list[Push]:
    """Of leads that are not here."""
    here = {lead.id for lead in studio.leads()}
    return [push for push in pushes(studio, PushState.DROPPED) if push.local_id not in here]


async def test_who_is_known_at_the_provider_says_so(studio: Studio) -> None:
    await synced(studio)
    known = (await enter(studio)).lead
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, known.id)
    (push,) = of_nobody(studio)
    assert push.why == f"it is lead {known.id}, which we knew already"


async def test_who_is_known_here_alone_says_so(studio: Studio) -> None:
    await synced(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN, after=1)
    known = (await enter(studio)).lead
    studio.gym.faults.fail_next("create_lead", _DOWN)
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, known.id)
    (push,) = of_nobody(studio)
    assert push.why == f"it is lead {known.id}, which we knew already"


async def test_who_is_known_and_was_refused_says_both(studio: Studio) -> None:
    await synced(studio)
    known = (await enter(studio)).lead
    studio.gym.faults.fail_next("leads.get", GatewayRejected("not on Mondays"))
    again = await enter(studio)
    assert (again.created, again.lead.id) == (False, known.id)
    (push,) = of_nobody(studio)
    assert "not on Mondays" in (push.why or "")
    assert told(push, known)
