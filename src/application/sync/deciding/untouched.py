"""What of a record that the provider lost was never agreed on, and was edited by nobody since it was first said.

No base tells that, as the provider may have no such field; the journal does.
"""

from typing import TypeVar

from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from .known import Known

E = TypeVar("E", bound=Versioned)


async def untouched_here(uow: UnitOfWork, kind: RecordKind[E], found: Known[E], link: SyncRecord) -> frozenset[str]:
    """The fields in which ours has a value; none of which a person is asked about."""
    entity = found.entities.get(link.local_id)
    if entity is None:
        return frozenset()
    asked = {conflict.field for conflict in found.conflicts.get(link.external_id, ())}
    held = {name for name, value in kind.values(entity).items() if name not in link.base and value is not None} - asked
    if not held:
        return frozenset()
    # What was first said is in no line; every later value is.
    lines = await uow.journal.of_record(kind.schema.kind, link.local_id)
    return frozenset(held.difference(line.field for line in lines))
