"""Creations that no run makes, of records that were deleted here since: they are looked up once, so that what may be
there of them neither comes back nor is due for ever.
"""

from collections.abc import Sequence
from typing import TypeVar

from ....domain.shared.ids import AccountId
from ....domain.sync.pairing import found_by
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope

E = TypeVar("E", bound=Versioned)

_WHY = "it was deleted here, and the provider shows something: it is looked up there"


async def to_be_looked_up(uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId) -> Sequence[Push]:
    """Only while something of the provider's is due, as a record is that may be one of them."""
    name = kind.schema.kind
    if not kind.schema.match or not await uow.due.all(account_id, name):
        return ()
    sent = await uow.pushes.sent_unanswered(account_id, name)
    unsure = [push for push in sent if push.state is PushState.UNSURE and found_by(kind.schema, push.values)]
    here = await kind.load(uow, [push.local_id for push in unsure]) if unsure else {}
    return [push for push in unsure if push.local_id not in here]


async def take_up(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> Counts:
    """From now on they wait: whoever carries one out makes nothing, as its record is gone here."""
    await uow.accounts.claim(scope.account_id)
    for push in await to_be_looked_up(uow, kind, scope.account_id):
        push.wait(_WHY, now=scope.now)
        await uow.pushes.save(push)
    return Counts()
