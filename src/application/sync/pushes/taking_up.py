"""Creations that no run makes, and nobody else any more: they wait from then on, and are looked up first.

Records that were deleted here since are looked up once, so that what may be there of them neither comes back nor is due
for ever; nobody waits for what is asked about them. What somebody began to have made there, and did not live to hear
of, is made where the policy says so.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from ....domain.sync.pairing import found_by
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..deciding.meeting import alike
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .deleted_here import deleted_here, end_asked

E = TypeVar("E", bound=Versioned)

NO_ANSWER_YET = "somebody has it made there, and there is no answer yet"
_DELETED = "it was deleted here, and the provider shows something: it is looked up there"
_LEFT = "whoever had it made there got no answer: it is looked up there, and made if it is not"

# Nobody waits that long for their turn, nor for an answer.
PATIENCE = timedelta(minutes=15)


async def is_any_to_be_taken_up(uow: UnitOfWork, kind: RecordKind[E], scope: Scope, *, may_write: bool) -> bool:
    """Whether ``take_up`` would do anything."""
    gone = await deleted_here(uow, kind, scope)
    return bool(gone.over or gone.looked_up or (may_write and await _left_behind(uow, kind, scope)))


async def take_up(uow: UnitOfWork, kind: RecordKind[E], scope: Scope, ids: IdSource, *, may_write: bool) -> Counts:
    """From now on they wait: whoever carries one out makes nothing whose record is gone here. Where a person is asked
    whose such a one is, it is over. ``may_write``: anything may be made there.
    """
    await uow.accounts.claim(scope.account_id)
    counts = await end_asked(uow, kind, scope, ids)
    left = await _left_behind(uow, kind, scope) if may_write else ()
    taken = {push.id: (push, _LEFT) for push in left}
    taken |= {push.id: (push, _DELETED) for push in (await deleted_here(uow, kind, scope)).looked_up}
    for push, why in taken.values():
        push.wait(why, now=scope.now)
        await uow.pushes.save(push)
    return counts


async def _left_behind(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> Sequence[Push]:
    """What can be found if it was made; and what was never sent, unless another of ours would be found in its place."""
    if not scope.policy.create_there or not kind.schema.match:
        return ()
    name = kind.schema.kind
    making = await uow.pushes.creating(scope.account_id, name)
    pushes = await uow.pushes.creations(scope.account_id, name, making) if making else {}
    left = [push for push in pushes.values() if is_left_behind(push, scope.now)]
    twins = await _twins(uow, kind, [push for push in left if not push.attempts])
    return [
        push for push in left if (found_by(kind.schema, push.values) if push.attempts else push.local_id not in twins)
    ]


def is_left_behind(push: Push, now: datetime) -> bool:
    """Whether whoever has it made there, and got no answer, is not at it any more."""
    is_made = (push.state, push.why) == (PushState.UNSURE, NO_ANSWER_YET)
    return is_made and now - push.updated_at >= PATIENCE


async def _twins(uow: UnitOfWork, kind: RecordKind[E], pushes: Sequence[Push]) -> Collection[UUID]:
    said = {push.local_id: push.values for push in pushes}
    keys = found_by(kind.schema, *said.values())
    return alike(kind.schema, {**await kind.unlinked(uow, keys), **said}, {}) if keys else ()
