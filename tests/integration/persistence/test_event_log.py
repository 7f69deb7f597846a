"""Reading the event log by position while transactions of PostgreSQL overlap."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tresen.adapters.memory.clock import NOON
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.repositories.events import SqlEventLog
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.application.ports.events import EventPosition, NewEvent
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.ids import TenantId

START = EventPosition(0, 0)


@pytest.fixture
def database(postgres: Database) -> Database:
    """Only there do transactions overlap."""
    return postgres


@pytest.fixture
def log(database: Database) -> SqlEventLog:
    return SqlEventLog(database)


def ring(uow: UnitOfWork, subject: str) -> None:
    uow.events.record(NewEvent(type="thing.rang", subject_kind="thing", subject_id=subject, occurred_at=NOON))


async def rung(units: SqlUnitsOfWork, tenant: TenantId, subject: str) -> None:
    async with units.open(tenant) as uow:
        ring(uow, subject)
        await uow.commit()


async def read(log: SqlEventLog, tenant: TenantId, after: EventPosition) -> tuple[EventPosition, Sequence[str]]:
    batch = await log.after(tenant, after, limit=100)
    return (batch[-1][0] if batch else after), [event.subject_id for _, event in batch]


async def test_a_transaction_that_commits_late_is_not_skipped(
    units: SqlUnitsOfWork, tenant: TenantId, log: SqlEventLog
) -> None:
    await rung(units, tenant, "before")
    async with units.open(tenant) as slow:
        await slow.marks.add("first", "write")  # this is when it gets its number
        await rung(units, tenant, "overtaker")
        position, first = await read(log, tenant, START)
        assert first == ["before"]
        assert await log.end(tenant) == position
        ring(slow, "late")
        await slow.commit()
    position, second = await read(log, tenant, position)
    assert second == ["late", "overtaker"]
    assert await read(log, tenant, position) == (position, [])
    assert await log.end(tenant) == position


async def test_one_that_is_given_up_holds_up_nothing(units: SqlUnitsOfWork, tenant: TenantId, log: SqlEventLog) -> None:
    async with units.open(tenant) as slow:
        await slow.marks.add("first", "write")
        await rung(units, tenant, "overtaker")
    _, found = await read(log, tenant, START)
    assert found == ["overtaker"]


async def test_events_of_one_transaction_keep_their_order(
    units: SqlUnitsOfWork, tenant: TenantId, log: SqlEventLog
) -> None:
    async with units.open(tenant) as uow:
        ring(uow, "1")
        ring(uow, "2")
        await uow.commit()
        ring(uow, "3")
        await uow.commit()
    _, found = await read(log, tenant, START)
    assert found == ["1", "2", "3"]


def statement_of_the_page() -> str:
    """The indented lines of the page, as somebody would paste them."""
    page = (Path(__file__).parents[3] / "docs/explanation/durable-work.md").read_text(encoding="utf-8")
    return "\n".join(line.strip() for line in page.splitlines() if line.startswith("      "))


async def test_after_a_dump_was_restored_elsewhere_the_documented_statement_brings_the_order_back(
    units: SqlUnitsOfWork, tenant: TenantId, log: SqlEventLog, database: Database
) -> None:
    for subject in ("1", "2", "3"):
        await rung(units, tenant, subject)
    await database.run(lambda c: c.exec_driver_sql("UPDATE event SET xact = xact + 1000000000").rowcount)
    assert await log.after(tenant, START, limit=10) == []
    await database.run(lambda c: c.exec_driver_sql(statement_of_the_page()).rowcount)
    await rung(units, tenant, "4")
    _, found = await read(log, tenant, START)
    assert found == ["1", "2", "3", "4"]
