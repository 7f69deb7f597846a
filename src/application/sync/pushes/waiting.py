"""Whether a push waits still, and for what."""

from datetime import datetime

from ....domain.sync.push import Push, PushState
from ...ports.unit_of_work import UnitOfWork


async def waits(uow: UnitOfWork, push: Push) -> bool:
    """Whether nobody dropped it since it was read."""
    return (await uow.pushes.get(push.id)).state is PushState.WAITING


async def go_on_waiting(uow: UnitOfWork, push: Push, why: str, *, now: datetime) -> None:
    """Nothing is written again of what is known."""
    if push.why != why:
        push.fail(why, now=now)
        await uow.pushes.save(push)
