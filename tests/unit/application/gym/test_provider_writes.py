"""A request to write is never lost, and nothing is written twice: also when the process ends, or two ask at once."""

import asyncio
from datetime import date

import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.leads.convert_lead import Conversion
from tresen.application.leads.create_lead import NewLead
from tresen.application.membership.create_membership import Buyer, Sale
from tresen.application.ports.gym import NewMembership, NewPerson
from tresen.application.ports.sources import Observed
from tresen.domain.shared.errors import AlreadyExists, IllegalTransition, StorageConflict
from tresen.domain.shared.ids import MemberId
from tresen.domain.staff.task import TaskReason, TaskState
from tresen.domain.sync.schema import Value

from ..studio import GOLD, Studio

EVA = Buyer(first_name="Eva", last_name="Marx", email="eva@example.org")


@pytest.fixture(autouse=True)
def _on_sale(studio: Studio) -> None:
    studio.books.packages = [GOLD]


def sale(studio: Studio, buyer: Buyer | MemberId = EVA) -> Sale:
    return Sale(tenant_id=studio.tenant.id, buyer=buyer, package="Gold", starts_on=date(2026, 4, 1))


@pytest.fixture
def _hesitant(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider as they are: between looking for a person and making one, others get their turn."""

    async def create_lead(self: MemoryGym, person: NewPerson) -> Observed:
        leads = self.books.leads
        known = leads.with_email(person.email)
        await hesitate()
        values: dict[str, Value] = {"first_name": person.first_name, "email": person.email, "status": "new"}
        fresh = {"last_name": person.last_name, "phone": None, "location": None, **values}
        return (known or leads.get(leads.add(fresh))).observed()

    async def create_member(self: MemoryGym, person: NewPerson) -> Observed:
        members = self.books.members
        known = members.with_email(person.email)
        await hesitate()
        values: dict[str, Value] = {"first_name": person.first_name, "email": person.email, "status": "active"}
        return (known or members.get(members.add(values))).observed()

    monkeypatch.setattr(MemoryGym, "create_lead", create_lead)
    monkeypatch.setattr(MemoryGym, "create_member", create_member)


async def hesitate() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Killed(BaseException):
    """The process ends here."""


async def test_what_was_begun_when_the_process_ended_waits_for_a_person(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = MemoryGym.create_member

    async def killed_after_the_effect(self: MemoryGym, person: NewPerson) -> Observed:
        await create(self, person)
        raise Killed

    monkeypatch.setattr(MemoryGym, "create_member", killed_after_the_effect)
    with pytest.raises(Killed):
        await studio.create_membership(sale(studio))
    (task,) = await studio.tasks()
    assert (task.state, task.reason, task.operation) == (TaskState.OPEN, TaskReason.OUTCOME_UNKNOWN, "create_member")
    assert (task.details["email"], task.details["package"]) == ("eva@example.org", "Gold")


async def test_a_cancelled_request_leaves_a_task(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Event()

    async def never_answers(self: MemoryGym, person: NewPerson) -> Observed:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(MemoryGym, "create_lead", never_answers)
    new = NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    request = asyncio.create_task(studio.create_lead(new))
    await asked.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    (task,) = await studio.tasks()
    assert (task.state, task.operation) == (TaskState.OPEN, "create_lead")


async def test_while_nobody_knows_whether_it_was_sold_it_is_not_sold_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = studio.enrol()
    await studio.members_synced()
    member, create = studio.member(ada).id, MemoryGym.create_membership

    async def killed_after_the_effect(self: MemoryGym, new: NewMembership) -> Observed:
        await create(self, new)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MemoryGym, "create_membership", killed_after_the_effect)
        with pytest.raises(Killed):
            await studio.create_membership(sale(studio, member))
    again = await studio.create_membership(sale(studio, member))
    assert again.task is not None
    assert again.task.id == (await studio.tasks())[0].id
    assert len(studio.books.memberships) == 1


@pytest.mark.usefixtures("_hesitant")
async def test_a_second_click_does_not_bill_twice(studio: Studio) -> None:
    answers = await asyncio.gather(*(studio.create_membership(sale(studio)) for _ in range(4)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(AlreadyExists) == 3
    assert (len(studio.books.members), len(studio.books.memberships)) == (1, 1)
    assert list(await studio.tasks()) == []


@pytest.mark.usefixtures("_hesitant")
async def test_of_many_conversions_of_a_lead_that_no_provider_knows_one_is_made(studio: Studio) -> None:
    studio.change_account(writes_enabled=False)
    lead = (
        await studio.create_lead(
            NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
        )
    ).lead
    studio.change_account(writes_enabled=True)
    wanted = Conversion(tenant_id=studio.tenant.id, lead_id=lead.id, package="Gold", starts_on=date(2026, 4, 1))
    answers = await asyncio.gather(*(studio.convert_lead(wanted) for _ in range(4)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(IllegalTransition) == 3
    assert (len(studio.books.leads), len(studio.books.members), len(studio.books.memberships)) == (1, 1, 1)


@pytest.mark.usefixtures("_hesitant")
async def test_of_many_leads_of_one_person_one_is_kept(studio: Studio) -> None:
    new = NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    made = await asyncio.gather(*(studio.create_lead(new) for _ in range(5)))
    assert {one.lead.id for one in made} == {lead.id for lead in studio.leads()}
    assert len(studio.books.leads) == len(studio.leads()) == 1


async def test_whose_turn_does_not_come_within_a_minute_is_told(studio: Studio) -> None:
    async with studio.writes.turn(studio.tenant.id, "member:1"):
        with pytest.raises(StorageConflict, match="somebody else"):
            async with studio.writes.turn(studio.tenant.id, "member:1"):
                raise AssertionError
    assert sum(studio.clock.slept) == pytest.approx(60)
    async with studio.writes.turn(studio.tenant.id, "member:1"):
        pass
