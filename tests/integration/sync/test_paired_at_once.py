"""Two people say of two providers' records that each is one lead of ours: it is tied to one of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tresen.adapters.emulators.wodify.bodies import LeadCreate
from tresen.adapters.persistence.repositories.links import SqlSyncRecords
from tresen.application.leads.create_lead import NewLead
from tresen.application.ports.readers import ConflictFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.domain.leads.lead import Lead
from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.conflict import Choice, Conflict
from tresen.domain.sync.record import SyncRecord
from tresen.domain.tenancy.provider_account import ProviderAccount

from .gym import KEY, Gym, opened
from .test_edited_while_made import WAITS, Meeting, may_write
from .two_sides import emulated

ADA = LeadCreate(first_name="Ada", last_name="There", location_id=20, email="ada@example.org")


@asynccontextmanager
async def two_gyms(folder: Path, database_url: str) -> AsyncIterator[tuple[Gym, Sequence[ProviderAccount]]]:
    """Two accounts; each gym has an Ada."""
    first, second = emulated(), emulated()
    async with first.serving() as one, second.serving() as other, opened(folder, database_url, one) as gym:
        account = await gym.use_cases.connect_provider(
            ConnectProviderCommand(
                tenant_id=gym.tenant.id,
                provider="wodify",
                name="second",
                api_key=KEY,
                base_url=other,
                settings={"location_id": "20", "calls_per_second": "10000", "burst": "10000"},
                writes_enabled=True,
            )
        )
        for provider in (first, second):
            provider.state.create_lead(ADA)
        yield gym, (gym.account, account)


async def captured(gym: Gym, first_name: str = "Ada") -> Lead:
    await may_write(gym, False)
    new = NewLead(
        tenant_id=gym.tenant.id,
        account_id=gym.account.id,
        first_name=first_name,
        last_name="Here",
        email="ada@example.org",
    )
    return (await gym.use_cases.create_lead(new)).lead


async def asked(gym: Gym, accounts: Sequence[ProviderAccount]) -> Sequence[Conflict]:
    """At each account, which of ours its Ada is."""
    for account in accounts:
        await gym.use_cases.sync.leads(gym.tenant.id, account.id, force=True, whole=True)
    page = await gym.use_cases.readers.conflicts(gym.tenant.id, ConflictFilter(), limit=10)
    return sorted(page.items, key=lambda one: one.account_id != gym.account.id)


async def test_a_lead_is_tied_to_one_account_by_two_people(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        asyncio.timeout(300),
        two_gyms(tmp_path, postgres_url) as (gym, accounts),
        asyncpg.create_pool(postgres_url, min_size=1, max_size=1) as pool,
        pool.acquire() as database,
    ):
        ada = await captured(gym)
        await captured(gym, "Bea")
        conflicts = await asked(gym, accounts)
        assert len(conflicts) == 2

        def decide(conflict: Conflict) -> "asyncio.Future[Conflict]":
            choice = ConflictChoice(
                tenant_id=gym.tenant.id, conflict_id=conflict.id, choice=Choice.OURS, value=str(ada.id), by="Eva"
            )
            return asyncio.ensure_future(gym.use_cases.sync.resolve(choice))

        async def over(step: "asyncio.Future[object]") -> None:
            while not step.done() and not await database.fetchval(WAITS):
                pass

        meeting, add = Meeting(lambda: decide(conflicts[0]), over), SqlSyncRecords.add_many

        async def add_and_stop(records: SqlSyncRecords, links: Sequence[SyncRecord]) -> None:
            await add(records, links)
            await meeting.stop()

        async def other() -> Conflict:
            return await decide(conflicts[1])

        with monkeypatch.context() as patch:
            patch.setattr(SqlSyncRecords, "add_many", add_and_stop)
            with pytest.raises(InvalidValue):
                await meeting.step(other())

        async def links(uow: UnitOfWork) -> Sequence[SyncRecord]:
            return await uow.sync_records.of_local("lead", ada.id)

        tied = await gym.transactions.read(gym.tenant.id, links)
        assert [link.account_id for link in tied] == [gym.account.id]
