"""Texts that every store can keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.text import check_text, storable


@given(st.text(st.characters()))
def test_what_was_made_storable_can_be_kept(text: str) -> None:
    check_text(storable(text), "field", longest=10**6, may_be_empty=True)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_can_be_kept_stays_as_it_is(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize("bad", ["", "\0", "a\ud800", "éé", b"a", None, 1])
def test_the_rest_is_refused(bad: object) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_text(bad, "field", longest=3)
    assert refused.value.details["field"] == "field"


def test_as_long_as_is_allowed() -> None:
    check_text("éa", "field", longest=3)
