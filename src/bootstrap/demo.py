"""The demo: providers that answer over real HTTP, a tenant, a first sync, API and page, and webhooks that come in."""

import asyncio
import secrets
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import typed_settings as ts

from ..adapters.emulators.calcom import CalcomEmulator
from ..adapters.emulators.wodify import WodifyEmulator, WodifyOptions
from ..application.identity.create_user import NewUser
from ..application.tenancy.connect_provider import ConnectProviderCommand
from ..application.tenancy.create_tenant import NewTenant
from ..domain.identity.role import Role
from ..domain.shared.errors import AlreadyExists, InvalidValue, TresenError
from ..domain.sync.run import Run, RunState
from ..domain.tenancy.provider_account import ProviderAccount
from ..domain.tenancy.tenant import Tenant
from ..entrypoints.runtime import DemoOptions, Screen, ServeOptions
from ..entrypoints.use_cases import UseCases
from .demo_two_way import TwoWay
from .demo_webhooks import show_webhooks
from .installation import Installation, installed
from .logging import configure_logging
from .ports import ensure_free, free_port
from .server import serve
from .settings import Settings, secret_key

_SLUG = "demo-gym"
_ADMIN = "admin@demo-gym.example"
_KEY = "demo-provider-key"


async def demo(options: DemoOptions, screen: Screen) -> None:
    """Run it in its own folder; everything ends with SIGINT or SIGTERM, or after the webhooks with ``once``."""
    port = _port(options.port)
    with _folder(options, screen) as folder:
        settings = _settings(folder, port)
        configure_logging(settings, usual_level="WARNING")
        emulator = WodifyEmulator(today=datetime.now(UTC).date(), options=WodifyOptions(api_key=_KEY))
        async with emulator.serving() as provider_url, installed(settings) as installation:
            screen.say(f"provider: a gym with 957 clients answers at {provider_url}")
            await installation.store.upgrade()
            screen.say(f"database: {settings.effective_database_url}")
            use_cases = await installation.ready()
            tenant = await _tenant(use_cases)
            password = await _admin(use_cases, tenant)
            account = await _account(use_cases, tenant, provider_url)
            complete = await _sync(use_cases, tenant, account, screen)
            if options.once:
                _insist(complete, "the sync")
            elif not complete:
                screen.say("the first sync is not complete: see the reasons above; the page can try it again")
            if complete:
                two_way = TwoWay(installation, use_cases, tenant, account, emulator, screen)
                _insist(await two_way() or not options.once, "two-way sync")
            await _open(installation, tenant, options, screen, password)


async def _open(
    installation: Installation, tenant: Tenant, options: DemoOptions, screen: Screen, password: str | None
) -> None:
    """API, page, worker and scheduler; webhooks once they answer."""
    answering, over = asyncio.Event(), asyncio.Event()
    calcom = CalcomEmulator(seed=secrets.randbits(32), automatic=False)

    async def webhooks() -> None:
        await answering.wait()
        use_cases = await installation.ready()
        as_expected = await show_webhooks(installation, use_cases, tenant, calcom, screen)
        if options.once:
            _insist(as_expected, "webhooks")
            over.set()
        else:
            _tell_how_to_go_on(screen, password, installation.settings, kept=options.folder is not None)
            screen.say(f"ready: {installation.settings.public_url}")

    serving = ServeOptions(port=int(installation.settings.public_url.rpartition(":")[2]))
    async with calcom.serving():
        visit = asyncio.ensure_future(webhooks())
        visit.add_done_callback(lambda task: over.set() if task.cancelled() or task.exception() else None)
        try:
            await serve(installation, serving, ready=lambda _: answering.set(), until=over)
        finally:
            visit.cancel()
        await _ended(visit)


async def _ended(task: "asyncio.Future[None]") -> None:
    """Raises what the task raised; that it was cancelled because everything ends is no news."""
    with suppress(asyncio.CancelledError):
        await task


def _port(wanted: int) -> int:
    """Known before anything is done, because providers are told the address. Raises NotConfigured for one in use."""
    if wanted:
        ensure_free(wanted)
    return wanted or free_port()


@contextmanager
def _folder(options: DemoOptions, screen: Screen) -> Iterator[Path]:
    if options.folder is not None:
        _make(options.folder)
        yield options.folder
        return
    with tempfile.TemporaryDirectory(prefix="tresen-demo-") as folder:
        yield Path(folder)
    screen.say("the demo's data is gone; --folder PATH keeps it")


def _make(folder: Path) -> None:
    """Raises InvalidValue."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or "it is not allowed").lower()
        raise InvalidValue(f"the folder {folder} cannot be made: {why}", field="folder") from None
    except ValueError:
        raise InvalidValue(f"the folder {folder} cannot be made: no folder has such a name", field="folder") from None


def _settings(folder: Path, port: int) -> Settings:
    """The demo's own: nothing of the environment reaches into it, nothing of it reaches out."""
    kept = Settings(data_dir=folder)
    key = secret_key(kept)
    return Settings(
        data_dir=folder,
        secret_key=ts.Secret(key),
        public_url=f"http://127.0.0.1:{port}",
        allow_private_addresses=True,
    )


async def _tenant(use_cases: UseCases) -> Tenant:
    try:
        return await use_cases.create_tenant(
            NewTenant(slug=_SLUG, name="Demo Gym", zone="Europe/Berlin", locale="de-DE")
        )
    except AlreadyExists:
        return await use_cases.directory.tenant(_SLUG)


async def _admin(use_cases: UseCases, tenant: Tenant) -> str | None:
    """The new admin's password, None when the folder had an admin already."""
    password = secrets.token_urlsafe(12)
    try:
        await use_cases.create_user(
            NewUser(tenant_id=tenant.id, email=_ADMIN, name="Demo Admin", role=Role.OWNER, password=password)
        )
    except AlreadyExists:
        return None
    return password


async def _account(use_cases: UseCases, tenant: Tenant, provider_url: str) -> ProviderAccount:
    return await use_cases.connect_provider(
        ConnectProviderCommand(
            tenant_id=tenant.id,
            provider="wodify",
            api_key=_KEY,
            base_url=provider_url,
            settings={"location_id": "20", "allow_unproven": "true", "calls_per_second": "1000", "burst": "100"},
            writes_enabled=True,
        )
    )


async def _sync(use_cases: UseCases, tenant: Tenant, account: ProviderAccount, screen: Screen) -> bool:
    """Whether everything was synced."""
    async with screen.progress("first sync") as progress:
        runs = [
            await sync(tenant.id, account.id, force=True, progress=progress)
            for sync in (use_cases.sync.members, use_cases.sync.leads)
        ]
    for run in runs:
        screen.say(_summary(run))
    for kind, by_status in (await use_cases.readers.counts(tenant.id)).items():
        figures = ", ".join(f"{status} {count}" for status, count in sorted(by_status.items()))
        screen.say(f"{kind}: {sum(by_status.values()):,}" + (f" ({figures})" if figures else ""))
    return all(run.state is RunState.COMPLETED and not run.counts.errors for run in runs)


def _insist(complete: bool, part: str) -> None:
    if not complete:
        raise TresenError(f"the demo's part about {part} is not complete: see the reasons above")


def _summary(run: Run) -> str:
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
    counts = run.counts
    return (
        f"sync of {run.kind} {run.state.value} in {seconds:.2f} s: {counts.created} created, {counts.updated} updated, "
        f"{counts.unchanged} unchanged, {counts.errors} errors" + (f" ({run.reason})" if run.reason else "")
    )


def _tell_how_to_go_on(screen: Screen, password: str | None, settings: Settings, *, kept: bool) -> None:
    # Its provider answers on this machine, which other commands may call only when told so.
    folder = shlex.quote(str(settings.data_dir.absolute()))
    screen.say(f"in another terminal: export TRESEN_DATA_DIR={folder} TRESEN_ALLOW_PRIVATE_ADDRESSES=true")
    screen.say(f"log in as {_ADMIN} with " + (f"password {password}" if password else "the password of the first run"))
    end = "" if kept else ", after which the data is gone (--folder PATH keeps it)"
    screen.say(f"API reference: /docs · OpenAPI document: /schema · stop with Ctrl-C{end}")
