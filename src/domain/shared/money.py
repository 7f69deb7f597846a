"""An amount in a currency; sums never mix currencies."""

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Self

import attrs

from .errors import InvalidValue, RuleViolation

# ISO 4217: digits after the point for currencies that do not have two (list of 2024-06).
_DIGITS_BY_CURRENCY = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_MINOR_DIGITS = {code: digits for digits, codes in _DIGITS_BY_CURRENCY.items() for code in codes.split()}
_CODE = re.compile(r"[A-Z]{3}")
_DIGITS_MAX = 28
_EXACT = Context(prec=_DIGITS_MAX, traps=[InvalidOperation])  # never the caller's: that may round


class CurrencyMismatch(RuleViolation):
    """Amounts of different currencies were added or compared."""

    code = "currency_mismatch"


@attrs.frozen(init=False)
class Money:
    """A decimal amount, exact to the currency's minor unit, and an ISO 4217 code in capitals.

    Raises InvalidValue for floats, more digits than the currency has, more than 28 digits in all (sums too),
    NaN, infinity or a malformed code.
    """

    amount: Decimal
    currency: str

    def __init__(self, amount: Decimal | int | str, currency: str) -> None:
        if not _CODE.fullmatch(currency):
            raise InvalidValue(f"{currency!r} is no ISO 4217 code, such as EUR", field="currency")
        self.__attrs_init__(_exact(amount, currency), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str) -> Self:
        """``Money.from_minor(1250, "EUR")`` is 12.50 EUR; yen have no minor unit, dinars a thousandth."""
        _refuse_float(units)
        return cls(Decimal(units).scaleb(-minor_digits(currency), _EXACT), currency)

    @property
    def minor_units(self) -> int:
        """The amount as a whole number of minor units (cents)."""
        return int(self.amount.scaleb(minor_digits(self.currency), _EXACT))

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> "Money":
        return Money(self.amount.copy_negate(), self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(
                f"cannot combine {self.currency} with {other.currency}",
                left=self.currency,
                right=other.currency,
            )


def minor_digits(currency: str) -> int:
    """Digits after the point by ISO 4217: 2 for most currencies, else 0, 3 or 4."""
    return _MINOR_DIGITS.get(currency, 2)


def _refuse_float(value: Decimal | int | str) -> None:
    if isinstance(value, float | bool):
        raise InvalidValue("money is never a float: give a string or a Decimal", field="amount")


def _exact(amount: Decimal | int | str, currency: str) -> Decimal:
    _refuse_float(amount)
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise InvalidValue(f"{str(amount)[:40]!r} is no amount of money", field="amount") from None
    try:
        exact = value.quantize(Decimal((0, (1,), -minor_digits(currency))), context=_EXACT)
    except InvalidOperation:
        raise InvalidValue(f"{value:.3e} is more than {_DIGITS_MAX} digits can hold", field="amount") from None
    if exact != value:
        digits = minor_digits(currency) or "no"
        message = f"{value:.30} is no exact amount of {currency}, which has {digits} digits after the point"
        raise InvalidValue(message, field="amount")
    return exact.copy_abs() if exact.is_zero() else exact
