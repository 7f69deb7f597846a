"""Records of ours of which nobody could tell whether they were made at the provider, and that turn up there."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from ...domain.shared.ids import AccountId
from ...domain.sync.push import PushState
from ..ports.unit_of_work import UnitOfWork


async def found_after_all(
    uow: UnitOfWork, account_id: AccountId, kind: str, local_ids: Collection[UUID], *, now: datetime
) -> None:
    """The doubt is over: else it would forbid for ever that they are made there anew."""
    for push in (await uow.pushes.creations(account_id, kind, local_ids)).values():
        if push.state is PushState.UNSURE:
            push.end(PushState.DROPPED, now=now, why="the provider has the record after all")
            await uow.pushes.save(push)
