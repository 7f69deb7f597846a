"""Each test here runs on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from .gym import emulator, facts, opened


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[str]]:
    """What a sync without any trouble leaves."""
    folder = tmp_path_factory.mktemp("undisturbed")

    async def sync() -> Mapping[str, Sequence[str]]:
        async with emulator().serving() as url, opened(folder, f"sqlite:///{folder}/tresen.db", url) as gym:
            await gym.sync()
            return facts(await gym.stored())

    return asyncio.run(sync())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tresen.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
