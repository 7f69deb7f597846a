"""A worker on a SQLite file, whose jobs write down when they begin and end: a process of ``test_workers_sqlite``.

``python -m tests.integration.jobs.sqlite_labourer FILE BOOK LEASE_S``; prints ``ready`` once it works, ends with its
standard input.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from tresen.adapters.jobs.sqlite import SqliteJobQueue
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.system import SystemClock, SystemDice, UuidSource
from tresen.application.jobs.kinds import JobKind
from tresen.application.jobs.worker import Worker
from tresen.domain.jobs.job import Job

LIMITS = {"few": 2, "single": 1, "many": None, "stuck": None}
_TAKES_S = 0.01


class Book:
    """Lines that are there whatever becomes of the process that wrote them."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, word: str, job: Job) -> None:
        line = f"{word} {time.monotonic_ns()} {os.getpid()} {job.kind} {job.id} {job.attempts} {job.lane}\n"
        os.write(self._file, line.encode())

    async def do(self, job: Job) -> None:
        self.note("began", job)
        if job.kind == "stuck" and job.attempts == 0:
            await asyncio.Event().wait()
        await asyncio.sleep(_TAKES_S)
        self.note("ended", job)


async def main(file: str, book: str, lease_s: str) -> None:
    clock, ids, desk = SystemClock(), UuidSource(), Book(Path(book))
    database = SqliteDatabase(Path(file), clock=clock, ids=ids)
    kinds = [JobKind(name=name, run=desk.do, concurrency=limit) for name, limit in LIMITS.items()]
    queue = SqliteJobQueue(database, asyncio.Event(), lease_s=float(lease_s))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await Worker(queue, kinds, clock, SystemDice(), ids, parallel=8).run(stop)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
