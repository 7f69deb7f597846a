"""Records of which a list shows less than there is: what was edited here may be compared with a single record alone."""

from collections.abc import Container

from ....domain.sync.canonical import Values
from ....domain.sync.schema import Schema


def hides_edit(schema: Schema, writable: Container[str], *, base: Values, ours: Values, shown: Values) -> bool:
    """Whether a field is not ``shown`` that holds another value here than was agreed; or that was never agreed on, of
    which we have a value that the provider may take.
    """
    return any(
        field.name not in shown
        and (field.name in base or field.name in writable)
        and not field.same(ours.get(field.name), base.get(field.name))
        for field in schema.fields
    )
