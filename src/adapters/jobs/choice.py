"""Each database has its own queue: SQLite our table, PostgreSQL pgqueuer's. What is not used is not imported."""

import asyncio
from collections.abc import Callable

from ...application.ports.jobs import JobQueue, Jobs
from ...domain.shared.ids import TenantId
from ..persistence.connection import Database, Transaction
from ..persistence.sqlite import SqliteDatabase

JobsOf = Callable[[Transaction, TenantId], Jobs]


class JobChannel:
    """A database's jobs: those of a tenant in a transaction, and the queue of all. The two know of each other: what is
    enqueued by one is noticed by the other at once, within this process.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news = asyncio.Event()

    def jobs(self, transaction: Transaction, tenant_id: TenantId) -> Jobs:
        """That tenant's, in that transaction."""
        if isinstance(self._database, SqliteDatabase):
            from .sqlite_jobs import SqliteJobs  # noqa: PLC0415

            return SqliteJobs(transaction, tenant_id, self._database.clock, self._news.set)
        from .postgres_jobs import PgqueuerJobs  # noqa: PLC0415

        return PgqueuerJobs(transaction, tenant_id, clock=self._database.clock, name=self._database.name)

    def queue(self) -> JobQueue:
        """All tenants'."""
        if isinstance(self._database, SqliteDatabase):
            from .sqlite import SqliteJobQueue  # noqa: PLC0415

            return SqliteJobQueue(self._database, self._news)
        from ..persistence.postgres import PostgresDatabase  # noqa: PLC0415
        from .postgres_queue import PgqueuerJobQueue  # noqa: PLC0415

        if not isinstance(self._database, PostgresDatabase):
            raise TypeError(f"{self._database.name} has no job queue")
        return PgqueuerJobQueue(self._database)
