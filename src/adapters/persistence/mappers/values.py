"""Values that span columns or are kept as JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ....domain.shared.contact import EmailAddress, PhoneNumber
from ....domain.shared.money import Money
from ....domain.sync.canonical import Value, Values

# A row as a driver takes or gives it: its columns have different types, which the mapper of the table knows.
Row = tuple[Any, ...]

_encoder = msgspec.json.Encoder()
_values = msgspec.json.Decoder(dict[str, str | int | bool | tuple[str, ...] | None])
_value: "msgspec.json.Decoder[Value]" = msgspec.json.Decoder(str | int | bool | tuple[str, ...] | None)
_texts = msgspec.json.Decoder(dict[str, str])
_optional_texts = msgspec.json.Decoder(dict[str, str | None])
_document = msgspec.json.Decoder(dict[str, object])
_words = msgspec.json.Decoder(list[str])


def to_json(value: object) -> str:
    """Compact JSON."""
    return _encoder.encode(value).decode()


def values(stored: str) -> Values:
    """A record's fields."""
    return _values.decode(stored)


def value(stored: str) -> Value:
    """One field."""
    return _value.decode(stored)


def texts(stored: str) -> Mapping[str, str]:
    """Settings."""
    return _texts.decode(stored)


def optional_texts(stored: str) -> Mapping[str, str | None]:
    """Details of a task."""
    return _optional_texts.decode(stored)


def words(stored: str) -> list[str]:
    """A list of words."""
    return _words.decode(stored)


def document(stored: str) -> dict[str, object]:
    """What a person wrote down, such as a policy."""
    return _document.decode(stored)


def email(raw: str | None) -> EmailAddress | None:
    """The address of a nullable column."""
    return None if raw is None else EmailAddress(raw)


def phone(raw: str | None, e164: str | None) -> PhoneNumber | None:
    """The number of two nullable columns."""
    return None if raw is None else PhoneNumber(raw, e164)


def money(minor: int | None, currency: str | None) -> Money | None:
    """The amount of two nullable columns."""
    return None if minor is None or currency is None else Money.from_minor(minor, currency)


def minor_and_currency(price: Money | None) -> tuple[int | None, str | None]:
    """The two columns of an amount."""
    return (None, None) if price is None else (price.minor_units, price.currency)
