"""What a side shows is looked at before it is kept."""

from enum import StrEnum
from typing import Any

import pytest

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.sync.keeping import check_external_id, check_values


def test_values_that_can_be_kept_are_none_of_its_business() -> None:
    check_values({"a": None, "b": True, "c": -(2**63) + 1, "d": "Zoë 👩‍🚀\n", "e": (), "f": ("x", "Ü")})


@pytest.mark.parametrize(
    "bad", ["a\0", "\ud800", ("x", "\udfff"), ("\0",), 2**63, -(2**63), 1.5, ["x"], ("x", 1), ("x", None), {}]
)
def test_the_others_are_refused_and_the_field_is_named(bad: Any) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_values({"first": "Ada", "second": bad})
    assert refused.value.details["field"] == "second"
    assert "second" in refused.value.message


class Mode(StrEnum):
    ON = "on"


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Pair(tuple[str, ...]):
    __slots__ = ()


@pytest.mark.parametrize(
    ("bad", "plain"), [(Text("x"), "str"), (Number(1), "int"), (Pair(("x", "y")), "tuple"), (Mode.ON, "str")]
)
def test_a_sort_of_text_or_number_of_ones_own_is_refused_and_told_what_would_do(bad: Any, plain: str) -> None:
    with pytest.raises(InvalidValue, match=f"not a {type(bad).__name__}: make it a plain {plain} first"):
        check_values({"second": bad})


@pytest.mark.parametrize("bad", ["", "17\0", "\ud800"])
def test_an_id_that_no_link_can_bear_is_refused(bad: str) -> None:
    check_external_id("17 ü")
    with pytest.raises(InvalidValue) as refused:
        check_external_id(bad)
    assert refused.value.details["field"] == "external_id"
    refused.value.message.encode()
    assert "\0" not in refused.value.message


@pytest.mark.parametrize("bad", [None, 7, ["a"], "a"])
def test_values_are_a_mapping(bad: Any) -> None:
    with pytest.raises(InvalidValue, match="mapping"):
        check_values(bad)


@pytest.mark.parametrize("bad", [7, None, "a\0", "\ud800"])
def test_names_of_fields_are_texts_that_can_be_kept(bad: Any) -> None:
    for _ in range(2):
        with pytest.raises(InvalidValue, match="the name of a field"):
            check_values({"first": "Ada", bad: "x"})


@pytest.mark.parametrize("bad", [None, 7, b"7", ["7"]])
def test_an_id_is_a_text(bad: Any) -> None:
    with pytest.raises(InvalidValue, match="its id is a text"):
        check_external_id(bad)


def test_halves_of_one_character_in_two_fields_are_still_halves() -> None:
    with pytest.raises(InvalidValue) as refused:
        check_values({"first": "\ud83d", "second": "\udc69"})
    assert refused.value.details["field"] == "first"
