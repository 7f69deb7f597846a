"""pgqueuer's tables, made and kept up to date by pgqueuer's own statements, and our indexes on them."""

from collections.abc import Sequence

from pgqueuer.db import AsyncpgDriver

from ..persistence.postgres_connection import DriverConnection
from .postgres_names import QUEUE_TABLE
from .postgres_sql import INDEXES, INDEXES_THERE
from .postgres_store import queries


async def is_current(connection: DriverConnection) -> bool:
    """Whether everything is there as this version of pgqueuer, and ours, want it."""
    plan = await queries(AsyncpgDriver(connection)).plan_upgrade()
    return not plan.statements and not await _missing(connection)


async def converge(connection: DriverConnection) -> None:
    """Make what is missing and change what is old; nothing when all is current. Jobs stay."""
    await queries(AsyncpgDriver(connection)).upgrade()
    for name in await _missing(connection):
        await connection.execute(f"CREATE INDEX {name} ON {QUEUE_TABLE} {INDEXES[name]}")


async def _missing(connection: DriverConnection) -> Sequence[str]:
    there = {row["indexname"] for row in await connection.fetch(INDEXES_THERE, QUEUE_TABLE)}
    return [name for name in INDEXES if name not in there]
