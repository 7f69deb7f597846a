"""Leads are kept here at once and made at the provider, or given to staff (W9, W11)."""

import attrs
import pytest

from tresen.adapters.memory.gym_books import Shelf
from tresen.application.leads.create_lead import NewLead
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.gym import Operation, Support
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayRejected,
    GatewayUnavailable,
    IllegalTransition,
    InvalidValue,
    NotFound,
)
from tresen.domain.shared.ids import LeadId
from tresen.domain.staff.task import TaskReason

from ..studio import BOOKS, Studio


def eva(studio: Studio, **values: object) -> NewLead:
    given = {
        "first_name": " Eva ",
        "last_name": "Marx",
        "email": " eva@example.org ",
        "phone": "0171 5550001",
        **values,
    }
    return NewLead(tenant_id=studio.tenant.id, **given)  # type: ignore[arg-type] # any of its fields


async def test_a_lead_is_kept_here_and_made_there(studio: Studio) -> None:
    made = await studio.create_lead(eva(studio, message="Hello", interested_in="Yoga"))
    assert made.task is None
    assert (made.lead.name, made.lead.stage) == ("Eva Marx", Stage.NEW)
    assert made.lead.phone is not None
    assert made.lead.phone.e164 == "+491715550001"
    there = studio.books.leads.get("1001").values
    assert (there["email"], there["notes"]) == ("eva@example.org", "Hello\nInterested in: Yoga")
    assert studio.lead("1001").id == made.lead.id


async def test_whom_the_provider_has_already_is_not_kept_twice(studio: Studio) -> None:
    first = await studio.create_lead(eva(studio))
    again = await studio.create_lead(eva(studio, first_name="Evi"))
    assert (first.created, again.created) == (True, False)
    assert (again.lead.id, again.lead.first_name) == (first.lead.id, "Eva")
    assert again.task is not None
    assert again.task.details["first_name"] == "Evi"
    assert [lead.id for lead in studio.leads()] == [first.lead.id]
    assert (await studio.leads_synced()).counts.unchanged == 1


async def test_what_was_captured_is_no_news_to_the_next_sync(studio: Studio) -> None:
    await studio.create_lead(eva(studio))
    before = studio.rows(without=BOOKS)
    run = await studio.leads_synced()
    assert (run.counts.created, run.counts.updated, run.counts.unchanged) == (0, 0, 1)
    assert studio.rows(without=BOOKS) == before


async def test_without_an_account_the_lead_simply_lives_here(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    made = await studio.create_lead(
        NewLead(tenant_id=other.id, first_name="Eva", last_name="", email="eva@example.org", source="web")
    )
    assert (made.task, made.lead.source, made.lead.phone) == (None, "web", None)
    assert (await studio.get_lead(other.id, made.lead.id)).lead.name == "Eva"


@pytest.mark.parametrize("values", [{"first_name": " ", "last_name": ""}, {"email": "eva"}, {"email": ""}])
async def test_what_cannot_be_a_lead_is_refused_and_not_kept(studio: Studio, values: dict[str, str]) -> None:
    with pytest.raises(InvalidValue):
        await studio.create_lead(eva(studio, **values))
    assert studio.leads() == []
    assert studio.gym.faults.calls == []


async def test_with_several_accounts_one_must_be_named_and_nothing_is_kept_otherwise(studio: Studio) -> None:
    second = studio.add_account("second", "memory://gym")
    with pytest.raises(InvalidValue):
        await studio.create_lead(eva(studio))
    assert studio.leads() == []
    made = await studio.create_lead(eva(studio, account_id=second.id))
    assert studio.lead("1001", second.id).id == made.lead.id


@pytest.mark.parametrize(
    ("error", "after", "expected"),
    [
        (GatewayRejected("no"), 0, TaskReason.REJECTED),
        (GatewayUnavailable("time-out"), 0, TaskReason.OUTCOME_UNKNOWN),
        (GatewayUnavailable("time-out"), 1, TaskReason.OUTCOME_UNKNOWN),
        (CredentialsRefused("401"), 0, TaskReason.CREDENTIALS),
    ],
)
async def test_a_lead_is_never_lost_whatever_the_provider_says(
    studio: Studio, error: GatewayError, after: int, expected: TaskReason
) -> None:
    studio.gym.faults.fail_next("create_lead", error, after=after)
    made = await studio.create_lead(eva(studio))
    assert made.task is not None
    assert (made.task.reason, made.task.subject) == (expected, f"lead:{made.lead.id}")
    assert (await studio.get_lead(studio.tenant.id, made.lead.id)).lead.name == "Eva Marx"
    assert studio.gym.faults.calls.count("create_lead") == 1


async def test_a_lead_that_timed_out_after_it_was_made_there_is_paired_by_the_sync(studio: Studio) -> None:
    studio.gym.faults.fail_next("create_lead", GatewayUnavailable("time-out"), after=1)
    made = await studio.create_lead(eva(studio))
    await studio.leads_synced()
    assert studio.lead("1001").id == made.lead.id
    assert len(studio.leads()) == 1


@pytest.mark.parametrize("support", [Support.NONE, Support.UNPROVEN])
async def test_what_the_provider_cannot_do_is_a_task(studio: Studio, support: Support) -> None:
    studio.gym._support[Operation.CREATE_LEAD] = support
    made = await studio.create_lead(eva(studio))
    assert made.task is not None
    assert made.task.reason is TaskReason.UNSUPPORTED
    assert made.task.title == "Enter the lead Eva Marx at the provider"
    assert made.task.details["email"] == "eva@example.org"


async def test_without_permission_to_write_the_lead_is_here_and_a_task_says_so(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    made = await studio.create_lead(eva(studio))
    assert made.task is not None
    assert made.task.reason is TaskReason.WRITES_DISABLED
    assert [lead.name for lead in studio.leads()] == ["Eva Marx"]


@pytest.mark.parametrize("keeps_messages", [True, False])
async def test_a_second_request_with_the_address_of_a_known_lead_loses_nothing(
    studio: Studio, keeps_messages: bool
) -> None:
    if not keeps_messages:
        studio.books.leads = Shelf("lead", ("first_name", "last_name", "email", "phone", "status"), studio.clock)
    first = await studio.create_lead(eva(studio))
    second = await studio.create_lead(eva(studio, message="Still interested"))
    assert second.lead.id == first.lead.id, "the provider has one lead of that address"
    assert len(studio.books.leads) == 1
    assert studio.lead("1001").id == first.lead.id
    assert [lead.message for lead in studio.leads()] == ["Still interested"]
    await studio.leads_synced()
    # This provider lets nobody write messages, or has none, so a person must see to it.
    assert [task.details["message"] for task in await studio.tasks()] == ["Still interested"]
    before = studio.rows(without=BOOKS)
    await studio.leads_synced()
    assert studio.rows(without=BOOKS) == before
    assert [lead.message for lead in studio.leads()] == ["Still interested"]


async def test_who_follows_events_is_told_that_a_captured_lead_was_known(studio: Studio) -> None:
    first = await studio.create_lead(eva(studio))
    await studio.create_lead(eva(studio, message="Still interested"))
    events = [event for _, event in studio.store.room(studio.tenant.id).events.items() if event.subject_kind == "lead"]
    captured, again, merged = (event for event in events if event.type != "lead.changed")
    assert [event.type for event in (captured, again, merged)] == ["lead.captured", "lead.captured", "lead.merged"]
    changed = [(event.subject_id, event.data) for event in events if event.type == "lead.changed"]
    assert changed == [(captured.subject_id, {"fields": ["message"]})]
    assert captured.subject_id == str(first.lead.id)
    assert (merged.subject_id, merged.sequence) == (again.subject_id, 2)
    assert merged.data == {"into": str(first.lead.id)}


async def test_what_the_provider_made_is_linked_to_this_lead_and_no_other_person_of_its_address(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    waiting = await studio.create_lead(attrs.evolve(eva(studio), first_name="Max"))
    studio.change_account(writes_enabled=True)
    made = await studio.create_lead(eva(studio))
    assert studio.lead("1001").id == made.lead.id != waiting.lead.id


# -- changing --------------------------------------------------------------------------------------------------------


def update(studio: Studio, lead: Lead, **values: object) -> LeadUpdate:
    return LeadUpdate(tenant_id=studio.tenant.id, lead_id=lead.id, **values)  # type: ignore[arg-type] # any of its fields


async def synced_lead(studio: Studio, **values: str) -> Lead:
    there = studio.attract(**values)
    await studio.leads_synced()
    return studio.lead(there)


async def test_a_local_lead_is_changed_here(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    made = await studio.create_lead(eva(studio, message="Hello"))
    done = await studio.update_lead(update(studio, made.lead, stage=Stage.CONTACTED, notes="called"))
    stored = (await studio.get_lead(studio.tenant.id, made.lead.id)).lead
    assert (stored.stage, stored.notes, stored.message) == (Stage.CONTACTED, "called", "Hello")
    assert done.task is None
    cleared = await studio.update_lead(update(studio, made.lead, notes=None))
    assert (cleared.lead.notes, cleared.lead.stage) == (None, Stage.CONTACTED)


async def test_a_synced_lead_is_changed_there_and_follows(studio: Studio) -> None:
    lead = await synced_lead(studio, notes="old")
    done = await studio.update_lead(update(studio, lead, stage=Stage.QUALIFIED))
    assert (done.lead.stage, done.lead.notes, done.task) == (Stage.QUALIFIED, "old", None)
    assert studio.books.leads.get("1001").values["status"] == "qualified"
    before = studio.rows(without=BOOKS)
    await studio.leads_synced()
    assert studio.rows(without=BOOKS) == before


async def test_a_change_that_the_provider_did_not_take_is_not_made_here_either(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.gym.faults.fail_next("update_lead", GatewayUnavailable("time-out"))
    done = await studio.update_lead(update(studio, lead, stage=Stage.QUALIFIED, notes=None))
    assert done.task is not None
    assert done.task.reason is TaskReason.OUTCOME_UNKNOWN
    assert {k: done.task.details[k] for k in ("external_id", "stage", "notes")} == {
        "external_id": "1001",
        "stage": "qualified",
        "notes": None,
    }
    assert done.lead.stage is Stage.NEW
    assert studio.lead("1001").stage is Stage.NEW
    assert studio.lead("1001").version == lead.version


async def test_what_the_rules_forbid_is_refused_before_the_provider_is_asked(studio: Studio) -> None:
    lead = await synced_lead(studio, status="converted")
    for stage in (Stage.CONTACTED, Stage.LOST):
        with pytest.raises(IllegalTransition):
            await studio.update_lead(update(studio, lead, stage=stage))
    fresh = await synced_lead(studio, first_name="Eva")
    with pytest.raises(IllegalTransition):
        await studio.update_lead(update(studio, studio.lead("1002"), stage=Stage.CONVERTED))
    assert fresh.first_name == "Eva"
    assert "update_lead" not in studio.gym.faults.calls


async def test_an_update_that_sets_nothing_is_refused_before_anything_is_called(studio: Studio) -> None:
    lead = await synced_lead(studio)
    before = studio.rows()
    with pytest.raises(InvalidValue):
        await studio.update_lead(update(studio, lead))
    assert studio.rows() == before
    assert "update_lead" not in studio.gym.faults.calls


async def test_an_unknown_or_foreign_lead_is_not_found(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    lead = await synced_lead(studio)
    with pytest.raises(NotFound):
        await studio.get_lead(other.id, lead.id)
    with pytest.raises(NotFound):
        await studio.update_lead(LeadUpdate(tenant_id=other.id, lead_id=lead.id, notes="x"))
    with pytest.raises(NotFound):
        await studio.get_lead(studio.tenant.id, LeadId(studio.ids.new()))
