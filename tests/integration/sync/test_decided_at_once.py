"""Two people decide two fields of one record at the same moment: both decisions count."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.builders import NOON

from tresen.application.ports.readers import ConflictFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.domain.shared.ids import LeadId
from tresen.domain.sync.conflict import Choice, Conflict, ConflictState

from .gym import Gym, opened
from .two_sides import HOUR, at_hour, emulated, places

ASKING = {"default": "ask", "guards": {"conflicts": {"percent": 100}}}
RECORDS = 12


async def edited_here(gym: Gym, external_ids: Sequence[str]) -> None:
    async def work(uow: UnitOfWork) -> None:
        links = await uow.sync_records.by_external_ids(gym.account.id, "lead", external_ids)
        for link in links.values():
            lead = await uow.leads.get(LeadId(link.local_id))
            lead.first_name, lead.last_name, lead.updated_at = "Ours", "Ours, too", NOON + HOUR
            await uow.leads.save(lead)

    await gym.transactions.run(gym.tenant.id, "edit", work)


async def read_only(gym: Gym) -> None:
    async def off(uow: UnitOfWork) -> None:
        account = await uow.accounts.get(gym.account.id)
        account.writes_enabled = False
        await uow.accounts.save(account)

    await gym.transactions.run(gym.tenant.id, "off", off)


async def open_ones(gym: Gym) -> list[Conflict]:
    wanted = ConflictFilter(state=ConflictState.OPEN)
    return list((await gym.use_cases.readers.conflicts(gym.tenant.id, wanted, limit=200)).items)


async def test_both_decisions_count(tmp_path: Path, database_url: str) -> None:
    emulator, leads = emulated(), places()[0][:RECORDS]
    async with emulator.serving() as url:
        async with opened(tmp_path, database_url, url, adjust=at_hour(0)) as gym:
            await gym.use_cases.sync.set_policy(gym.tenant.id, "lead", ASKING, by="eva")
            await gym.sync()
            await edited_here(gym, leads)
            theirs = json.dumps({"first_name": "Theirs", "last_name": "Theirs, too"}).encode()
            assert all(emulator.state.edit("leads", int(key), theirs) for key in leads)
        async with opened(tmp_path, database_url, url, adjust=at_hour(30)) as gym:
            await read_only(gym)
            await gym.use_cases.sync.leads(gym.tenant.id, gym.account.id, force=True)
            of_records = defaultdict(list)
            for conflict in await open_ones(gym):
                of_records[conflict.external_id].append(conflict)
            assert {len(both) for both in of_records.values()} == {2}
            for both in of_records.values():
                choices = [
                    ConflictChoice(tenant_id=gym.tenant.id, conflict_id=each.id, choice=Choice.OURS, by="eva")
                    for each in both
                ]
                await asyncio.gather(*map(gym.use_cases.sync.resolve, choices))
            await gym.use_cases.sync.leads(gym.tenant.id, gym.account.id, force=True)
            assert await open_ones(gym) == []
