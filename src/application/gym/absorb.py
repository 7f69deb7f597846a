"""What a provider answers to a write is taken over at once, by the same rules as in a sync."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import attrs

from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage
from ...domain.membership.membership import Membership
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import PushId, RunId
from ...domain.sync.canonical import Values
from ...domain.sync.push import Push, PushState
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import PUSH, Counts, Run, RunState
from ...domain.sync.step import Step
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.phones import PhoneBook
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.applying.applier import Applier
from ..sync.courses.lead_records import LeadRecords
from ..sync.courses.member_records import MemberRecords
from ..sync.courses.membership_records import MembershipRecords
from ..sync.deciding.examined import Examined
from ..sync.deciding.meeting import Meeting
from ..sync.deciding.ours_alone import ours_alone
from ..sync.deciding.shown_there import ShownThere
from ..sync.deciding.unlinked_steps import UnlinkedSteps
from ..sync.deciding.whereabouts import Whereabouts
from ..sync.links.link_at import link_at
from ..sync.links.made_anew import is_now
from ..sync.policies.policy_book import PolicyBook
from ..sync.pushes.edited_meanwhile import book_edit
from ..sync.records.reading import read
from ..sync.records.record_kind import E, RecordKind
from ..sync.records.scope import Scope
from .being_made import BeingMade
from .decided import Decided
from .look_first import Before
from .stood_there import StoodThere
from .told_converted import ToldConverted
from .written_first import WrittenFirst


class Undecided(InvalidValue):
    """What the provider answered is readable, and a person must say what it means here."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message, kind=kind)


@attrs.frozen
class _Tied:
    """What a lead brings along that was made just now: what was edited since it was sent, and the link that it had
    where it was made anew.
    """

    later: Sequence[Push] = ()
    before: SyncRecord | None = None


_AS_IT_IS = _Tied()


@attrs.frozen
class Absorb:
    """What was ``decided`` is taken, whatever the law, for that was our write, and what was pinned or waits of it ends.
    Everything else is settled as in a run.

    Each method gives the id of our record. Raises InvalidValue when the answer is unusable.

    A write that came back is booked as a run of kind ``push``, so that the journal can name it.
    """

    _phones: PhoneBook
    _clock: Clock
    _ids: IdSource
    _policies: PolicyBook

    async def member(self, uow: UnitOfWork, account: ProviderAccount, observed: Observed) -> UUID:
        """A member who is here. Raises Undecided, too."""
        region = uow.tenant.region
        kind = MemberRecords(uow.tenant, lambda raw: self._phones.read(raw, region))
        return await self._here(uow, kind, await self._absorb(uow, account, kind, observed, self._run(account)))

    async def membership(
        self,
        uow: UnitOfWork,
        account: ProviderAccount,
        observed: Observed,
        *,
        written: WrittenFirst | None = None,
        decided: Decided[Membership] | None = None,
        before: Before | None = None,
    ) -> UUID:
        """A membership that is here; ``written`` and ``before`` as for a lead. Raises Undecided, too."""
        kind = MembershipRecords(uow.tenant, account.id, uow.tenant.today(self._clock.now()))
        run = self._run(account)
        local_id = await self._absorb(
            uow, account, kind, observed, run, written=written, decided=decided, before=before
        )
        return await self._here(uow, kind, local_id)

    async def _here(self, uow: UnitOfWork, kind: RecordKind[E], local_id: UUID) -> UUID:
        name = kind.schema.kind
        if not await kind.load(uow, [local_id]):
            raise Undecided(
                f"the provider has this {name}, which was taken away here: have that come back, or let go of it", name
            )
        return local_id

    async def lead(
        self,
        uow: UnitOfWork,
        account: ProviderAccount,
        observed: Observed,
        *,
        made: Push | None = None,
        run_id: RunId | None = None,
        written: WrittenFirst | None = None,
        decided: Decided[Lead] | None = None,
        before: Before | None = None,
    ) -> UUID:
        """A lead; one that no link knows yet is the one that we had ``made``. What was edited here since it was sent
        goes there after it. ``run_id``: the run of it, where it is kept already; ``written``: what of the answer
        somebody asked for; ``before``: what it was written over, of which what no sync saw is taken over first.
        """
        kind = self.leads(uow, account)
        run = self._run(account) if run_id is None else await uow.runs.get(run_id)
        tied = _AS_IT_IS if made is None else await self._link(uow, kind, observed, made, run)
        return await self._absorb(uow, account, kind, observed, run, tied, written, decided, before)

    async def converting(self, uow: UnitOfWork, account: ProviderAccount, before: Before) -> None:
        """Of a lead that the provider made a member just now: what its stage was there, if no sync saw that."""
        await uow.accounts.claim(account.id)
        kind, run = self.leads(uow, account), self._run(account)
        scope = await self._scope(uow, account, kind, run)
        await StoodThere(kind, scope, self._policies.laws, self._ids)(uow, before, {"status": Stage.CONVERTED.value})

    def leads(self, uow: UnitOfWork, account: ProviderAccount) -> LeadRecords:
        """Leads as records of an account."""
        region = uow.tenant.region
        return LeadRecords(uow.tenant, account.id, lambda raw: self._phones.read(raw, region))

    @property
    def told_converted(self) -> ToldConverted:
        """Who tells that a lead became a member."""
        return ToldConverted(self._clock, self._ids)

    @property
    def being_made(self) -> BeingMade:
        """The books of what somebody has made there, and waits for."""
        return BeingMade(self._policies, self._clock, self._ids)

    async def _link(self, uow: UnitOfWork, kind: LeadRecords, observed: Observed, made: Push, run: Run) -> _Tied:
        """Tie it, and book that it is made."""
        # Before anything is read: whoever edits the lead is through by then, or finds the link.
        await uow.accounts.claim(made.account_id)
        known = await uow.sync_records.by_external_ids(made.account_id, made.kind, [observed.external_id])
        if observed.external_id not in known or known[observed.external_id].local_id == made.local_id:
            await self.being_made.end(uow, made, PushState.DONE)
        if known:
            return _AS_IT_IS
        before = await link_at(uow, made.account_id, made.kind, made.local_id)
        link = _new_link(made, observed, run, now=self._clock.now())
        await uow.sync_records.put_many([link])
        here = (await kind.load(uow, [made.local_id])).get(made.local_id)
        return _Tied(() if here is None else self._later(kind, link, made.values, here, observed), before)

    def _later(
        self, kind: LeadRecords, link: SyncRecord, sent: Values, here: Lead, observed: Observed
    ) -> Sequence[Push]:
        try:
            theirs = read(observed).values
        except InvalidValue:
            return ()
        schema = kind.schema
        edited = ours_alone(schema, schema.by_name, agreed=sent, ours=kind.values(here), theirs=theirs)
        return [
            Push(
                id=PushId(self._ids.new()),
                tenant_id=here.tenant_id,
                account_id=link.account_id,
                kind=link.kind,
                external_id=link.external_id,
                local_id=link.local_id,
                values={name: value},
                expected={name: theirs[name]},
                run_id=link.run_id,
                created_at=link.synced_at,
                updated_at=link.synced_at,
            )
            for name, value in edited.items()
        ]

    def _run(self, account: ProviderAccount) -> Run:
        return Run(
            id=RunId(self._ids.new()),
            tenant_id=account.tenant_id,
            account_id=account.id,
            kind=PUSH,
            started_at=self._clock.now(),
        )

    async def _open(self, uow: UnitOfWork, account: ProviderAccount, run: Run, later: Sequence[Push]) -> None:
        """Claim the account, and open the books, unless they are kept since the provider was asked."""
        await uow.accounts.claim(account.id)
        if run.state is RunState.RUNNING:
            await uow.runs.add(run)
        if later:
            of, record = (account.tenant_id, account.id), (later[0].kind, later[0].external_id or "")
            edit = await book_edit(uow, self._ids, of, record, now=later[0].created_at)
        for push in later:
            await uow.pushes.add(attrs.evolve(push, run_id=edit))

    async def _absorb(
        self,
        uow: UnitOfWork,
        account: ProviderAccount,
        kind: RecordKind[E],
        observed: Observed,
        run: Run,
        tied: _Tied = _AS_IT_IS,
        written: WrittenFirst | None = None,
        decided: Decided[E] | None = None,
        before: Before | None = None,
    ) -> UUID:
        await self._open(uow, account, run, tied.later)
        scope = await self._scope(uow, account, kind, run)
        if tied.before is not None:
            await is_now(uow, scope, self._ids, tied.before, observed.external_id)
        if decided is not None:
            policy = await decided.make_way(uow, kind, scope, self._ids, observed.external_id)
            scope = attrs.evolve(scope, policy=policy)
        if before is not None:
            # What else wins here, or was not compared since a person said that the two are one, goes there.
            scope = attrs.evolve(scope, writable=before.writable, resolution_s=before.resolution_s)
            await self._write_over(uow, kind, scope, before, observed)
        examined = await ShownThere(kind, scope, self._policies.laws)(uow, [observed], edited=(), listed=False)
        steps = [*examined.steps, *await self._of_new(uow, kind, scope, examined)]
        if written is not None:
            steps = [written.told(step, kind.schema) for step in steps]
        run.counts = await Applier(kind, scope, self._ids)(uow, steps) + Counts(
            unchanged=examined.unchanged, errors=len(examined.errors)
        )
        if account.writes_enabled and any(step.decision.diverging for step in steps):
            # What else we edited goes there with the next run.
            await uow.due.renew(account.id, kind.schema.kind, observed.external_id)
        if examined.errors:
            await uow.runs.add_errors(examined.errors)
        run.finish(RunState.COMPLETED, now=scope.now)
        await uow.runs.save(run)
        links = await uow.sync_records.by_external_ids(account.id, kind.schema.kind, [observed.external_id])
        if observed.external_id not in links:
            raise InvalidValue(f"the provider's answer for {kind.schema.kind} {observed.external_id} is unusable")
        return links[observed.external_id].local_id

    async def _scope(self, uow: UnitOfWork, account: ProviderAccount, kind: RecordKind[E], run: Run) -> Scope:
        # Whatever else is left alone: what was asked for at the counter is kept here.
        policy = attrs.evolve(await self._policies.effective(uow, account.id, kind.schema), create_here=True)
        return Scope(
            tenant_id=account.tenant_id,
            account_id=account.id,
            run_id=run.id,
            policy=policy,
            anew=True,
            now=self._clock.now(),
        )

    async def _write_over(
        self, uow: UnitOfWork, kind: RecordKind[E], scope: Scope, before: Before, observed: Observed
    ) -> None:
        (after,) = await kind.as_of_today(uow, [read(observed).values])
        await StoodThere(kind, scope, self._policies.laws, self._ids)(uow, before, after)
        await _note(uow, scope, kind.schema.kind, before.shown, observed)

    async def _of_new(self, uow: UnitOfWork, kind: RecordKind[E], scope: Scope, examined: Examined) -> Sequence[Step]:
        """Of a record that no link knows: it may be one of ours all the same, as in a run. Raises Undecided."""
        unlinked = UnlinkedSteps(kind, scope, self._policies.laws)
        if not kind.schema.match or not examined.fresh:
            return [unlinked.fresh(*each) for each in examined.fresh]
        met = await Meeting(kind, scope, unlinked)(uow, examined.fresh, create=(), where=Whereabouts())
        examined.errors += met.errors
        told = {error.external_id for error in met.errors}
        told |= {step.external_id for step in met.steps if not step.inputs.candidates}
        for one, _ in examined.fresh:
            if one.external_id not in told:
                name = kind.schema.kind
                raise Undecided(
                    f"which of ours the provider's {name} {one.external_id} is a person must say; the next sync asks",
                    name,
                )
        return met.steps


async def _note(uow: UnitOfWork, scope: Scope, kind: str, before: Observed, after: Observed) -> None:
    """That its stamp is that of our own write."""
    links = await uow.sync_records.by_external_ids(scope.account_id, kind, [after.external_id])
    stamps = (read(before).edited_at, read(after).edited_at)
    await uow.sync_records.put_many([link.written_by_us(*stamps) for link in links.values()])


def _new_link(made: Push, observed: Observed, run: Run, *, now: datetime) -> SyncRecord:
    """That of a record that was made just now."""
    return SyncRecord(
        account_id=made.account_id,
        kind=made.kind,
        external_id=observed.external_id,
        local_id=made.local_id,
        base={},
        fingerprint=b"",
        local_version=0,
        synced_at=now,
        run_id=run.id,
    )
