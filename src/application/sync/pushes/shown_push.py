"""A push, held against what the provider shows of its record."""

from collections.abc import Container, Sequence
from datetime import datetime

import attrs

from ....domain.shared.ids import PushId
from ....domain.sync.canonical import Values
from ....domain.sync.push import Push, PushState
from ....domain.sync.schema import Schema
from ...ports.clock import IdSource


def is_as_wanted(schema: Schema, theirs: Values, wanted: Values) -> bool:
    """Whether all of these values are there."""
    return all(name in theirs and schema.by_name[name].same(theirs[name], value) for name, value in wanted.items())


def still_stands(schema: Schema, theirs: Values, push: Push) -> bool:
    """Each field holds what it was decided against, or what is to be written already."""
    fields = schema.by_name
    return all(
        name in theirs
        and (fields[name].same(theirs[name], value) or fields[name].same(theirs[name], push.expected.get(name)))
        for name, value in push.values.items()
    )


def landed(schema: Schema, theirs: Values, push: Push) -> Values:
    """What an earlier try brought there, though somebody edited the record since: that is our own write, and nobody's
    edit.
    """
    if push.attempts <= 1:
        return {}
    fields = schema.by_name
    return {
        name: value
        for name, value in push.values.items()
        if name in theirs
        and fields[name].same(theirs[name], value)
        and not fields[name].same(value, push.expected.get(name))
    }


def edited_after(schema: Schema, theirs: Values, push: Push) -> Values:
    """What of a push that got through somebody edited there afterwards: the values as we wrote them."""
    fields = schema.by_name
    return {
        name: value
        for name, value in push.values.items()
        if name in theirs
        and not fields[name].same(theirs[name], value)
        and not fields[name].same(theirs[name], push.expected.get(name))
    }


def follows(push: Push, before: Push) -> bool:
    """Whether it writes a field of the provider's record anew that one before it was to write."""
    return push.external_id == before.external_id is not None and not push.values.keys().isdisjoint(before.values)


def parts_of(push: Push, ids: IdSource, *, now: datetime, without: Container[str]) -> Sequence[Push]:
    """A push for each of its values, ``without`` some."""
    return [
        attrs.evolve(
            push,
            id=PushId(ids.new()),
            values={name: value},
            expected={name: push.expected.get(name)},
            state=PushState.WAITING,
            attempts=0,
            why=None,
            updated_at=now,
        )
        for name, value in push.values.items()
        if name not in without
    ]
