"""Canonical forms: what two values are compared by."""

import sys
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tresen.domain.shared.contact import EmailAddress
from tresen.domain.sync.canonical import Canonical, Value, day, decimal, folded, instant, phone, plain, sorted_set
from tresen.domain.sync.laws import encoded

from .drawn import FORMS, MOMENTS, NUMBERS, RELATIVES, VALUES


def digits(raw: str) -> str:
    return "".join(filter(str.isdecimal, raw))


ALL_FORMS: tuple[Canonical, ...] = (plain, folded, decimal, sorted_set, day, phone(digits), instant(1), instant(60))


@given(FORMS, VALUES)
@settings(max_examples=1000)
def test_a_canonical_form_never_raises_and_is_its_own_canonical_form(form: Canonical, value: Value) -> None:
    once = form(value)
    assert encoded(form(once)) == encoded(once)


@pytest.mark.parametrize("value", [*RELATIVES, *NUMBERS, *MOMENTS], ids=repr)
def test_so_it_is_for_every_awkward_value(value: Value) -> None:
    for form in ALL_FORMS:
        assert encoded(form(form(value))) == encoded(form(value))


@pytest.mark.no_cover
def test_so_it_is_for_every_character() -> None:
    """All of Unicode, lone surrogates too: folding may give several characters, trimming takes blanks of any kind."""
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        assert folded(folded(letter)) == folded(letter)
        assert plain(plain(letter)) == plain(letter)


@pytest.mark.no_cover
def test_folding_is_what_addresses_are_compared_by() -> None:
    """What tells a person and what a field is the same by never disagree: all of Unicode."""
    for number in range(sys.maxunicode + 1):
        text = chr(number)
        assert (folded(text) or "") == EmailAddress(text).canonical


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("text", ["Müller@Example.org", "Ünterwegs", "ẞ", "Å"])
def test_folding_looks_past_composition(text: str, form: Literal["NFC", "NFD"]) -> None:
    assert folded(unicodedata.normalize(form, text)) == folded(text) == folded(text.upper())


@pytest.mark.parametrize("empty", [None, "", "  ", "\t\n", "\u3000"])
@pytest.mark.parametrize("form", ALL_FORMS)
def test_empty_means_nothing_was_said(form: Canonical, empty: Value) -> None:
    assert form(empty) is None


@pytest.mark.parametrize("form", [plain, folded, sorted_set, day])
def test_an_empty_set_means_nothing_was_said(form: Canonical) -> None:
    assert form(()) is None


@pytest.mark.parametrize("form", ALL_FORMS)
@pytest.mark.parametrize("value", [0, 1, True, False, -7])
def test_numbers_and_truth_values_stay_what_they_are(form: Canonical, value: Value) -> None:
    assert form(value) is value


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("049.50 EUR", "49.5 EUR"),
        (" 49.5  eur ", "49.5 EUR"),
        ("49.500", "49.5"),
        ("50.00", "50"),
        ("500", "500"),
        ("+1", "1"),
        ("-0.00", "0"),
        ("-0.50", "-0.5"),
        ("1E+3", "1000"),
        ("12e-3", "0.012"),
        (".5", "0.5"),
        ("0.10000000000000000000000000000000000001", "0.10000000000000000000000000000000000001"),
        ("twelve EUR", "twelve EUR"),
        ("NaN", "NaN"),
        ("1e61", "1e61"),
        ("1e60", "1" + "0" * 60),
        ("1,50", "1,50"),
    ],
)
def test_decimals_without_idle_zeros(text: str, read: str) -> None:
    """Nothing is rounded, and what is no number, or an absurd one, stays as it is."""
    assert decimal(text) == read


@pytest.mark.parametrize("text", ["1990-01-01", "19900101", "1990-W01-1", "1990W011", " 1990-01-01 "])
def test_a_day_is_the_same_in_every_form_of_iso_8601(text: str) -> None:
    assert day(text) == "1990-01-01"


@pytest.mark.parametrize("text", ["01.01.1990", "1990-02-30", "0000-01-01", "9999-W53-7", "1990-01-01T00:00", "soon"])
def test_what_is_no_day_stays_as_it_is(text: str) -> None:
    assert day(text) == text


@given(st.dates())
def test_two_days_are_never_the_same(one: date) -> None:
    weekly = "{:04}-W{:02}-{}".format(*one.isocalendar()) if 1 <= one.isocalendar().year <= date.max.year else str(one)
    assert day(weekly) == day(f"{one:%Y%m%d}".rjust(8, "0")) == one.isoformat()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_decimal_keeps_its_value(number: Decimal) -> None:
    read = decimal(f"{number} EUR")
    assert isinstance(read, str)
    amount, _, unit = read.partition(" ")
    assert (Decimal(amount), unit) == (number, "EUR")


def test_a_set_has_each_text_once_in_order() -> None:
    assert sorted_set(("b", " a", "b ", "", " ")) == ("a", "b")
    assert sorted_set((" ",)) is None
    assert sorted_set(" a ") == "a"


@pytest.mark.parametrize(
    ("resolution_s", "text", "read"),
    [
        (1, "2026-05-04T12:00:00+02:00", "2026-05-04T10:00:00+00:00"),
        (1, "2026-05-04T10:00:00.999Z", "2026-05-04T10:00:00+00:00"),
        (60, "2026-05-04T10:00:59Z", "2026-05-04T10:00:00+00:00"),
        (60, "1969-12-31T23:59:59Z", "1969-12-31T23:59:00+00:00"),
        (86_400, "2026-05-04T23:59:59Z", "2026-05-04T00:00:00+00:00"),
        (1, "2026-05-04T12:00:00", "2026-05-04T12:00:00"),
        (1, "2026-05-04", "2026-05-04"),
        (1, "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        (1, " soon ", "soon"),
    ],
)
def test_instants_in_utc_cut_to_the_resolution(resolution_s: int, text: str, read: str) -> None:
    """Cut towards the past, before 1970 too; what is no instant is left as it is."""
    assert instant(resolution_s)(text) == read
