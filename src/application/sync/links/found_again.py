"""Records of ours that were to be made at the provider, or perhaps were, and that turn up there."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from ....domain.shared.ids import AccountId
from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from ..records.scope import Scope
from .made_anew import is_now
from .reviving import reviving

E = TypeVar("E", bound=Versioned)

FOUND_AFTER_ALL = "the provider has the record after all"


async def found_again(
    uow: UnitOfWork, kind: RecordKind[E], scope: Scope, ids: IdSource, paired: Mapping[UUID, str]
) -> tuple[Mapping[UUID, SyncRecord], Counts]:
    """Those that were to be made there anew are there, under another id: the old one is asked about no more. Their
    links until now, and what was dropped with them. ``paired``: with the ids that they have there.
    """
    before, counts = await reviving(uow, kind, scope), Counts()
    for one, external_id in paired.items():
        if one in before:
            counts += await is_now(uow, scope, ids, before[one], external_id)
    await found_after_all(uow, scope.account_id, kind.schema.kind, paired, now=scope.now)
    return before, counts


async def found_after_all(
    uow: UnitOfWork, account_id: AccountId, kind: str, local_ids: Collection[UUID], *, now: datetime
) -> None:
    """Nobody could tell whether they were made there. The doubt is over: else it would forbid for ever that they are
    made there anew.
    """
    for push in (await uow.pushes.creations(account_id, kind, local_ids)).values():
        if push.state is PushState.UNSURE:
            push.end(PushState.DROPPED, now=now, why=FOUND_AFTER_ALL)
            await uow.pushes.save(push)
