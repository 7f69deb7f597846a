"""What clocks, identifiers and dice promise (ports/clock.py)."""

import itertools
import threading
from datetime import timedelta
from uuid import RFC_4122, UUID

import pytest

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.system import SystemClock, SystemDice, UuidSource
from tresen.application.ports.clock import Clock, Dice, IdSource


@pytest.mark.parametrize("clock", [FixedClock(), SystemClock()], ids=["memory", "system"])
async def test_now_is_aware_and_in_utc_and_goes_on(clock: Clock) -> None:
    before = clock.now()
    assert before.utcoffset() == timedelta(0)
    await clock.sleep(0.002)
    assert clock.now() - before >= timedelta(seconds=0.001)


@pytest.mark.parametrize("clock", [FixedClock(), SystemClock()], ids=["memory", "system"])
async def test_to_sleep_for_nothing_or_less_is_not_to_sleep(clock: Clock) -> None:
    before = clock.now()
    for seconds in (0, -1, -3_600):
        await clock.sleep(seconds)
    assert timedelta(0) <= clock.now() - before < timedelta(seconds=30)


@pytest.mark.parametrize("ids", [SequenceIds(), UuidSource()], ids=["memory", "system"])
def test_ids_are_uuids_of_version_7_and_grow(ids: IdSource) -> None:
    made = [ids.new() for _ in range(20_000)]
    assert all(one.version == 7 and one.variant == RFC_4122 for one in made)
    assert all(a < b and a.bytes < b.bytes and str(a) < str(b) for a, b in itertools.pairwise(made))


@pytest.mark.parametrize("ids", [SequenceIds(), UuidSource()], ids=["memory", "system"])
def test_threads_never_get_the_same_id(ids: IdSource) -> None:
    made: list[list[UUID]] = [[] for _ in range(4)]

    def make(mine: list[UUID]) -> None:
        mine.extend(ids.new() for _ in range(2_000))

    threads = [threading.Thread(target=make, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for mine in made for one in mine}) == 8_000
    assert all(mine == sorted(mine) for mine in made)


@pytest.mark.parametrize("dice", [FixedDice(0.0, 0.999), SystemDice()], ids=["memory", "system"])
def test_dice_roll_from_0_to_below_1(dice: Dice) -> None:
    assert all(0 <= dice.roll() < 1 for _ in range(1_000))
