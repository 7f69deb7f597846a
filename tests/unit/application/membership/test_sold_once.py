"""Whatever a buyer is named by, and whoever sees it sold meanwhile: the same package is sold once."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date
from typing import Any

import pytest

from tresen.application.gym.wanted import Wanted
from tresen.application.gym.write_tasks import WriteTasks
from tresen.application.leads.convert_lead import Conversion, Converted
from tresen.application.membership.create_membership import Buyer, Sale, Sold
from tresen.application.ports.gym import Operation
from tresen.domain.shared.errors import AlreadyExists, GatewayUnavailable, IllegalTransition
from tresen.domain.staff.task import TaskReason, TaskState
from tresen.domain.tenancy.provider_account import ProviderAccount

from ..studio import GOLD, Studio

STARTS = date(2026, 4, 1)
ZOE = Buyer(first_name="Zoe", last_name="Byron", email="zoe@example.org")
NAMED = ("member", "person", "lead")


@pytest.fixture(autouse=True)
async def _known(studio: Studio) -> None:
    """Zoe is a member there, and a lead, too."""
    studio.books.packages = [GOLD]
    studio.attract("Zoe", last_name="Byron")
    studio.enrol("Zoe")
    await studio.members_synced()
    await studio.leads_synced()


def selling(studio: Studio, named: str) -> Coroutine[Any, Any, Sold | Converted]:
    """Gold is sold to Zoe, who is named by that."""
    (member,), (lead,), tenant_id = studio.members(), studio.leads(), studio.tenant.id
    if named == "lead":
        wish = Conversion(tenant_id=tenant_id, lead_id=lead.id, package="Gold", starts_on=STARTS)
        return studio.convert_lead(wish)
    buyer = member.id if named == "member" else ZOE
    return studio.create_membership(Sale(tenant_id=tenant_id, buyer=buyer, package="Gold", starts_on=STARTS))


def between(monkeypatch: pytest.MonkeyPatch, happen: Callable[[], Awaitable[object]]) -> None:
    """It happens when the next sale was found to be none that was made, and is not begun."""
    begin, left = WriteTasks.begin, [happen]

    async def begin_later(
        self: WriteTasks, account: ProviderAccount, wanted: Wanted, *rest: Any
    ) -> tuple[object, object]:
        if left and wanted.operation is Operation.CREATE_MEMBERSHIP:
            await left.pop()()
        return await begin(self, account, wanted, *rest)

    monkeypatch.setattr(WriteTasks, "begin", begin_later)


@pytest.mark.parametrize("second", NAMED)
@pytest.mark.parametrize("first", NAMED)
async def test_of_two_at_once_one_sells(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    others: list[asyncio.Task[Sold | Converted]] = []

    async def other() -> None:
        """As far as it comes."""
        others.append(asyncio.create_task(selling(studio, second)))
        for _ in range(200):
            await asyncio.sleep(0)

    between(monkeypatch, other)
    sold = await selling(studio, first)
    with pytest.raises((AlreadyExists, IllegalTransition)):
        await others[0]
    assert len(studio.books.memberships) == 1
    assert sold.membership is not None
    assert not await studio.tasks()


@pytest.mark.parametrize("named", ["member", "person"])
async def test_what_a_sync_sees_sold_meanwhile_is_not_sold_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    """The answer of the first sale is lost; a sync closes its task after the look at what they have."""
    studio.gym.faults.fail_next("create_membership", GatewayUnavailable("no answer"), after=1)
    lost = await selling(studio, "member")
    assert (lost.task is not None and lost.task.reason) is TaskReason.OUTCOME_UNKNOWN
    between(monkeypatch, studio.members_synced)
    with pytest.raises(AlreadyExists):
        await selling(studio, named)
    assert len(studio.books.memberships) == 1
    assert [task.state for task in await studio.tasks()] == [TaskState.DONE]
