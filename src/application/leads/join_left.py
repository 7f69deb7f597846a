"""Somebody whom an account has as a lead wrote again, and whoever entered them died over it: the two are one lead.

At the counter that is told when the provider answers. A sync finds what is left of it: once nobody can be at it any
more, and what was sent, if anything was, is no record of its own there.
"""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.ids import LeadId
from ...domain.staff.task import StaffTask, TaskReason
from ...domain.sync.conflict import PAIRING
from ...domain.sync.push import Push, PushState
from ...domain.sync.run import Counts
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..ports.clock import Clock, IdSource
from ..ports.gym import Operation
from ..ports.phones import PhoneBook
from ..ports.readers import ConflictFilter, Readers
from ..ports.unit_of_work import UnitOfWork
from ..sync.links.elsewhere import claim_all
from ..sync.pushes.confirming import ANOTHER_OF_OURS
from ..sync.pushes.taking_up import is_left_behind
from ..sync.records.kinds import LEAD
from ..sync.records.run_books import Opened, RunBooks
from ..sync.records.task_at_provider import subject_of
from .join_known import JoinKnown
from .known_here import known_here
from .only_looked_for import sent_before

_IS_ANOTHERS = (
    "the provider's record of this address is that of another lead of ours, {}: give this one an address of its own, "
    "or note there what it says and delete it here"
)

# Of one record, more questions than anybody answers.
_LATEST = 100


@attrs.frozen
class JoinLeft:
    """Used in a run, before it makes what was left, and when everything is in step."""

    _books: RunBooks
    _readers: Readers
    _absorb: Absorb
    _phones: PhoneBook
    _clock: Clock
    _ids: IdSource

    async def __call__(self, opened: Opened) -> None:
        """Each in a transaction of its own; one that is joined counts as deleted here. Whose record is that of somebody
        else, staff are told about.
        """
        for left in await self._books.read(opened.run, partial(self._all_left, opened.account)):
            if not await self._was_asked(left):
                await self._books.write(opened.run, "join_left", partial(self._settle, opened.account, left))

    async def _all_left(self, account: ProviderAccount, uow: UnitOfWork) -> Sequence["_Left"]:
        making = await uow.pushes.creating(account.id, LEAD)
        found = [await self._left(uow, account, one) for one in sorted(making)]
        return [left for left in found if left is not None]

    async def _was_asked(self, left: "_Left") -> bool:
        """Whether a person was asked if it is the very record that the known one has, and knows better by now."""
        if left.record is None:
            return False
        asked = ConflictFilter(account_id=left.push.account_id, kind=LEAD, field=PAIRING, external_id=left.record)
        page = await self._readers.conflicts(left.lead.tenant_id, asked, limit=_LATEST)
        return any(left.lead.id in each.whole_records for each in page.items)

    async def _left(self, uow: UnitOfWork, account: ProviderAccount, lead_id: UUID) -> "_Left | None":
        """None: there is nothing to settle, or nobody may yet."""
        push = (await uow.pushes.creations(account.id, LEAD, [lead_id])).get(lead_id)
        lead = (await uow.leads.get_many([LeadId(lead_id)])).get(LeadId(lead_id))
        if push is None or lead is None or not await self._is_over(uow, push) or not await _is_free(uow, lead):
            return None
        tasks = await uow.tasks.open_for(Operation.CREATE_LEAD.value, subject_of(LEAD, lead_id))
        if any(task.reason is TaskReason.UNDECIDED for task in tasks) or await _is_asked_of_staff(uow, lead):
            return None
        known = await known_here(uow, account, lead)
        record = known.link.external_id if known is not None and known.link is not None else None
        # Of one that a run made by itself, or a person has settled, there is no task.
        is_settled = not tasks if push.state is PushState.REFUSED else record is None
        return None if is_settled else _Left(lead, push, tasks, record)

    async def _is_over(self, uow: UnitOfWork, push: Push) -> bool:
        """Whether nobody is at it any more, and it has no record of its own there."""
        if push.state is PushState.REFUSED:
            return push.why == ANOTHER_OF_OURS
        return is_left_behind(push, self._clock.now()) and await sent_before(uow, push) is None

    async def _settle(self, account: ProviderAccount, seen: "_Left", uow: UnitOfWork) -> Counts:
        await claim_all(uow)
        left = await self._left(uow, account, seen.lead.id)
        if left is None or left.record != seen.record:
            return Counts()
        if left.record is None:
            await _tell(uow, account, left)
            return Counts()
        join = JoinKnown(self._absorb, self._phones, self._clock, self._ids)
        joined = await join(uow, account, left.lead, None, None)
        if joined is None:
            return Counts()
        await self._absorb.being_made.is_another(uow, left.push, joined.lead.id)
        for task in left.tasks:
            await uow.tasks.remove(task)
        return Counts(deleted=1)


@attrs.frozen
class _Left:
    """``record`` is what the account has of the lead of ours that it is; None: it is none. ``tasks`` ask for it."""

    lead: Lead
    push: Push
    tasks: Sequence[StaffTask]
    record: str | None


async def _is_free(uow: UnitOfWork, lead: Lead) -> bool:
    """Whether no account has it, it is no member, and nobody is asked about it."""
    if lead.member_id is not None or await uow.sync_records.of_local(LEAD, lead.id):
        return False
    return not await uow.conflicts.about(LEAD, [lead.id])


async def _is_asked_of_staff(uow: UnitOfWork, lead: Lead) -> bool:
    """Whether staff are to do something else about it than enter it."""
    subject = subject_of(LEAD, lead.id)
    return any(
        [
            await uow.tasks.open_for(operation.value, subject)
            for operation in (Operation.CONVERT_LEAD, Operation.UPDATE_LEAD)
        ]
    )


async def _tell(uow: UnitOfWork, account: ProviderAccount, left: _Left) -> None:
    """Whom the provider has by that address: as it is, nobody could enter this one."""
    email = left.lead.email
    found = await uow.leads.of_addresses([email.canonical]) if email else {}
    others = {one for ids in found.values() for one in ids} - {left.lead.id}
    links = await uow.sync_records.of_locals(account.id, LEAD, others)
    here = await uow.leads.get_many([LeadId(one) for one in links])
    told = sorted(f"{each.name} (record {links[one].external_id})" for one, each in here.items())
    for task in left.tasks:
        task.details = {**task.details, "why": _IS_ANOTHERS.format(", ".join(told) or "which has another address here")}
        task.reason = TaskReason.UNDECIDED
        await uow.tasks.save(task)
