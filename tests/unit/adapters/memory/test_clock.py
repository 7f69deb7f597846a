"""The clock, the identifiers and the dice that do what they are told."""

from datetime import datetime, timedelta

import pytest
from tests.builders import NOON

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.domain.shared.errors import InvalidValue


async def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.advance(timedelta(hours=1))
    await clock.sleep(0.5)
    assert clock.now() == NOON + timedelta(hours=1, seconds=0.5)
    assert clock.slept == [0.5]
    clock.set(NOON)
    assert clock.now() == NOON


def test_the_clock_guesses_no_zone() -> None:
    with pytest.raises(InvalidValue):
        FixedClock(datetime(2026, 3, 2, 12))  # noqa: DTZ001 - naive on purpose


def test_ids_are_the_same_in_every_run() -> None:
    first, second = SequenceIds(), SequenceIds()
    assert [first.new() for _ in range(5)] == [second.new() for _ in range(5)]
    later = SequenceIds(start=1)
    first = SequenceIds()
    assert first.new() < first.new() == later.new()


def test_dice_give_their_numbers_in_turn() -> None:
    dice = FixedDice(0.1, 0.9)
    assert [dice.roll() for _ in range(4)] == [0.1, 0.9, 0.1, 0.9]
    assert FixedDice().roll() == 0.5
