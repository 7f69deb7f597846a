"""Values that several answers hold."""

import msgspec
from litestar.openapi.datastructures import ResponseSpec

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


def accepted(answer: type[Answer]) -> dict[int, ResponseSpec]:
    """The 202 of a write: the provider has not got it, ``task`` tells what a person must do."""
    text = "Kept, but a person must do the rest at the provider: see task"
    return {202: ResponseSpec(answer, generate_examples=False, description=text)}
