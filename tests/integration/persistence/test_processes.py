"""Several processes on one SQLite file, and one that dies."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.builders import a_tenant

from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.domain.shared.ids import TenantId

_PRELUDE = """
import asyncio, os, signal, sys
from uuid import UUID
from tests.builders import a_member
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
import attrs

path, tenant, name = sys.argv[1], UUID(sys.argv[2]), sys.argv[3]
ids = UuidSource()

def member():
    return attrs.evolve(a_member(tenant, name), id=ids.new())

async def main():
    database = open_database(f"sqlite:///{path}", clock=SystemClock(), ids=ids)
    await work(SqlUnitsOfWork(database))
    await database.close()
"""

_WRITE_MUCH = """
async def work(units):
    for _ in range(60):
        async with units.open(tenant) as uow:
            await uow.members.add(member())
            await uow.members.add_many([member() for _ in range(3)])
            await uow.commit()

asyncio.run(main())
"""

_DIE_HALFWAY = """
async def work(units):
    async with units.open(tenant) as uow:
        await uow.members.add_many([member() for _ in range(5000)])
        await uow.commit()
    async with units.open(tenant) as uow:
        await uow.members.add_many([member() for _ in range(20000)])
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def _start(script: str, database: SqliteDatabase, tenant: TenantId, name: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", _PRELUDE + script, str(database.path), str(tenant), name]
    return subprocess.Popen(command, cwd=Path(__file__).parents[3])


def _count(database: SqliteDatabase) -> dict[str, int]:
    with closing(sqlite3.connect(database.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return dict(connection.execute("SELECT first_name, count(*) FROM member GROUP BY first_name").fetchall())


async def _tenant(database: SqliteDatabase) -> TenantId:
    tenant = a_tenant()
    await SqlDirectory(database).add_tenant(tenant)
    return tenant.id


async def test_two_processes_write_at_once_and_neither_fails_nor_loses(sqlite: SqliteDatabase) -> None:
    tenant = await _tenant(sqlite)
    writers = [_start(_WRITE_MUCH, sqlite, tenant, name) for name in ("one", "two")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert _count(sqlite) == {"one": 240, "two": 240}


async def test_a_process_killed_in_a_transaction_leaves_nothing_half(sqlite: SqliteDatabase) -> None:
    tenant = await _tenant(sqlite)
    assert _start(_DIE_HALFWAY, sqlite, tenant, "late").wait(timeout=60) == -signal.SIGKILL
    assert _count(sqlite) == {"late": 5000}
    async with SqlUnitsOfWork(sqlite).open(tenant) as uow:
        await uow.commit()
