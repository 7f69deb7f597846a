"""Copies and health checks."""

import os
import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from pathlib import Path

import pytest
from tests.builders import a_member, a_membership, a_tenant

from tresen.adapters.memory.clock import FixedClock, SequenceIds
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.store_care import SqlStoreCare
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.domain.shared.errors import AlreadyExists, NotConfigured, NotFound


async def test_a_copy_holds_what_is_committed_even_while_somebody_writes(
    sqlite: SqliteDatabase, tmp_path: Path
) -> None:
    tenant = a_tenant()
    await SqlDirectory(sqlite).add_tenant(tenant)
    async with SqlUnitsOfWork(sqlite).open(tenant.id) as uow:
        await uow.members.add(a_member(tenant.id))
        copy = await schema.backup(sqlite, tmp_path)
        await uow.commit()
    assert copy.name == "tresen-20260302T120000.db"
    with closing(sqlite3.connect(copy)) as found:
        assert found.execute("SELECT slug FROM tenant").fetchall() == [("studio",)]
        assert found.execute("SELECT count(*) FROM member").fetchone() == (0,)
    assert not [name for name in os.listdir(tmp_path) if "unfinished" in name]  # noqa: PTH208 - a path would block


async def test_a_copy_never_overwrites(sqlite: SqliteDatabase, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    assert await schema.backup(sqlite, target) == target
    with pytest.raises(AlreadyExists):
        await schema.backup(sqlite, target)


async def test_postgres_names_its_own_tool(postgres: Database, tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="pg_dump"):
        await schema.backup(postgres, tmp_path)


async def test_a_row_without_its_parent_is_found(sqlite: SqliteDatabase) -> None:
    tenant = a_tenant()
    await SqlDirectory(sqlite).add_tenant(tenant)
    member = a_member(tenant.id)
    async with SqlUnitsOfWork(sqlite).open(tenant.id) as uow:
        await uow.members.add(member)
        await uow.memberships.add(a_membership(tenant.id, member.id))
        await uow.commit()
    with closing(sqlite3.connect(sqlite.path)) as vandal:
        vandal.execute("DELETE FROM member")
        vandal.commit()
    (problem,) = (await schema.check(sqlite)).problems
    assert problem.startswith("1 rows refer")


async def test_a_damaged_page_is_found(sqlite: SqliteDatabase) -> None:
    with closing(sqlite3.connect(sqlite.path)) as other:
        (page,) = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_lead_created'").fetchone()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with sqlite.path.open("r+b") as file:
        file.seek((page - 1) * 8192)
        file.write(b"\xff" * 8192)
    assert any("damaged" in problem for problem in (await schema.check(sqlite)).problems)


async def test_little_room_is_a_problem(sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - what shutil gives
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 50 * 1024 * 1024))
    (problem,) = (await schema.check(sqlite)).problems
    assert problem == "only 50 MB are free on the disk: free some space"


async def test_every_check_is_told_also_when_all_is_well(database: Database) -> None:
    findings = await SqlStoreCare(database).check()
    names = [finding.name for finding in findings]
    file_checks = ["integrity", "foreign keys", "writable", "disk room"]
    assert names == ["reachable", "schema", *(file_checks if isinstance(database, SqliteDatabase) else ["writable"])]
    assert all(finding.ok for finding in findings)


async def test_a_failed_check_is_told_beside_the_others(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - what shutil gives
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1))
    findings = await SqlStoreCare(sqlite).check()
    assert [finding.name for finding in findings if not finding.ok] == ["disk room"]


async def test_a_copy_into_a_missing_folder_names_it(sqlite: SqliteDatabase, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no folder .*missing"):
        await schema.backup(sqlite, tmp_path / "missing" / "copy.db")


async def test_files_are_the_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "data" / "tresen.db"
        database = SqliteDatabase(path, clock=FixedClock(), ids=SequenceIds())
        await schema.upgrade(database)
        await SqlDirectory(database).add_tenant(a_tenant())
        copy = await schema.backup(database, tmp_path / "data")
        rights = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        assert {"tresen.db", "tresen.db-wal", "tresen.db-shm", copy.name} <= rights.keys()
        assert {name: oct(mode) for name, mode in rights.items() if mode != 0o600} == {}
        assert path.parent.stat().st_mode & 0o777 == 0o700
        await database.close()
    finally:
        os.umask(before)
