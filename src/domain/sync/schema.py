"""How the records of one kind look: fields, and when two values of a field are the same."""

from collections.abc import Callable, Mapping

import attrs

# What a field can hold. Dates and instants are ISO 8601 texts, money "12.50 EUR", sets sorted tuples:
# everything compares, sorts and serialises the same on every side.
Value = str | int | bool | tuple[str, ...] | None
Values = Mapping[str, Value]
Canonical = Callable[[Value], Value]


def plain(value: Value) -> Value:
    """Trimmed; empty text and empty set are None (nothing was said)."""
    if isinstance(value, str):
        return value.strip() or None
    return None if value == () else value


def folded(value: Value) -> Value:
    """Trimmed and case-folded: e-mail addresses, state words."""
    return plain(value.casefold() if isinstance(value, str) else value)


@attrs.frozen
class Field:
    """One field and its canonical form."""

    name: str
    canonical: Canonical = plain

    def same(self, left: Value, right: Value) -> bool:
        """Whether two values mean the same. ``True`` is not ``1``."""
        if left == right and type(left) is type(right):
            return True
        a, b = self.canonical(left), self.canonical(right)
        return a == b and type(a) is type(b)


@attrs.frozen
class Schema:
    """The fields of one kind of record, in the order in which they are decided."""

    kind: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names in order."""
        return tuple(f.name for f in self.fields)
