"""A lead that no provider is known to have is looked for there, or entered, before it becomes a member."""

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.errors import InvalidValue, NotConfigured
from ...domain.shared.ids import AccountId
from ...domain.staff.task import StaffTask
from ...domain.sync.push import Push, PushState
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb, Undecided
from ..gym.ensure_called import ensure_called
from ..gym.provider_writes import Outcome, ProviderWrites
from ..gym.wanted import Wanted
from ..ports.clock import Clock
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.links.elsewhere import claim_all
from ..sync.policies.overruled import none_of_ours
from ..sync.records.kinds import LEAD
from ..transactions import Transactions
from .entering import Entering, person
from .only_looked_for import OnlyLook, asked_whose_records, sent_before
from .whose import Found, InDoubt, whose

_APART = (
    "the provider answered with its record {}, of which a person said that it is another one: nothing is tied or "
    "sold to that; look whether this lead is that one, and convert that, or give this lead an address of its own"
)
_NOT_FOUND = (
    "it may be there already, and without an address it cannot be looked for: look there, and convert it there, or "
    "sync once the two can be told to be one"
)


@attrs.frozen
class Entered:
    """``link`` is of the record that is this person's, perhaps by another lead of ours; ``begun`` is the task that is
    open since the provider was asked, None where it needed not be.
    """

    link: SyncRecord
    begun: StaffTask | None = None


@attrs.frozen
class _Begun:
    made: Push
    task: StaffTask
    look: OnlyLook | None


@attrs.frozen
class EnterFirst:
    """The same looks as when a lead is entered; and because money moves next, none of another name is taken for it."""

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _clock: Clock

    async def home(
        self, uow: UnitOfWork, lead: Lead, account_id: AccountId | None
    ) -> tuple[ProviderAccount, SyncRecord | None]:
        """The account that has it, or may have it by now, else the one that is named, or the only one.

        Raises NotConfigured without any, NotFound, InvalidValue where another one than may have it is named.
        """
        links = await uow.sync_records.of_local(LEAD, lead.id)
        if links:
            return await uow.accounts.get(links[0].account_id), links[0]
        for account in await uow.accounts.all():
            making = (await uow.pushes.creations(account.id, LEAD, [lead.id])).get(lead.id)
            if making is not None and making.may_be_made:
                if account_id not in {None, account.id}:
                    raise InvalidValue(
                        f"this lead may have been made at account {account.name!r} already, and no answer came: sync "
                        "that one first, or convert it there",
                        field="account_id",
                    )
                return account, None
        chosen = await self._writes.account(uow, account_id)
        if chosen is None:
            raise NotConfigured("leads are converted at a provider: connect an account first")
        return chosen, None

    async def __call__(self, account: ProviderAccount, lead: Lead, wanted: Wanted) -> Entered | StaffTask:
        """Or the task for staff: nothing is tied then. Raises AlreadyExists where another account makes it by now."""
        async with self._writes.turn(account.tenant_id, f"person:{lead.email.canonical if lead.email else lead.id}"):
            begun = await self._transactions.run(
                account.tenant_id, "enter_lead", lambda uow: self._begin(uow, account, lead, wanted)
            )
            if isinstance(begun, InDoubt):
                return await self._undecided(account, wanted, begun.why)
            if not isinstance(begun, _Begun):
                return begun
            made = begun.made
            who = person(made.values)
            asked = (await self._entering.ask(account, made, who, wanted, begun=begun.task, look=begun.look)).outcome
            if asked.done is None:
                assert asked.task is not None  # noqa: S101 - for the type checker: an outcome has either
                return asked.task
            observed = asked.done
            link = await self._transactions.run(
                account.tenant_id, "link_lead", lambda uow: self._tie(uow, account, lead, made, observed)
            )
            if isinstance(link, InDoubt):
                return await self._undecided(account, wanted, link.why, begun.task)
            return Entered(link, begun.task)

    @property
    def _entering(self) -> Entering:
        return Entering(self._transactions, self._writes, self._absorb, self._clock)

    async def _begin(
        self, uow: UnitOfWork, account: ProviderAccount, lead: Lead, wanted: Wanted
    ) -> _Begun | Entered | StaffTask | InDoubt:
        """What is sent, unless it was tied meanwhile, or a task forbids to ask again. In doubt: a person is asked which
        of the provider's records it is; or it was sent, and there is nothing by which it would be found, so that the
        provider would make it a second time.
        """
        await claim_all(uow)
        links = await uow.sync_records.of_local(LEAD, lead.id)
        if links:
            return Entered(links[0])
        asked = await asked_whose_records(uow, [lead.id])
        if asked is not None:
            return InDoubt(asked)
        for old in await uow.tasks.open_for(wanted.operation.value, wanted.subject):
            if wanted.may_be_done_by(old):
                return old
        values = self._absorb.leads(uow, account).values(await uow.leads.get(lead.id))
        before = (await uow.pushes.creations(account.id, LEAD, [lead.id])).get(lead.id)
        look = await sent_before(uow, before)
        made = await self._absorb.being_made.resume(uow, account, LEAD, lead.id, values)
        if made.was_sent and not made.values.get("email"):
            return InDoubt(_NOT_FOUND)
        task = self._writes.tasks.begun(account, wanted)
        await uow.tasks.add(task)
        return _Begun(made, task, look)

    async def _tie(
        self, uow: UnitOfWork, account: ProviderAccount, lead: Lead, made: Push, observed: Observed
    ) -> SyncRecord | InDoubt:
        await claim_all(uow)
        found = await whose(uow, self._absorb, account, made, observed)
        if isinstance(found, Found):
            found = await self._surely(uow, account, lead, found, observed)
        if isinstance(found, InDoubt):
            await self._entering.leave(uow, account, made, observed, found, lead.id)
            return found
        await self._absorb.lead(uow, account, observed, made=found.made, run_id=made.run_id)
        if found.lead_id != lead.id:
            await self._absorb.being_made.is_another(uow, made, found.lead_id)
        return (await uow.sync_records.by_external_ids(account.id, LEAD, [observed.external_id]))[observed.external_id]

    async def _surely(
        self, uow: UnitOfWork, account: ProviderAccount, lead: Lead, found: Found, observed: Observed
    ) -> Found | InDoubt:
        """As found, unless the record is called otherwise, or of another lead of ours that a person told apart."""
        external_id, called = observed.external_id, [self._absorb.leads(uow, account).values(lead), found.made.values]
        if found.lead_id != lead.id and await none_of_ours(uow, account.id, LEAD, [external_id]):
            return InDoubt(_APART.format(external_id), PushState.REFUSED)
        try:
            ensure_called(observed, called, LEAD)
        except Undecided as error:
            return InDoubt(error.message, PushState.REFUSED)
        return found

    async def _undecided(
        self, account: ProviderAccount, wanted: Wanted, why: str, begun: StaffTask | None = None
    ) -> StaffTask:
        left = await self._writes.in_doubt(account, wanted, Undecided(why, LEAD), Outcome(begun=begun))
        assert left.task is not None  # noqa: S101 - for the type checker: it was just made
        return left.task
