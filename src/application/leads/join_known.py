"""Who was captured, while the provider could not be asked, and is known here already, is one lead with whom we know."""

import attrs

from ...domain.leads.lead import Lead
from ...domain.staff.task import StaffTask, TaskReason, TaskState
from ...domain.sync.edit_fate import Prospect
from ...domain.sync.push import Push, PushState
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..gym.settled import IN_DOUBT
from ..ports.clock import Clock, IdSource
from ..ports.phones import PhoneBook
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import values_of
from ..sync.links.elsewhere import claim_all
from ..sync.records.kinds import lead_schema
from .entering import person, to_enter
from .hear_again import HearAgain, Known
from .known_here import known_here, who_wrote_before
from .whose import InDoubt


@attrs.frozen
class Joined:
    """The lead that is known; what staff are asked, and what becomes of each value that was given."""

    lead: Lead
    tasks: tuple[StaffTask, ...]
    prospects: tuple[Prospect, ...]


@attrs.frozen
class JoinKnown:
    """Used inside a transaction, by whoever has the turn of that person."""

    _absorb: Absorb
    _phones: PhoneBook
    _clock: Clock
    _ids: IdSource

    async def __call__(
        self,
        uow: UnitOfWork,
        account: ProviderAccount | None,
        captured: Lead,
        made: Push | None,
        task: StaffTask | None,
        *,
        gone: str | None = None,
    ) -> Joined | None:
        """``made`` is what was sent of it, if anything was to be; ``task`` asks staff to enter it; ``gone`` as in
        ``known_here``. None: nobody is known to be it.
        """
        await claim_all(uow)
        known = await known_here(uow, account, captured, gone=gone)
        if known is None or (known.link is not None and await _may_be_made(uow, made)):
            return None
        return await self._join(uow, account, captured, made, task, known)

    async def answered(
        self, uow: UnitOfWork, account: ProviderAccount, captured: Lead, made: Push, task: StaffTask, doubt: InDoubt
    ) -> Joined | None:
        """As above, where the provider answered, and nobody may say whose its record is: ``task`` says why."""
        if doubt.ends is PushState.DROPPED or not await _may_be_made(uow, made):
            # It was tied meanwhile, or a person said what becomes of it.
            return None
        known = await who_wrote_before(uow, account, captured)
        if known is None:
            return None
        if doubt.ends is None:
            return await self._join(uow, account, captured, made, task, known)
        await self._absorb.being_made.is_another(uow, made, known.lead_id)
        return await self._join(uow, account, captured, None, task, known)

    async def _join(
        self,
        uow: UnitOfWork,
        account: ProviderAccount | None,
        captured: Lead,
        made: Push | None,
        task: StaffTask | None,
        known: Known,
    ) -> Joined:
        region = uow.tenant.region
        schema = lead_schema(lambda raw: self._phones.read(raw, region))
        heard = await HearAgain(self._clock, self._ids)(uow, schema, known, captured)
        if account is not None and made is not None:
            await self._end(uow, account, made, known)
        lead = await uow.leads.get(known.lead_id)
        asked = None if task is None else await _ask(uow, known, lead, task)
        return Joined(lead, (*(() if asked is None else (asked,)), *heard.tasks), heard.prospects)

    async def _end(self, uow: UnitOfWork, account: ProviderAccount, made: Push, known: Known) -> None:
        making = self._absorb.being_made
        if known.link is None:
            await making.hand_over(uow, account, made, self._absorb.leads(uow, account).schema, known.lead_id)
        else:
            await making.is_another(uow, made, known.lead_id)


async def _may_be_made(uow: UnitOfWork, made: Push | None) -> bool:
    """Whether the provider may have it, beside the record that it showed no more."""
    return made is not None and (await uow.pushes.get(made.id)).may_be_made


async def _ask(uow: UnitOfWork, known: Known, lead: Lead, task: StaffTask) -> StaffTask | None:
    """One task asks to enter the lead that is known, with all that is known by now; none where the account has it."""
    # It was kept by another transaction, and this one may be run again.
    task = await uow.tasks.get(task.id)
    if task.state is not TaskState.OPEN:
        return None
    if known.link is not None:
        await uow.tasks.remove(task)
        return None
    wanted = to_enter(lead, person(values_of(lead)))
    waiting = await uow.tasks.open_for(task.operation, wanted.subject)
    old = next((one for one in waiting if one.account_id == task.account_id), None)
    if old is None:
        task.subject, task.title, task.details = wanted.subject, wanted.title, {**task.details, **wanted.details}
        await uow.tasks.save(task)
        return task
    await uow.tasks.remove(task)
    old.details = {**old.details, **wanted.details}
    if old.reason not in IN_DOUBT or task.reason is TaskReason.UNDECIDED:
        old.reason, old.details = task.reason, {**old.details, "why": task.details.get("why")}
    await uow.tasks.save(old)
    return old
