"""A task that asks the staff for something at a provider ends when a sync sees that it is done there, or that nothing
is left there and here to do it to.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ....domain.leads.stage import Stage
from ....domain.membership.package import Package
from ....domain.membership.status import Status
from ....domain.shared.ids import AccountId, LeadId, MemberId, MembershipId
from ....domain.staff.task import MACHINE, StaffTask, TaskReason
from ....domain.sync.journal import Change
from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ...membership.asked_of_membership import ends, telling
from ...membership.sold_already import sold_to, sold_to_person
from ...ports.gym import Operation
from ...ports.unit_of_work import UnitOfWork
from ..deciding.asked_there import wishes_of
from ..links.doubted import is_decided
from ..links.link_at import link_at
from ..links.reviving import waits_to_be_made
from ..pushes.taking_up import PATIENCE
from ..records.counter_words import is_word
from ..records.kinds import LEAD, MEMBER, MEMBERSHIP
from ..records.overtaken import end_stage_wish, is_under_way, values_of
from ..records.task_at_provider import leave_what_stood_there, record_of

SEEN = "a sync saw it done at the provider"
GONE = "the record is gone, here and at the provider"

_OPERATIONS = {
    MEMBER: {Operation.UPDATE_MEMBER.value},
    MEMBERSHIP: {Operation.UPDATE_MEMBERSHIP.value, Operation.CANCEL_MEMBERSHIP.value},
    LEAD: {Operation.UPDATE_LEAD.value, Operation.CREATE_LEAD.value},
}


async def close_what_is_done(uow: UnitOfWork, account_id: AccountId, schema: Schema, *, now: datetime) -> None:
    """Of one kind of record. What was last seen there counts: a value that is only on its way was not seen."""
    about = [(task, _about(task, schema.kind)) for task in await uow.tasks.open_at(account_id)]
    on_sale = await uow.packages.of_account(account_id) if any(local_id for _, local_id in about) else ()
    for task, local_id in about:
        link = None if local_id is None else await link_at(uow, account_id, schema.kind, local_id)
        if (link is not None and await _is_done(uow, task, link, schema, on_sale, now)) or (
            schema.kind == MEMBERSHIP and await _is_sold(uow, account_id, task, now)
        ):
            await _close(uow, task, SEEN, now)
        elif link is None and local_id is not None and await _is_gone(uow, account_id, schema.kind, local_id, task):
            await _close(uow, task, GONE, now)
        elif link is not None and await _is_stage_of_member(uow, task, link) and end_stage_wish(task, now=now):
            await uow.tasks.save(task)


async def _close(uow: UnitOfWork, task: StaffTask, note: str, now: datetime) -> None:
    if not leave_what_stood_there(task):
        task.complete(by=MACHINE, now=now, note=note)
    await uow.tasks.save(task)


async def _is_gone(uow: UnitOfWork, account_id: AccountId, kind: str, local_id: UUID, task: StaffTask) -> bool:
    """Whether what is to be changed is no more, neither here nor there: not where that record is another one of ours by
    now, or a person or the next run is to say whose it is. What the provider has no field for may be what somebody
    wrote, and stands nowhere else by now.
    """
    record = record_of(task)
    if record is None or task.reason in {TaskReason.UNDECIDED, TaskReason.UNSUPPORTED} or is_under_way(task):
        return False
    key = record[1]
    if await uow.sync_records.by_external_ids(account_id, kind, [key]):
        return False
    if key in await uow.due.all(account_id, kind) or await uow.conflicts.open_of(account_id, kind, [key]):
        return False
    return not await _is_here(uow, kind, local_id)


async def _is_here(uow: UnitOfWork, kind: str, local_id: UUID) -> bool:
    if kind == LEAD:
        return bool(await uow.leads.existing([LeadId(local_id)]))
    if kind == MEMBER:
        return bool(await uow.members.existing([MemberId(local_id)]))
    return bool(await uow.memberships.existing([MembershipId(local_id)]))


async def _is_stage_of_member(uow: UnitOfWork, task: StaffTask, link: SyncRecord) -> bool:
    """Whether the counter asks for a stage of a lead that became a member there. An undo may ask to take that back."""
    is_stage = any(is_word(LEAD, name) for name in values_of(task)) and link.kind == LEAD
    is_member = link.base.get("status") == Stage.CONVERTED.value
    return is_stage and is_member and "status" not in await _not_agreed(uow, link)


async def _is_sold(uow: UnitOfWork, account_id: AccountId, task: StaffTask, now: datetime) -> bool:
    """Whether the member, or who was to be entered as one, has there what was to be sold; nobody was asked to sell what
    they had already.
    """
    if task.operation == Operation.CREATE_MEMBER.value:
        # Whoever is at the sale ends it.
        is_waited_for = is_under_way(task) and now - task.created_at < PATIENCE
        return not is_waited_for and await sold_to_person(uow, account_id, task.details) is not None
    named, _, key = (task.subject or "").partition(":")
    if task.operation != Operation.CREATE_MEMBERSHIP.value or named != MEMBER:
        return False
    return await sold_to(uow, account_id, [MemberId(UUID(key))], task.details) is not None


def _about(task: StaffTask, kind: str) -> UUID | None:
    """Our record of that kind that the task is to bring to the provider, None where it is about something else."""
    named, _, key = (task.subject or "").partition(":")
    return UUID(key) if named == kind and task.operation in _OPERATIONS.get(kind, ()) else None


async def _is_done(
    uow: UnitOfWork, task: StaffTask, link: SyncRecord, schema: Schema, on_sale: Sequence[Package], now: datetime
) -> bool:
    if task.operation == Operation.CREATE_LEAD.value:
        if waits_to_be_made(link):
            return False
        is_decided_by_now = await is_decided(uow, link.kind, link.local_id, task)
        return is_decided_by_now or not await _was_tied_before(uow, task, link)
    today = uow.tenant.today(now)
    if await _was_cancelled_since(uow, task, link, today):
        return True
    wishes = wishes_of(task, schema, on_sale, today)
    if not wishes or not all(wish.is_so(link.base) for wish in wishes):
        return False
    return (await _not_agreed(uow, link)).isdisjoint(name for wish in wishes for name in wish.telling)


async def _was_cancelled_since(uow: UnitOfWork, task: StaffTask, link: SyncRecord, today: date) -> bool:
    """Whether a membership was cancelled there after somebody was asked to change it: that needs nobody any more. Who
    wants another price, or the membership back, after that is asked all the same; and since nobody knows whether the
    wish to have it back came first, that is asked for whenever a sync sees the end of it.
    """
    is_change = task.operation == Operation.UPDATE_MEMBERSHIP.value and task.reason is not TaskReason.UNDECIDED
    # An undo asks for fields, perhaps to take that very cancellation back.
    is_asked = all(is_word(MEMBERSHIP, name) for name in values_of(task))
    if not (is_change and is_asked and ends(link.base, today)):
        return False
    showing = telling("reason", None)
    told = await uow.journal.of_record(link.kind, link.local_id)
    since = [line for line in told if line.at >= task.created_at]
    if not any(line.field in showing for line in since) or _is_wanted_back(task, since, link):
        return False
    return showing.isdisjoint(await _not_agreed(uow, link))


def _is_wanted_back(task: StaffTask, since: Sequence[Change], link: SyncRecord) -> bool:
    """Whether it asks for a membership that goes on, of one that was not on hold: what else than its end, which no sync
    had seen, may it have been asked against? ``since`` are the lines told since it was asked.
    """
    if task.details.get("status") != Status.ACTIVE.value:
        return False
    holds = [line for line in since if line.field == "on_hold"]
    was_on_hold = holds[0].base if holds else link.base.get("on_hold")
    return not was_on_hold


async def _was_tied_before(uow: UnitOfWork, task: StaffTask, link: SyncRecord) -> bool:
    """Whether a person is asked what it means that it is tied."""
    if task.reason is not TaskReason.UNDECIDED:
        return False
    return (await uow.runs.get(link.run_id)).started_at <= task.created_at


async def _not_agreed(uow: UnitOfWork, link: SyncRecord) -> set[str]:
    """Fields of which the base is not what was last seen: a person is asked, or a value is on its way."""
    of, key = (link.account_id, link.kind), link.external_id
    asked = (await uow.conflicts.open_of(*of, [key])).get(key, ())
    pushes = (await uow.pushes.of_records(*of, [key])).get(key, ())
    waiting = {name for push in pushes if push.state is PushState.WAITING for name in push.values}
    return waiting | {each.field for each in asked}
