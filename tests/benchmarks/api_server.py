"""A server for the API bench: ``python -m tests.benchmarks.api_server tresen|bare``.

``tresen``: a gym of 957 members on SQLite behind the real API, with a key that is printed on a line ``key: …``.
``bare``: uvicorn with an ASGI function that answers a ready-made body of the same size: the floor.
"""

import socket
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typed_settings as ts
import uvicorn
import uvloop

from tresen.adapters.emulators.wodify import WodifyEmulator, WodifyOptions
from tresen.adapters.security.sealing import new_key
from tresen.application.identity.create_api_key import NewApiKey
from tresen.application.tenancy.connect_provider import ConnectProviderCommand
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.installation import Installation, installed
from tresen.bootstrap.process import tune_garbage_collection
from tresen.bootstrap.server import serve
from tresen.bootstrap.settings import Settings
from tresen.domain.identity.role import Scope
from tresen.entrypoints.runtime import ServeOptions

NO_LIMIT = 1_000_000
BODY = b'{"members":[' + b",".join([b'{"id":"%s"}' % (b"x" * 300)] * 50) + b'],"count":957}'


def say(line: str) -> None:
    """To whoever measures."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def tresen(folder: str) -> None:
    """The real thing."""
    settings = Settings(
        data_dir=Path(folder),
        secret_key=ts.Secret(new_key()),
        allow_private_addresses=True,
        principal_limit=NO_LIMIT,
        address_limit=NO_LIMIT,
    )
    async with installed(settings) as installation:
        await installation.store.upgrade()
        say(f"key: {await filled(installation)}")
        tune_garbage_collection()
        await serve(installation, ServeOptions(port=0), ready=lambda url: say(f"ready: {url}"))


async def filled(installation: Installation) -> str:
    """A synced gym; the key that may read it."""
    use_cases = await installation.ready()
    tenant = await use_cases.create_tenant(NewTenant(slug="bench", name="Bench"))
    emulator = WodifyEmulator(today=date(2026, 11, 1), options=WodifyOptions(api_key="k"))
    async with emulator.serving() as url:
        account = await use_cases.connect_provider(
            ConnectProviderCommand(
                tenant_id=tenant.id, provider="wodify", api_key="k", base_url=url, settings={"location_id": "20"}
            )
        )
        await use_cases.sync.members(tenant.id, account.id)
    scopes = frozenset({Scope.MEMBERS_READ})
    return (await use_cases.create_api_key(NewApiKey(tenant_id=tenant.id, name="bench", scopes=scopes))).text


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The least an ASGI server can do."""
    if scope["type"] == "http":
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": BODY})


async def serve_bare() -> None:
    """The floor."""
    config = uvicorn.Config(bare, log_config=None, access_log=False, lifespan="off")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say("key: none")
        say(f"ready: http://127.0.0.1:{listener.getsockname()[1]}")
        await uvicorn.Server(config).serve(sockets=[listener])


def main() -> None:
    """The command."""
    if sys.argv[1] == "bare":
        uvloop.run(serve_bare())
    else:
        with TemporaryDirectory(prefix="tresen-bench-") as folder:
            uvloop.run(tresen(folder))


if __name__ == "__main__":
    main()
