"""Creations that no run makes, and nobody else any more: they wait from then on, and are looked up first.

Records that were deleted here since are looked up once, so that what may be there of them neither comes back nor is due
for ever. What somebody began to have made there, and did not live to hear of, is made where the policy says so.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from ....domain.shared.ids import AccountId, PushId
from ....domain.sync.pairing import found_by
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.unit_of_work import UnitOfWork
from ..deciding.meeting import alike
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope

E = TypeVar("E", bound=Versioned)

NO_ANSWER_YET = "somebody has it made there, and there is no answer yet"
_DELETED = "it was deleted here, and the provider shows something: it is looked up there"
_LEFT = "whoever had it made there got no answer: it is looked up there, and made if it is not"

# Nobody waits that long for their turn, nor for an answer.
_PATIENCE = timedelta(minutes=15)


async def to_be_taken_up(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> Mapping[PushId, tuple[Push, str]]:
    """Each with the reason, in words."""
    if not kind.schema.match:
        return {}
    left = {push.id: (push, _LEFT) for push in await _left_behind(uow, kind, scope)}
    return left | {push.id: (push, _DELETED) for push in await _to_be_looked_up(uow, kind, scope.account_id)}


async def take_up(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> Counts:
    """From now on they wait: whoever carries one out makes nothing whose record is gone here."""
    await uow.accounts.claim(scope.account_id)
    for push, why in (await to_be_taken_up(uow, kind, scope)).values():
        push.wait(why, now=scope.now)
        await uow.pushes.save(push)
    return Counts()


async def _to_be_looked_up(uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId) -> Sequence[Push]:
    """Only while something of the provider's is due, as a record is that may be one of them."""
    name = kind.schema.kind
    if not await uow.due.all(account_id, name):
        return ()
    sent = await uow.pushes.sent_unanswered(account_id, name)
    unsure = [push for push in sent if push.state is PushState.UNSURE and found_by(kind.schema, push.values)]
    here = await kind.load(uow, [push.local_id for push in unsure]) if unsure else {}
    return [push for push in unsure if push.local_id not in here]


async def _left_behind(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> Sequence[Push]:
    """What can be found if it was made; and what was never sent, unless another of ours would be found in its place."""
    if not scope.policy.create_there:
        return ()
    name = kind.schema.kind
    making = await uow.pushes.creating(scope.account_id, name)
    pushes = await uow.pushes.creations(scope.account_id, name, making) if making else {}
    left = [push for push in pushes.values() if _is_left_behind(push, scope)]
    twins = await _twins(uow, kind, [push for push in left if not push.attempts])
    return [
        push for push in left if (found_by(kind.schema, push.values) if push.attempts else push.local_id not in twins)
    ]


def _is_left_behind(push: Push, scope: Scope) -> bool:
    is_made = (push.state, push.why) == (PushState.UNSURE, NO_ANSWER_YET)
    return is_made and scope.now - push.updated_at >= _PATIENCE


async def _twins(uow: UnitOfWork, kind: RecordKind[E], pushes: Sequence[Push]) -> Collection[UUID]:
    said = {push.local_id: push.values for push in pushes}
    keys = found_by(kind.schema, *said.values())
    return alike(kind.schema, {**await kind.unlinked(uow, keys), **said}, {}) if keys else ()
