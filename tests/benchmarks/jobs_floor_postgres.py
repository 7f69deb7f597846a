"""The floor of a queue on PostgreSQL: ``python -m tests.benchmarks.jobs_floor_postgres DSN COUNT``.

asyncpg, one table with one index, one process, no log, no notifications, no tenants, no limits, no lanes, no handlers:
insert one by one; then claim 500 (SKIP LOCKED), delete them. Prints one JSON line with microseconds for each.
"""

import json
import sys
import time
from typing import Any

import asyncpg
import uvloop

_BATCH = 500
_TABLE = """
create table floor_job (id bigserial primary key, state text not null, payload text);
create index floor_queued on floor_job (id) where state = 'queued';
"""
_INSERT = "insert into floor_job (state, payload) values ('queued', $1)"
_CLAIM = """
update floor_job set state = 'running' where id = any(array(
    select id from floor_job where state = 'queued' order by id limit $1 for update skip locked
)) returning id, payload
"""


def _payload(number: int) -> str:
    return json.dumps({"n": str(number)})


async def _drain(database: "asyncpg.Connection[Any]") -> int:
    count = 0
    while rows := await database.fetch(_CLAIM, _BATCH):
        count += len([json.loads(payload) for _, payload in rows])
        await database.execute("delete from floor_job where id = any($1)", [key for key, _ in rows])
    return count


async def measure(dsn: str, count: int) -> dict[str, float]:
    """The figures."""
    database = await asyncpg.connect(dsn)
    await database.execute(_TABLE)
    singles = count // 20
    started = time.perf_counter()
    for number in range(singles):
        await database.execute(_INSERT, _payload(number))
    enqueue_us = (time.perf_counter() - started) / singles * 1e6
    await database.executemany(_INSERT, [(_payload(number),) for number in range(singles, count)])
    started = time.perf_counter()
    drained = await _drain(database)
    drain_us = (time.perf_counter() - started) / drained * 1e6
    await database.close()
    return {"drain_us": drain_us, "enqueue_us": enqueue_us}


def main() -> None:
    """The command."""
    sys.stdout.write(json.dumps(uvloop.run(measure(sys.argv[1], int(sys.argv[2])))) + "\n")


if __name__ == "__main__":
    main()
