"""Pushes that wait behind another one of the same field: they were decided against what that is to write."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ....domain.shared.ids import PushId
from ....domain.sync.push import Push, PushState
from ....domain.sync.schema import Schema
from ...ports.unit_of_work import UnitOfWork


async def behind(uow: UnitOfWork, push: Push) -> Sequence[Push]:
    """Those of its record that came after it and wait, oldest first."""
    return [each for each in await _waiting(uow, push) if _place(each) > _place(push)]


async def waits_its_turn(uow: UnitOfWork, push: Push) -> bool:
    """Whether an earlier value of one of its fields waits still: what that was to write is not there yet."""
    before = [each for each in await _waiting(uow, push) if _place(each) < _place(push)]
    return any(each.values.keys() & push.values.keys() for each in before)


async def replaced(uow: UnitOfWork, push: Push) -> Collection[str]:
    """Its fields for which a later value waits."""
    return {name for later in await behind(uow, push) for name in later.values} & push.values.keys()


async def take_its_place(uow: UnitOfWork, schema: Schema, push: Push, fields: Collection[str]) -> None:
    """It is over, and did not write these fields: what it was decided against, the next one of each is from now on."""
    left = set(fields)
    for later in await behind(uow, push):
        known = {name for name in later.values if name in left and name in schema.by_name}
        left -= known
        moved = {
            name: push.expected.get(name)
            for name in known
            if schema.by_name[name].same(later.expected.get(name), push.values[name])
        }
        if moved:
            later.expected = {**later.expected, **moved}
            await uow.pushes.save(later)


async def _waiting(uow: UnitOfWork, push: Push) -> Sequence[Push]:
    if push.external_id is None:
        return ()
    found = await uow.pushes.of_records(push.account_id, push.kind, [push.external_id])
    return [each for each in found.get(push.external_id, ()) if each.state is PushState.WAITING]


def _place(push: Push) -> tuple[datetime, PushId]:
    return push.created_at, push.id
