"""A lead moves on, or its notes change (W11)."""

import attrs

from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import LeadId, TenantId
from ...domain.shared.text import check_prose, kept_size
from ...domain.shared.unset import UNSET, Unset
from ...domain.staff.task import StaffTask
from ...domain.sync.canonical import Values
from ...domain.sync.edit_fate import Absence, Prospect, apart, not_taken_over, unwritten
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb, Undecided
from ..gym.decided import Decided
from ..gym.look_first import Over
from ..gym.provider_writes import Outcome, ProviderWrites
from ..gym.wanted import Wanted
from ..gym.written_first import WrittenFirst
from ..ports.clock import Clock
from ..ports.gym import GymGateway, LeadPatch
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.edits.edited import Overtaken, stale
from ..sync.links.elsewhere import claim_all
from ..sync.records.kinds import LEAD
from ..sync.records.reading import read
from ..transactions import Transactions
from .asked_of_lead import ensure_moves_on, only, told, wanted_of
from .asked_to_enter import ask_to_enter_as_known


@attrs.frozen(kw_only=True)
class LeadUpdate:
    """UNSET leaves, None clears. ``by`` says who changes it; ``version``: refuse if the lead's is another (None:
    whichever it is).
    """

    tenant_id: TenantId
    lead_id: LeadId
    stage: Stage | Unset = UNSET
    notes: str | None | Unset = UNSET
    by: str = "somebody"
    version: int | None = None

    @property
    def wish(self) -> Values:
        """What is set, by the names of the leads' schema."""
        stage = self.stage.value if isinstance(self.stage, Stage) else self.stage
        given = {"status": stage, "notes": self.notes}
        return {name: value for name, value in given.items() if not isinstance(value, Unset)}

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of it."""
        return tuple(self.wish)


@attrs.frozen
class UpdatedLead:
    """The lead as it stands, what became of each field that was set, and the task for staff where the provider could
    not be written to or kept a value of its own, or nobody can tell what its answer means here.
    """

    lead: Lead
    prospects: tuple[Prospect, ...]
    task: StaffTask | None = None


@attrs.frozen
class UpdateLead:
    """A lead that a provider owns is changed there first; until that is done, ours stays as it is, because the next
    sync would take the provider's values. Raises InvalidValue (nothing set, notes that nobody may have
    typed), NotFound, IllegalTransition, StaleVersion.
    """

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _clock: Clock

    async def __call__(self, update: LeadUpdate) -> UpdatedLead:
        """Change what is set."""
        if not update.fields:
            raise InvalidValue("nothing to change: set at least one of status and notes")
        check_prose(update.notes or "", "notes")
        kept_size(update.by, "by")
        linked = await self._transactions.run(update.tenant_id, "update_lead", lambda uow: self._here(uow, update))
        if isinstance(linked, Overtaken):
            raise stale(LEAD, update.lead_id, update.version, linked)
        if isinstance(linked, Lead):
            return UpdatedLead(linked, tuple(apart(name, Absence.UNLINKED) for name in update.fields))
        lead, link, account = linked
        patch = LeadPatch(
            stage=update.stage if isinstance(update.stage, Unset) else update.stage.value, notes=update.notes
        )

        async def push(gym: GymGateway) -> Observed:
            return await gym.update_lead(link.external_id, patch)

        over = Over(link=link, fields=update.fields, forbid=lambda shown: ensure_moves_on(update.wish, link, shown))
        wanted = wanted_of(lead, link, patch)
        outcome = await self._writes(account, wanted, push, over=over)
        if outcome.done is None:
            why = "" if outcome.task is None else outcome.task.details.get("why") or ""
            return UpdatedLead(lead, tuple(unwritten(name, why) for name in update.fields), outcome.task)
        try:
            return await self._take_over(update, account, wanted, outcome.done, seen=lead, outcome=outcome)
        except InvalidValue as error:
            # It is written there; whoever is told that this failed would write it again.
            task = (await self._writes.in_doubt(account, wanted, error, outcome)).task
            return UpdatedLead(lead, tuple(not_taken_over(name, error.message) for name in update.fields), task)

    async def _here(
        self, uow: UnitOfWork, update: LeadUpdate
    ) -> "Lead | tuple[Lead, SyncRecord, ProviderAccount] | Overtaken":
        # A lead that no account has must stay so meanwhile: a run that has it made there would not see this.
        await claim_all(uow)
        lead = await uow.leads.get(update.lead_id)
        if update.version not in {None, lead.version}:
            return Overtaken(lead.version)
        lead.update(stage=update.stage, notes=update.notes, now=self._clock.now())
        links = await uow.sync_records.of_local(LEAD, lead.id)
        if not links:
            await uow.leads.save(lead)
            await ask_to_enter_as_known(uow, lead)
            return lead
        # The rules allow it; what is kept here changes when the provider has it.
        return await uow.leads.get(lead.id), links[0], await uow.accounts.get(links[0].account_id)

    async def _take_over(
        self,
        update: LeadUpdate,
        account: ProviderAccount,
        wanted: Wanted,
        observed: Observed,
        *,
        seen: Lead,
        outcome: Outcome,
    ) -> UpdatedLead:
        before, shown = outcome.before, read(observed).values

        async def take_over(uow: UnitOfWork) -> UpdatedLead:
            kind = self._absorb.leads(uow, account)
            kept = () if before is None else before.kept(kind.schema, update.wish, shown)
            done = {name: value for name, value in update.wish.items() if name not in kept}
            first, decided = WrittenFirst(update.by, done), Decided(done, seen)
            key = LeadId(await self._absorb.lead(uow, account, observed, written=first, decided=decided, before=before))
            left = only(wanted, kept) if kept else None
            await self._writes.tasks.end(uow, wanted, outcome.begun, left=left)
            task = await self._writes.tasks.kept_own(uow, account, left, kept) if left else None
            lead = (await uow.leads.get_many([key])).get(key)
            if lead is None:
                raise Undecided("the provider has this lead, which was taken away here", LEAD)
            return UpdatedLead(lead, told(update.wish, kind.schema, kind.values(lead), before, kept), task)

        return await self._transactions.run(update.tenant_id, "absorb_lead", take_over)
