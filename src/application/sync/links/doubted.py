"""Records of ours about which a person is asked: none of them is made at any provider before it is said."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from ....domain.staff.task import StaffTask, TaskReason
from ....domain.sync.conflict import PAIRING, Conflict
from ....domain.sync.push import Push
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned

E = TypeVar("E", bound=Versioned)

# How a task begins that asks for nothing before a person decided whose a record is.
ASKED_FIRST = "a person is asked first whose"
WHOSE = "it waits until a person says which of ours the provider's record is"
_WHOSE_IS_IT = "it waits until a person says whose the provider's record {} is"
_WHAT_BECOMES_OF_IT = "it waits until a person says what becomes of the record"


async def is_decided(uow: UnitOfWork, kind: str, local_id: UUID, task: StaffTask) -> bool:
    """Whether the task asks for nothing before a person decided whose a record is, and nothing is asked any more."""
    was_asked = task.reason is TaskReason.UNDECIDED and (task.details.get("why") or "").startswith(ASKED_FIRST)
    return was_asked and not await uow.conflicts.about(kind, [local_id])


async def why_it_waits(uow: UnitOfWork, kind: RecordKind[E], push: Push) -> str | None:
    """Why a push is not sent yet that is to make a record, in words; None: nothing is asked about it, nor about what it
    was answered with, or it was deleted here since, so that no answer makes it.
    """
    if push.external_id is not None or not await kind.load(uow, [push.local_id]):
        return None
    asked = (await uow.conflicts.about(push.kind, [push.local_id])).get(push.local_id, ())
    if not asked:
        return await _whose_still(uow, push)
    return WHOSE if any(each.field == PAIRING for each in asked) else _WHAT_BECOMES_OF_IT


async def asked_whose(uow: UnitOfWork, kind: str, local_ids: Collection[UUID]) -> Collection[UUID]:
    """Those of them that a record of the provider's may be, where a person is asked which of ours it is."""
    asked = await uow.conflicts.about(kind, local_ids) if local_ids else {}
    return {one for one, conflicts in asked.items() if any(each.field == PAIRING for each in conflicts)}


async def ask_no_more_of(uow: UnitOfWork, kind: str, gone: Collection[UUID]) -> None:
    """These are gone here: the provider's records that may have been one of them are due: no change there tells."""
    asked = await uow.conflicts.about(kind, gone) if gone else {}
    for each in {one.id: one for ones in asked.values() for one in ones if one.field == PAIRING}.values():
        await uow.due.renew(each.account_id, each.kind, each.external_id)


def answered_in_doubt(push: Push, asked: Conflict) -> str:
    """Why a push waits that was answered with a record of which it is asked whose it is: ours may be none of those of
    whom that is asked.
    """
    return WHOSE if push.local_id in asked.whole_records else _WHOSE_IS_IT.format(asked.external_id)


async def _whose_still(uow: UnitOfWork, push: Push) -> str | None:
    if push.why is None:
        return None
    reasons = map(_WHOSE_IS_IT.format, await uow.conflicts.in_doubt(push.account_id, push.kind))
    return push.why if push.why in reasons else None
