"""Whoever is asked to enter a lead at the provider is told what is known of it today."""

import pytest

from tresen.application.leads.create_lead import CreatedLead, NewLead
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.gym import NewPerson
from tresen.application.ports.sources import Observed
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import GatewayError, GatewayRejected, GatewayUnavailable
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState

from ..gym.test_done_later import open_tasks
from ..studio import A_MINUTE, Studio

DOWN, REFUSED = GatewayUnavailable("down"), GatewayRejected("no")


async def entered(studio: Studio, error: GatewayError | None) -> CreatedLead:
    """With a slip in the address; without an error writing is off."""
    if error is None:
        studio.change_account(writes_enabled=False)
    else:
        studio.gym.faults.fail_next("create_lead", error)
    ann = NewLead(
        tenant_id=studio.tenant.id, first_name="Ann", last_name="Hopper", email="ann@exmaple.org", phone="030 1"
    )
    return await studio.create_lead(ann)


async def corrected(studio: Studio, lead: Lead) -> None:
    studio.clock.advance(A_MINUTE)
    edit = LeadEdit(
        tenant_id=studio.tenant.id,
        lead_id=lead.id,
        by="Eva",
        last_name="Hooper",
        email="ann@example.org",
        phone="030 2",
    )
    await studio.desk.edit_lead(edit)


async def the_task(studio: Studio) -> StaffTask:
    (task,) = await open_tasks(studio)
    return task


@pytest.mark.parametrize("error", [None, REFUSED])
async def test_what_is_corrected_here_is_what_staff_enter(studio: Studio, error: GatewayError | None) -> None:
    lead = (await entered(studio, error)).lead
    await corrected(studio, lead)
    wish = LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, notes="call her", by="Eva")
    await studio.update_lead(wish)
    task = await the_task(studio)
    asked = {name: value for name, value in task.details.items() if name not in {"account", "why"}}
    assert asked == {
        "first_name": "Ann",
        "last_name": "Hooper",
        "email": "ann@example.org",
        "phone": "030 2",
        "notes": "call her",
    }
    assert task.title == "Enter the lead Ann Hooper at the provider"
    names = ("last_name", "email", "phone", "notes")
    studio.attract("Ann", **{name: task.details[name] for name in names})
    await studio.leads_synced(whole=True)
    assert [lead.name for lead in studio.leads()] == ["Ann Hooper"]
    assert [task.state for task in await studio.tasks()] == [TaskState.DONE]


async def test_what_may_have_been_sent_is_told_as_well(studio: Studio) -> None:
    await corrected(studio, (await entered(studio, DOWN)).lead)
    task = await the_task(studio)
    assert (task.reason, task.details["email"]) == (TaskReason.OUTCOME_UNKNOWN, "ann@example.org")
    assert task.details["no_longer_asked"] == "last_name: Hopper; email: ann@exmaple.org; phone: 030 1"


@pytest.mark.parametrize("error", [DOWN, REFUSED])
async def test_what_is_corrected_while_the_provider_is_asked_is_not_lost(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, error: GatewayError
) -> None:
    async def slow(person: NewPerson) -> Observed:
        assert person.email == "ann@exmaple.org"
        await corrected(studio, studio.leads()[0])
        raise error

    monkeypatch.setattr(studio.gym, "create_lead", slow)
    ann = NewLead(
        tenant_id=studio.tenant.id, first_name="Ann", last_name="Hopper", email="ann@exmaple.org", phone="030 1"
    )
    await studio.create_lead(ann)
    task = await the_task(studio)
    assert (task.title, task.details["email"]) == ("Enter the lead Ann Hooper at the provider", "ann@example.org")
    assert task.details["why"] == error.message


async def test_a_stage_is_nothing_to_enter(studio: Studio) -> None:
    lead = (await entered(studio, None)).lead
    before = await the_task(studio)
    await studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, stage=Stage.CONTACTED, by="Eva"))
    after = await the_task(studio)
    assert (after.version, after.details) == (before.version, before.details)
