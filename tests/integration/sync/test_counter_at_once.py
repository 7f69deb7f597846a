"""Two processes write at the provider for two people at the counter, at the same moment: on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest
from dependency_injector import providers

from tresen.adapters.emulators.wodify import WodifyEmulator
from tresen.adapters.emulators.wodify.vocabulary import TEMPLATES
from tresen.adapters.memory.clock import NOON, FixedClock
from tresen.application.gym.wanted import Wanted
from tresen.application.gym.write_tasks import WriteTasks
from tresen.application.membership.cancel_membership import Cancellation
from tresen.application.membership.create_membership import Buyer, Sale
from tresen.application.membership.push_membership import PushedMembership
from tresen.application.ports.gym import Operation
from tresen.domain.shared.errors import AlreadyExists
from tresen.domain.shared.ids import MemberId, MembershipId
from tresen.domain.tenancy.provider_account import ProviderAccount

from .gym import Gym, opened
from .test_counter_looks import unproven
from .test_edit_here import ours
from .two_sides import at_hour, emulated

T = TypeVar("T")


class WaitingClock(FixedClock):
    """Tells that somebody waits, and stands still meanwhile, so that nobody gives up."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self.waits = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.waits.set()
        await asyncio.sleep(0)


@attrs.frozen
class Desks:
    """Two installations on one database."""

    first: Gym
    second: Gym
    clock: WaitingClock

    async def as_far_as_it_comes(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """What the second desk does, done or waiting."""
        task, waits = asyncio.create_task(work), asyncio.create_task(self.clock.waits.wait())
        await asyncio.wait({task, waits}, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()
        return task


@asynccontextmanager
async def desks(folder: Path, database_url: str, provider: WodifyEmulator) -> AsyncIterator[Desks]:
    """They know everything of the gym."""
    clock = WaitingClock()
    async with (
        provider.serving() as url,
        opened(folder, database_url, url, adjust=at_hour(0)) as first,
        opened(folder, database_url, url, adjust=lambda it: it.clock.override(providers.Object(clock))) as second,
    ):
        await unproven(first)
        await first.sync()
        clock.waits.clear()
        yield Desks(first, second, clock)


def when_begun(
    monkeypatch: pytest.MonkeyPatch, both: Desks, operation: Operation, work: Callable[[], Coroutine[Any, Any, T]]
) -> Sequence[asyncio.Task[T]]:
    """What the second desk does when the first one has looked at what is here, and is about to begin such a write."""
    begin, wishes, tasks = WriteTasks.begin, [work], list[asyncio.Task[T]]()

    async def begin_later(self: WriteTasks, account: ProviderAccount, wanted: Wanted, *rest: Any) -> object:
        if wishes and wanted.operation is operation:
            tasks.append(await both.as_far_as_it_comes(wishes.pop()()))
        return await begin(self, account, wanted, *rest)

    monkeypatch.setattr(WriteTasks, "begin", begin_later)
    return tasks


async def test_what_is_sold_by_member_and_by_address_is_sold_once(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = emulated()
    async with asyncio.timeout(300), desks(tmp_path, database_url, provider) as both:
        there = next(each for each in provider.state.clients if each.email and each.last_name)
        known = MemberId(await ours(both.first, "member", there.id))
        named = Buyer(first_name=there.first_name, last_name=there.last_name, email=there.email)
        starts_on, package = NOON.date() + timedelta(days=30), TEMPLATES[0].name

        def sale(buyer: Buyer | MemberId) -> Sale:
            return Sale(tenant_id=both.first.tenant.id, buyer=buyer, package=package, starts_on=starts_on)

        second = when_begun(
            monkeypatch, both, Operation.CREATE_MEMBERSHIP, lambda: both.second.use_cases.create_membership(sale(known))
        )
        sold = await both.first.use_cases.create_membership(sale(named))
        assert (sold.member is not None and sold.member.id, sold.task) == (known, None)
        with pytest.raises(AlreadyExists):
            await second[0]
        bought = [each.start_date for each in provider.state.memberships if each.client_id == there.id]
        assert bought.count(starts_on.isoformat()) == 1


async def test_a_membership_is_cancelled_once(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = emulated()
    async with asyncio.timeout(300), desks(tmp_path, database_url, provider) as both:
        there = next(each for each in provider.state.memberships if each.is_active and each.payment_plan.is_auto_renew)
        membership_id = MembershipId(await ours(both.first, "membership", there.id))

        def cancelled(gym: Gym, by: str) -> Coroutine[Any, Any, PushedMembership]:
            wish = Cancellation(tenant_id=gym.tenant.id, membership_id=membership_id, reason=f"{by} says so", by=by)
            return gym.use_cases.cancel_membership(wish)

        second = when_begun(monkeypatch, both, Operation.CANCEL_MEMBERSHIP, lambda: cancelled(both.second, "Bob"))
        done = [await cancelled(both.first, "Eva"), await second[0]]
        assert [(each.already, each.task) for each in done] == [(False, None), (True, None)]
