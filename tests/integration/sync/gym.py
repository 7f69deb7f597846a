"""A whole installation with a gym's provider over real HTTP: what these tests drive."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import sqlalchemy as sa
import typed_settings as ts
from dependency_injector import providers
from tests.integration.persistence.revision import tables_of

from tresen.adapters.emulators.wodify import WodifyEmulator, WodifyOptions
from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence.database import open_database
from tresen.adapters.system import SystemClock, UuidSource
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.application.transactions import Transactions
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import installed
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.errors import AlreadyExists
from tresen.domain.sync.run import Run
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.tenancy.tenant import Tenant
from tresen.entrypoints.use_cases import UseCases

KEY = "k"
# What a run leaves behind of itself, and when an account was last told something: not the gym's data.
BOOKS = {"sync_run", "sync_error", "sync_state", "provider_account", "tenant"}
# One for all processes of a test: what one of them seals, the others open.
SECRET = urlsafe_b64encode(bytes(32)).decode()
# The gym's data hang on the day: tests that compare two installations must not do so over midnight.
TODAY = date(2026, 6, 15)


def emulator(sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> WodifyEmulator:
    """The default gym: 957 clients, 2,018 memberships of which 273 are flagged active, 300 leads."""
    return WodifyEmulator(today=TODAY, options=WodifyOptions(api_key=KEY), sleep=sleep)


def settings_for(folder: Path, database_url: str) -> Settings:
    """An installation of its own."""
    return Settings(
        data_dir=folder, database_url=database_url, secret_key=ts.Secret(SECRET), allow_private_addresses=True
    )


def patient(container: Container) -> None:
    """Waits pass at once: before tries, between calls."""
    container.clock.override(providers.Object(FixedClock(datetime.now(UTC))))


@attrs.frozen
class Gym:
    """One tenant with one account."""

    use_cases: UseCases
    transactions: Transactions
    tenant: Tenant
    account: ProviderAccount
    database_url: str

    async def sync(self) -> Sequence[Run]:
        """Members, then leads, whatever the hourly limit says."""
        ids = self.tenant.id, self.account.id
        return [await self.use_cases.sync.members(*ids, force=True), await self.use_cases.sync.leads(*ids, force=True)]

    async def counts(self) -> Mapping[str, Mapping[str, int]]:
        """By kind and status."""
        return await self.use_cases.readers.counts(self.tenant.id)

    async def stored(self) -> Mapping[str, Sequence[tuple[object, ...]]]:
        """Every row of every table but the books."""
        return await rows(self.database_url)


@asynccontextmanager
async def opened(
    folder: Path, database_url: str, provider_url: str, adjust: Callable[[Container], object] = patient
) -> AsyncIterator[Gym]:
    """The gym, made or found."""
    async with installed(settings_for(folder, database_url), adjust=adjust) as installation:
        await installation.store.upgrade()
        use_cases = await installation.ready()
        try:
            tenant = await use_cases.create_tenant(NewTenant(slug="gym", name="Gym", zone="Europe/Berlin"))
        except AlreadyExists:
            tenant = await use_cases.directory.tenant("gym")
        account = await use_cases.connect_provider(
            ConnectProviderCommand(
                tenant_id=tenant.id,
                provider="wodify",
                api_key=KEY,
                base_url=provider_url,
                settings={"location_id": "20", "calls_per_second": "10000", "burst": "10000"},
                writes_enabled=True,
            )
        )
        yield Gym(use_cases, installation.transactions, tenant, account, database_url)


async def rows(database_url: str) -> Mapping[str, Sequence[tuple[object, ...]]]:
    """Every row of every table but the books, in key order."""
    database = open_database(database_url, clock=SystemClock(), ids=UuidSource())
    try:
        async with database.reading() as connection:
            return {
                table.name: [
                    tuple(row) for row in await connection.fetch(sa.select(table).order_by(*table.primary_key.columns))
                ]
                for table in tables_of("sqlite" if database_url.startswith("sqlite") else "postgresql")
                if table.name not in BOOKS
            }
    finally:
        await database.close()


def facts(stored: Mapping[str, Sequence[tuple[object, ...]]]) -> Mapping[str, Sequence[str]]:
    """What two separate installations that saw the same provider must agree on: everything but ids and instants.

    In which order a base names its fields depends on how the record came: by a first load, or by a plan.
    """
    return {
        name: sorted(repr([_told(v) for v in row if not _is_local(v)]) for row in kept)
        for name, kept in stored.items()
        if name in {"member", "membership", "lead", "sync_record", "package"}
    }


def _told(value: object) -> object:
    return sorted(json.loads(value).items()) if isinstance(value, str) and value.startswith("{") else value


def _is_local(value: object) -> bool:
    return isinstance(value, datetime) or type(value).__name__ == "UUID"
