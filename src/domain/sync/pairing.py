"""Pairing: two populated sides meet for the first time.

A record on each side is paired when a match key of the schema tells, beyond doubt, that they are the same: exactly
one on either side has these values. Where there are several, nobody is guessed: a person is asked. Nothing is
created twice because of that: what is in doubt is not created at all until it is answered.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

import attrs

from ..shared.errors import InvalidValue
from .canonical import Values
from .schema import Schema

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


def pair(schema: Schema, ours: Mapping[O, Values], theirs: Mapping[T, Values]) -> Pairing[O, T]:
    """Pair the records that are not linked yet.

    Raises InvalidValue where the schema has no match key: then nothing could be told apart from something new.

    The first key is the surest: what it pairs, or leaves in doubt, no later key touches. The result does not depend on
    the order of either side, except for the order in which it is given.
    """
    if not schema.match:
        raise InvalidValue(
            f'a {schema.kind} has no match key: name one in its schema, such as match=(("email",),)', field="match"
        )
    left, right = dict(ours), dict(theirs)
    pairs: dict[O, T] = {}
    doubts: list[Doubt[O, T]] = []
    for key in schema.match:
        mine, others = _grouped(schema, key, left), _grouped(schema, key, right)
        for values in mine.keys() & others.keys():
            if len(mine[values]) == len(others[values]) == 1:
                pairs[mine[values][0]] = others[values][0]
            else:
                doubts.append(Doubt(key, tuple(mine[values]), tuple(others[values])))
            for one in mine[values]:
                del left[one]
            for other in others[values]:
                del right[other]
    place = {one: number for number, one in enumerate(ours)}
    return Pairing(
        pairs={one: pairs[one] for one in ours if one in pairs},
        doubts=tuple(sorted(doubts, key=lambda doubt: place[doubt.ours[0]])),
        only_ours=tuple(left),
        only_theirs=tuple(right),
    )


def match_values(schema: Schema, key: tuple[str, ...], values: Values) -> tuple[Hashable, ...] | None:
    """What a record says of a match key, in canonical form; None when one of its fields says nothing."""
    found = tuple(schema.by_name[name].canonical(values.get(name)) for name in key)
    return None if any(value is None for value in found) else found


def _grouped(schema: Schema, key: tuple[str, ...], records: Mapping[O, Values]) -> dict[tuple[Hashable, ...], list[O]]:
    groups: defaultdict[tuple[Hashable, ...], list[O]] = defaultdict(list)
    for one, values in records.items():
        found = match_values(schema, key, values)
        if found is not None:
            # By type as well: to Python, True and 1 are one key.
            groups[tuple((type(value), value) for value in found)].append(one)
    return dict(groups)
