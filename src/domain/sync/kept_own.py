"""A provider may say yes to a write and keep its own value all the same."""

from collections.abc import Sequence

from .canonical import Values
from .schema import Schema


def kept_own(schema: Schema, wish: Values, before: Values, after: Values) -> Sequence[str]:
    """Fields that hold ``after`` a write what they held ``before`` it, and not what was wished. What means the same is
    the same, so its own spelling of what was wished is none of them. Raises InvalidValue as ``Field.same`` does.
    """
    fields = schema.by_name
    return [
        name
        for name, value in wish.items()
        if not fields[name].same(after.get(name), value) and fields[name].same(after.get(name), before.get(name))
    ]
