"""A push that the provider refused as a whole goes on as one push for each of its values."""

from collections.abc import Sequence
from datetime import datetime

from ....domain.sync.push import Push, PushState
from ....domain.sync.schema import Schema
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from .behind import replaced, take_its_place
from .shown_push import parts_of


async def split(
    uow: UnitOfWork, schema: Schema, ids: IdSource, push: Push, why: str, *, now: datetime
) -> Sequence[Push]:
    """The parts, which wait from now on. ``why`` is what the provider said."""
    # They would come after what was decided since.
    later = await replaced(uow, push)
    await take_its_place(uow, schema, push, later)
    parts = parts_of(push, ids, now=now, without=later)
    push.end(PushState.DROPPED, now=now, why=f"not taken as a whole, so each value by itself: {why}")
    await uow.pushes.save(push)
    for part in parts:
        await uow.pushes.add(part)
    return parts
