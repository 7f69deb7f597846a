"""Tables in memory and the drafts over them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.memory.tables import Draft, Table
from tresen.domain.shared.errors import StorageUnavailable

rows = st.dictionaries(st.integers(0, 9), st.text("abc", max_size=2))


def a_table(content: Mapping[int, str]) -> Table[int, str]:
    """Rows grouped by their length."""
    table: Table[int, str] = Table(str, {"length": len})
    for key, row in content.items():
        table.put(key, row)
    return table


@given(rows, rows)
def test_groups_are_what_a_look_at_every_row_would_find(first: dict[int, str], second: dict[int, str]) -> None:
    table = a_table(first)
    for key, row in second.items():
        table.put(key, row)
    everything = first | second
    assert dict(table.items()) == everything
    for length in range(4):
        assert dict(table.among("length", length)) == {k: r for k, r in everything.items() if len(r) == length}


@given(rows, rows)
def test_a_draft_shows_its_rows_over_the_committed_ones(committed: dict[int, str], written: dict[int, str]) -> None:
    table = a_table(committed)
    draft = Draft(table, read_only=False)
    for key, row in written.items():
        draft.put(key, row)
    seen = committed | written
    assert sorted(draft.all()) == sorted(seen.values())
    for key in range(10):
        assert draft.find(key) == seen.get(key)
        assert (key in draft) == (key in seen)
    for length in range(4):
        assert sorted(draft.among("length", length)) == sorted(r for r in seen.values() if len(r) == length)
    assert dict(table.items()) == committed
    draft.commit()
    assert dict(table.items()) == seen


@given(rows, rows)
def test_a_closed_draft_leaves_no_trace(committed: dict[int, str], written: dict[int, str]) -> None:
    table = a_table(committed)
    draft = Draft(table, read_only=False)
    for key, row in written.items():
        draft.put(key, row)
    draft.close()
    draft.commit()
    assert dict(table.items()) == committed


def test_a_closed_draft_cannot_be_used() -> None:
    draft = Draft(a_table({1: "a"}), read_only=False)
    draft.close()
    for use in (
        lambda: draft.find(1),
        lambda: 1 in draft,
        lambda: list(draft.all()),
        lambda: list(draft.among("length", 1)),
        lambda: draft.put(2, "b"),
    ):
        with pytest.raises(RuntimeError):
            use()


def test_a_draft_for_reading_takes_nothing() -> None:
    draft = Draft(a_table({1: "a"}), read_only=True)
    with pytest.raises(StorageUnavailable):
        draft.put(2, "b")
    assert list(draft.all()) == ["a"]


def test_numbered_rows_stay_in_order_over_commits() -> None:
    table = a_table({})
    for words in (["c", "a"], ["b"], ["d", "a"]):
        draft = Draft(table, read_only=False)
        for word in words:
            draft.put(draft.next_number(), word)
        draft.commit()
    assert list(Draft(table, read_only=True).all()) == ["c", "a", "b", "d", "a"]
    assert list(Draft(table, read_only=True).among("length", 1)) == ["c", "a", "b", "d", "a"]
