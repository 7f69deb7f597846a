"""What of a record that the provider lost was never agreed on, and was edited by nobody since it was first said.

No base tells that, as the provider may have no such field; the journal does, as far as it tells of every version.
"""

from collections.abc import Sequence
from typing import TypeVar

from ....domain.sync.journal import LOCAL_EDIT, Change
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import EDIT
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from .known import Known

E = TypeVar("E", bound=Versioned)


async def untouched_here(uow: UnitOfWork, kind: RecordKind[E], found: Known[E], link: SyncRecord) -> frozenset[str]:
    """The fields in which ours has a value; none of which a person is asked about, and none where somebody may have
    edited it unseen: before any account was tied to it, or past Tresen.
    """
    entity = found.entities.get(link.local_id)
    if entity is None:
        return frozenset()
    asked = {conflict.field for conflict in found.conflicts.get(link.external_id, ())}
    held = {name for name, value in kind.values(entity).items() if name not in link.base and value is not None} - asked
    if not held:
        return frozenset()
    # What was first said is in no line; every later value that was told is.
    lines = await uow.journal.of_record(kind.schema.kind, link.local_id)
    if not await _is_all_told(uow, lines, entity.version):
        return frozenset()
    return frozenset(held.difference(line.field for line in lines))


async def _is_all_told(uow: UnitOfWork, lines: Sequence[Change], version: int) -> bool:
    """Whether each version after the first is told, and in full. What a sync tells of an edit that it came upon is only
    what was agreed on before.
    """
    told = {line.version for line in lines if line.rule != LOCAL_EDIT or (await uow.runs.get(line.run_id)).kind == EDIT}
    return told.issuperset(range(2, version + 1))
