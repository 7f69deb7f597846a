"""Whatever the queue asks SQLite finds its rows by an index, in the order in which they are wanted."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.builders import a_tenant

from tresen.adapters.jobs import sqlite, sqlite_claim, sqlite_jobs, sqlite_lanes, sqlite_settle
from tresen.adapters.jobs.sqlite_rows import SELECTED
from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence.schema import upgrade
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.system import UuidSource
from tresen.domain.shared.page import Listing

MODULES = (sqlite, sqlite_claim, sqlite_jobs, sqlite_lanes, sqlite_settle)
STATEMENTS = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, str) and re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT)\b", value)
    }
)

# The index of leases holds the jobs that run, and nothing else; JSON is what was handed in.
FINE = ("SCAN CONSTANT ROW", "SCAN job USING INDEX ix_job_lease", "SCAN json_each")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "tresen.db", clock=FixedClock(), ids=UuidSource())
    await upgrade(opened)
    yield opened
    await opened.close()


def plan(database: SqliteDatabase, sql: str) -> list[str]:
    """The steps of a statement whose parameters are not given."""
    connection = database.connect()
    try:
        holes = {"now": 0} if ":now" in sql else (0,) * sql.count("?")
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", holes)]
    finally:
        connection.close()


def test_there_are_statements_to_look_at() -> None:
    assert len(STATEMENTS) > 15


@pytest.mark.parametrize("sql", STATEMENTS, ids=lambda sql: " ".join(sql.split())[:60])
def test_no_statement_reads_or_sorts_the_whole_table(database: SqliteDatabase, sql: str) -> None:
    steps = plan(database, sql)
    assert [step for step in steps if step.startswith("SCAN") and not step.startswith(FINE)] == []
    assert [step for step in steps if "TEMP B-TREE" in step] == []


def test_the_judge_knows_a_miss(database: SqliteDatabase) -> None:
    assert "SCAN job" in " ".join(plan(database, "SELECT * FROM job WHERE payload = ?"))
    assert "TEMP B-TREE" in " ".join(plan(database, "SELECT * FROM job WHERE tenant_id = ? ORDER BY payload"))


@pytest.mark.parametrize("listing", [Listing(), Listing(status="dead"), Listing(descending=True)], ids=str)
async def test_the_usual_lists_are_in_the_order_of_an_index(database: SqliteDatabase, listing: Listing) -> None:
    async with database.writing() as transaction:
        jobs = sqlite_jobs.SqliteJobs(transaction, a_tenant().id, FixedClock(), lambda: None)
        window = jobs._filtered(sa.select(*SELECTED), listing)
        ordered = window.order_by(*sqlite_jobs._ordered(listing)).limit(5)
        sql = str(ordered.compile(database._engine, compile_kwargs={"render_postcompile": True}))
    index = "ix_job_dead" if listing.status == "dead" else "ix_job_created"
    # What was enqueued at the very same instant may be sorted.
    steps = [step for step in plan(database, sql) if step != "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"]
    assert steps == [f"SEARCH job USING INDEX {index} (tenant_id=?)"]
