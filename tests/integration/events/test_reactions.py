"""Reactions in a whole installation, in two of them at once over one database."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from dependency_injector import providers
from tests.builders import a_task

from tresen.application.leads.create_lead import NewLead
from tresen.application.leads.update_lead import LeadUpdate
from tresen.application.ports.events import EventPosition, StoredEvent
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.reactions import EVERY, Reaction
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import Installation, installed
from tresen.bootstrap.settings import Settings
from tresen.domain.leads.stage import Stage
from tresen.domain.shared.ids import TenantId
from tresen.domain.shared.page import Listing

LEADS = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    return Settings(data_dir=tmp_path, database_url=request.getfixturevalue("postgres_url"))


async def note(uow: UnitOfWork, event: StoredEvent) -> None:
    await uow.tasks.add(a_task(uow.tenant.id, title=f"{event.sequence}", subject=event.subject_id))


def subscribe(container: Container) -> None:
    container.reactions.add_args(providers.Object(Reaction(name="note", on=EVERY, run=note)))


@asynccontextmanager
async def two(settings: Settings) -> AsyncIterator[tuple[Installation, Installation]]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(installed(settings, adjust=subscribe))
        await first.store.upgrade()
        yield first, await stack.enter_async_context(installed(settings, adjust=subscribe))


async def live(installation: Installation, tenant: TenantId, n: int) -> None:
    """A lead comes and moves on twice."""
    use_cases = await installation.ready()
    new = NewLead(tenant_id=tenant, first_name="Eva", last_name=str(n), email=f"eva{n}@example.org")
    lead = (await use_cases.create_lead(new)).lead
    for stage in (Stage.CONTACTED, Stage.QUALIFIED):
        await use_cases.update_lead(LeadUpdate(tenant_id=tenant, lead_id=lead.id, stage=stage))


async def test_every_event_has_its_effect_once_and_in_order_whoever_works(settings: Settings) -> None:
    async with two(settings) as installations:
        use_cases = await installations[0].ready()
        tenant = (await use_cases.create_tenant(NewTenant(slug="studio", name="Studio"))).id
        await asyncio.gather(*(live(installations[n % 2], tenant, n) for n in range(LEADS)))
        runs = await asyncio.gather(*(installation.run_pending() for installation in installations))
        while more := await installations[0].run_pending():
            runs.append(more)
        tasks = (await use_cases.readers.tasks(tenant, Listing(limit=100))).items
        noted = defaultdict(list)
        for task in sorted(tasks, key=lambda task: task.id):
            noted[task.subject].append(int(task.title))
        events = await installations[1].event_log.after(tenant, EventPosition(0, 0), limit=500)
    assert sum(runs) == len(events) == 3 * LEADS
    assert list(noted.values()) == [[1, 2, 3]] * LEADS
    assert len({event.subject_id for _, event in events}) == LEADS
