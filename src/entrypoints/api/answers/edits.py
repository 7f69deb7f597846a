"""What becomes of an edit."""

from collections.abc import Sequence
from uuid import UUID

from ....domain.sync.edit_fate import Prospect
from .values import Answer


class FieldFateAnswer(Answer):
    """Of one field that was to be changed: ``fate`` push (on its way to the provider), sync (the next sync decides by
    the field's law), here (it stays here), task (not changed here: see ``task``) or written (at the provider, at once);
    and why. ``conflict_id``: the open conflict about it, which goes on showing the former value until the next sync."""

    field: str
    fate: str
    reason: str
    conflict_id: UUID | None


def field_fates(prospects: Sequence[Prospect]) -> list[FieldFateAnswer]:
    """In the order of the record's fields."""
    return [
        FieldFateAnswer(field=each.field, fate=each.fate.value, reason=each.reason, conflict_id=each.conflict_id)
        for each in prospects
    ]
