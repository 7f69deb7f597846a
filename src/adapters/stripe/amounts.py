"""Amounts in Stripe's smallest units."""

from decimal import Decimal

from ...domain.shared.errors import InvalidValue
from ...domain.shared.money import Money, minor_digits
from ...domain.webhooks.fact import Json
from ..webhooks.documents import Document

# Where Stripe counts otherwise than ISO 4217 (its page on currencies): Icelandic and Ugandan amounts are still sent in
# hundredths that must be zero, ariary in whole ones.
_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}


def amount(thing: Document, name: str) -> Json:
    """``{"amount": "25.00", "currency": "EUR"}`` from a count of smallest units and ``currency``, None for what is
    none."""
    units, currency = thing.whole(name), (thing.text("currency") or "").upper()
    if units is None:
        return None
    try:
        money = Money(Decimal(units).scaleb(-_DIGITS.get(currency, minor_digits(currency))), currency)
    except InvalidValue:
        return None
    return {"amount": str(money.amount), "currency": money.currency}
