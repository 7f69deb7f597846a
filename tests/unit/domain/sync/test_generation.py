"""What a listing of the other side proves: only a complete one, that anything is gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import RuleViolation
from tresen.domain.sync.generation import Generation

from .drawn import TEXTS

IDS = st.lists(TEXTS, max_size=8)


def listed(*pages: list[str]) -> Generation:
    generation = Generation()
    for page in pages:
        generation.add(page)
    return generation


@given(st.lists(IDS, max_size=4), IDS)
def test_a_complete_listing_misses_what_it_does_not_show(pages: list[list[str]], asked: list[str]) -> None:
    """In the order asked, whatever the order of the pages; an id that two pages show is shown."""
    generation = listed(*pages)
    generation.complete()
    assert generation.is_complete
    seen = {one for page in pages for one in page}
    assert list(generation.missing(asked)) == [one for one in asked if one not in seen]
    assert list(generation.missing(seen)) == []
    assert len(generation) == sum(map(len, pages))


@given(st.lists(IDS, max_size=3), IDS)
def test_an_incomplete_listing_proves_nothing(pages: list[list[str]], asked: list[str]) -> None:
    generation = listed(*pages)
    assert not generation.is_complete
    with pytest.raises(RuleViolation):
        generation.missing(asked)
    generation.break_off()
    with pytest.raises(RuleViolation):
        generation.missing(asked)


def test_a_listing_that_broke_off_is_never_complete() -> None:
    generation = listed(["1"])
    generation.break_off()
    with pytest.raises(RuleViolation):
        generation.complete()
    with pytest.raises(RuleViolation):
        generation.add(["2"])
    assert not generation.is_complete


def test_what_breaks_off_after_its_end_proves_nothing_any_more() -> None:
    generation = listed(["1"])
    generation.complete()
    generation.break_off()
    assert not generation.is_complete
    with pytest.raises(RuleViolation):
        generation.missing(["1"])


def test_nothing_is_added_to_a_listing_that_has_ended() -> None:
    generation = listed(["2", "1"])
    generation.complete()
    with pytest.raises(RuleViolation):
        generation.add(["3"])
    generation.complete()
    assert list(generation.missing(["1", "2", "3"])) == ["3"]


def test_an_empty_listing_that_is_complete_misses_everything() -> None:
    """Which is why there are guards."""
    generation = Generation()
    generation.complete()
    assert list(generation.missing(["1", "2"])) == ["1", "2"]


def test_a_large_listing_finds_each_of_its_records() -> None:
    generation = listed(*[[f"id-{n}" for n in range(start, start + 100)] for start in range(0, 10_000, 100)])
    generation.complete()
    assert list(generation.missing(f"id-{n}" for n in range(10_001))) == ["id-10000"]
