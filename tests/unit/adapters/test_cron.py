"""Reading cron expressions."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.cron import LibraryCronParser
from tresen.domain.schedules.cron import CronFields
from tresen.domain.shared.errors import InvalidValue

parse = LibraryCronParser().parse


def test_the_notation() -> None:
    assert parse("0 5-14 * * 1-5") == CronFields(
        minutes=frozenset({0}), hours=frozenset(range(5, 15)), weekdays=frozenset({1, 2, 3, 4, 5})
    )
    assert parse("*/20 8,12-14/2 1 jan,DEC *") == CronFields(
        minutes=frozenset({0, 20, 40}),
        hours=frozenset({8, 12, 14}),
        days=frozenset({1}),
        months=frozenset({1, 12}),
        real_time=True,
    )


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN", "*/7"])
def test_sunday_has_two_numbers(sunday: str) -> None:
    assert parse(f"0 0 * * {sunday}").weekdays == {0}
    assert parse("0 0 * * 5-7").weekdays == {5, 6, 0}


def test_day_and_weekday_are_alternatives_unless_one_begins_with_a_star() -> None:
    assert parse("0 0 13 * 5").either_day
    for expression in ("0 0 * * 5", "0 0 13 * *", "0 0 */2 * 5", "0 0 13 * */2"):
        assert not parse(expression).either_day


@pytest.mark.parametrize(
    ("expression", "real_time"),
    [("0 * * * *", True), ("* 2 * * *", True), ("0 0-23/2 * * *", True), ("0,30 1,2 */2 * *", False)],
)
def test_a_star_or_a_step_in_minute_or_hour_follows_real_time(expression: str, real_time: bool) -> None:
    assert parse(expression).real_time is real_time


def test_nicknames() -> None:
    assert parse("@daily") == parse(" @MIDNIGHT ") == parse("0 0 * * *")
    assert parse("@hourly").real_time


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("60 * * * *", "minute '60'"),
        ("0 24 * * *", "hour '24'"),
        ("0 5-2 * * *", "hour '5-2'"),
        ("*/0 * * * *", "minute '*/0'"),
        ("0 0 0 * *", "day-of-month '0'"),
        ("0 0 L * *", "day-of-month 'L'"),
        ("0 0 LW * *", "day-of-month 'LW'"),
        ("0 0 * 13 *", "month '13'"),
        ("0 0 * foo *", "month 'foo'"),
        ("0 0 * * 8", "day-of-week '8'"),
        ("0 0 * * 5L", "day-of-week '5L'"),
        ("0 0 * * 1#2", "day-of-week '1#2'"),
        ("0 0 * * MON-", "day-of-week 'MON-'"),
        ("0 0 30 2 *", "day-of-month '30'"),
        ("0 0 31 4,6 *", "day-of-month '31'"),
        ("0 0 * * * *", "five fields"),
        ("0 0 * *", "five fields"),
        ("@reboot", "five fields"),
        ("", "five fields"),
        ("1,1," * 100 + "1 * * * *", "five fields"),
    ],
)
def test_what_is_wrong_is_said(expression: str, said: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse(expression)
    assert said in caught.value.message
    assert caught.value.details["field"] == "cron"


def test_a_day_that_a_month_lacks_may_stand_beside_a_weekday() -> None:
    assert parse("0 0 30 2 1").either_day


words = st.lists(st.text("*0123456789,-/LW#sunSUN@²", min_size=1, max_size=6), min_size=4, max_size=6)


@given(words.map(" ".join))
def test_any_text_is_read_or_refused(expression: str) -> None:
    with suppress(InvalidValue):
        assert isinstance(parse(expression), CronFields)
