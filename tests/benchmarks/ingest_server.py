"""A server for the webhook bench: ``python -m tests.benchmarks.ingest_server tresen|alone|together``.

``tresen``: the real door over SQLite; no worker beside it. ``alone`` and ``together``: a bare ASGI function that
verifies the same signature, stores the same body under its unique id in one SQLite table, commits and answers 200, each
request in a transaction of its own, or those that wait at the same time in one: the floors.

The first line is ``path: …``, where webhooks go; the second ``ready: …``.
"""

import asyncio
import base64
import hmac
import socket
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typed_settings as ts
import uvicorn
import uvloop

from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.installation import Installation, installed
from tresen.bootstrap.process import tune_garbage_collection
from tresen.bootstrap.server import serve
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.ids import AccountId
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.webhooks.inbox import Inbox, InboxSecret
from tresen.entrypoints.runtime import ServeOptions

SECRET, ACCOUNT_KEY = "s3cret-of-the-bench", "k" * 43
PATH = f"/webhooks/woocommerce/{ACCOUNT_KEY}"
Row = tuple[str, float, bytes]


def say(line: str) -> None:
    """To whoever measures."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def signature(body: bytes) -> str:
    """As the provider signs."""
    return base64.b64encode(hmac.digest(SECRET.encode(), body, sha256)).decode()


async def tresen(folder: str) -> None:
    """The real thing."""
    key = new_key()
    settings = Settings(data_dir=Path(folder), secret_key=ts.Secret(key))
    async with installed(settings) as installation:
        await installation.store.upgrade()
        await connected(installation, AesGcmSecretBox(key).seal(SECRET))
        say(f"path: {PATH}")
        tune_garbage_collection()
        await serve(installation, ServeOptions(port=0, worker=False), ready=lambda url: say(f"ready: {url}"))


async def connected(installation: Installation, sealed: bytes) -> None:
    """A tenant with an inbox."""
    use_cases = await installation.ready()
    tenant = await use_cases.create_tenant(NewTenant(slug="bench", name="Bench"))
    now = use_cases.clock.now()
    key = AccountId(tenant.id)
    account = ProviderAccount(
        id=key,
        tenant_id=tenant.id,
        provider="woocommerce",
        name="main",
        base_url="https://shop.example",
        created_at=now,
    )
    secrets = (InboxSecret(sealed=sealed, created_at=now),)
    inbox = Inbox(id=key, tenant_id=tenant.id, provider="woocommerce", key=ACCOUNT_KEY, secrets=secrets, created_at=now)

    async def add(uow: UnitOfWork) -> None:
        await uow.accounts.add(account)
        await uow.inboxes.add(inbox)

    await installation.transactions.run(tenant.id, "bench", add)


class Table:
    """One table; ``together``: those that wait share a transaction, on a thread."""

    def __init__(self, folder: str, *, together: bool) -> None:
        self._connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE hook (id TEXT PRIMARY KEY, at REAL, body BLOB) WITHOUT ROWID",
        ):
            self._connection.execute(statement)
        self._together = together
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, row: Row) -> None:
        """On the disk when this returns."""
        if not self._together:
            self._write([row])
            return
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((row, stored))
        if self._task is None:
            self._task = asyncio.create_task(self._work_off())
        await stored

    async def _work_off(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._write, [row for row, _ in batch])
            for _, stored in batch:
                stored.set_result(None)
        self._task = None

    def _write(self, rows: Sequence[Row]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO hook VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)
        self._connection.execute("COMMIT")


def bare(table: Table) -> Any:
    """The least that verifies, stores once and answers."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        if not hmac.compare_digest(signature(body).encode(), headers[b"x-wc-webhook-signature"]):
            raise ValueError("wrong signature")
        await table.put((headers[b"x-wc-webhook-delivery-id"].decode(), time.time(), body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return app


async def serve_bare(folder: str, *, together: bool) -> None:
    """A floor."""
    config = uvicorn.Config(bare(Table(folder, together=together)), log_config=None, access_log=False, lifespan="off")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        say(f"path: {PATH}")
        say(f"ready: http://127.0.0.1:{listener.getsockname()[1]}")
        await uvicorn.Server(config).serve(sockets=[listener])


def main() -> None:
    """The command."""
    with TemporaryDirectory(prefix="tresen-bench-") as folder:
        if sys.argv[1] == "tresen":
            uvloop.run(tresen(folder))
        else:
            uvloop.run(serve_bare(folder, together=sys.argv[1] == "together"))


if __name__ == "__main__":
    main()
