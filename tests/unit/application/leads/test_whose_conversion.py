"""A lead that no provider is known to have is converted there only as the record that it is beyond doubt."""

import attrs
import pytest

from tresen.adapters.memory.gym_providers import MemoryGymProviders
from tresen.application.leads.convert_lead import Conversion, Converted
from tresen.application.leads.edit_lead import LeadEdit
from tresen.application.ports.gym import Operation, Support
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.staff.complete_task import TaskDone
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayRejected,
    GatewayUnavailable,
    InvalidValue,
    StorageUnavailable,
)
from tresen.domain.shared.ids import AccountId, LeadId
from tresen.domain.staff.task import TaskReason
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.push import PushState
from tresen.domain.tenancy.provider_account import CredentialState

from ..studio import A_MINUTE, BOOKS, GOLD, Studio
from ..sync.scene import captured, open_conflicts, pushes, second_gym
from ..sync.test_decided_pairings import asked, decide
from .test_capturing_beside_runs import enter, meanwhile, named, synced, there

_DOWN = GatewayUnavailable("no answer")


@pytest.fixture(autouse=True)
def _on_sale(studio: Studio) -> None:
    studio.books.packages = [GOLD]


async def converted(studio: Studio, lead: Lead, account_id: AccountId | None = None) -> Converted:
    studio.clock.advance(A_MINUTE)
    day = studio.clock.now().date()
    return await studio.convert_lead(
        Conversion(tenant_id=studio.tenant.id, lead_id=lead.id, package="Gold", starts_on=day, account_id=account_id)
    )


async def corrected(studio: Studio, lead: Lead, *, email: str) -> None:
    studio.clock.advance(A_MINUTE)
    await studio.desk.edit_lead(LeadEdit(tenant_id=studio.tenant.id, lead_id=lead.id, by="Max", email=email))


async def rested(studio: Studio) -> None:
    """After two runs nothing happens any more."""
    for _ in range(2):
        await studio.members_synced()
        await studio.leads_synced(whole=True)
    before = studio.rows(without=BOOKS)
    await studio.leads_synced(whole=True)
    assert studio.rows(without=BOOKS) == before


def untouched(studio: Studio, done: Converted) -> str:
    """Nothing is tied, converted or sold, and a person is told why."""
    assert (done.lead.stage, done.lead.member_id, done.membership) == (Stage.NEW, None, None)
    assert (len(studio.books.members), len(studio.books.memberships)) == (0, 0)
    assert {entry.values["status"] for entry in studio.books.leads.entries()} == {"new"}
    assert done.task is not None
    assert (done.task.operation, done.task.reason) == ("convert_lead", TaskReason.UNDECIDED)
    assert done.task.details["package"] == "Gold"
    return done.task.details["why"] or ""


@pytest.mark.parametrize("is_known", [True, False])
async def test_another_of_the_family_is_not_converted(studio: Studio, is_known: bool) -> None:
    await synced(studio)
    if is_known:
        studio.attract("Bob", email="family@example.org")
        await studio.leads_synced()
    ann = await captured(studio, "Ann", email="family@example.org")
    if not is_known:
        studio.attract("Bob", email="family@example.org")
    done = await converted(studio, ann)
    assert "record 1002, which is called Bob Hopper" in untouched(studio, done)
    again = await converted(studio, ann)
    assert [task.id for task in await studio.tasks() if task.operation == "convert_lead"] == [
        again.task and again.task.id
    ]


async def test_once_she_has_an_address_of_her_own_she_is_converted(studio: Studio) -> None:
    await synced(studio)
    studio.attract("Bob", email="family@example.org")
    await studio.leads_synced()
    ann = await captured(studio, "Ann", email="family@example.org")
    await converted(studio, ann)
    await corrected(studio, ann, email="ann@example.org")
    done = await converted(studio, ann)
    assert (done.task, done.member and done.member.first_name) == (None, "Ann")
    assert done.membership is not None
    await rested(studio)
    assert [lead.stage for lead in named(studio, "Bob")] == [Stage.NEW]


async def test_while_it_is_asked_whose_a_record_is_nobody_takes_it(studio: Studio) -> None:
    await synced(studio)
    ann = await captured(studio, "Ann")
    one, _ = studio.attract("Ann", last_name="One"), studio.attract("Ann", last_name="Two")
    await studio.leads_synced(whole=True)
    why = untouched(studio, await converted(studio, ann))
    for key, conflict in asked(studio).items():
        assert f"record {key} is (question {conflict.id})" in why
    await studio.leads_synced(whole=True)
    for key, conflict in asked(studio).items():
        await decide(studio, conflict, Choice.OURS if key == one else Choice.THEIRS)
    await studio.leads_synced(whole=True)
    done = await converted(studio, ann)
    assert done.membership is not None
    assert studio.lead(one).id == ann.id
    await rested(studio)
    assert open_conflicts(studio) == []


async def test_what_a_person_said_is_another_one_is_not_taken(studio: Studio) -> None:
    await synced(studio)
    ann = await captured(studio, "Ann")
    studio.attract("Ann", last_name="One")
    studio.attract("Ann", last_name="Two")
    await studio.leads_synced(whole=True)
    for conflict in asked(studio).values():
        await decide(studio, conflict, Choice.THEIRS)
    await studio.leads_synced(whole=True)
    assert "several records there may be it" in untouched(studio, await converted(studio, ann))
    studio.books.leads.edit("1003", {"email": "two@example.org"})
    assert "said that it is another one" in untouched(studio, await converted(studio, ann))
    await rested(studio)
    assert [lead.stage for lead in named(studio)] == [Stage.NEW] * 3


async def test_who_is_here_twice_becomes_one_member(studio: Studio) -> None:
    await synced(studio)
    key = studio.attract("Ann")
    await studio.leads_synced()
    ann = await captured(studio, "Ann")
    done = await converted(studio, ann)
    assert done.task is None
    assert done.member is not None
    members = {lead.id: lead.member_id for lead in named(studio)}
    assert members == {ann.id: done.member.id, studio.lead(key).id: done.member.id}
    await rested(studio)
    assert there(studio) == [key]


async def test_nothing_is_sold_to_a_member_of_another_name(studio: Studio) -> None:
    studio.enrol("Bob", email="family@example.org")
    await studio.members_synced()
    key = studio.attract("Ann", email="family@example.org")
    await studio.leads_synced()
    done = await converted(studio, studio.lead(key))
    assert done.task is not None
    assert (done.task.reason, done.member, studio.lead(key).member_id) == (TaskReason.UNDECIDED, None, None)
    assert len(studio.books.memberships) == 0


async def test_one_that_is_lost_there_is_converted(studio: Studio) -> None:
    await synced(studio)
    ann = await captured(studio, "Ann")
    studio.attract("Ann", status="lost")
    done = await converted(studio, ann)
    assert (done.task, len(studio.books.members), len(there(studio))) == (None, 1, 1)


async def test_one_that_became_a_member_while_it_was_looked_for_is_sold_nothing(studio: Studio) -> None:
    await synced(studio)
    ann, member = await captured(studio, "Ann"), studio.enrol("Ann")
    await studio.members_synced()

    async def convert(uow: UnitOfWork) -> None:
        lead = await uow.leads.get(ann.id)
        lead.convert(studio.member(member).id, now=studio.clock.now())
        await uow.leads.save(lead)

    async def convert_here() -> None:
        await studio.transactions.run(studio.tenant.id, "convert", convert)

    meanwhile(studio, convert_here)
    done = await converted(studio, ann)
    assert done.task is not None
    assert (done.task.reason, len(studio.books.memberships)) == (TaskReason.UNDECIDED, 0)
    assert len([task for task in await studio.tasks() if task.operation == "convert_lead"]) == 1


async def in_doubt(studio: Studio, *, email: str) -> Lead:
    """A lead that was entered there, and no answer came."""
    await synced(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN, after=1)
    return (await enter(studio, email=email)).lead


async def test_a_corrected_address_makes_no_second_one(studio: Studio) -> None:
    ann = await in_doubt(studio, email="an@example.org")
    await corrected(studio, ann, email="ann@example.org")
    done = await converted(studio, ann)
    assert (done.task, done.lead.stage) == (None, Stage.CONVERTED)
    await rested(studio)
    assert len(there(studio)) == len(named(studio)) == 1
    assert studio.books.leads.get("1002").values["email"] == "ann@example.org"
    assert (open_conflicts(studio), pushes(studio, PushState.WAITING, PushState.UNSURE)) == ([], [])


async def test_what_was_not_sent_yet_is_sent_as_it_is_by_now(studio: Studio) -> None:
    """Whoever entered it died before the provider was asked."""
    await synced(studio)
    studio.units.dies_at(1)
    with pytest.raises(StorageUnavailable):
        await enter(studio, email="an@example.org")
    studio.units.recover()
    (ann,) = named(studio)
    await corrected(studio, ann, email="ann@example.org")
    done = await converted(studio, ann)
    assert done.member is not None
    assert (done.member.email and done.member.email.raw) == "ann@example.org"
    await rested(studio)
    assert len(there(studio)) == len(named(studio)) == 1


async def test_what_was_entered_keeps_its_message_when_it_is_entered_again(studio: Studio) -> None:
    await synced(studio)
    studio.gym.faults.fail_next("create_lead", _DOWN)
    ann = (await enter(studio, message="Call me")).lead
    assert there(studio) == []
    studio.clock.advance(A_MINUTE)
    await studio.leads_synced(whole=True)
    await converted(studio, ann)
    assert studio.books.leads.get("1002").values["notes"] == "Call me"


@pytest.mark.parametrize("error", [GatewayRejected("no"), CredentialsRefused("401"), _DOWN])
async def test_a_try_that_did_nothing_does_not_end_the_doubt_about_the_one_before(
    studio: Studio, error: GatewayError
) -> None:
    ann = await in_doubt(studio, email="an@example.org")
    await corrected(studio, ann, email="ann@example.org")
    studio.gym.faults.fail_next("leads.find", error)
    assert (await converted(studio, ann)).task is not None
    studio.change_account(credential_state=CredentialState.OK)
    done = await converted(studio, ann)
    assert done.membership is not None
    await rested(studio)
    assert len(there(studio)) == len(named(studio)) == 1


async def test_one_that_may_be_made_at_one_account_is_not_made_at_another(studio: Studio) -> None:
    gym, second = second_gym(studio)
    gym.books.packages = [GOLD]
    writes = attrs.evolve(studio.writes, gyms=MemoryGymProviders(studio.gyms_by_address))
    sell = attrs.evolve(studio.create_membership, writes=writes)
    studio.create_lead = attrs.evolve(studio.create_lead, writes=writes)
    studio.convert_lead = attrs.evolve(studio.convert_lead, writes=writes, create_membership=sell)
    await synced(studio)
    gym.faults.fail_next("create_lead", _DOWN, after=1)
    ann = (await enter(studio, account_id=second.id)).lead
    before = studio.rows()
    with pytest.raises(InvalidValue) as raised:
        await converted(studio, ann, studio.account.id)
    assert raised.value.details["field"] == "account_id"
    assert "'second'" in raised.value.message
    assert (studio.rows(), there(studio)) == (before, [])
    done = await converted(studio, ann)
    assert done.membership is not None
    assert (len(gym.books.leads), len(gym.books.memberships), len(studio.books.memberships)) == (1, 1, 0)
    await rested(studio)
    await studio.sync_leads(studio.tenant.id, second.id, force=True, whole=True)
    assert len(named(studio)) == 1


async def test_without_an_address_it_is_not_made_again_though_its_task_was_closed(studio: Studio) -> None:
    lead = Lead(
        id=LeadId(studio.ids.new()),
        tenant_id=studio.tenant.id,
        first_name="Eva",
        last_name="Marx",
        created_at=studio.clock.now(),
        updated_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "add", lambda uow: uow.leads.add(lead))
    studio.gym.faults.fail_next("create_lead", _DOWN, after=1)
    first = await converted(studio, lead)
    assert first.task is not None
    await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=first.task.id, by="Max"))
    assert "cannot be looked for" in untouched(studio, await converted(studio, lead))
    assert there(studio, "Eva") == ["1001"]


async def test_one_that_is_converted_while_it_is_entered_is_there_once(studio: Studio) -> None:
    await synced(studio)
    ann = await captured(studio, "Ann")

    async def by_a_run() -> None:
        await studio.leads_synced(whole=True)

    meanwhile(studio, by_a_run)
    done = await converted(studio, ann)
    assert done.membership is not None
    await rested(studio)
    assert len(there(studio)) == len(named(studio)) == 1


async def test_what_cannot_be_entered_there_is_a_task_to_convert(studio: Studio) -> None:
    await synced(studio)
    ann = await captured(studio, "Ann")
    studio.gym._support[Operation.CONVERT_LEAD] = Support.NONE
    done = await converted(studio, ann)
    assert done.task is not None
    assert (done.task.operation, done.task.reason) == ("convert_lead", TaskReason.UNSUPPORTED)
    assert there(studio) == []
    assert pushes(studio, PushState.WAITING, PushState.UNSURE) == []
