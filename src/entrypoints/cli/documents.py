"""Our values as JSON: the keys and forms that the API uses too."""

import enum
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from functools import singledispatch
from types import NoneType

import attrs

from ...domain.shared.contact import EmailAddress


@singledispatch
def plain(value: object) -> object:
    """A value that JSON can hold: instants RFC 3339 in UTC, dates ISO 8601, ids and decimals texts, sets sorted."""
    return str(value)


@plain.register(str | int | NoneType)
def _as_it_is(value: object) -> object:
    return value


@plain.register
def _word(value: enum.Enum) -> object:
    return value.value


@plain.register
def _instant(value: datetime) -> object:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@plain.register
def _day(value: date) -> object:
    return value.isoformat()


@plain.register
def _address(value: EmailAddress) -> object:
    return value.raw


@plain.register(Mapping)
def _mapping(value: Mapping[object, object]) -> object:
    return {str(key): plain(item) for key, item in value.items()}


@plain.register(AbstractSet)
def _set(value: AbstractSet[object]) -> object:
    return sorted(str(plain(item)) for item in value)


@plain.register(list | tuple)
def _list(value: Sequence[object]) -> object:
    return [plain(item) for item in value]


def price(amount: object | None, currency: str | None) -> dict[str, object] | None:
    """Money as the API shows it, None where it is not known."""
    return None if amount is None or currency is None else {"amount": str(amount), "currency": currency}


def written(**parts: Mapping[str, object] | Sequence[object] | None) -> dict[str, object]:
    """What a write came to: only the parts that there are."""
    return {name: part for name, part in parts.items() if part is not None}


def fields(entity: object, *names: str) -> dict[str, object]:
    """The named attributes as JSON, in that order."""
    return {name: plain(getattr(entity, name)) for name in names}


def row(value: attrs.AttrsInstance) -> dict[str, object]:
    """Every attribute of a read model's row as JSON."""
    return fields(value, *(attribute.name for attribute in attrs.fields(type(value))))


def listed(name: str, items: Sequence[Mapping[str, object]], count: int | None = None) -> dict[str, object]:
    """A list as the API gives it; ``count`` is that of everything the filter matches, where it is more."""
    return {name: list(items), "count": len(items) if count is None else count}


def windowed(name: str, items: Sequence[Mapping[str, object]], *, has_more: bool) -> dict[str, object]:
    """One window of a list that nobody counts: ``count`` is what is shown."""
    return {**listed(name, items), "has_more": has_more}
