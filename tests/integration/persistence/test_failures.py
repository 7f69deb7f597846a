"""What goes wrong with a store comes out as our errors, with what to do, and nothing is half done."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from tests.builders import a_member, a_membership, a_tenant, a_user

from tresen.adapters.memory.clock import FixedClock, SequenceIds
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.postgres import PostgresDatabase
from tresen.adapters.persistence.schema import check, upgrade
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.domain.identity.user import User
from tresen.domain.membership.member import Member
from tresen.domain.shared.errors import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    StorageConflict,
    StorageUnavailable,
)
from tresen.domain.shared.ids import MemberId, TenantId

_COUNT = sa.select(sa.func.count()).select_from(sa.table("member"))


async def _writer(database: SqliteDatabase) -> sqlite3.Connection:
    """The driver's connection on which the database writes."""
    async with database.writing():
        pass
    return cast(sqlite3.Connection, database._open["writes"].connection.driver_connection)


async def _tenant(database: Database) -> TenantId:
    tenant = a_tenant()
    await SqlDirectory(database).add_tenant(tenant)
    return tenant.id


async def _add(units: SqlUnitsOfWork, tenant: TenantId, members: Sequence[Member]) -> None:
    async with units.open(tenant) as uow:
        await uow.members.add(a_member(tenant))
        await uow.members.add_many(members)
        await uow.commit()


async def test_a_full_disk_loses_nothing_that_was_committed(sqlite: SqliteDatabase) -> None:
    tenant, units = await _tenant(sqlite), SqlUnitsOfWork(sqlite)
    kept = a_member(tenant)
    async with units.open(tenant) as uow:
        await uow.members.add(kept)
        await uow.commit()
    driver = await _writer(sqlite)
    (pages,) = driver.execute("PRAGMA page_count").fetchone()
    driver.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageUnavailable, match="the disk is full"):
        await _add(units, tenant, [a_member(tenant, "A" * 500) for _ in range(500)])
    driver.execute("PRAGMA max_page_count = 100000")
    async with units.open(tenant) as uow:
        assert (await uow.members.get(kept.id)).version == 1
        await uow.members.add(a_member(tenant))
        await uow.commit()
    async with sqlite.reading() as connection:
        assert (await connection.fetch(_COUNT))[0][0] == 2


async def test_after_a_full_disk_nothing_more_of_that_unit_is_written(sqlite: SqliteDatabase) -> None:
    tenant = await _tenant(sqlite)
    driver = await _writer(sqlite)
    async with SqlUnitsOfWork(sqlite).open(tenant) as uow:
        driver.execute("ROLLBACK")  # as SQLite does by itself in the worst case
        with pytest.raises(StorageUnavailable, match="undid"):
            await uow.members.add(a_member(tenant))
        with pytest.raises(StorageUnavailable, match="undid"):
            await uow.commit()


async def test_a_read_only_database_says_so_and_can_be_read(sqlite: SqliteDatabase) -> None:
    tenant = await _tenant(sqlite)
    (await _writer(sqlite)).execute("PRAGMA query_only = ON")
    with pytest.raises(StorageUnavailable, match="read-only"):
        async with SqlUnitsOfWork(sqlite).open(tenant) as uow:
            await uow.members.add(a_member(tenant))
    async with SqlUnitsOfWork(sqlite).open(tenant, read_only=True) as uow:
        assert uow.tenant.slug == "studio"


async def test_a_read_only_postgres_says_so(postgres: Database, postgres_url: str) -> None:
    tenant = await _tenant(postgres)
    await postgres.run(lambda c: c.exec_driver_sql(_READ_ONLY))
    fresh = open_database(postgres_url, clock=FixedClock(), ids=SequenceIds())
    with pytest.raises(StorageUnavailable, match="read-only"):
        async with SqlUnitsOfWork(fresh).open(tenant) as uow:
            await uow.members.add(a_member(tenant))
    assert (await check(fresh)).problems == ("the database is read-only (perhaps a standby): connect to the primary",)
    await fresh.close()


_READ_ONLY = """
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
    END $$
"""


@pytest.mark.parametrize(
    ("name", "words"),
    [("letter.txt/x.db", "cannot be opened"), ("letter.txt", "no SQLite database")],
)
async def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "letter.txt").write_bytes(b"this is a letter, not a database" * 100)
    path = tmp_path / name
    database = SqliteDatabase(path, clock=FixedClock(), ids=SequenceIds())
    with pytest.raises(StorageUnavailable, match=words):
        await SqlDirectory(database).ping()
    with pytest.raises(StorageUnavailable, match=words):
        await upgrade(database)
    await database.close()


async def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://somebody:hunter2@/shop?host={tmp_path}"
    database = open_database(url, clock=FixedClock(), ids=SequenceIds())
    with pytest.raises(StorageUnavailable, match="cannot be reached") as caught:
        await SqlDirectory(database).ping()
    assert "hunter2" not in f"{caught.value} {caught.value.details} {database.name}"
    await database.close()


async def test_a_database_that_is_not_there_must_be_created(postgres_server: str) -> None:
    url = sa.make_url(postgres_server).set(database="nowhere").render_as_string(hide_password=False)
    database = open_database(url, clock=FixedClock(), ids=SequenceIds())
    with pytest.raises(StorageUnavailable, match="create it first"):
        await SqlDirectory(database).ping()
    await database.close()


async def test_texts_and_numbers_that_cannot_be_stored_are_refused(units: SqlUnitsOfWork, tenant: TenantId) -> None:
    odd = a_member(tenant, "lone surrogate \ud800")
    with pytest.raises(InvalidValue):
        async with units.open(tenant) as uow:
            await uow.members.add(odd)
    assert odd.version == 0


async def test_a_membership_needs_its_member(units: SqlUnitsOfWork, tenant: TenantId) -> None:
    orphan = a_membership(tenant, MemberId(a_member(tenant).id))
    with pytest.raises(NotFound):
        async with units.open(tenant) as uow:
            await uow.memberships.add(orphan)


async def test_a_rival_found_by_a_save_does_not_end_the_transaction(units: SqlUnitsOfWork, tenant: TenantId) -> None:
    ada, bob = a_user(tenant, "ada@example.org"), a_user(tenant, "bob@example.org")
    async with units.open(tenant) as uow:
        await uow.users.add(ada)
        await uow.users.add(bob)
        bob.email = ada.email
        with pytest.raises(AlreadyExists):
            await uow.users.save(bob)
        ada.name = "Ada Lovelace"
        await uow.users.save(ada)
        await uow.commit()
    async with units.open(tenant, read_only=True) as uow:
        assert (await uow.users.get(ada.id)).name == "Ada Lovelace"
        assert (await uow.users.get(bob.id)).email.raw == "bob@example.org"


async def test_a_unit_that_was_left_is_of_no_use(units: SqlUnitsOfWork, tenant: TenantId) -> None:
    async with units.open(tenant) as uow:
        pass
    with pytest.raises(RuntimeError, match="left already"):
        await uow.members.add(a_member(tenant))
    with pytest.raises(RuntimeError, match="left already"):
        await uow.commit()


async def test_connections_that_died_are_replaced(postgres: Database) -> None:
    """As after a restart of the server: who is in the middle is told, who comes later notices nothing."""
    assert isinstance(postgres, PostgresDatabase)
    tenant, units = await _tenant(postgres), SqlUnitsOfWork(postgres)
    with pytest.raises(StorageUnavailable, match="lost"):
        await _add_while_the_server_hangs_up(postgres, tenant)
    async with units.open(tenant) as uow:
        assert uow.tenant.slug == "studio"
    async with units.open(tenant, read_only=True) as uow:
        assert uow.tenant.slug == "studio"


async def _add_while_the_server_hangs_up(postgres: PostgresDatabase, tenant: TenantId) -> None:
    async with SqlUnitsOfWork(postgres).open(tenant) as uow:
        async with postgres._connected(postgres._single) as other:
            await other.exec_driver_sql(_HANG_UP)
        await uow.members.add(a_member(tenant))


_HANG_UP = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_a_deadlock_is_a_conflict(postgres: Database) -> None:
    """Two transactions save the same two rows crosswise: one gets through, the other may try again."""
    tenant, units = await _tenant(postgres), SqlUnitsOfWork(postgres)
    one, two = a_user(tenant, "one@example.org"), a_user(tenant, "two@example.org")
    async with units.open(tenant) as uow:
        await uow.users.add(one)
        await uow.users.add(two)
        await uow.commit()
    barrier = asyncio.Barrier(2)

    async def save(*users: User) -> None:
        async with units.open(tenant) as uow:
            await uow.users.save(users[0])
            await barrier.wait()
            await uow.users.save(users[1])
            await uow.commit()

    results = await asyncio.gather(save(one, two), save(two, one), return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [StorageConflict]
