"""A lead is entered at one provider while the run of another account looks: on both databases."""

import asyncio
from pathlib import Path

import pytest

from tresen.adapters.wodify.gateway import WodifyGateway
from tresen.application.leads.create_lead import NewLead
from tresen.application.ports.gym import NewPerson
from tresen.application.ports.sources import Observed
from tresen.application.ports.sync_books import PolicyDocument
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.tenancy.provider_account import ProviderAccount

from .gym import Gym
from .test_paired_at_once import two_gyms


async def make_ours_there(gym: Gym) -> None:
    async def put(uow: UnitOfWork) -> None:
        await uow.policies.add(
            PolicyDocument(
                account_id=None,
                kind=LEAD,
                version=1,
                document={"create_there": True},
                set_by="Eva",
                set_at=gym.account.created_at,
            )
        )

    await gym.transactions.run(gym.tenant.id, "set_policy", put)


@pytest.mark.parametrize("lost", [False, True])
async def test_it_is_made_at_one_account_only(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    async with asyncio.timeout(300), two_gyms(tmp_path, database_url) as (gym, (account, second)):
        await make_ours_there(gym)

        async def run_of(which: ProviderAccount) -> None:
            await gym.use_cases.sync.leads(gym.tenant.id, which.id, force=True, whole=True)

        for one in (account, second):
            await run_of(one)
        create = WodifyGateway.create_lead

        async def create_and_run(gateway: WodifyGateway, person: NewPerson) -> Observed:
            answer = await create(gateway, person)
            await run_of(second)
            if lost:
                raise GatewayUnavailable("no answer")
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(WodifyGateway, "create_lead", create_and_run)
            new = NewLead(
                tenant_id=gym.tenant.id,
                account_id=account.id,
                first_name="Ann",
                last_name="Here",
                email="ann@example.org",
            )
            entered = await gym.use_cases.create_lead(new)
        assert (entered.task is not None) is lost
        for one in (account, second, account):
            await run_of(one)
        links = await gym.transactions.read(gym.tenant.id, lambda uow: uow.sync_records.of_local(LEAD, entered.lead.id))
        assert [link.account_id for link in links] == [account.id]
        address = "ann@example.org"
        found = await gym.transactions.read(gym.tenant.id, lambda uow: uow.leads.of_addresses([address]))
        assert list(found[address]) == [entered.lead.id]
