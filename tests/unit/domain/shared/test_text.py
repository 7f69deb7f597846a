"""Texts that every store can keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.text import check_text, quoted, storable


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


class Mute:
    def __repr__(self) -> str:
        raise LookupError


def nested(times: int) -> object:
    value: object = ()
    for _ in range(times):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ours", "'ours'"),
        (None, "None"),
        ("x" * 200, f"'{'x' * 79}…"),
        ("a\0\ud800", "'a\\x00\\ud800'"),
        (Mute(), "a Mute"),
        (10**5000, "a int"),
        (nested(50_000), "a list"),
    ],
    ids=range(7),
)
def test_a_value_is_quoted_whatever_it_is(value: object, text: str) -> None:
    assert quoted(value) == text
