"""Records of ours that the provider lost and that stay here: a new record there may be one of them, entered anew.

Their links stand for nothing any more. What lost them may have been a mistake there, or a cleaning up, and a family
shares an address: so no machine says that the new one is the old one, nor that it is another.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId
from ....domain.sync.canonical import Values
from ....domain.sync.conflict import PAIRING, Conflict
from ....domain.sync.pairing import found_by
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.side import Side
from ...ports.sources import Observed
from ...ports.unit_of_work import UnitOfWork
from ..records.reading import read
from ..records.record_kind import MatchValues, RecordKind, Versioned
from .pins import pins_of_all
from .reviving import waits_to_be_made
from .tie import is_kept_here

E = TypeVar("E", bound=Versioned)


async def linked_alike(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, new: Mapping[str, Values]
) -> Mapping[str, Sequence[SyncRecord]]:
    """Of records of the provider's that no link knows: the links of those of ours at the account that say the same as
    one of a match key, said so there before they were edited here, or of which it is asked already whether they are it,
    whatever they say since. By our record.
    """
    keys = {one: _keys(kind.schema, values) for one, values in new.items()}
    wanted = set[MatchValues]().union(*keys.values())
    found = await kind.sharing(uow, wanted) if wanted else {}
    before = await _before_edits(uow, kind.schema, account_id) if wanted else {}
    asked = await _asked(uow, kind.schema.kind, account_id, new)
    alike = {
        one: {*asked.get(one, ()), *(ours for key in said for ours in (*found.get(key, ()), *before.get(key, ())))}
        for one, said in keys.items()
    }
    ids = set[UUID]().union(*alike.values())
    links = await uow.sync_records.of_locals(account_id, kind.schema.kind, ids) if ids else {}
    told = {one: [links[ours] for ours in sorted(ids) if ours in links] for one, ids in alike.items()}
    return {one: each for one, each in told.items() if each}


async def may_be_another(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, made: Observed, local_id: UUID
) -> bool:
    """Whether the record with which the provider answered the making of ``local_id``, and that no link knows, may be
    another one of ours that it has under another id, or lost. One that was sent to be made there anew is found by that.
    Raises InvalidValue where nobody can read the record.
    """
    key = made.external_id
    if await uow.sync_records.by_external_ids(account_id, kind.schema.kind, [key]):
        return False
    alike = await linked_alike(uow, kind, account_id, {key: read(made).values})
    others = {link.local_id for link in alike.get(key, ())} - {local_id}
    making = await uow.pushes.creations(account_id, kind.schema.kind, others) if others else {}
    return any(one not in making or not making[one].was_sent for one in others)


async def known_lost(
    uow: UnitOfWork, account_id: AccountId, kind: str, links: Mapping[str, SyncRecord]
) -> Collection[str]:
    """External ids of those of the links of which it is known here that the provider has no such record any more: ours
    waits to be made there anew, a person keeps it here, or is asked what becomes of it.
    """
    if not links:
        return ()
    pins = await pins_of_all(uow, account_id, kind, links)
    asked = await uow.conflicts.open_of(account_id, kind, links)
    return {
        key
        for key, link in links.items()
        if waits_to_be_made(link) or is_kept_here(link, pins.get(key, ())) or _is_asked(asked.get(key, ()))
    }


async def stands_for_nothing(uow: UnitOfWork, asked: Conflict, link: SyncRecord) -> bool:
    """Whether the provider's record behind the link of a candidate is gone, of which it is ``asked`` whether it is
    there under another id. One that was linked by then is a candidate for that alone.
    """
    if link.account_id != asked.account_id:
        return False
    if link.synced_at < asked.opened_at:
        return True
    return bool(await known_lost(uow, link.account_id, link.kind, {link.external_id: link}))


async def _before_edits(
    uow: UnitOfWork, schema: Schema, account_id: AccountId
) -> Mapping[MatchValues, Collection[UUID]]:
    """Which of ours that were edited here since said this there when they were last in step: whoever enters one anew
    there knows nothing of the edit.
    """
    edited = await uow.sync_records.edited(account_id, schema.kind)
    links = await uow.sync_records.by_external_ids(account_id, schema.kind, edited) if edited else {}
    found: defaultdict[MatchValues, list[UUID]] = defaultdict(list)
    for link in links.values():
        for key in _keys(schema, link.base):
            found[key].append(link.local_id)
    return found


async def _asked(
    uow: UnitOfWork, kind: str, account_id: AccountId, new: Collection[str]
) -> Mapping[str, Sequence[UUID]]:
    """Which of ours each of these may be, where a person is asked that."""
    in_doubt = sorted(set(await uow.conflicts.in_doubt(account_id, kind)).intersection(new))
    found = await uow.conflicts.open_of(account_id, kind, in_doubt) if in_doubt else {}
    return {
        key: [one for each in conflicts if each.field == PAIRING for one in each.whole_records]
        for key, conflicts in found.items()
    }


def _is_asked(conflicts: Sequence[Conflict]) -> bool:
    return any(each.lost_by is Side.THEIRS for each in conflicts)


def _keys(schema: Schema, values: Values) -> Collection[MatchValues]:
    try:
        return found_by(schema, values)
    except InvalidValue:
        # It is told of its record when that is to be made here.
        return ()
