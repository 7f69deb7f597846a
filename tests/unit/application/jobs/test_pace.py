"""How many jobs a worker asks for."""

from tresen.application.jobs.pace import Pace

NOON, QUICK, LONG = 43_200.0, 0.02, 2.0


def test_at_first_as_many_as_there_are_places() -> None:
    assert Pace(20).room(0, NOON) == 20


def test_whoever_has_some_in_hand_asks_for_the_free_places_only() -> None:
    pace = Pace(20)
    pace.took(20, NOON)
    assert pace.room(5, NOON + QUICK) == 15
    assert pace.room(20, NOON + QUICK) == 0


def test_quick_ones_are_taken_by_the_hundred() -> None:
    pace, now = Pace(20), NOON
    asked = []
    for _ in range(8):
        count = pace.room(0, now)
        asked.append(count)
        pace.took(count, now)
        now += QUICK
    assert asked == [20, 40, 80, 160, 320, 500, 500, 500]


def test_slow_ones_are_not() -> None:
    pace = Pace(20)
    pace.took(20, NOON)
    assert pace.room(0, NOON + QUICK) == 40
    pace.took(40, NOON + QUICK)
    assert pace.room(0, NOON + LONG) == 20


def test_less_than_was_asked_for_says_nothing() -> None:
    pace = Pace(20)
    pace.took(3, NOON)
    assert pace.room(0, NOON + QUICK) == 20


def test_those_that_wait_too_long_are_for_others() -> None:
    pace = Pace(20)
    assert not pace.is_slow(NOON)
    pace.took(500, NOON)
    assert not pace.is_slow(NOON + QUICK)
    assert pace.is_slow(NOON + LONG)


def test_many_places_are_all_used() -> None:
    pace = Pace(800)
    assert pace.room(0, NOON) == 800
    pace.took(800, NOON)
    assert pace.room(0, NOON + QUICK) == 800
