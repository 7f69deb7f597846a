"""A lead is entered at the provider: what is asked, and what is kept where nothing can be tied."""

from collections.abc import Mapping
from functools import partial

import attrs

from ...domain.leads.lead import Lead
from ...domain.shared.errors import GatewayUnsupported
from ...domain.shared.ids import LeadId
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
from ..ports.sources import Observed, Source
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import LEAD
from ..sync.records.single_looks import get_that
from ..transactions import Transactions
from .known_there import known_there
from .only_looked_for import OnlyLook, others_before
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
        look: OnlyLook | None = None,
    ) -> "Asked":
        """What the provider has for this ``person``, made just now or not. ``made`` is kept as sent, if anything may be
        sent; where a run sends that by now, it stays with the task. ``look``: why nothing may be made, as far as the
        caller knows. The rest as for ``ProviderWrites``.
        """
        turn = _Turn() if made is None else await self._take_turn(account, made, look)
        if turn is None:
            return Asked(Outcome(task=begun))

        only_looked, gone = turn.only_looks, list[str]()

        async def create(gym: GymGateway) -> Observed:
            nonlocal only_looked
            if made is not None and turn.only_looks:
                found = await _look(gym.source(LEAD), made, turn, gone)
                if found is not None:
                    return found
                # It was only looked for, and is to be made after all.
                await self._transactions.run(account.tenant_id, "send_lead", partial(self._send, made))
                only_looked = False
            return await gym.create_lead(person)

        async def give_up(uow: UnitOfWork, task: StaffTask) -> None:
            if made is not None:
                schema = self._absorb.leads(uow, account).schema
                await self._absorb.being_made.give_up(uow, made, schema, task, only_looked=only_looked)

        outcome = await self._writes(account, wanted, create, begun=begun, given_up=give_up)
        return Asked(outcome, next(iter(gone), None))

    async def _take_turn(self, account: ProviderAccount, made: Push, look: OnlyLook | None) -> "_Turn | None":
        """From now on the provider may have it, unless it is only looked for. None: somebody else sends it."""

        async def take(uow: UnitOfWork) -> _Turn | None:
            await uow.accounts.claim(account.id)
            kind = self._absorb.leads(uow, account)
            turn = _Turn(
                await known_there(uow, kind, made),
                look or await others_before(uow, kind, made),
            )
            return turn if await self._absorb.being_made.send(uow, made, only_looks=turn.only_looks) else None

        return await self._transactions.run(account.tenant_id, "send_lead", take)

    async def _send(self, made: Push, uow: UnitOfWork) -> None:
        await self._absorb.being_made.send(uow, made)

    async def leave(
        self, uow: UnitOfWork, account: ProviderAccount, made: Push, observed: Observed, doubt: InDoubt, about: LeadId
    ) -> None:
        """Nothing is tied; the next run looks at the provider's record. ``about`` is the lead that may be it."""
        making = self._absorb.being_made
        if doubt.ends is None:
            await making.doubt(uow, made, self._absorb.leads(uow, account).schema, doubt.why)
        else:
            await making.end(uow, made, doubt.ends, doubt.why)
        if doubt.asked is not None:
            doubt.asked.consider(about, now=self._clock.now())
            await uow.conflicts.save(doubt.asked)
        await uow.due.add(account.id, LEAD, [observed.external_id])


@attrs.frozen
class Asked:
    """What came of it. ``gone`` is the record of somebody known that was seen to be no more."""

    outcome: Outcome
    gone: str | None = None


@attrs.frozen
class _Turn:
    """``known`` is the link of whom the provider has as somebody known to us; ``look``, why nothing may be made."""

    known: SyncRecord | None = None
    look: OnlyLook | None = None

    @property
    def only_looks(self) -> bool:
        """Whether nothing is made, as far as is known before the provider was asked."""
        return self.known is not None or self.look is not None


async def _look(source: Source, made: Push, turn: _Turn, gone: list[str]) -> Observed | None:
    """None: nobody is there, or nobody can be looked for, and nothing forbids to make it. A record that is no more is
    put to the ``gone``. Raises NotMade.
    """
    shown = None if turn.known is None else await get_that(source, turn.known.external_id)
    if turn.known is not None and shown is None:
        gone.append(turn.known.external_id)
    if shown is not None or turn.look is None:
        return shown
    try:
        return await turn.look(source, made.values)
    except GatewayUnsupported:
        if turn.look.is_asked:
            raise turn.look.not_made() from None
        return None


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
