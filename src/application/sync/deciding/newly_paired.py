"""What somebody edited here since a person said which record at the provider it is, and before the two were compared.

Nothing is agreed on then, so no base tells such an edit from an old difference; the journal does.
"""

from collections.abc import Collection, Iterable, Mapping

import attrs

from ....domain.sync.canonical import Value, Values
from ....domain.sync.journal import LOCAL_EDIT, UNDONE, Change
from ....domain.sync.laws import Law
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.side import Side
from ...ports.sources import Reading
from ...ports.unit_of_work import UnitOfWork
from ..records.scope import Scope
from .law_inputs import edit_times


async def edited_since_paired(uow: UnitOfWork, links: Iterable[SyncRecord]) -> Mapping[str, Collection[str]]:
    """The fields, by external id; only of those that were just paired, which are few."""
    found: dict[str, Collection[str]] = {}
    for link in links:
        if link.is_newly_paired:
            lines = await uow.journal.of_record(link.kind, link.local_id)
            found[link.external_id] = _edited([line for line in lines if is_since_paired(link, line)])
    return found


def is_since_paired(link: SyncRecord, line: Change) -> bool:
    """Whether the line was written after a person said that the two of a link that is newly paired are one."""
    return line.external_id == link.external_id and line.at >= link.synced_at


def _edited(lines: Iterable[Change]) -> Collection[str]:
    """``lines``: oldest first. A field that an undo gave back what it held before was never edited."""
    before, edited = dict[str, Value](), set[str]()
    for line in lines:
        if line.rule == LOCAL_EDIT:
            before.setdefault(line.field, line.ours)
            edited.add(line.field)
        elif line.rule == UNDONE and line.field in before:
            (edited.discard if line.value == before[line.field] else edited.add)(line.field)
    return edited


def edited_there_since(scope: Scope, link: SyncRecord, reading: Reading) -> bool:
    """Whether the provider says that its record was edited after a person said which of ours it is."""
    edited = attrs.evolve(edit_times(scope, None, reading, link), ours_at=link.synced_at).newer
    return edited is not None and edited.side is Side.THEIRS


def to_be_offered(
    schema: Schema,
    scope: Scope,
    *,
    edited: Collection[str],
    ours: Values,
    theirs: Values,
    overrides: Mapping[str, Law],
) -> Values:
    """Our values of those ``edited`` fields that the provider owns: what is edited of these through us goes there. Any
    other law decides by itself.
    """
    policy, fields = scope.policy, schema.by_name
    return {
        name: ours[name]
        for name in schema.names
        if name in edited
        and name in ours
        and name in theirs
        and name in scope.writable
        and overrides.get(name, policy.law(fields[name])).owner is Side.THEIRS
        and not fields[name].same(ours[name], theirs[name])
    }
