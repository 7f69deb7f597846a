"""The task of what was begun stays open until the answer is taken over: whoever dies before that, somebody is asked."""

import contextlib
from datetime import date

import pytest

from tresen.application.leads.convert_lead import Conversion
from tresen.application.leads.create_lead import NewLead
from tresen.application.membership.create_membership import Buyer, Sale
from tresen.application.ports.sources import Observed
from tresen.domain.shared.errors import AlreadyExists, StorageUnavailable
from tresen.domain.shared.ids import MemberId
from tresen.domain.staff.task import TaskReason

from ..studio import GOLD, Studio

EVA = Buyer(first_name="Eva", last_name="Marx", email="eva@example.org")


@pytest.fixture(autouse=True)
def _on_sale(studio: Studio) -> None:
    studio.books.packages = [GOLD]


def sale(studio: Studio, buyer: Buyer | MemberId) -> Sale:
    return Sale(tenant_id=studio.tenant.id, buyer=buyer, package="Gold", starts_on=date(2026, 4, 1))


async def asked(studio: Studio) -> list[tuple[str, str | None]]:
    return [(task.operation, task.details.get("package")) for task in await studio.tasks()]


@pytest.mark.parametrize("commit", range(1, 6))
async def test_a_sale_to_somebody_new_is_made_or_a_person_is_asked(studio: Studio, commit: int) -> None:
    studio.units.dies_at(commit)
    with contextlib.suppress(StorageUnavailable):
        await studio.create_membership(sale(studio, EVA))
    studio.units.recover()
    assert len(studio.books.members) == 1
    assert studio.memberships() or {("create_member", "Gold"), ("create_membership", "Gold")} & {*await asked(studio)}


@pytest.mark.parametrize("commit", [1, 2])
async def test_a_sale_that_was_not_taken_over_is_not_made_again(studio: Studio, commit: int) -> None:
    there = studio.enrol()
    await studio.members_synced()
    studio.units.dies_at(commit)
    with contextlib.suppress(StorageUnavailable):
        await studio.create_membership(sale(studio, studio.member(there).id))
    studio.units.recover()
    with contextlib.suppress(AlreadyExists):
        await studio.create_membership(sale(studio, studio.member(there).id))
    assert len(studio.books.memberships) == 1


@pytest.mark.parametrize("commit", [2, 3])
async def test_a_new_lead_is_tied_or_a_person_is_asked(studio: Studio, commit: int) -> None:
    new = NewLead(tenant_id=studio.tenant.id, first_name="Eva", last_name="Marx", email="eva@example.org")
    studio.units.dies_at(commit)
    with contextlib.suppress(StorageUnavailable):
        await studio.create_lead(new)
    studio.units.recover()
    (made,) = [entry.external_id for entry in studio.books.leads.entries()]
    tied = studio.store.room(studio.tenant.id).sync_records.items()
    assert [link.external_id for _, link in tied] == [made] or await asked(studio) == [("create_lead", None)]


async def test_nobody_is_asked_once_it_is_taken_over(studio: Studio) -> None:
    await studio.create_membership(sale(studio, EVA))
    assert await asked(studio) == []


@pytest.mark.parametrize("gone", ["here", "there"])
async def test_a_lead_that_went_while_it_was_converted_leaves_a_task_with_the_sale(studio: Studio, gone: str) -> None:
    grace = studio.attract()
    await studio.leads_synced()
    lead_id, convert = studio.lead(grace).id, studio.gym.convert_lead

    async def convert_and_go(external_id: str) -> Observed:
        answer = await convert(external_id)
        if gone == "here":
            await studio.transactions.run(studio.tenant.id, "delete", lambda uow: uow.leads.remove(lead_id))
        else:
            studio.books.leads.remove(grace)
            await studio.leads_synced(whole=True)
        return answer

    studio.gym.convert_lead = convert_and_go  # type: ignore[method-assign] # of this one gym
    done = await studio.convert_lead(
        Conversion(tenant_id=studio.tenant.id, lead_id=lead_id, package="Gold", starts_on=date(2026, 3, 1))
    )
    assert done.task is not None
    assert (done.task.operation, done.task.reason) == ("convert_lead", TaskReason.UNDECIDED)
    assert (done.task.details["package"], done.task.details["starts_on"]) == ("Gold", "2026-03-01")
    assert "taken away here" in (done.task.details["why"] or "")
    assert [task.id for task in await studio.tasks()] == [done.task.id]
