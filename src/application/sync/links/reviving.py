"""Records of ours that the provider lost and that are to be made there anew: their link stays until they are.

Until then it says by its empty fingerprint that nothing of the provider's stands behind it. So the record is found
when the provider shows it again under its old id, and may be paired when it shows up under another.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from ....domain.shared.ids import AccountId
from ....domain.sync.canonical import Values
from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope

E = TypeVar("E", bound=Versioned)


def waits_to_be_made(link: SyncRecord) -> bool:
    """Whether nothing of the provider's stands behind a link. A new link, which nobody compared yet, has no base."""
    return not link.fingerprint and bool(link.base)


async def made_no_more(uow: UnitOfWork, kind: str, local_id: UUID, *, now: datetime) -> None:
    """A person said which record at the provider one of ours is: nothing that waits makes it a second time, there or at
    another account, where it would be tied to as well.

    Not even what was refused counts from now on.
    """
    for account in await uow.accounts.all():
        while (push := (await uow.pushes.creations(account.id, kind, [local_id])).get(local_id)) is not None:
            push.end(PushState.DROPPED, now=now, why="a person said which record at the provider it is")
            await uow.pushes.save(push)


async def stays_here(uow: UnitOfWork, account_id: AccountId, kind: str, local_id: UUID, *, now: datetime) -> None:
    """A person said that one of ours that the provider lost stays as it is: nothing that waits makes it there anew.

    What was sent may be there all the same.
    """
    for push in (await uow.pushes.creations(account_id, kind, [local_id])).values():
        if push.state is PushState.WAITING:
            state = PushState.UNSURE if push.attempts else PushState.DROPPED
            push.end(state, now=now, why="a person said that the record stays here")
            await uow.pushes.save(push)


async def reviving(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> Mapping[UUID, SyncRecord]:
    """Links of those that wait to be made there anew, or were refused."""
    name = kind.schema.kind
    making = await uow.pushes.creating(scope.account_id, name)
    found = await uow.sync_records.of_locals(scope.account_id, name, making) if making else {}
    return {one: link for one, link in found.items() if waits_to_be_made(link)}


async def values_of_reviving(
    uow: UnitOfWork, kind: RecordKind[E], links: Mapping[UUID, SyncRecord]
) -> Mapping[UUID, Values]:
    """Our side of them: the provider may have them by now, under another id."""
    entities = await kind.load(uow, list(links)) if links else {}
    return {one: kind.values(entity) for one, entity in entities.items()}
