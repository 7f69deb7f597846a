"""The floor: what a bare loop needs to fetch, decode, compare three ways and upsert the same records.

``python -m tests.benchmarks.floor sqlite PATH URL`` or ``… postgresql DSN URL``; prints one JSON line with seconds,
records and peak memory in MB. One table, one transaction, no domain, no links, no journal, no retries, no books.
"""

import asyncio
import json
import resource
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import orjson

FIELDS = (
    *("first_name", "last_name", "email", "phone_number", "client_status", "location_id", "date_of_birth"),
    *("street_address_1", "zipcode", "city", "country", "is_email_subscribed", "is_sms_subscribed", "member_since"),
)
COLUMNS = ("id", *FIELDS, "updated_at", "base")
SETS = ", ".join(f"{c}=excluded.{c}" for c in COLUMNS[1:])
Row = tuple[Any, ...]
AT_ONCE = 8


async def fetched(url: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Pages in any order, eight requests at a time, as the totals were known."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(verify=False, limits=limits) as client:  # noqa: S501 - plain loopback HTTP
        number, more = 1, True
        while more:
            asked = [client.get(f"{url}/clients", params={"page": n}) for n in range(number, number + AT_ONCE)]
            number += AT_ONCE
            for answer in await asyncio.gather(*asked):
                page = orjson.loads(answer.content)
                more = more and page["pagination"]["has_more"]
                if page["clients"]:
                    yield page["clients"]


def fresh(record: dict[str, Any], base: bytes) -> Row:
    """A new row."""
    return (record["id"], *(record[f] for f in FIELDS), record["updated"]["updated_on_datetime"], base)


def merged(record: dict[str, Any], base: bytes, old: Row) -> Row:
    """Field by field: theirs where they changed it, else what is there."""
    agreed = orjson.loads(old[-1])
    values = [old[i] if record[f] == agreed[f] else record[f] for i, f in enumerate(FIELDS, 1)]
    return (record["id"], *values, record["updated"]["updated_on_datetime"], base)


def changed(page: list[dict[str, Any]], have: dict[int, Row]) -> list[Row]:
    """The rows to write for a page."""
    rows = []
    for record in page:
        base, old = orjson.dumps(record), have.get(record["id"])
        if old is None:
            rows.append(fresh(record, base))
        elif bytes(old[-1]) != base:
            rows.append(merged(record, base, old))
    return rows


async def sqlite(path: str, url: str) -> int:
    """Into SQLite, synchronous=FULL."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute(
        f"create table if not exists member (id integer primary key, {', '.join(COLUMNS[1:-1])}, base blob)"
    )
    empty = database.execute("select not exists (select 1 from member)").fetchone()[0]
    upsert = f"insert into member values ({','.join('?' * len(COLUMNS))}) on conflict(id) do update set {SETS}"  # noqa: S608
    database.execute("begin immediate")
    seen = 0
    async for page in fetched(url):
        ids = [r["id"] for r in page]
        query = f"select * from member where id in ({','.join('?' * len(ids))})"  # noqa: S608 - only placeholders
        have = {} if empty else {r[0]: r for r in database.execute(query, ids)}
        rows = changed(page, have)
        if rows:
            database.executemany(upsert, rows)
        seen += len(page)
    database.execute("commit")
    return seen


async def postgresql(dsn: str, url: str) -> int:
    """Into PostgreSQL by COPY and one upsert."""
    database = await asyncpg.connect(dsn)
    kinds = {"location_id": "int", "is_email_subscribed": "boolean", "is_sms_subscribed": "boolean"}
    columns = ", ".join(f"{c} {kinds.get(c, 'text')}" for c in COLUMNS[1:-1])
    await database.execute(f"create table if not exists floor_member (id bigint primary key, {columns}, base bytea)")
    empty = await database.fetchval("select not exists (select 1 from floor_member)")
    seen = 0
    async with database.transaction():
        await database.execute("create temp table stage (like floor_member) on commit drop")
        async for page in fetched(url):
            ids = [r["id"] for r in page]
            found = [] if empty else await database.fetch("select * from floor_member where id = any($1)", ids)
            rows = changed(page, {r[0]: tuple(r) for r in found})
            if rows:
                await database.copy_records_to_table("stage", records=rows)
            seen += len(page)
        # S608: nothing but our own column names.
        await database.execute(
            f"insert into floor_member select * from stage on conflict (id) do update set {SETS}"  # noqa: S608
        )
    await database.close()
    return seen


def main() -> None:
    """The command."""
    kind, where, url = sys.argv[1:]
    started = time.perf_counter()
    seen = asyncio.run(sqlite(where, url) if kind == "sqlite" else postgresql(where, url))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "records": seen, "peak_mb": peak}) + "\n")


if __name__ == "__main__":
    main()
