"""What does not fit beside goes below its row."""

import pytest

from tresen.entrypoints.cli.columns import column_widths
from tresen.entrypoints.cli.folding import Folded, folded

GAP = 2


def fold(columns: tuple[str, ...], *rows: tuple[str, ...], room: int) -> Folded | None:
    widths = column_widths(columns, rows, room=room - GAP * (len(columns) - 1))
    return folded(columns, rows, widths, room=room, gap=GAP)


def test_a_table_that_fits_stays_as_it_is() -> None:
    assert fold(("name", "city"), ("Ada", "Ulm"), room=11) is None
    assert fold(("name", "why"), ("Ada", "two or three lines of words"), room=20) is None


def test_the_first_columns_stay_and_the_others_are_told_below() -> None:
    found = fold(("kind", "made", "lost", "reason"), ("members", "3", "0", "the provider is away"), room=16)
    assert found == Folded(("kind", "made"), [("members", "3")], [["    reason: the", "    provider is", "    away"]])


def test_what_is_empty_or_nothing_is_not_told() -> None:
    found = fold(("kind", "lost", "reason"), ("memberships", "0", ""), ("leads", "2", "x"), room=12)
    assert found is not None
    assert (found.columns, found.below) == (("kind",), [[], ["    lost: 2;", "    reason:", "    x"]])


@pytest.mark.parametrize(
    "row",
    [
        ("ada.byron@example.org", "x", "y"),
        ("a", "b", "019cae6b-6600-7000-8000-000000000038"),
        ("a", "b", " ".join(["word"] * 30)),
    ],
)
def test_no_word_is_broken_and_no_cell_becomes_a_pillar(row: tuple[str, ...]) -> None:
    found = fold(("first column", "second", "third"), row, room=30)
    assert found is not None
    told = " ".join([*found.rows[0], *found.below[0]])
    assert all(word in told.split() or f"{word};" in told.split() for text in row for word in text.split())
    short = [line for line in found.below[0] if len(line) <= 30]
    assert len(short) == len(found.below[0]) or "019cae6b" in told


def test_the_first_column_stays_however_wide_it_is() -> None:
    found = fold(("id", "state"), ("019cae6b-6600-7000-8000-000000000038", "open"), room=20)
    assert found is not None
    assert (found.columns, found.below) == (("id",), [["    state: open"]])
