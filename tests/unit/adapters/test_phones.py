"""Phone numbers: what the library says, and that the short cut says the same."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from tresen.adapters.phones import LibraryPhoneBook, international_e164, library_e164

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
FORMATS = (PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164, PhoneNumberFormat.RFC3966)


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("+49 30 1234567", "DE", "+49301234567"),
        ("030 1234567", "DE", "+49301234567"),
        ("0049 (0)30/1234-567", "DE", "+49301234567"),
        ("+49 (0)30 1234567", "DE", "+49301234567"),
        ("+49 030 1234567", "AT", "+49301234567"),
        ("06 12345678", "IT", "+390612345678"),
        ("+39 06 12345678", "DE", "+390612345678"),
        ("+1 (212) 555-0155", "DE", "+12125550155"),
        ("(212) 555-0155", "us", "+12125550155"),
        ("+44 20 7946 0018 ext. 5", "GB", "+442079460018"),
        ("+999 123456", "DE", None),
        ("call me", "DE", None),
        ("", "DE", None),
        ("+", "DE", None),
        ("12", "DE", None),
        ("030 1234567", "", None),
        ("030 1234567", "XX", None),
        ("+39 000000", "DE", "+39000000"),
        ("555-0155", "US", None),
    ],
)
def test_numbers_are_read_by_the_numbering_plans(raw: str, region: str, e164: str | None) -> None:
    number = LibraryPhoneBook().read(raw, region)
    assert (number.raw, number.e164) == (raw, e164)


def test_the_short_cut_agrees_with_the_library_on_every_regions_examples() -> None:
    """Every region, every type of number, every international form; nearly all take the short cut."""
    taken = total = 0
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in PhoneNumberType.values():
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            for form in FORMATS:
                text = phonenumbers.format_number(number, form).removeprefix("tel:")
                short = international_e164(text)
                total += 1
                taken += short is not None
                assert short in {None, library_e164(text, region)}, text
    assert total > 3000
    assert taken / total > 0.95


@given(
    st.sampled_from(CODES),
    st.text("0123456789", min_size=1, max_size=16),
    st.lists(
        st.tuples(st.integers(1, 18), st.sampled_from([" ", "-", ".", "/", "(", ")", " (", "\u00a0"])), max_size=4
    ),
)
@example(1, "12125550155", [])
@example(54, "91123456789", [])
@example(49, "0301234567", [(2, "("), (4, ")")])
@example(39, "000000", [])
@settings(max_examples=400, deadline=None)
def test_the_short_cut_never_says_anything_else_than_the_library(
    code: int, digits: str, signs: list[tuple[int, str]]
) -> None:
    text = f"+{code}{digits}"
    for place, sign in signs:
        text = text[:place] + sign + text[place:]
    short = international_e164(text)
    assert short is None or short == library_e164(text, "DE")


def test_a_full_german_mobile_number_takes_the_short_cut() -> None:
    assert international_e164("+49 151 23456789") == "+4915123456789"


@pytest.mark.parametrize(
    "raw", ["0151 23456789", "+49 0151 23456789", "+49 1x", "++49 151 23456789", "+٤٩ 151 23456789"]
)
def test_what_is_not_plain_is_left_to_the_library(raw: str) -> None:
    assert international_e164(raw) is None


def test_importing_the_phone_book_does_not_import_the_library() -> None:
    code = "import sys, tresen.adapters.phones; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
