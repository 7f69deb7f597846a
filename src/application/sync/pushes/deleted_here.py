"""Creations that were sent, not answered for, and whose records were deleted here since: what becomes of them."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

import attrs

from ....domain.sync.pairing import found_by
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.doubted import ask_no_more_of, asked_whose
from ..records.record_kind import MatchValues, RecordKind, Versioned
from ..records.scope import Scope
from .ending import Ending
from .push_end import DELETED_HERE

E = TypeVar("E", bound=Versioned)


@attrs.frozen
class DeletedHere:
    """``over``: those about which a person is asked, whose answer nobody waits for. ``looked_up``: those that no run
    makes, and that are to be looked up once, so that what may be there of them neither comes back nor is due for ever.
    """

    over: Sequence[Push] = ()
    looked_up: Sequence[Push] = ()


async def deleted_here(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> DeletedHere:
    """Looked up only while something of the provider's is due, as a record is that may be one of them, or while another
    one with its address is to be made there.
    """
    name = kind.schema.kind
    sent = await uow.pushes.sent_unanswered(scope.account_id, name) if kind.schema.match else ()
    here = await kind.load(uow, [push.local_id for push in sent]) if sent else {}
    gone = [push for push in sent if push.local_id not in here]
    asked = await asked_whose(uow, name, {push.local_id for push in gone})
    over = [push for push in gone if push.local_id in asked]
    unsure = [push for push in gone if push.state is PushState.UNSURE and push.local_id not in asked]
    keys = {push.id: found_by(kind.schema, push.values) for push in unsure}
    if unsure and not await uow.due.all(scope.account_id, name):
        wanted = await _to_be_made(uow, kind, scope)
        keys = {one: said & wanted for one, said in keys.items()}
    return DeletedHere(over, [push for push in unsure if keys[push.id]])


async def end_asked(uow: UnitOfWork, kind: RecordKind[E], scope: Scope, ids: IdSource) -> Counts:
    """End those that are over, and have the records looked at that may be them. What was dropped."""
    over, counts = (await deleted_here(uow, kind, scope)).over, Counts()
    await ask_no_more_of(uow, kind.schema.kind, [push.local_id for push in over])
    for push in over:
        counts += await Ending(kind, scope, ids)(uow, push, DELETED_HERE)
    return counts


async def _to_be_made(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> AbstractSet[MatchValues]:
    """By what those are found that wait to be made there."""
    name = kind.schema.kind
    making = await uow.pushes.creations(scope.account_id, name, await uow.pushes.creating(scope.account_id, name))
    return found_by(kind.schema, *(push.values for push in making.values() if push.state is PushState.WAITING))
