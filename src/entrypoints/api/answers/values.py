"""Values that several answers hold."""

import msgspec

from ....domain.shared.money import Money


class Answer(msgspec.Struct):
    """The base of every answer: snake_case keys, instants in RFC 3339, ids as texts."""


class MoneyAnswer(Answer):
    """An exact amount as a text, and an ISO 4217 code."""

    amount: str
    currency: str


def money(value: Money | None) -> MoneyAnswer | None:
    """The amount, null where it is not known."""
    return None if value is None else MoneyAnswer(amount=str(value.amount), currency=value.currency)
