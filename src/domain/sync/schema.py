"""How the records of one kind look: fields, when two values of a field are the same, and what tells a record."""

from collections.abc import Callable, Iterable
from functools import cached_property

import attrs

from ..shared.errors import InvalidValue
from ..shared.given import ensure_is
from ..shared.text import check_text, storable
from .canonical import Canonical, Value, Values, folded, plain
from .laws import Law

__all__ = ["Canonical", "Field", "Schema", "Value", "Values", "folded", "plain"]


_LONGEST_NAME = 1_000

# What is said of a record as a whole, and of which of ours it is: ``decision.WHOLE`` and ``conflict.PAIRING``.
NOT_FIELDS = frozenset({"*", "?"})


@attrs.frozen
class Field:
    """One field, its canonical form, and the law that goes with it unless a policy names another.

    Raises InvalidValue for a name that is none, or that means something else (``*``, ``?``), and for a form or a law
    that is none, such as its name.
    """

    name: str
    canonical: Canonical = plain
    law: Law | None = None

    def __attrs_post_init__(self) -> None:
        check_text(self.name, "name", longest=_LONGEST_NAME)
        if self.name in NOT_FIELDS:
            raise InvalidValue(f"no field is called {self.name!r}: that means the record as a whole", field="name")
        ensure_is(Callable, self.canonical, f"canonical of {self.name}", ", a function from a value to a value")
        if self.law is not None:
            ensure_is(Law, self.law, f"law of {self.name}", ", such as Law.OURS")

    def same(self, left: Value, right: Value) -> bool:
        """Whether two values mean the same. ``True`` is not ``1``. Raises InvalidValue where the form raises."""
        if left == right and type(left) is type(right):
            return True
        try:
            a, b = self.canonical(left), self.canonical(right)
        except Exception as error:
            raise self.unreadable(error) from error
        return a == b and type(a) is type(b)

    def unreadable(self, error: Exception) -> InvalidValue:
        """A canonical form may be an embedder's: whatever it raises is wrong with this field of this record."""
        return InvalidValue(
            storable(f"the canonical form of {self.name} could not read a value: {type(error).__name__}: {error}"),
            field=self.name,
        )


@attrs.frozen(slots=False)
class Schema:
    """The fields of one kind of record, in the order in which they are decided.

    ``match`` are the keys by which two populated sides are paired, the surest first: each is a tuple of fields that
    together tell who or what a record is. Raises InvalidValue for what is no field or is named twice, and for a match
    key that is a text, or of no or unknown fields.
    """

    kind: str
    fields: tuple[Field, ...]
    match: tuple[tuple[str, ...], ...] = ()

    def __attrs_post_init__(self) -> None:
        check_text(self.kind, "kind", longest=_LONGEST_NAME)
        ensure_is(Iterable, self.fields, "fields", ' of fields, such as (Field("email"),)')
        object.__setattr__(self, "fields", tuple(self.fields))
        for field in self.fields:
            ensure_is(Field, field, "fields", ' each, such as Field("email")')
        if len(self.by_name) < len(self.fields):
            raise InvalidValue(f"{self.kind} has a field twice", field="fields")
        _ensure_keys(self.match)
        for key in self.match:
            unknown = [name for name in key if name not in self.by_name]
            if unknown or not key:
                raise InvalidValue(f"{self.kind} cannot be matched by {unknown or 'nothing'}", field="match")

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names in order."""
        return tuple(f.name for f in self.fields)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by name."""
        return {f.name: f for f in self.fields}

    def canonical(self, values: Values) -> dict[str, Value]:
        """The canonical forms of those fields of the schema that ``values`` names, in the schema's order."""
        return {f.name: f.canonical(values[f.name]) for f in self.fields if f.name in values}

    def same(self, left: Values, right: Values) -> bool:
        """Whether every field that both name means the same on both."""
        return all(f.same(left[f.name], right[f.name]) for f in self.fields if f.name in left and f.name in right)


def _ensure_keys(match: object) -> None:
    """A text is a sequence of texts, too: its letters would be taken for fields."""
    if not isinstance(match, tuple) or any(not isinstance(key, tuple) for key in match):
        raise InvalidValue(f'match is a tuple of tuples of fields, such as (("email",),), not {match!r}', field="match")
