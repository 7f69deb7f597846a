"""Work is committed whole or not at all, and run again when others were faster."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tresen.application.log_context import bound, current
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import NotFound, StaleVersion, StorageConflict, StorageUnavailable
from tresen.domain.shared.ids import SiteId, TenantId
from tresen.domain.tenancy.tenant import Site

from .studio import Studio

Adding = Callable[[UnitOfWork], Awaitable[str]]


def adding(studio: Studio, name: str = "Mitte") -> Adding:
    async def work(uow: UnitOfWork) -> str:
        site = Site(id=SiteId(studio.ids.new()), tenant_id=studio.tenant.id, name=name)
        await uow.sites.add(site)
        return name

    return work


async def sites(studio: Studio) -> list[str]:
    return [site.name for site in await studio.read(lambda uow: uow.sites.all())]


async def test_what_returns_is_committed(studio: Studio) -> None:
    assert await studio.transactions.run(studio.tenant.id, "add_site", adding(studio)) == "Mitte"
    assert await sites(studio) == ["Mitte"]
    assert studio.seen.told == [("add_site", "committed")]


@pytest.mark.parametrize("error", [RuntimeError("bug"), NotFound("site", 1), KeyboardInterrupt()])
async def test_whatever_is_raised_undoes_everything_and_is_not_repeated(studio: Studio, error: BaseException) -> None:
    tries = 0

    async def work(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        await adding(studio)(uow)
        raise error

    with pytest.raises(type(error)) as raised:
        await studio.transactions.run(studio.tenant.id, "add_site", work)
    assert raised.value is error
    assert tries == 1
    assert await sites(studio) == []
    assert studio.seen.told == [("add_site", "rolled_back")]


async def test_whoever_was_overtaken_decides_anew(studio: Studio) -> None:
    overtaken = [StaleVersion("old"), StaleVersion("old")]

    async def work(uow: UnitOfWork) -> str:
        if overtaken:
            raise overtaken.pop()
        return await adding(studio)(uow)

    assert await studio.transactions.run(studio.tenant.id, "add_site", work) == "Mitte"
    assert [outcome for _, outcome in studio.seen.told] == ["retried", "retried", "committed"]


async def test_a_collision_runs_the_whole_work_again_after_a_pause_with_jitter(studio: Studio) -> None:
    studio.units.commits_fail.extend([StorageConflict("busy"), StorageConflict("busy"), StorageConflict("busy")])
    await studio.transactions.run(studio.tenant.id, "add_site", adding(studio))
    assert await sites(studio) == ["Mitte"]
    assert studio.clock.slept == [0.01, 0.02, 0.04]
    assert studio.seen.told == [("add_site", "retried")] * 3 + [("add_site", "committed")]


async def test_after_three_repetitions_the_collision_is_raised(studio: Studio) -> None:
    last = StorageConflict("the last")
    studio.units.commits_fail.extend([StorageConflict("busy"), StorageConflict("busy"), StorageConflict("busy"), last])
    with pytest.raises(StorageConflict) as raised:
        await studio.transactions.run(studio.tenant.id, "add_site", adding(studio))
    assert raised.value is last
    assert await sites(studio) == []
    assert len(studio.clock.slept) == 3
    assert studio.seen.told == [("add_site", "retried")] * 3 + [("add_site", "rolled_back")]


async def test_a_store_that_is_down_is_not_tried_again(studio: Studio) -> None:
    studio.units.commits_fail.append(StorageUnavailable("disk full"))
    with pytest.raises(StorageUnavailable):
        await studio.transactions.run(studio.tenant.id, "add_site", adding(studio))
    assert studio.clock.slept == []
    assert studio.seen.told == [("add_site", "rolled_back")]


async def test_an_unknown_tenant_is_not_found(studio: Studio) -> None:
    nobody = TenantId(studio.ids.new())
    with pytest.raises(NotFound):
        await studio.transactions.run(nobody, "add_site", adding(studio))
    with pytest.raises(NotFound):
        await studio.transactions.read(nobody, lambda uow: uow.sites.all())


async def test_observers_are_told_how_long_each_attempt_took(studio: Studio) -> None:
    async def slow(_: UnitOfWork) -> None:
        studio.clock.advance(timedelta(seconds=2))

    await studio.transactions.run(studio.tenant.id, "slow", slow)
    assert studio.seen.seconds == [2.0]


async def test_reading_can_write_nothing(studio: Studio) -> None:
    with pytest.raises(StorageUnavailable):
        await studio.transactions.read(studio.tenant.id, adding(studio))
    assert await sites(studio) == []


async def test_log_lines_of_the_work_know_tenant_and_use_case(studio: Studio) -> None:
    during: dict[str, str] = {}

    async def work(_: UnitOfWork) -> None:
        during.update(current())

    with bound(correlation="c-1"):
        await studio.transactions.run(studio.tenant.id, "add_site", work)
        assert current() == {"correlation": "c-1"}
    assert during == {"correlation": "c-1", "tenant": str(studio.tenant.id), "transaction": "add_site"}
    assert current() == {}


async def test_the_context_is_left_also_when_the_work_fails(studio: Studio) -> None:
    async def work(_: UnitOfWork) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await studio.transactions.run(studio.tenant.id, "add_site", work)
    assert current() == {}


def test_inner_values_hide_outer_ones_of_the_same_name() -> None:
    with bound(tenant="a"), bound(tenant="b"):
        assert current() == {"tenant": "b"}


async def test_collisions_and_ends_are_logged(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    studio.units.commits_fail.append(StorageConflict("busy"))
    with caplog.at_level(logging.DEBUG, logger="tresen.application.transactions"):
        await studio.transactions.run(studio.tenant.id, "add_site", adding(studio))
    assert [record.getMessage() for record in caplog.records] == [
        "transaction retried",
        "transaction collided, trying again",
        "transaction committed",
    ]
    assert caplog.records[1].levelno == logging.WARNING
