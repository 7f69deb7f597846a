"""Who asks how a sync stands while it runs is told how far it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tresen.application.sync.deciding import walk
from tresen.application.sync.deciding.plan_writer import TELL_EVERY_S
from tresen.domain.sync.kept_plan import PlanState
from tresen.domain.sync.state import Phase, SyncState

from ..studio import Studio
from .scene import applied, planned, plans, state, synced_crowd

A_TURN = timedelta(seconds=TELL_EVERY_S)


def looks(studio: Studio, found: list[tuple[Phase, int]], passes: timedelta) -> Callable[[], None]:
    """Notes how the members stand, and lets time pass."""

    def look() -> None:
        states: list[SyncState] = [
            one for (_, kind), one in studio.store.room(studio.tenant.id).sync_states.items() if kind == "member"
        ]
        found.extend((one.phase, one.seen) for one in states)
        studio.clock.advance(passes)

    return look


@pytest.fixture(autouse=True)
def pages_are_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a thousand records are looked at together."""
    monkeypatch.setattr(walk, "BATCH", 2)


async def seen_at_pages(studio: Studio, passes: timedelta) -> list[tuple[Phase, int]]:
    """What is told before each of the four pages of a listing of seven, between which so much time passes."""
    await synced_crowd(studio, 7)
    found: list[tuple[Phase, int]] = []
    for page in range(4):
        studio.gym.faults.meanwhile("members", looks(studio, found, passes), page=page)
    told = len(studio.seen.told)
    await studio.members_synced(whole=True)
    writes = [name for name, _ in studio.seen.told[told:] if name == "sync_seen"]
    assert bool(writes) is bool(passes)
    return found


async def test_a_listing_tells_how_many_it_has_seen(studio: Studio) -> None:
    assert await seen_at_pages(studio, A_TURN) == [(Phase.OBSERVING, seen) for seen in (0, 2, 4, 6)]
    assert ((await state(studio)).phase, (await state(studio)).seen) == (Phase.IDLE, 7)


async def test_it_tells_that_once_a_second_at_most(studio: Studio) -> None:
    assert await seen_at_pages(studio, A_TURN / 2) == [(Phase.OBSERVING, seen) for seen in (0, 0, 4, 4)]


async def test_what_is_over_at_once_writes_nothing_for_it(studio: Studio) -> None:
    assert await seen_at_pages(studio, timedelta(0)) == [(Phase.OBSERVING, 0)] * 4


async def test_a_plan_that_is_applied_tells_how_many_it_has_seen(studio: Studio) -> None:
    await synced_crowd(studio, 9)
    half = studio.books.members.entries()[:2]
    studio.books.members.entries = lambda: half  # type: ignore[method-assign] # the provider is not well
    run = await planned(studio, whole=True)
    assert plans(studio)[-1].state is PlanState.HELD
    found: list[tuple[Phase, int]] = []
    studio.gym.faults.meanwhile("members.get", looks(studio, found, timedelta(0)))
    await applied(studio, run.plan_id, accepted_by="Eva")
    assert found == [(Phase.APPLYING, 2)]
