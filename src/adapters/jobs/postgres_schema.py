"""pgqueuer's tables, made and kept up to date by pgqueuer's own statements, and our indexes on them."""

from collections.abc import Sequence

from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.errors import SchemaDriftError

from ...domain.shared.errors import StorageUnavailable
from ..persistence.postgres_connection import DriverConnection
from .postgres_names import QUEUE_TABLE
from .postgres_sql import INDEXES, INDEXES_THERE
from .postgres_store import queries


async def is_current(connection: DriverConnection) -> bool:
    """Whether everything is there as this version of pgqueuer, and ours, want it."""
    try:
        plan = await queries(AsyncpgDriver(connection)).plan_upgrade()
    except SchemaDriftError:
        return False
    return not plan.statements and not await _missing(connection)


async def converge(connection: DriverConnection) -> None:
    """Make what is missing and change what is old; nothing when all is current. Jobs stay.

    Each statement is a transaction of its own: PostgreSQL cannot use a new word of an enumeration in the one that adds
    it. Two at a time do it one after the other. Raises StorageUnavailable for tables that pgqueuer did not make.
    """
    ours = queries(AsyncpgDriver(connection))
    async with ours.schema_lock():
        try:
            await ours.upgrade()
        except SchemaDriftError as error:
            raise StorageUnavailable(f"the job queue's tables cannot be upgraded: {error}") from None
        for name in await _missing(connection):
            await connection.execute(f"CREATE INDEX {name} ON {QUEUE_TABLE} {INDEXES[name]}")


async def _missing(connection: DriverConnection) -> Sequence[str]:
    there = {row["indexname"] for row in await connection.fetch(INDEXES_THERE, QUEUE_TABLE)}
    return [name for name in INDEXES if name not in there]
