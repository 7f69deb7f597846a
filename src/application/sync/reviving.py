"""Records of ours that the provider lost and that are to be made there anew: their link stays until they are.

Until then it says by its empty fingerprint that nothing of the provider's stands behind it. So the record is found
when the provider shows it again under its old id, and may be paired when it shows up under another.
"""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from ...domain.sync.canonical import Values
from ...domain.sync.push import PushState
from ...domain.sync.record import SyncRecord
from ..ports.clock import IdSource
from ..ports.unit_of_work import UnitOfWork
from .links import link_at
from .made_anew import is_now
from .records import RecordKind, Versioned
from .scope import Scope

E = TypeVar("E", bound=Versioned)


def waits_to_be_made(link: SyncRecord) -> bool:
    """Whether nothing of the provider's stands behind a link. A new link, which nobody compared yet, has no base."""
    return not link.fingerprint and bool(link.base)


async def found_again(uow: UnitOfWork, scope: Scope, ids: IdSource, link: SyncRecord, external_id: str) -> None:
    """What was to be made there anew is there, as ``external_id``: it is not made, and the old id is asked about no
    more.

    Not even what was refused counts from now on.
    """
    account_id, kind = link.account_id, link.kind
    while (push := (await uow.pushes.creations(account_id, kind, [link.local_id])).get(link.local_id)) is not None:
        push.end(PushState.DROPPED, now=scope.now, why="a person said which record at the provider it is")
        await uow.pushes.save(push)
    await is_now(uow, scope, ids, link, external_id)


async def link_here(uow: UnitOfWork, scope: Scope, kind: str, local_id: UUID) -> SyncRecord | None:
    """The link of a record of ours at this account."""
    return await link_at(uow, scope.account_id, kind, local_id)


async def reviving(uow: UnitOfWork, kind: RecordKind[E], scope: Scope) -> Mapping[UUID, SyncRecord]:
    """Links of those that wait to be made there anew, or were refused."""
    name = kind.schema.kind
    making = await uow.pushes.creating(scope.account_id, name)
    found = {one: await link_here(uow, scope, name, one) for one in making}
    return {one: link for one, link in found.items() if link is not None and not link.fingerprint}


async def values_of_reviving(
    uow: UnitOfWork, kind: RecordKind[E], links: Mapping[UUID, SyncRecord]
) -> Mapping[UUID, Values]:
    """Our side of them: the provider may have them by now, under another id."""
    entities = await kind.load(uow, list(links)) if links else {}
    return {one: kind.values(entity) for one, entity in entities.items()}
