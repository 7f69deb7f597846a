"""The tables of codes are whole, and agree with what money knows."""

import phonenumbers

from tresen.domain.shared.iso_codes import CURRENCIES, REGIONS
from tresen.domain.shared.money import _MINOR_DIGITS


def test_every_country_of_the_standard_is_there() -> None:
    assert len(REGIONS) == 249
    assert all(len(code) == 2 and code.isupper() for code in REGIONS)
    # Kosovo, Ascension and Tristan da Cunha have telephone numbers, but codes of their own only by custom.
    assert {"XK", "AC", "TA"} == phonenumbers.SUPPORTED_REGIONS - REGIONS


def test_every_currency_with_its_own_number_of_digits_is_there() -> None:
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert _MINOR_DIGITS.keys() - CURRENCIES == {"CLF", "UYI", "UYW"}, "units of account, which nobody pays with"
    assert {"EUR", "USD", "CHF", "GBP", "XCG", "ZWG"} <= CURRENCIES
    assert not {"DEM", "HRK", "XAU", "XXX"} & CURRENCIES
