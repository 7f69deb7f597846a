"""E-mail addresses and phone numbers: kept as given, compared in canonical form."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.errors import InvalidValue


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.com",
        "anna.maria+gym@sub.example.co",
        "o'neill!#$%&*/=?^_`{|}~-@example.org",
        "a@b.de",
        "1@1and1.de",
        "jürgen@müller.de",
        "用户@例子.公司",
        "पता@उदाहरण.भारत",
        "info@xn--bcher-kva.xn--p1ai",
        "a@my--shop.de",
    ],
)
def test_people_write_addresses_in_every_script(text: str) -> None:
    assert EmailAddress.parse(text).raw == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "anna",
        "@example.com",
        "anna@",
        "anna@example",
        "anna@example.c",
        "anna@example.123",
        "anna@.com",
        "anna@example..com",
        "an..na@example.com",
        ".anna@example.com",
        "anna.@example.com",
        "anna@-example.com",
        "anna@example-.com",
        "anna@example.com-",
        "anna@example.com.",
        "anna@exam_ple.com",
        "anna@@example.com",
        "anna@b@example.com",
        "an na@example.com",
        "anna@exam ple.com",
        "<anna@example.com>",
        "anna@example.com, otto@example.com",
        '"anna"@example.com',
        "anna@[127.0.0.1]",
        "anna@example.com\nBcc: all@example.com",
        "an\x00na@example.com",
        "an\x7fna@example.com",
        "an\u200bna@example.com",
        "an\u202ena@example.com",
        "anna@exam\u3000ple.com",
        "anna\ud800@example.com",
    ],
)
def test_typing_errors_and_invisible_characters_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no e-mail address") as refused:
        EmailAddress.parse(text, "billing_email")
    assert refused.value.details == {"field": "billing_email"}


def test_parsing_trims() -> None:
    assert EmailAddress.parse("  anna@example.com\n").raw == "anna@example.com"


def test_blanks_around_do_not_count_towards_the_length() -> None:
    assert EmailAddress(" " * 300 + "anna@example.com").is_well_formed


@pytest.mark.parametrize(("local", "fits"), [("a" * 64, True), ("a" * 65, False), ("ü" * 32, True), ("ü" * 33, False)])
def test_the_local_part_has_64_octets(local: str, fits: bool) -> None:
    assert EmailAddress(f"{local}@example.com").is_well_formed is fits


@pytest.mark.parametrize(("length", "fits"), [(2, True), (63, True), (64, False)])
def test_a_label_of_the_domain_has_63_characters(length: int, fits: bool) -> None:
    label = "b" * length
    assert EmailAddress(f"a@{label}.com").is_well_formed is fits
    assert EmailAddress(f"a@example.{label}").is_well_formed is fits


@pytest.mark.parametrize(("last", "fits"), [("eeee", True), ("eeeee", False), ("üü", True), ("üüe", False)])
def test_an_address_has_254_octets(last: str, fits: bool) -> None:
    rest = ".".join(("a" * 57 + "@" + "b" * 63, "c" * 63, "d" * 63, ""))
    assert len(rest) == 250
    assert EmailAddress(rest + last).is_well_formed is fits


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_can_be_asked_whether_it_is_an_address(text: str) -> None:
    """Providers hold anything, lone surrogates included: the question is answered, never an exception."""
    address = EmailAddress(text)
    assert address.is_well_formed in (True, False)
    assert str(address) == text


@given(st.emails())
def test_case_and_blanks_do_not_tell_addresses_apart(text: str) -> None:
    assert EmailAddress(f" {text.upper()} ").canonical == EmailAddress(text.lower()).canonical


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_canonical_is_stable_and_ignores_composition(text: str) -> None:
    canonical = EmailAddress(text).canonical
    assert EmailAddress(canonical).canonical == canonical
    for form in ("NFC", "NFD"):
        assert EmailAddress(unicodedata.normalize(form, text)).canonical == canonical


def test_composed_and_decomposed_letters_are_the_same_address() -> None:
    composed, decomposed = "m\u00fcller@b\u00fccher.de", "mu\u0308ller@bu\u0308cher.de"
    assert EmailAddress(composed).canonical == EmailAddress(decomposed).canonical == composed
    assert EmailAddress.parse(decomposed).raw == decomposed


def test_the_address_stays_as_it_was_written() -> None:
    address = EmailAddress(" Anna@Example.COM ")
    assert str(address) == " Anna@Example.COM "
    assert address.canonical == "anna@example.com"


def test_a_known_number_is_shown_and_compared_in_e164() -> None:
    phone = PhoneNumber("030 / 12 34 56", "+4930123456")
    assert str(phone) == phone.canonical == "+4930123456"
    assert phone.raw == "030 / 12 34 56"


def test_a_number_nobody_understands_is_shown_as_written_and_compared_by_its_digits() -> None:
    phone = PhoneNumber("(ext. 12) 34²")
    assert str(phone) == "(ext. 12) 34²"
    assert phone.canonical == "1234"


@given(st.text(alphabet=" -/().", max_size=5), st.text(alphabet="0123456789", min_size=1, max_size=12))
def test_punctuation_does_not_tell_numbers_apart(noise: str, digits: str) -> None:
    assert PhoneNumber(noise.join(digits)).canonical == digits
