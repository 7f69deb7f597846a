"""Values survive the way into SQLite's forms and back, and keep their order."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.persistence.types import Day, Id, from_microseconds, to_microseconds

instants = st.datetimes(timezones=st.just(UTC))


@given(instants)
def test_an_instant_comes_back_exactly(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


@given(instants, st.integers(-23, 23))
def test_the_zone_in_which_an_instant_was_told_does_not_matter(moment: datetime, hours: int) -> None:
    try:
        elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
    except OverflowError:
        return
    assert to_microseconds(elsewhere) == to_microseconds(moment)


@given(instants, instants)
def test_stored_instants_are_ordered_as_instants_are(one: datetime, other: datetime) -> None:
    assert (to_microseconds(one) < to_microseconds(other)) == (one < other)


def test_a_naive_instant_is_no_instant() -> None:
    with pytest.raises(TypeError):
        to_microseconds(datetime(2026, 3, 2))  # noqa: DTZ001 - that is the point


@given(st.uuids(), st.uuids())
def test_ids_come_back_and_are_ordered_as_ids_are(one: UUID, other: UUID) -> None:
    assert Id.from_sqlite(bytes(Id.to_sqlite(one))) == one
    assert (bytes(Id.to_sqlite(one)) < bytes(Id.to_sqlite(other))) == (one < other)


@given(st.dates(), st.dates())
def test_dates_come_back_and_are_ordered_as_dates_are(one: date, other: date) -> None:
    assert Day.from_sqlite(Day.to_sqlite(one)) == one
    assert (Day.to_sqlite(one) < Day.to_sqlite(other)) == (one < other)
