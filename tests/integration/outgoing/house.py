"""An installation that sends webhooks to a receiver of the test, on a real store, without waiting for the clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import typed_settings as ts
from dependency_injector import providers

from tresen.adapters.security.sealing import new_key
from tresen.adapters.system import SystemClock
from tresen.application.outgoing.create_endpoint import NewEndpoint, WithSecret
from tresen.application.ports.events import NewEvent
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.installation import Installation, installed
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.ids import TenantId
from tresen.entrypoints.use_cases import UseCases


class MovableClock(SystemClock):
    """The system's clock, put forward by ``ahead``."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


class House:
    """A tenant and its use cases. ``work`` is what a worker does."""

    def __init__(self, installation: Installation, uses: UseCases, tenant: TenantId, clock: MovableClock) -> None:
        self.installation, self.uses, self.tenant, self.clock = installation, uses, tenant, clock

    async def endpoint(self, url: str, *events: str, name: str = "shop") -> WithSecret:
        new = NewEndpoint(tenant_id=self.tenant, name=name, url=url, events=events or ("*",))
        return await self.uses.create_endpoint(new)

    async def happen(self, *subjects: str, type_: str = "thing.rang") -> None:
        """An event about each, in one transaction."""

        async def work(uow: UnitOfWork) -> None:
            for subject in subjects:
                uow.events.record(
                    NewEvent(
                        type=type_,
                        subject_kind="thing",
                        subject_id=subject,
                        occurred_at=self.clock.now(),
                        data={"name": "Zoë"},
                    )
                )

        await self.installation.transactions.run(self.tenant, "happen", work)

    async def work(self, *, after: timedelta = timedelta(0)) -> None:
        """Let time pass, then run what is due."""
        self.clock.ahead += after
        await self.installation.run_pending()


@asynccontextmanager
async def opened(folder: Path, url: str = "", *, key: str | None = None) -> AsyncIterator[House]:
    """A house on a SQLite file in the folder, or on that database."""
    clock = MovableClock()
    settings = Settings(
        data_dir=folder, secret_key=ts.Secret(key or new_key()), database_url=url, allow_private_addresses=True
    )
    async with installed(settings, adjust=lambda c: c.clock.override(providers.Object(clock))) as installation:
        uses = await installation.ready()
        tenants = await uses.directory.tenants()
        if not tenants:
            await uses.create_tenant(NewTenant(slug="studio", name="Studio"))
            tenants = await uses.directory.tenants()
        yield House(installation, uses, tenants[0].id, clock)
