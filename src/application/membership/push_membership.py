"""Changing a membership at its provider: shared by update and cancel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import attrs

from ...domain.membership.membership import Membership
from ...domain.shared.errors import InvalidValue, NotConfigured
from ...domain.shared.ids import MembershipId, TenantId
from ...domain.shared.text import kept_size
from ...domain.staff.task import StaffTask
from ...domain.sync.canonical import Values
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..gym.decided import Decided
from ..gym.look_first import Before, Over
from ..gym.provider_writes import ProviderWrites
from ..gym.wanted import Wanted
from ..gym.written_first import WrittenFirst
from ..ports.clock import Clock
from ..ports.gym import GymGateway, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import MEMBERSHIP, MEMBERSHIP_SCHEMA
from ..sync.records.reading import read
from ..sync.records.task_at_provider import whose
from ..transactions import Transactions
from .asked_of_membership import called, fields_of, not_done

# Whether it is done already, by what the provider shows; None: it has no such membership.
Unless = Callable[[Values | None], bool]


@attrs.frozen
class PushedMembership:
    """The membership as it stands, and the task for staff where the provider could not be written to, or kept its own
    value. ``already``: it was so before, and nothing was changed. ``written_over``: what somebody had changed there, by
    field, and no sync had seen.
    """

    membership: Membership
    task: StaffTask | None = None
    already: bool = False
    written_over: Values = attrs.field(factory=dict)


@attrs.frozen
class _Found:
    """Where it is, and what it is called."""

    link: SyncRecord
    account: ProviderAccount
    called: str


@attrs.frozen
class _Asked:
    """What is asked of the provider about a membership of ours: its ``details`` by name; ``by`` says who asks."""

    membership: Membership
    link: SyncRecord
    account: ProviderAccount
    details: Mapping[str, str | None]
    wanted: Wanted
    by: str

    @property
    def over(self) -> Over:
        """What is written over."""
        return Over(link=self.link, fields=fields_of(self.details))

    @property
    def did(self) -> str:
        """What whoever asks did, in words."""
        if self.wanted.operation is not Operation.CANCEL_MEMBERSHIP:
            return "changed it here"
        return f"cancelled it here ({' '.join((self.details['reason'] or '').split())})"

    def only(self, left: Sequence[str]) -> Wanted:
        """What of it is left to do."""
        return attrs.evolve(self.wanted, details={name: self.wanted.details[name] for name in ("external_id", *left)})


@attrs.frozen
class PushMembership:
    """The provider first; ours follows what it then shows. For whoever has the ``turn`` of the membership, and loaded
    it since: what was done right before is known then.
    """

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb
    _clock: Clock

    async def __call__(
        self,
        tenant_id: TenantId,
        membership: Membership,
        operation: Operation,
        details: Mapping[str, str | None],
        call: Callable[[GymGateway, str], Awaitable[Observed]],
        *,
        by: str,
        unless: Unless | None = None,
    ) -> PushedMembership:
        """Do it, or make it a task. ``call`` is handed the provider's id; ``by`` says who wants it. ``unless``: by our
        record it is done already, and so it is unless the provider shows otherwise by now. Raises NotConfigured without
        a link, InvalidValue for a name that cannot be kept.
        """
        kept_size(by, "by")
        found = await self._find(tenant_id, membership)
        if found is None:
            if unless is not None:
                return PushedMembership(membership, already=True)
            raise NotConfigured("this membership has no provider to change it at")
        wanted = _wanted(membership, found, operation, details)
        asked = _Asked(membership, found.link, found.account, details, wanted, by)
        if unless is None:
            return await self._write(asked, call, asked.over)
        asked_at = self._clock.now()
        looked = await self._writes.look(asked.account, asked.wanted, asked.over)
        if looked.task is not None:
            return PushedMembership(membership, looked.task)
        if unless(None if looked.before is None else read(looked.before.shown).values):
            await self._writes.tasks.let_go_of_opposite(asked.account, asked.wanted, asked_at)
            return PushedMembership(membership, already=True)
        return await self._write(asked, call, looked.before)

    def turn(self, tenant_id: TenantId, membership_id: MembershipId) -> AbstractAsyncContextManager[None]:
        """As ``ProviderWrites.turn``."""
        return self._writes.turn(tenant_id, f"membership:{membership_id}")

    async def _write(
        self, asked: _Asked, call: Callable[[GymGateway, str], Awaitable[Observed]], over: Over | Before | None
    ) -> PushedMembership:
        async def push(gym: GymGateway) -> Observed:
            return await call(gym, asked.link.external_id)

        outcome = await self._writes(asked.account, asked.wanted, push, over=over)
        observed = outcome.done
        if observed is None:
            return PushedMembership(asked.membership, outcome.task)

        async def take_over(uow: UnitOfWork) -> PushedMembership:
            left = await self._left(uow, asked, outcome.before, observed)
            fields = fields_of(asked.details.keys() - left)
            key = await self._absorb.membership(
                uow,
                asked.account,
                observed,
                written=WrittenFirst(asked.by, {}, fields, asked.did),
                decided=Decided(fields, asked.membership),
                before=outcome.before,
            )
            await self._writes.tasks.end(uow, asked.wanted, outcome.begun, left=asked.only(left) if left else None)
            task = (
                await self._writes.tasks.kept_own(uow, asked.account, asked.only(left), called(left)) if left else None
            )
            stood = _written_over(outcome.before, observed)
            return PushedMembership(await uow.memberships.get(MembershipId(key)), task, written_over=stood)

        try:
            return await self._transactions.run(asked.account.tenant_id, "absorb_membership", take_over)
        except InvalidValue as error:
            in_doubt = await self._writes.in_doubt(asked.account, asked.wanted, error, outcome)
            return PushedMembership(asked.membership, in_doubt.task)

    async def _left(self, uow: UnitOfWork, asked: _Asked, before: Before | None, after: Observed) -> Sequence[str]:
        """What the provider did not do though it said yes."""
        if before is None:
            return ()
        on_sale = await uow.packages.of_account(asked.account.id)
        today = uow.tenant.today(self._clock.now())
        return not_done(asked.details, read(before.shown).values, read(after).values, on_sale, today=today)

    async def _find(self, tenant_id: TenantId, membership: Membership) -> _Found | None:
        async def ask(uow: UnitOfWork) -> _Found | None:
            links = await uow.sync_records.of_local(MEMBERSHIP, membership.id)
            if not links:
                return None
            account = await uow.accounts.get(links[0].account_id)
            return _Found(links[0], account, await whose(uow, membership))

        return await self._transactions.read(tenant_id, ask)


def _written_over(before: Before | None, after: Observed) -> Values:
    """What no sync had seen, and is in the journal alone by now."""
    if before is None:
        return {}
    stood = read(before.shown).values
    return {name: stood[name] for name in before.written_over(MEMBERSHIP_SCHEMA, stood, read(after).values)}


def subject_of(membership: Membership) -> str:
    """Under which what staff are asked to do about it is kept."""
    return f"membership:{membership.id}"


def _wanted(membership: Membership, found: _Found, operation: Operation, details: Mapping[str, str | None]) -> Wanted:
    verb = "Cancel" if operation is Operation.CANCEL_MEMBERSHIP else "Change"
    return Wanted(
        operation=operation,
        title=f"{verb} the membership {found.called} at the provider",
        subject=subject_of(membership),
        details={"external_id": found.link.external_id, **details},
    )
