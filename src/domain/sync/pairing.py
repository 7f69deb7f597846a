"""Pairing: two populated sides meet for the first time.

A record on each side is paired when a match key of the schema tells, beyond doubt, that they are the same: exactly
one on either side has these values. Where there are several, nobody is guessed: a person is asked. Nothing is
created twice because of that: what is in doubt is not created at all until it is answered.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from ..shared.errors import InvalidValue
from ..shared.given import ensure_mapping
from .canonical import Value, Values
from .keeping import check_values
from .schema import Field, Schema

O = TypeVar("O", bound=Hashable)  # noqa: E741 - ours; the other one is T
T = TypeVar("T", bound=Hashable)


@attrs.frozen
class Doubt(Generic[O, T]):
    """Records that share the values of a match key, and are not one of each: which belong together, if any?"""

    key: tuple[str, ...]
    ours: tuple[O, ...]
    theirs: tuple[T, ...]


@attrs.frozen(kw_only=True)
class Pairing(Generic[O, T]):
    """``pairs`` from ours to theirs; the rest is on one side only or in doubt. Everything in the order given."""

    pairs: Mapping[O, T]
    doubts: tuple[Doubt[O, T], ...]
    only_ours: tuple[O, ...]
    only_theirs: tuple[T, ...]


def pair(
    schema: Schema, ours: Mapping[O, Values], theirs: Mapping[T, Values], *, sent: Mapping[O, Values] | None = None
) -> Pairing[O, T]:
    """Pair the records that are not linked yet. ``sent`` are those of ours that the other side may have been given
    already, as they were then: each is found by that as well as by what it says today.

    Raises InvalidValue where the schema has no match key: then nothing could be told apart from something new; for what
    is no mapping of ids to the values of a record; and for a value of a match key that no field can hold.

    The first key is the surest: what it pairs, or leaves in doubt, no later key touches. The result does not depend on
    the order of either side, except for the order in which it is given.
    """
    if not schema.match:
        raise InvalidValue(
            f'a {schema.kind} has no match key: name one in its schema, such as match=(("email",),)', field="match"
        )
    _ensure_records(ours, "ours")
    _ensure_records(theirs, "theirs")
    _ensure_records(sent or {}, "sent")
    left, right = dict(ours), dict(theirs)
    pairs: dict[O, T] = {}
    doubts: list[Doubt[O, T]] = []
    for key in schema.match:
        mine, others = _grouped(schema, key, left, sent or {}), _grouped(schema, key, right, {})
        shared = mine.keys() & others.keys()
        found = Counter(one for values in shared for one in mine[values])
        for values in shared:
            one = mine[values][0]
            if len(mine[values]) == len(others[values]) == 1 == found[one]:
                pairs[one] = others[values][0]
            else:
                # Of several of either side, or one that is found as it was and as it is.
                doubts.append(Doubt(key, tuple(mine[values]), tuple(others[values])))
            for one in mine[values]:
                left.pop(one, None)
            for other in others[values]:
                del right[other]
    place = {one: number for number, one in enumerate(ours)}
    return Pairing(
        pairs={one: pairs[one] for one in ours if one in pairs},
        doubts=tuple(sorted(doubts, key=lambda doubt: place[doubt.ours[0]])),
        only_ours=tuple(left),
        only_theirs=tuple(right),
    )


def _ensure_records(records: Mapping[O, Values], side: str) -> None:
    ensure_mapping(records, side, "a mapping of ids to the values of each record")
    for one, values in records.items():
        ensure_mapping(values, f"{side}.{one}", "a mapping of fields to values")


def match_values(schema: Schema, key: tuple[str, ...], values: Values) -> tuple[Value, ...] | None:
    """What a record says of a match key, in canonical form; None when one of its fields says nothing.

    Raises InvalidValue, naming the field, where a canonical form raises.
    """
    found = tuple(_form(schema.by_name[name], values.get(name)) for name in key)
    return None if any(value is None for value in found) else found


def _form(field: Field, value: Value) -> Value:
    try:
        return field.canonical(value)
    except Exception as error:
        raise field.unreadable(error) from error


def found_by(schema: Schema, *said: Values) -> set[tuple[Value, ...]]:
    """What these values say of any match key."""
    found = (match_values(schema, key, values) for values in said for key in schema.match)
    return {values for values in found if values is not None}


def _grouped(
    schema: Schema, key: tuple[str, ...], records: Mapping[O, Values], sent: Mapping[O, Values]
) -> dict[tuple[Hashable, ...], list[O]]:
    groups: defaultdict[tuple[Hashable, ...], list[O]] = defaultdict(list)
    for one, values in records.items():
        said: Sequence[Values] = (values, sent[one]) if one in sent else (values,)
        found = (_group(schema, key, each) for each in said)
        for group in dict.fromkeys(each for each in found if each is not None):
            groups[group].append(one)
    return dict(groups)


def _group(schema: Schema, key: tuple[str, ...], values: Values) -> tuple[Hashable, ...] | None:
    found = match_values(schema, key, values)
    if found is None:
        return None
    if any(type(value) is not str for value in found):
        check_values(dict(zip(key, found, strict=True)))
    # By type as well: to Python, True and 1 are one key.
    return tuple((type(value), value) for value in found)
