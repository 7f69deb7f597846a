"""A lead becomes a member with a membership (W13), as far as the provider goes along."""

from datetime import date

import attrs
import pytest

from tresen.application.leads.convert_lead import Conversion
from tresen.application.leads.create_lead import NewLead
from tresen.application.membership.create_membership import Sale
from tresen.application.ports.gym import Operation, Support
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import (
    AlreadyExists,
    GatewayRejected,
    GatewayUnavailable,
    IllegalTransition,
    InvalidValue,
    NotConfigured,
    NotFound,
    StorageUnavailable,
)
from tresen.domain.shared.ids import LeadId
from tresen.domain.staff.task import TaskReason, TaskState

from ..studio import A_MINUTE, BOOKS, GOLD, Studio


@pytest.fixture(autouse=True)
def _on_sale(studio: Studio) -> None:
    studio.books.packages = [GOLD]


def conversion(studio: Studio, lead: Lead, package: str = "Gold") -> Conversion:
    return Conversion(tenant_id=studio.tenant.id, lead_id=lead.id, package=package, starts_on=date(2026, 3, 1))


async def synced_lead(studio: Studio, **values: str) -> Lead:
    there = studio.attract(**values)
    await studio.leads_synced()
    return studio.lead(there)


async def test_lead_member_and_membership_belong_together(studio: Studio) -> None:
    lead = await synced_lead(studio)
    done = await studio.convert_lead(conversion(studio, lead))
    assert done.member is not None
    assert done.membership is not None
    assert done.task is None
    assert (done.lead.stage, done.lead.member_id) == (Stage.CONVERTED, done.member.id)
    assert (done.membership.member_id, done.membership.name) == (done.member.id, "Gold")
    assert (done.member.email and done.member.email.raw) == "grace@example.org"
    stored = (await studio.get_lead(studio.tenant.id, lead.id)).lead
    assert (stored.stage, stored.member_id) == (Stage.CONVERTED, done.member.id)


async def test_after_a_conversion_the_syncs_come_to_rest(studio: Studio) -> None:
    lead = await synced_lead(studio)
    await studio.convert_lead(conversion(studio, lead))
    await studio.leads_synced()
    await studio.members_synced()
    before = studio.rows(without=BOOKS)
    leads, members = await studio.leads_synced(), await studio.members_synced()
    assert (leads.counts.updated, members.counts.updated) == (0, 0)
    assert studio.rows(without=BOOKS) == before
    assert studio.lead("1001").stage is Stage.CONVERTED


async def test_who_converted_a_lead_is_told_at_once_and_once(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.clock.advance(A_MINUTE)
    await studio.convert_lead(attrs.evolve(conversion(studio, lead), by="Eva"))
    (line,) = [line for line in studio.changes() if line.kind == "lead"]
    assert (line.field, line.ours, line.value, line.rule) == ("status", "new", "converted", "written_first")
    assert line.reason == "Eva converted it here; it was done at the provider at once"
    assert (line.version, line.at) == (studio.lead("1001").version, studio.clock.now())
    await studio.leads_synced()
    await studio.leads_synced()
    assert [one for one in studio.changes() if one.kind == "lead"] == [line]


async def test_a_lead_that_the_provider_had_converted_already_is_told_as_that(studio: Studio) -> None:
    lead = await synced_lead(studio)
    member = studio.enrol("Grace")
    studio.books.became["1001"] = member
    studio.books.leads.edit("1001", {"status": "converted"})
    await studio.convert_lead(attrs.evolve(conversion(studio, lead), by="Eva"))
    (line,) = [line for line in studio.changes() if line.kind == "lead"]
    assert (line.ours, line.value, line.rule) == ("new", "converted", "only_theirs_changed")
    assert line.reason == "the provider had converted it already when Eva asked for that here"


async def test_a_stage_there_that_no_sync_saw_is_told_before_the_conversion(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.books.leads.edit("1001", {"status": "contacted"})
    await studio.convert_lead(conversion(studio, lead))
    told = [(line.ours, line.value) for line in studio.changes() if line.kind == "lead"]
    assert told == [("new", "contacted"), ("contacted", "converted")]


async def test_a_name_that_cannot_be_kept_converts_nothing(studio: Studio) -> None:
    lead = await synced_lead(studio)
    with pytest.raises(InvalidValue):
        await studio.convert_lead(attrs.evolve(conversion(studio, lead), by="E\0va"))
    assert "convert_lead" not in studio.gym.faults.calls


async def test_a_lead_that_lives_here_is_made_there_first(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    captured = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org", phone="0171 1")
    )
    studio.change_account(writes_enabled=True)
    done = await studio.convert_lead(conversion(studio, captured.lead))
    assert done.member is not None
    assert (done.member.name, done.lead.stage) == ("Eva Marx", Stage.CONVERTED)
    assert studio.gym.faults.calls[:3] == ["create_lead", "leads.get", "convert_lead"]
    there = studio.books.leads.get("1001").values
    assert (there["first_name"], there["email"], there["phone"]) == ("Eva", "eva@example.org", "0171 1")


async def test_who_is_a_member_by_now_nobody_need_enter_as_a_lead(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    made = await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    )
    studio.change_account(writes_enabled=True)
    assert (await studio.convert_lead(conversion(studio, made.lead))).task is None
    (task,) = await studio.tasks()
    assert (task.operation, task.state) == (Operation.CREATE_LEAD.value, TaskState.DONE)


async def test_converting_twice_is_refused(studio: Studio) -> None:
    lead = await synced_lead(studio)
    await studio.convert_lead(conversion(studio, lead))
    with pytest.raises(IllegalTransition):
        await studio.convert_lead(conversion(studio, lead))
    assert studio.gym.faults.calls.count("convert_lead") == 1
    assert len(studio.memberships()) == 1


@pytest.mark.parametrize("seen", [True, False])
async def test_a_lost_lead_who_buys_at_the_counter_is_converted(studio: Studio, seen: bool) -> None:
    lead = await synced_lead(studio, status="lost" if seen else "new")
    (there,) = studio.books.leads.entries()
    studio.books.leads.edit(there.external_id, {"status": "lost"})
    done = await studio.convert_lead(conversion(studio, lead))
    assert (done.lead.stage, done.task, len(studio.memberships())) == (Stage.CONVERTED, None, 1)
    assert "lost" in {line.theirs for line in studio.changes() if line.field == "status"} or seen


async def test_a_sale_without_a_package_is_refused(studio: Studio) -> None:
    lead = await synced_lead(studio)
    with pytest.raises(InvalidValue):
        await studio.convert_lead(conversion(studio, lead, " "))


async def test_an_unknown_lead_is_not_found(studio: Studio) -> None:
    with pytest.raises(NotFound):
        await studio.convert_lead(
            Conversion(
                tenant_id=studio.tenant.id,
                lead_id=LeadId(studio.ids.new()),
                package="Gold",
                starts_on=date(2026, 3, 1),
            )
        )


async def test_without_an_account_nobody_can_be_converted(studio: Studio) -> None:
    other = await studio.create_tenant(NewTenant(slug="other", name="Other"))
    captured = await studio.create_lead(
        NewLead(tenant_id=other.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    )
    with pytest.raises(NotConfigured):
        await studio.convert_lead(
            Conversion(tenant_id=other.id, lead_id=captured.lead.id, package="Gold", starts_on=date(2026, 3, 1))
        )


async def test_what_the_provider_cannot_convert_is_a_task_with_all_that_is_needed(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.gym._support[Operation.CONVERT_LEAD] = Support.NONE
    done = await studio.convert_lead(conversion(studio, lead))
    assert (done.member, done.membership, done.lead.stage) == (None, None, Stage.NEW)
    assert done.task is not None
    assert (done.task.reason, done.task.subject) == (TaskReason.UNSUPPORTED, f"lead:{lead.id}")
    assert {**done.task.details} == {
        "external_id": "1001",
        "email": "grace@example.org",
        "package": "Gold",
        "starts_on": "2026-03-01",
        "payment_method": "card",
        "account": "main",
        "why": "the provider's interface cannot do this, as far as is known",
    }


async def test_a_newer_request_to_convert_replaces_the_older_one(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.change_account(writes_enabled=False)
    first = await studio.convert_lead(conversion(studio, lead))
    second = await studio.convert_lead(conversion(studio, lead, "Silver"))
    again = await studio.convert_lead(conversion(studio, lead, "Silver"))
    assert first.task is not None
    assert second.task is not None
    assert again.task is not None
    assert again.task.id == second.task.id
    old, new = await studio.tasks()
    assert (old.id, old.state, old.note) == (first.task.id, TaskState.DONE, "replaced by a newer request")
    assert (new.id, new.state) == (second.task.id, TaskState.OPEN)


async def test_a_conversion_in_doubt_stays_a_task_whatever_is_wanted_next(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.gym.faults.fail_next("convert_lead", GatewayUnavailable("time-out"), after=1)
    await studio.convert_lead(conversion(studio, lead))
    studio.change_account(writes_enabled=False)
    await studio.convert_lead(conversion(studio, lead, "Silver"))
    assert [task.state for task in await studio.tasks()] == [TaskState.OPEN, TaskState.OPEN]


async def test_only_what_is_on_sale_is_promised(studio: Studio) -> None:
    lead = await synced_lead(studio)
    await studio.members_synced()
    with pytest.raises(InvalidValue) as raised:
        await studio.convert_lead(conversion(studio, lead, "Platinum"))
    assert raised.value.details["field"] == "membership_type"
    assert "Gold" in raised.value.message
    assert "convert_lead" not in studio.gym.faults.calls
    assert await studio.tasks() == ()
    done = await studio.convert_lead(conversion(studio, lead, " gOLD "))
    assert done.membership is not None
    assert done.membership.name == "Gold"


async def test_a_conversion_that_timed_out_after_it_took_effect_is_not_repeated(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.gym.faults.fail_next("convert_lead", GatewayUnavailable("time-out"), after=1)
    done = await studio.convert_lead(conversion(studio, lead))
    assert done.task is not None
    assert done.task.reason is TaskReason.OUTCOME_UNKNOWN
    assert studio.gym.faults.calls.count("convert_lead") == 1
    assert "create_membership" not in studio.gym.faults.calls


async def test_a_refused_sale_leaves_a_converted_lead_and_a_task(studio: Studio) -> None:
    lead = await synced_lead(studio)
    studio.gym.faults.fail_next("create_membership", GatewayRejected("no card"))
    done = await studio.convert_lead(conversion(studio, lead))
    assert done.member is not None
    assert (done.lead.stage, done.membership) == (Stage.CONVERTED, None)
    assert done.task is not None
    assert done.task.subject == f"member:{done.member.id}"


@pytest.mark.parametrize("commit", range(1, 5))
async def test_whoever_dies_between_conversion_and_sale_leaves_a_task_that_says_what_was_to_be_sold(
    studio: Studio, commit: int
) -> None:
    """Found by seed 71 of the simulation."""
    lead = await synced_lead(studio)
    studio.units.dies_at(commit)
    with pytest.raises(StorageUnavailable):
        await studio.convert_lead(conversion(studio, lead))
    studio.units.recover()
    tasks = [(task.operation, task.reason, task.details["package"]) for task in await studio.tasks()]
    assert ("convert_lead", TaskReason.OUTCOME_UNKNOWN, "Gold") in tasks


async def test_one_who_has_the_package_already_is_converted_and_nobody_is_asked(studio: Studio) -> None:
    there = studio.enrol("Grace")
    await studio.members_synced()
    member = studio.member(there)
    await studio.create_membership(
        Sale(tenant_id=studio.tenant.id, buyer=member.id, package="Gold", starts_on=date(2026, 3, 1))
    )
    lead = await synced_lead(studio)
    with pytest.raises(AlreadyExists):
        await studio.convert_lead(conversion(studio, lead))
    assert (await studio.get_lead(studio.tenant.id, lead.id)).lead.member_id == member.id
    assert list(await studio.tasks()) == []


async def test_a_lead_that_nobody_can_find_there_is_not_made_again_while_nobody_knows_whether_it_was(
    studio: Studio,
) -> None:
    """Found by seed 267 of the simulation: without an address the provider makes another one."""
    lead = Lead(
        id=LeadId(studio.ids.new()),
        tenant_id=studio.tenant.id,
        first_name="Eva",
        last_name="Marx",
        created_at=studio.clock.now(),
        updated_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "add", lambda uow: uow.leads.add(lead))
    studio.gym.faults.fail_next("create_lead", GatewayUnavailable("no answer"), after=1)
    first = await studio.convert_lead(conversion(studio, lead))
    again = await studio.convert_lead(conversion(studio, lead))
    assert first.task is not None
    assert again.task is not None
    assert again.task.id == first.task.id
    assert studio.gym.faults.calls.count("create_lead") == 1


@pytest.mark.parametrize("is_known", [True, False])
async def test_what_may_have_been_sold_there_is_not_sold_a_second_time(studio: Studio, is_known: bool) -> None:
    """Converted and sold there, and no sync saw it."""
    if is_known:
        lead = await synced_lead(studio)
    else:
        studio.change_account(writes_enabled=False)
        lead = (
            await studio.create_lead(
                NewLead(tenant_id=studio.tenant.id, first_name="Grace", last_name="H", email="grace@example.org")
            )
        ).lead
        studio.change_account(writes_enabled=True)
        studio.attract()
    member = (await studio.gym.convert_lead("1001")).external_id
    studio.sell_there(member, starts_on="2026-03-01")
    done = await studio.convert_lead(conversion(studio, lead))
    assert (len(studio.books.memberships), done.membership) == (1, None)
    assert done.member is not None
    assert (done.lead.stage, done.lead.member_id) == (Stage.CONVERTED, done.member.id)
    assert done.task is not None
    assert (done.task.operation, done.task.reason) == ("create_membership", TaskReason.UNDECIDED)
    assert (done.task.subject, done.task.details["package"]) == (f"member:{done.member.id}", "Gold")
    assert "look what was sold" in (done.task.details["why"] or "")
    assert [
        task.id for task in await studio.tasks() if task.state is TaskState.OPEN and task.operation != "create_lead"
    ] == [done.task.id]
    await studio.members_synced()
    await studio.leads_synced()
    assert (len(studio.memberships()), len(studio.leads())) == (1, 1)


async def test_who_wants_it_besides_is_sold_it_when_somebody_says_so(studio: Studio) -> None:
    lead = await synced_lead(studio)
    await studio.gym.convert_lead("1001")
    done = await studio.convert_lead(conversion(studio, lead))
    assert done.member is not None
    sold = await studio.create_membership(
        Sale(tenant_id=studio.tenant.id, buyer=done.member.id, package="Gold", starts_on=date(2026, 3, 1))
    )
    assert (sold.task, len(studio.books.memberships)) == (None, 1)
