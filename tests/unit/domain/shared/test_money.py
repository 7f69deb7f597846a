"""Exact amounts, by ISO 4217; currencies never mix."""

import decimal
from decimal import Decimal
from functools import reduce
from operator import add

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tresen.domain.shared.errors import InvalidValue
from tresen.domain.shared.money import CurrencyMismatch, Money, minor_digits

CURRENCIES = st.sampled_from(("EUR", "USD", "JPY", "KWD", "CLF"))
UNITS = st.integers(-(10**18), 10**18)
EUROS = UNITS.map(lambda units: Money.from_minor(units, "EUR"))


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("HUF", 2), ("BHD", 3), ("TND", 3), ("CLF", 4)],
)
def test_the_minor_unit_follows_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    assert Money.from_minor(1, currency).amount == Decimal(1).scaleb(-digits)


@given(UNITS, CURRENCIES)
def test_minor_units_come_back_as_they_went_in(units: int, currency: str) -> None:
    money = Money.from_minor(units, currency)
    assert money.minor_units == units
    assert Money(str(money.amount), currency) == money


def test_an_amount_is_kept_with_all_digits_of_its_currency() -> None:
    assert str(Money("12.5", "EUR")) == "12.50 EUR"
    assert str(Money(7, "JPY")) == "7 JPY"
    assert Money("12.500", "EUR") == Money("12.5", "EUR")
    assert str(Money("12.500", "EUR").amount) == "12.50"


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("1.2345", "KWD"), ("1e-40", "EUR")]
)
def test_digits_that_the_currency_does_not_have_are_refused_not_rounded(amount: str, currency: str) -> None:
    with pytest.raises(InvalidValue, match="no exact amount") as refused:
        Money(amount, currency)
    assert refused.value.details == {"field": "amount"}


@pytest.mark.parametrize("amount", [1.0, 0.1, True, False])
def test_floats_and_booleans_are_refused(amount: float) -> None:
    """Types say so already; a float from JSON would slip through at run time."""
    with pytest.raises(InvalidValue, match="never a float"):
        Money(amount, "EUR")  # type: ignore[arg-type] # the refusal of a wrong type is what is tested
    with pytest.raises(InvalidValue, match="never a float"):
        Money.from_minor(amount, "EUR")  # type: ignore[arg-type] # likewise


@pytest.mark.parametrize("amount", ["", "abc", "12,50", "1.2.3", "12 EUR"])
def test_what_is_no_number_is_refused(amount: str) -> None:
    with pytest.raises(InvalidValue, match="is no amount of money"):
        Money(amount, "EUR")


@pytest.mark.parametrize("amount", ["NaN", "-NaN", "sNaN", "Infinity", "-inf"])
def test_what_is_not_finite_is_refused(amount: str) -> None:
    with pytest.raises(InvalidValue):
        Money(amount, "EUR")
    with pytest.raises(InvalidValue):
        Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    "amount",
    ["1e999999", Decimal("1e999999999"), 10**5_000, "9" * 27, "1e-999999999", "x" * 5_000, "0." + "1" * 5_000],
    ids=lambda amount: type(amount).__name__,
)
def test_absurd_amounts_are_refused_in_words_of_bounded_length(amount: str | int | Decimal) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money(amount, "EUR")
    assert len(refused.value.message) < 100


def test_twenty_eight_digits_are_the_most() -> None:
    most = Money("9" * 26 + ".99", "EUR")
    assert most.minor_units == 10**28 - 1
    with pytest.raises(InvalidValue, match="28 digits"):
        _ = most + Money("0.01", "EUR")
    with pytest.raises(InvalidValue, match="28 digits"):
        _ = -most - Money("0.01", "EUR")


@given(st.integers(10**28, 10**40))
def test_more_minor_units_than_can_be_held_are_refused_never_rounded(units: int) -> None:
    with pytest.raises(InvalidValue):
        Money.from_minor(units, "JPY")


@pytest.mark.parametrize("code", ["", "eur", "EU", "EURO", "€", "EUR ", "EUR\n", "ÄUR", "E1R"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    with pytest.raises(InvalidValue, match="ISO 4217") as refused:
        Money(1, code)
    assert refused.value.details == {"field": "currency"}


@given(EUROS, EUROS, EUROS)
def test_sums_are_associative_and_commutative(a: Money, b: Money, c: Money) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a


@given(EUROS, EUROS)
def test_subtraction_undoes_addition_and_is_adding_the_negative(a: Money, b: Money) -> None:
    assert (a + b) - b == a
    assert a - b == a + (-b)
    assert (-a).minor_units == -a.minor_units


@given(st.lists(UNITS, min_size=1, max_size=20), CURRENCIES)
def test_a_sum_is_the_sum_of_its_minor_units(units: list[int], currency: str) -> None:
    total = reduce(add, (Money.from_minor(u, currency) for u in units))
    assert total.minor_units == sum(units)
    assert total.currency == currency


@given(EUROS, EUROS)
def test_the_callers_decimal_context_has_no_say(a: Money, b: Money) -> None:
    expected = (a + b, a - b, -a, a.minor_units)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP, traps=[])):
        found = (a + b, a - b, -a, a.minor_units)
        again = Money(str(a.amount), "EUR")
    assert found == expected
    assert again == a


@given(UNITS, UNITS, CURRENCIES, CURRENCIES)
def test_currencies_never_mix(x: int, y: int, left: str, right: str) -> None:
    assume(left != right)
    a, b = Money.from_minor(x, left), Money.from_minor(y, right)
    for combine in (Money.__add__, Money.__sub__):
        with pytest.raises(CurrencyMismatch) as refused:
            combine(a, b)
        assert refused.value.details == {"left": left, "right": right}
    assert a != b


@pytest.mark.parametrize(
    "zero", [Money("-0", "EUR"), Money("-0.00", "EUR"), -Money(0, "EUR"), Money("1", "EUR") - Money("1", "EUR")]
)
def test_there_is_one_zero(zero: Money) -> None:
    """Amounts are compared as texts in a sync: ``-0.00`` would be a change of ``0.00``."""
    assert str(zero) == "0.00 EUR"
