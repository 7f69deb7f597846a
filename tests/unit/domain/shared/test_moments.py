"""Instants as people write them."""

from datetime import UTC, datetime

import pytest

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.moments import MOMENT_FORMS, read_moment


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-11-21", "UTC", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21", "Europe/Berlin", datetime(2026, 11, 20, 23, tzinfo=UTC)),
        ("2026-07-21", "Europe/Berlin", datetime(2026, 7, 20, 22, tzinfo=UTC)),
        # No midnight there that day: it begins at one o'clock.
        ("2018-11-04", "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("2026-11-21T09:00:00+01:00", "Asia/Tokyo", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("2026-11-21T09:00Z", "Asia/Tokyo", datetime(2026, 11, 21, 9, tzinfo=UTC)),
    ],
)
def test_a_date_is_its_first_instant_in_the_zone_and_an_instant_is_itself(
    text: str, zone: str, moment: datetime
) -> None:
    assert read_moment(text, zone, "since") == moment


@pytest.mark.parametrize(
    "text", ["yesterday", "", "2026-11-31", "20261121", "2026-11-21T09:00", "2026-W47-6", "٢٠٢٦-11-21", "1764000000"]
)
def test_whatever_else_is_refused_with_the_forms_that_are_taken(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_moment(text, "UTC", "until")
    assert caught.value.message == f"until must be {MOMENT_FORMS}"
    assert caught.value.details["field"] == "until"


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01T00:00:00+14:00"])
def test_what_lies_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="calendar"):
        read_moment(text, "Asia/Tokyo", "since")
