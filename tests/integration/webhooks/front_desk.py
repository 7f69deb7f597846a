"""A real installation on a loopback port, with SQLite, whose clock the test moves, and the emulators' clock with it."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import typed_settings as ts
import uvicorn
from dependency_injector import providers

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.security.sealing import new_key
from tresen.application.ports.events import EventPosition, StoredEvent
from tresen.application.ports.inboxes import DeliveryListing, DeliveryRow
from tresen.application.reactions import Row
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.application.webhooks.ensure import EnsuredWebhooks
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import Installation, installed
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.page import Listing
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.tenancy.tenant import Tenant
from tresen.entrypoints.api.app import ApiSettings, create_api
from tresen.entrypoints.use_cases import UseCases


class QuietServer(uvicorn.Server):
    """Says when it answers; signals are not its business."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()


@attrs.define
class FrontDesk:
    """``up`` and ``down``: whether it answers. Jobs are done by ``work`` and by nothing else."""

    installation: Installation
    use_cases: UseCases
    clock: FixedClock
    tenant: Tenant
    port: int
    _server: QuietServer | None = None
    _task: "asyncio.Task[None] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def up(self) -> None:
        app = create_api(self.use_cases, ApiSettings(public_url=self.url))
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        self._server = QuietServer(config)
        self._task = asyncio.ensure_future(self._server._serve())
        async with asyncio.timeout(10):
            await self._server.answering.wait()

    async def down(self) -> None:
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._server = None

    async def connect(
        self,
        provider: str,
        api_key: str,
        *,
        base_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        name: str = "main",
    ) -> ProviderAccount:
        return await self.use_cases.connect_provider(
            ConnectProviderCommand(
                tenant_id=self.tenant.id,
                provider=provider,
                name=name,
                api_key=api_key,
                base_url=base_url,
                settings=settings or {},
            )
        )

    async def ensure(self, account: ProviderAccount) -> EnsuredWebhooks:
        return await self.use_cases.ensure_webhooks(self.tenant.id, account.id)

    async def address(self, account: ProviderAccount) -> str:
        return (await self.use_cases.administer_inbox.show(self.tenant.id, account.id)).address

    async def work(self) -> int:
        return await self.installation.run_pending()

    async def effects(self) -> Sequence[StoredEvent]:
        """What providers told, as it took effect, in the order in which it did."""
        log = self.installation.event_log
        found = await log.after(self.tenant.id, EventPosition(0, 0), limit=1_000)
        return [event for _, event in found if event.type.startswith("provider.")]

    async def told(self) -> Mapping[str, int]:
        """How often each kind of thing took effect, as ``type subject``."""
        return Counter(f"{one.type.removeprefix('provider.')} {one.subject_id}" for one in await self.effects())

    async def deliveries(self) -> Sequence[DeliveryRow]:
        """Oldest first."""
        wanted = DeliveryListing(window=Listing(limit=200))
        return list((await self.use_cases.inbox_readers.page(self.tenant.id, wanted)).items)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@asynccontextmanager
async def front_desk(folder: Path, clock: FixedClock, *reactions: Row) -> AsyncIterator[FrontDesk]:
    def adjust(container: Container) -> None:
        container.clock.override(providers.Object(clock))
        container.reactions.add_args(*map(providers.Object, reactions))

    port = free_port()
    settings = Settings(
        data_dir=folder,
        secret_key=ts.Secret(new_key()),
        public_url=f"http://127.0.0.1:{port}",
        allow_private_addresses=True,
    )
    async with installed(settings, adjust=adjust) as home:
        use_cases = await home.ready()
        tenant = await use_cases.create_tenant(NewTenant(slug="studio", name="Studio", zone="Europe/Berlin"))
        desk = FrontDesk(home, use_cases, clock, tenant, port)
        await desk.up()
        try:
            yield desk
        finally:
            await desk.down()
