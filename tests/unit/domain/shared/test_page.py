"""How lists are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.page import MAX_LIMIT, Listing, Page

MAX_OFFSET = 10_000_000


def test_a_list_begins_with_its_first_fifty() -> None:
    listing = Listing()
    assert (listing.limit, listing.offset, listing.order_by, listing.descending) == (50, 0, None, False)
    assert (listing.status, listing.q) == (None, None)


@given(st.integers(1, MAX_LIMIT), st.integers(0, MAX_OFFSET))
def test_what_lies_within_the_bounds_is_accepted(limit: int, offset: int) -> None:
    listing = Listing(limit=limit, offset=offset)
    assert (listing.limit, listing.offset) == (limit, offset)


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1, 10**30])
def test_a_limit_outside_is_refused(limit: int) -> None:
    with pytest.raises(InvalidValue, match="limit must be between 1 and 200") as refused:
        Listing(limit=limit)
    assert refused.value.details == {"field": "limit"}


@pytest.mark.parametrize("offset", [-1, MAX_OFFSET + 1, 2**63])
def test_an_offset_outside_is_refused(offset: int) -> None:
    with pytest.raises(InvalidValue, match="offset must be between 0") as refused:
        Listing(offset=offset)
    assert refused.value.details == {"field": "offset"}


@pytest.mark.parametrize(("limit", "offset"), [(1, 0), (MAX_LIMIT, MAX_OFFSET)])
def test_the_bounds_themselves_are_inside(limit: int, offset: int) -> None:
    assert Listing(limit=limit, offset=offset).limit == limit


def test_a_page_is_a_window_and_a_count_of_all() -> None:
    assert Page((1, 2), count=9) == Page(items=(1, 2), count=9)
