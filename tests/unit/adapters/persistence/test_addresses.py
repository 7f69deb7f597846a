"""Which addresses name which database, and what is said of the others."""

from pathlib import Path

import pytest

from tresen.adapters.memory.clock import FixedClock, SequenceIds
from tresen.adapters.persistence import database
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.domain.shared.errors import NotConfigured


def _open(url: str) -> Database:
    return open_database(url, clock=FixedClock(), ids=SequenceIds())


@pytest.mark.parametrize(("url", "path"), [("sqlite:///rel/x.db", "rel/x.db"), ("sqlite:////abs/x.db", "/abs/x.db")])
async def test_a_file_by_its_path(url: str, path: str) -> None:
    found = _open(url)
    assert isinstance(found, SqliteDatabase)
    assert found.path == Path(path)
    await found.close()


async def test_a_temporary_database_is_gone_when_it_is_closed() -> None:
    found = _open("sqlite://")
    assert isinstance(found, SqliteDatabase)
    folder = found.path.parent
    assert folder.is_dir()
    await found.close()
    assert not folder.exists()


async def test_a_server_is_named_without_password_and_parameters() -> None:
    found = _open("postgresql://ada:secret@/shop?host=/run/pg&sslmode=require")
    assert found.name == "postgresql://ada:***@/shop"
    await found.close()


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite://host/x.db", "sqlite:///x.db?mode=ro"])
def test_other_forms_are_refused_with_the_accepted_ones(url: str) -> None:
    with pytest.raises(NotConfigured, match="sqlite:///relative"):
        _open(url)


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(NotConfigured, match="sslcert"):
        _open("postgresql://host/db?sslcert=x")


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "find_spec", lambda _: None)
    with pytest.raises(NotConfigured, match=r"tresen\[postgres\]"):
        _open("postgresql://host/db")
