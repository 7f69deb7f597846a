"""Values that several answers hold."""

import msgspec
from litestar.openapi.datastructures import ResponseSpec

from ....domain.shared.money import Money
from ....domain.sync.canonical import Value, Values

# What a field of a record holds; sets are lists.
JsonValue = str | int | bool | list[str] | None


class Answer(msgspec.Struct):
    """The base of every answer: snake_case keys, instants in RFC 3339, ids as texts."""


class MoneyAnswer(Answer):
    """An exact amount as a text, and an ISO 4217 code."""

    amount: str
    currency: str


def money(value: Money | None) -> MoneyAnswer | None:
    """The amount, null where it is not known."""
    return None if value is None else MoneyAnswer(amount=str(value.amount), currency=value.currency)


def json_value(value: Value) -> JsonValue:
    """A field's value."""
    return list(value) if isinstance(value, tuple) else value


def json_values(values: Values) -> dict[str, JsonValue]:
    """Values by field."""
    return {name: json_value(value) for name, value in values.items()}


def accepted(answer: type[Answer]) -> dict[int, ResponseSpec]:
    """The 202 of a write: the provider has not got it, ``task`` tells what a person must do."""
    text = "Kept, but a person must do the rest at the provider: see task"
    return {202: ResponseSpec(answer, generate_examples=False, description=text)}
