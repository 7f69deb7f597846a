"""What was edited here while a record was being made at the provider, which has it after all: it goes after it."""

from collections.abc import Container

from ....domain.sync.canonical import Values
from ....domain.sync.schema import Schema


def ours_alone(schema: Schema, writable: Container[str], *, agreed: Values, ours: Values, theirs: Values) -> Values:
    """Our edits of fields in which the provider shows what was ``agreed``: what we sent it, or what it had before. They
    are no side's against the other, so no law is asked about them.
    """
    fields = schema.by_name
    return {
        name: ours.get(name)
        for name, value in agreed.items()
        if name in writable
        and name in theirs
        and fields[name].same(theirs[name], value)
        and not fields[name].same(ours.get(name), value)
    }
