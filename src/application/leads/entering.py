"""A lead is entered at the provider: what is asked, and what is kept where nothing can be tied."""

from collections.abc import Mapping

import attrs

from ...domain.leads.lead import Lead
from ...domain.staff.task import StaffTask
from ...domain.sync.push import Push
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Value
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..gym.provider_writes import Outcome, ProviderWrites
from ..gym.wanted import Wanted
from ..ports.clock import Clock
from ..ports.gym import GymGateway, NewPerson, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import LEAD
from ..sync.records.single_looks import get_that
from ..transactions import Transactions
from .known_there import known_there
from .whose import InDoubt


@attrs.frozen
class Entering:
    """For whoever has the turn of that person."""

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _clock: Clock

    async def ask(
        self,
        account: ProviderAccount,
        made: Push | None,
        person: NewPerson,
        wanted: Wanted,
        *,
        begun: StaffTask | None,
    ) -> Outcome:
        """What the provider has for this ``person``, made just now or not. ``made`` is kept as sent, if anything may be
        sent; where a run sends that by now, it stays with the task. The rest as for ``ProviderWrites``.
        """
        may_send, known = (True, None) if made is None else await self._send(account, made)
        if not may_send:
            return Outcome(task=begun)

        only_looked = known is not None

        async def create(gym: GymGateway) -> Observed:
            nonlocal only_looked
            shown = None if known is None else await get_that(gym.source(LEAD), known.external_id)
            only_looked = shown is not None
            return await gym.create_lead(person) if shown is None else shown

        async def give_up(uow: UnitOfWork, task: StaffTask) -> None:
            if made is not None:
                schema = self._absorb.leads(uow, account).schema
                await self._absorb.being_made.give_up(uow, made, schema, task, only_looked=only_looked)

        return await self._writes(account, wanted, create, begun=begun, given_up=give_up)

    async def _send(self, account: ProviderAccount, made: Push) -> tuple[bool, SyncRecord | None]:
        """From now on the provider may have it, unless somebody else sends it. With the link of whom it has as somebody
        known to us.
        """

        async def send(uow: UnitOfWork) -> tuple[bool, SyncRecord | None]:
            if not await self._absorb.being_made.send(uow, made):
                return False, None
            return True, await known_there(uow, self._absorb.leads(uow, account), made)

        return await self._transactions.run(account.tenant_id, "send_lead", send)

    async def leave(
        self, uow: UnitOfWork, account: ProviderAccount, made: Push, observed: Observed, doubt: InDoubt
    ) -> None:
        """Nothing is tied; the next run looks at the provider's record."""
        making = self._absorb.being_made
        if doubt.ends is None:
            await making.doubt(uow, made, self._absorb.leads(uow, account).schema, doubt.why)
        else:
            await making.end(uow, made, doubt.ends, doubt.why)
        if doubt.asked is not None:
            doubt.asked.consider(made.local_id, now=self._clock.now())
            await uow.conflicts.save(doubt.asked)
        await uow.due.add(account.id, LEAD, [observed.external_id])


def person(values: Mapping[str, Value]) -> NewPerson:
    """Who is entered, by our side of a lead: notes, message and interest are one text, for providers that have no field
    for each.
    """
    told = {name: str(value) for name, value in values.items() if value is not None}
    interest = told.get("interested_in")
    notes = [told.get("notes"), told.get("message"), f"Interested in: {interest}" if interest else None]
    return NewPerson(
        first_name=told.get("first_name", ""),
        last_name=told.get("last_name", ""),
        email=told.get("email"),
        phone=told.get("phone"),
        notes="\n".join(part for part in notes if part) or None,
    )


def to_enter(lead: Lead, person: NewPerson) -> Wanted:
    """What a person would have to do."""
    return Wanted(
        operation=Operation.CREATE_LEAD,
        title=f"Enter the lead {lead.name} at the provider",
        subject=f"lead:{lead.id}",
        details=attrs.asdict(person),
    )
