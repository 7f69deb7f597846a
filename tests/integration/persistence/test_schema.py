"""Migrations, and what they do with what is there."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from tests.builders import a_tenant
from tests.integration.persistence import revision
from tests.integration.persistence.kept import Kept

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.mappers import tenancy
from tresen.adapters.persistence.revision import HEAD
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.tables import METADATA, TENANT
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.system import SystemClock, UuidSource
from tresen.application.ports.clock import Clock
from tresen.domain.shared.errors import StorageUnavailable

_CATALOG = """
    SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
           || coalesce(collation_name, '') FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""


def _create_all(connection: sa.Connection) -> None:
    METADATA.create_all(connection, tables=revision.tables_of(connection.dialect.name))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    return config


def _to_first_revision(connection: sa.Connection) -> None:
    _to_revision(connection, "0001")


def _to_second_revision(connection: sa.Connection) -> None:
    _to_revision(connection, "0002")


def _to_revision(connection: sa.Connection, wanted: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, wanted)


def _fresh(url: str, clock: Clock | None = None) -> Database:
    return open_database(url, clock=clock or FixedClock(), ids=UuidSource())


def _sqlite_schema(connection: sa.Connection) -> set[str]:
    rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql NOT LIKE '%alembic_version%'")
    return {" ".join(sql.replace("(", " ( ").replace(")", " ) ").split()) for (sql,) in rows}


def _postgres_schema(connection: sa.Connection) -> set[tuple[str, str]]:
    rows = connection.exec_driver_sql(_CATALOG)
    return {(kind, text) for kind, text in rows if "alembic_version" not in text and "pgqueuer" not in text}


async def test_migrated_sqlite_is_what_the_code_expects(sqlite: SqliteDatabase, tmp_path: Path) -> None:
    expected = _fresh(f"sqlite:///{tmp_path}/expected.db")
    await expected.run(_create_all)
    assert await sqlite.run(_sqlite_schema) == await expected.run(_sqlite_schema)
    await expected.close()


async def test_migrated_postgres_is_what_the_code_expects(postgres: Database, empty_postgres_url: str) -> None:
    expected = _fresh(empty_postgres_url)
    await expected.run(_create_all)
    assert await postgres.run(_postgres_schema) == await expected.run(_postgres_schema)
    await expected.close()


def test_the_revision_that_the_code_asks_for_is_the_last_one() -> None:
    assert ScriptDirectory.from_config(_config()).get_current_head() == HEAD


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_statements_of_the_revision_are_those_of_the_tables(dialect: str) -> None:
    """When this fails: ``python -m tests.integration.persistence.revision``."""
    assert revision.file_of(dialect).read_text(encoding="utf-8") == revision.script(dialect)


async def test_an_upgrade_from_the_first_revision_keeps_what_is_there(tmp_path: Path, empty_postgres_url: str) -> None:
    tenant = a_tenant()
    for url in (f"sqlite:///{tmp_path}/first.db", empty_postgres_url):
        database = _fresh(url)
        await database.migrate(_to_first_revision)
        await database.migrate(lambda c: c.execute(sa.insert(TENANT).values(tenancy.tenant_row(tenant))).rowcount)
        done = await schema.upgrade(database)
        assert (done.before, done.after) == ("0001", HEAD)
        assert (done.backup is not None) == url.startswith("sqlite")
        assert await SqlDirectory(database).tenant(tenant.id) == tenant
        await database.close()


async def test_an_upgrade_from_the_second_revision_keeps_what_a_sync_kept(
    tmp_path: Path, empty_postgres_url: str
) -> None:
    for url in (f"sqlite:///{tmp_path}/second.db", empty_postgres_url):
        database, kept = _fresh(url), Kept()
        await database.migrate(_to_second_revision)
        await database.migrate(kept.write)
        done = await schema.upgrade(database)
        assert (done.before, done.after) == ("0002", HEAD)
        async with SqlUnitsOfWork(database).open(kept.tenant.id) as uow:
            await kept.assert_is_there(uow)
        await database.close()


async def test_a_new_file_needs_no_copy_and_a_second_upgrade_does_nothing(tmp_path: Path) -> None:
    database = _fresh(f"sqlite:///{tmp_path}/new.db")
    first, second = await schema.upgrade(database), await schema.upgrade(database)
    await database.close()
    assert (first.before, first.after, first.backup) == (None, HEAD, None)
    assert (second.before, second.after, second.backup) == (HEAD, HEAD, None)


async def test_a_file_with_tables_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.executescript("CREATE TABLE precious (x); INSERT INTO precious VALUES (42);")
    database = _fresh(f"sqlite:///{tmp_path}/old.db")
    done = await schema.upgrade(database)
    await database.close()
    assert done.backup == tmp_path / "old-20260302T120000.db"
    with closing(sqlite3.connect(done.backup)) as copy:
        assert copy.execute("SELECT x FROM precious").fetchall() == [(42,)]
        assert copy.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


async def test_a_migration_that_fails_leaves_the_schema_as_it_was(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "odd.db")) as odd:
        odd.executescript("CREATE TABLE sync_run (not_ours);")
    database = _fresh(f"sqlite:///{tmp_path}/odd.db")
    with pytest.raises(StorageUnavailable):
        await schema.upgrade(database)
    assert await database.run(lambda c: sa.inspect(c).get_table_names()) == ["sync_run"]
    await database.close()


async def test_two_upgrades_at_once_do_it_once(tmp_path: Path, empty_postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path}/both.db", empty_postgres_url):
        # Who comes second waits for the other one's work, which no clock of ours moves on.
        one, two = _fresh(url, SystemClock()), _fresh(url, SystemClock())
        done = await asyncio.gather(schema.upgrade(one), schema.upgrade(two))
        assert {d.after for d in done} == {HEAD}
        assert (await schema.current(one)).state is schema.State.CURRENT
        await one.close()
        await two.close()


async def test_a_schema_of_a_newer_version_is_left_alone(database: Database) -> None:
    await database.migrate(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'").rowcount)
    with pytest.raises(StorageUnavailable, match="newer version"):
        await schema.upgrade(database)
    with pytest.raises(StorageUnavailable, match="9999"):
        await SqlDirectory(database).ping()
    found = await schema.check(database)
    assert found.state is schema.State.NEWER
    assert len(found.problems) == 1


async def test_a_database_without_schema_says_what_to_do(tmp_path: Path, empty_postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path}/empty.db", empty_postgres_url):
        database = _fresh(url)
        with pytest.raises(StorageUnavailable, match="upgrade its schema first"):
            await SqlDirectory(database).ping()
        found = await schema.check(database)
        assert found.state is schema.State.MISSING
        assert found.problems == ("the schema is missing: upgrade it",)
        await database.close()


async def test_a_sound_database_has_no_problems(database: Database) -> None:
    await SqlDirectory(database).ping()
    found = await schema.check(database)
    assert (found.state, found.revision, found.problems) == (schema.State.CURRENT, HEAD, ())
