"""The floor of a queue: ``python -m tests.benchmarks.jobs_floor PATH COUNT``.

One table with one index, one process, no tenants, no leases, no lanes, no handlers: insert and commit one by one;
then claim 500, commit, delete them, commit. synchronous=FULL. Prints one JSON line with microseconds for each.
"""

import json
import sqlite3
import sys
import time

_BATCH = 500
_CLAIM = """
update job set state = 'running' where id in (select id from job where state = 'queued' order by id limit ?)
returning id, payload
"""


def _opened(path: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute("create table job (id integer primary key, state text, payload text)")
    database.execute("create index queued on job (id) where state = 'queued'")
    return database


def _enqueue(database: sqlite3.Connection, number: int) -> None:
    database.execute("begin immediate")
    database.execute("insert into job (state, payload) values ('queued', ?)", (json.dumps({"n": str(number)}),))
    database.execute("commit")


def _drain(database: sqlite3.Connection) -> int:
    count = 0
    while True:
        database.execute("begin immediate")
        rows = database.execute(_CLAIM, (_BATCH,)).fetchall()
        database.execute("commit")
        if not rows:
            return count
        count += len([json.loads(payload) for _, payload in rows])
        database.execute("begin immediate")
        database.executemany("delete from job where id = ?", [(key,) for key, _ in rows])
        database.execute("commit")


def main() -> None:
    """The command."""
    path, count = sys.argv[1], int(sys.argv[2])
    database = _opened(path)
    singles = count // 20
    started = time.perf_counter()
    for number in range(singles):
        _enqueue(database, number)
    enqueue_us = (time.perf_counter() - started) / singles * 1e6
    database.execute("begin immediate")
    rows = (("queued", json.dumps({"n": str(number)})) for number in range(count - singles))
    database.executemany("insert into job (state, payload) values (?, ?)", rows)
    database.execute("commit")
    started = time.perf_counter()
    drained = _drain(database)
    drain_us = (time.perf_counter() - started) / drained * 1e6
    sys.stdout.write(json.dumps({"drain_us": drain_us, "enqueue_us": enqueue_us}) + "\n")


if __name__ == "__main__":
    main()
