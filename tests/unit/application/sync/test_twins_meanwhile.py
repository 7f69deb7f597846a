"""Another of ours has the address of one that is to be paired, after that was decided and before it is done."""

from collections.abc import Awaitable, Callable

import pytest

from tresen.application.leads.edit_lead import LeadEdit
from tresen.domain.leads.lead import Lead
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.kept_plan import PlanStale

from ..studio import A_MINUTE, Studio
from .scene import applied, captured, planned, rests
from .test_decided_pairings import asked, decide, ties

ANN = "ann@example.org"


async def ready(studio: Studio) -> tuple[Lead, str]:
    """Ann is on both sides, and no run has seen that; Zed is linked."""
    studio.attract("Zed")
    await studio.leads_synced()
    return await captured(studio, "Ann"), studio.attract("Ann", last_name="There")


async def is_captured(studio: Studio) -> None:
    await captured(studio, "Anna", email=ANN)


async def is_edited(studio: Studio) -> None:
    """One that the account has: a family shares the address."""
    zed = next(lead for lead in studio.leads() if lead.first_name == "Zed")
    await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=zed.id, by="Eva", email=ANN))


Twin = Callable[[Studio], Awaitable[None]]


@pytest.mark.parametrize("twin", [is_captured, is_edited])
async def test_a_plan_is_stale_once_another_of_ours_has_the_address(studio: Studio, twin: Twin) -> None:
    ann, made = await ready(studio)
    plan = await planned(studio, "leads", whole=True)
    studio.clock.advance(A_MINUTE)
    await twin(studio)
    with pytest.raises(PlanStale, match=rf"changed here since, such as {made}"):
        await applied(studio, plan.plan_id)
    assert await ties(studio, ann) == []
    await studio.leads_synced()
    assert str(ann.id) in asked(studio)[made].candidates
    assert next(lead for lead in studio.leads() if lead.id == ann.id).last_name == "Hopper"
    await decide(studio, asked(studio)[made], Choice.OURS, str(ann.id))
    await studio.leads_synced(whole=True)
    assert await ties(studio, ann) == [made]


@pytest.mark.parametrize("nth", range(1, 7))
@pytest.mark.parametrize("twin", [is_captured, is_edited])
async def test_within_a_run_the_pair_is_left_out(studio: Studio, twin: Twin, nth: int) -> None:
    ann, made = await ready(studio)
    left = [nth]

    async def before_writing() -> None:
        left[0] -= 1
        if left[0]:
            studio.units.before_writing = before_writing
        else:
            studio.units.before_writing = None
            await twin(studio)

    studio.units.before_writing = before_writing
    await studio.leads_synced(whole=True)
    studio.units.before_writing = None
    assert left == [0], "it came so far"
    assert await ties(studio, ann) == []
    await studio.leads_synced(whole=True)
    assert asked(studio).keys() == {made}
    await rests(studio)


async def test_a_plan_stays_good_where_the_other_one_has_another_address(studio: Studio) -> None:
    ann, made = await ready(studio)
    plan = await planned(studio, "leads", whole=True)
    await captured(studio, "Bob")
    await applied(studio, plan.plan_id)
    assert await ties(studio, ann) == [made]
