"""Cursors in civil time: how far they go back, above all where clocks are put back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.wodify.cursors import Cursor, Edit, edit_of, went_back
from tresen.domain.shared.errors import CursorExpired

BERLIN = ZoneInfo("Europe/Berlin")
TEN, SECOND = timedelta(minutes=10), timedelta(seconds=1)
PUT_BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)  # in Berlin
ZONES = [BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]

civil = datetime.fromisoformat


@pytest.mark.parametrize(
    ("at", "since"),
    [
        ("2026-07-10T14:45:00", "2026-07-10T14:35:00"),
        ("2026-10-25T01:59:00", "2026-10-25T01:49:00"),
        ("2026-10-25T02:30:00", "2026-10-25T01:20:00"),  # in the first pass or the second, nobody knows
        ("2026-10-25T02:59:59", "2026-10-25T01:49:59"),
        ("2026-10-25T03:05:00", "2026-10-25T02:55:00"),
        ("2026-03-29T03:05:00", "2026-03-29T01:55:00"),  # ten minutes ago it was not yet two
    ],
)
def test_a_cursor_goes_back_by_the_overlap_and_over_a_doubled_hour(at: str, since: str) -> None:
    assert went_back(civil(at), TEN, BERLIN) == civil(since)


def test_without_a_zone_every_hour_may_be_doubled() -> None:
    assert went_back(civil("2026-07-10T14:45:00"), TEN, None) == civil("2026-07-10T13:35:00")


@given(
    zone=st.sampled_from(ZONES),
    seen=st.integers(0, 2 * 365 * 86_400).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + seconds * SECOND),
    near=st.none() | st.integers(-200, 200),
    later=st.integers(-600, 4 * 86_400),
    known=st.booleans(),
)
def test_whatever_is_committed_from_the_overlap_on_has_a_later_stamp(
    zone: ZoneInfo, seen: datetime, near: int | None, later: int, known: bool
) -> None:
    """The newest edit that was seen is made at an instant, another up to ten minutes before it or any time after."""
    instant = seen if near is None else PUT_BACK + timedelta(minutes=near)
    stamp = instant.astimezone(zone).replace(tzinfo=None)
    other = (instant + timedelta(seconds=later)).astimezone(zone).replace(tzinfo=None)
    assert went_back(stamp, TEN, zone if known else None) <= other


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor(civil("2026-03-01T12:00:00"), "9007199254740993")
    assert Cursor.of(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "~", "x~1", "2026-02-30T00:00:00~1"])
def test_what_is_no_cursor_has_expired(text: str) -> None:
    with pytest.raises(CursorExpired):
        Cursor.of(text)


@pytest.mark.parametrize("stamp", ["2026-07-10T14:45:00", "2026-07-10T14:45:00Z", "2026-07-10T14:45:00.730+02:00"])
def test_a_stamp_is_taken_as_it_is_shown(stamp: str) -> None:
    record = msgspec.Raw(msgspec.json.encode({"id": 12, "updated": {"updated_on_datetime": stamp}}))
    assert edit_of(record) == Edit(civil("2026-07-10T14:45:00"), "12")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"updated": None},
        {"updated": {"updated_on_datetime": "1900-01-01T00:00:00"}},
        {"updated": {"updated_on_datetime": "yesterday"}},
        {"updated": "2026-07-10T14:45:00"},
        {"updated": {"updated_on_datetime": "2026-07-10T14:45:00"}, "id": 0},
    ],
)
def test_a_record_without_a_usable_stamp_or_id_tells_no_edit(fields: dict[str, object]) -> None:
    assert edit_of(msgspec.Raw(msgspec.json.encode({"id": 12, **fields}))) is None
