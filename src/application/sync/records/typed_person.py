"""A value that somebody typed for a field of a person, outside of an edit, is read as an edit reads it."""

from datetime import datetime
from typing import TypeVar

import attrs

from ....domain.shared.contact import EmailAddress
from ....domain.shared.person_details import PersonDetails
from ....domain.shared.text import check_line, check_prose
from ....domain.sync.canonical import Value
from .record_kind import RecordKind, Versioned

E = TypeVar("E", bound=Versioned)

# Beside what the details call so.
_PROSE = frozenset({"notes"})


def typed_of_person(
    kind: RecordKind[E], details: type[PersonDetails], person: E, name: str, value: Value, *, now: datetime
) -> Value:
    """The value as it would be kept; an empty text says nothing. Raises InvalidValue for what is of another type, no
    such address, number or day, too long, or would leave no name.
    """
    read = (value.strip() or None) if isinstance(value, str) else value
    made = kind.create({name: read}, id=person.id, now=now)
    if name in attrs.fields_dict(details):
        said = getattr(made, name)
        if isinstance(said, EmailAddress):
            EmailAddress.parse(said.raw)
        details(**{name: said}).changes(person)
    elif isinstance(read, str):
        (check_prose if name in _PROSE else check_line)(read, name)
    return kind.values(made).get(name)
