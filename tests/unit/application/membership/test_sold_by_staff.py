"""Somebody new whom staff entered, and sold to, at the provider: a sync sees it, and nobody sells it once more."""

import pytest

from tresen.adapters.memory.gym import MemoryGym
from tresen.application.membership.create_membership import Buyer
from tresen.application.ports.gym import NewMembership
from tresen.application.ports.sources import Observed
from tresen.domain.shared.errors import AlreadyExists, GatewayUnavailable
from tresen.domain.shared.ids import MemberId
from tresen.domain.staff.task import StaffTask, TaskReason
from tresen.domain.sync.schema import Value

from ..gym.test_done_later import open_tasks
from ..studio import AN_HOUR, GOLD, SILVER, Studio
from .test_sales import EVA, STARTS, sale


@pytest.fixture(autouse=True)
async def _asked(studio: Studio) -> StaffTask:
    """To enter Eva with Gold."""
    studio.books.packages = [GOLD, SILVER]
    await studio.members_synced()
    studio.change_account(writes_enabled=False)
    task = (await studio.create_membership(sale(studio))).task
    assert task is not None
    return task


async def done_there(studio: Studio, first_name: str = "Eva", **values: Value) -> None:
    eva = studio.enrol(first_name, last_name="Marx", email="Eva@Example.org")
    studio.sell_there(eva, **{"starts_on": STARTS.isoformat(), **values})
    await studio.members_synced()


async def test_what_staff_entered_and_sold_is_closed_by_the_sync_that_sees_it(studio: Studio) -> None:
    await done_there(studio)
    (task,) = await studio.tasks()
    assert task.note == "a sync saw it done at the provider"


async def test_so_it_is_where_no_answer_came(studio: Studio) -> None:
    studio.change_account(writes_enabled=True)
    studio.gym.faults.fail_next("create_member", GatewayUnavailable("no answer"), after=1)
    assert (await studio.create_membership(sale(studio))).task is not None
    assert [task.reason for task in await open_tasks(studio)][-1] is TaskReason.OUTCOME_UNKNOWN
    studio.sell_there(studio.books.members.entries()[0].external_id, starts_on=STARTS.isoformat())
    await studio.members_synced()
    assert await open_tasks(studio) == []


async def test_so_it_is_where_the_process_died_over_the_sale(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process ends here."""

    async def killed(self: MemoryGym, new: NewMembership) -> Observed:
        studio.sell_there(new.member, starts_on=STARTS.isoformat())
        raise Killed

    studio.change_account(writes_enabled=True)
    monkeypatch.setattr(MemoryGym, "create_membership", killed)
    with pytest.raises(Killed):
        await studio.create_membership(sale(studio))
    await studio.members_synced()
    assert [task.operation for task in await open_tasks(studio)] == ["create_member"], "they may be at it still"
    studio.clock.advance(AN_HOUR)
    await studio.members_synced()
    assert await open_tasks(studio) == []


@pytest.mark.parametrize(
    ("first_name", "values"),
    [
        ("Max", {}),
        ("Eva", {"name": "Silver"}),
        ("Eva", {"starts_on": "2026-04-02"}),
        ("Eva", {"deleted": True}),
    ],
)
async def test_nothing_else_that_was_sold_closes_it(studio: Studio, first_name: str, values: dict[str, Value]) -> None:
    await done_there(studio, first_name, **values)
    assert len(await open_tasks(studio)) == 1
    assert (await studio.create_membership(sale(studio))).task is not None


async def test_that_they_are_a_member_alone_closes_nothing(studio: Studio) -> None:
    studio.enrol("Eva", last_name="Marx")
    await studio.members_synced()
    assert len(await open_tasks(studio)) == 1


@pytest.mark.parametrize("writes", [False, True])
async def test_who_sells_it_again_is_told_that_it_is_sold(studio: Studio, writes: bool) -> None:
    await done_there(studio)
    studio.change_account(writes_enabled=writes)
    called = len(studio.gym.faults.calls)
    with pytest.raises(AlreadyExists, match="has Gold from 2026-04-01 already"):
        await studio.create_membership(sale(studio))
    assert studio.gym.faults.calls[called:] == []
    assert await open_tasks(studio) == []


async def test_another_package_is_a_sale_of_its_own(studio: Studio) -> None:
    await done_there(studio)
    task = (await studio.create_membership(sale(studio, package="Silver"))).task
    assert task is not None
    assert task.details["package"] == "Silver"


async def test_what_tresen_sold_them_since_needs_nobody_though_no_sync_saw_it(studio: Studio) -> None:
    eva = studio.enrol("Eva", last_name="Marx")
    await studio.members_synced()
    studio.change_account(writes_enabled=True)
    member: MemberId = studio.member(eva).id
    assert (await studio.create_membership(sale(studio, member))).task is None
    assert len(await open_tasks(studio)) == 1
    with pytest.raises(AlreadyExists):
        await studio.create_membership(
            sale(studio, Buyer(first_name="Eva", last_name="Marx", email=EVA.email, phone=EVA.phone))
        )
    assert await open_tasks(studio) == []
