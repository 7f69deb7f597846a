"""What nobody may have typed is refused before anything is written, here or at the provider, by every command."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from tresen.application.leads.convert_lead import Conversion
from tresen.application.leads.create_lead import NewLead
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.membership.create_membership import Buyer, Sale
from tresen.application.membership.update_membership import MembershipUpdate
from tresen.application.staff.complete_task import TaskDone
from tresen.domain.shared.errors import InvalidValue

from .studio import Studio

Command = Callable[[Studio, str], Awaitable[object]]
STARTS = date(2026, 4, 1)
NUL, HALF, CONTROL = "a\0b", "a\ud800b", "a\x1b[31mb"


def person(name: str, text: str) -> dict[str, str]:
    return {"first_name": "Ann", "last_name": "H", "email": "ann@example.org", name: text}


def entering(name: str) -> Command:
    return lambda studio, text: studio.create_lead(NewLead(tenant_id=studio.tenant.id, **person(name, text)))  # type: ignore[arg-type] # texts only


def selling(name: str) -> Command:
    def sell(studio: Studio, text: str) -> Awaitable[object]:
        buyer = Buyer(**person(name, text))
        sale = Sale(tenant_id=studio.tenant.id, buyer=buyer, package="Gold", starts_on=STARTS)
        return studio.create_membership(sale)

    return sell


def buying(name: str) -> Command:
    def sell(studio: Studio, text: str) -> Awaitable[object]:
        terms = {"package": "Gold", "payment_method": "card", name: text}
        buyer = Buyer(**person("phone", "030 1"))
        return studio.create_membership(Sale(tenant_id=studio.tenant.id, buyer=buyer, starts_on=STARTS, **terms))  # type: ignore[arg-type] # texts only

    return sell


def converting(name: str) -> Command:
    def convert(studio: Studio, text: str) -> Awaitable[object]:
        terms = {"package": "Gold", "payment_method": "card", name: text}
        return studio.convert_lead(
            Conversion(tenant_id=studio.tenant.id, lead_id=studio.lead("1001").id, starts_on=STARTS, **terms)  # type: ignore[arg-type] # texts only
        )

    return convert


def noting(name: str) -> Command:
    def note(studio: Studio, text: str) -> Awaitable[object]:
        said = {"notes": "one", "by": "Eva", name: text}
        return studio.update_lead(LeadUpdate(tenant_id=studio.tenant.id, lead_id=studio.lead("1001").id, **said))  # type: ignore[arg-type] # texts only

    return note


def cancelling(studio: Studio, text: str) -> Awaitable[object]:
    sold = studio.membership("1001").id
    return studio.cancel_membership(Cancellation(tenant_id=studio.tenant.id, membership_id=sold, reason=text))


def changing(studio: Studio, text: str) -> Awaitable[object]:
    sold = studio.membership("1001").id
    return studio.update_membership(MembershipUpdate(tenant_id=studio.tenant.id, membership_id=sold, package=text))


def closing(name: str) -> Command:
    async def close(studio: Studio, text: str) -> None:
        (task,) = await studio.tasks()
        said = {"by": "Eva", name: text}
        await studio.complete_task(TaskDone(tenant_id=studio.tenant.id, task_id=task.id, **said))

    return close


_LINES = ("first_name", "last_name", "phone", "interested_in", "source")
_ALL = [
    *((entering(name), name) for name in (*_LINES, "message")),
    *((selling(name), name) for name in _LINES[:3]),
    *((buying(name), field) for name, field in (("package", "membership_type"), ("payment_method", "payment_method"))),
    *((converting(name), field) for name, field in (("package", "membership_type"), ("payment_method",) * 2)),
    (noting("notes"), "notes"),
    (cancelling, "cancellation_reason"),
    (changing, "membership_type"),
    (closing("note"), "note"),
]
_IDS = [f"{number}-{field}" for number, (_, field) in enumerate(_ALL)]


async def at_work() -> Studio:
    """A lead, a membership and a task of a studio."""
    studio = Studio()
    studio.attract(notes="zero")
    studio.sell_there(studio.enrol())
    await studio.members_synced()
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    await studio.create_lead(
        NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    )
    studio.change_account(writes_enabled=True)
    return studio


@pytest.mark.parametrize("text", [NUL, HALF, CONTROL], ids=["NUL", "half", "control"])
@pytest.mark.parametrize(("command", "field"), _ALL, ids=_IDS)
async def test_it_is_refused_and_nothing_is_written(command: Command, field: str, text: str) -> None:
    studio = await at_work()
    before, asked = studio.rows(), list(studio.gym.faults.calls)
    with pytest.raises(InvalidValue) as refused:
        await command(studio, text)
    assert refused.value.details["field"] == field
    assert (studio.rows(), studio.gym.faults.calls) == (before, asked)


@pytest.mark.parametrize("text", [NUL, HALF], ids=["NUL", "half"])
@pytest.mark.parametrize("command", [noting("by"), closing("by")], ids=["noting", "closing"])
async def test_so_is_who_did_it(command: Command, text: str) -> None:
    studio = await at_work()
    before, asked = studio.rows(), list(studio.gym.faults.calls)
    with pytest.raises(InvalidValue):
        await command(studio, text)
    assert (studio.rows(), studio.gym.faults.calls) == (before, asked)


async def test_what_stands_around_a_text_is_no_part_of_it(studio: Studio) -> None:
    entered = await studio.create_lead(
        NewLead(
            tenant_id=studio.tenant.id,
            first_name=" Ann\n",
            last_name="H",
            email="ann@example.org\n",
            phone=" 030 1\n",
            message="one\ntwo\n",
            interested_in="Gold\n",
            source=" ",
        )
    )
    lead = entered.lead
    assert lead.phone is not None
    assert (lead.first_name, lead.phone.raw, lead.message, lead.interested_in, lead.source) == (
        *("Ann", "030 1"),
        *("one\ntwo", "Gold", None),
    )
