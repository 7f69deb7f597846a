"""The composition root: every part can be built, replaced, and is closed."""

import asyncio
from pathlib import Path

import pytest
import typed_settings as ts
from dependency_injector import providers

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.security.sealing import new_key
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import installed
from tresen.bootstrap.settings import Settings
from tresen.domain.shared.errors import StorageUnavailable


def settings(folder: Path, url: str = "") -> Settings:
    return Settings(data_dir=folder, secret_key=ts.Secret(new_key()), database_url=url)


async def test_every_provider_builds_what_it_says(tmp_path: Path) -> None:
    container = Container(settings=settings(tmp_path))
    built = {name: provider() for name, provider in container.providers.items()}
    assert len(built) == len(Container.providers)
    assert all(part is not None for part in built.values())
    await container.database().close()


async def test_parts_can_be_replaced_before_they_are_built(tmp_path: Path) -> None:
    clock = FixedClock()
    async with installed(
        settings(tmp_path), adjust=lambda container: container.clock.override(providers.Object(clock))
    ) as installation:
        assert (await installation.ready()).clock is clock


async def test_an_embedded_database_is_made_at_the_first_use(tmp_path: Path) -> None:
    async with installed(settings(tmp_path / "new")) as installation:
        assert list(await (await installation.ready()).directory.tenants()) == []


async def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "tresen.db"
    file.write_text("somebody's notes, longer than a header of a hundred bytes " * 5, encoding="utf-8")
    before = file.read_bytes()
    async with installed(settings(tmp_path)) as installation:
        with pytest.raises(StorageUnavailable):
            await installation.ready()
    assert file.read_bytes() == before


async def test_what_goes_on_behind_an_answer_ends_before_the_database_is_closed(tmp_path: Path) -> None:
    """A call that rang is answered before it is stored when that takes long."""
    ends: list[str] = []

    async def store() -> None:
        await asyncio.sleep(0)
        await (await installation.ready()).directory.ping()
        ends.append("stored")

    async with installed(settings(tmp_path)) as installation:
        calls = (await installation.ready()).answer_inbound_call
        task = asyncio.create_task(store())
        calls._storing.add(task)
    assert ends == ["stored"]
