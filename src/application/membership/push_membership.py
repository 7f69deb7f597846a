"""Changing a membership at its provider: shared by update and cancel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import attrs

from ...domain.membership.membership import Membership
from ...domain.shared.errors import InvalidValue, NotConfigured
from ...domain.shared.ids import MembershipId, TenantId
from ...domain.staff.task import StaffTask
from ...domain.sync.record import SyncRecord
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..gym.decided import Decided
from ..gym.look_first import Over
from ..gym.provider_writes import ProviderWrites, Wanted
from ..ports.gym import GymGateway, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.kinds import MEMBERSHIP
from ..sync.records.reading import read
from ..transactions import Transactions
from .asked_of_membership import called, fields_of, not_done


@attrs.frozen
class PushedMembership:
    """The membership as it stands, and the task for staff where the provider could not be written to, or kept its own
    value.
    """

    membership: Membership
    task: StaffTask | None = None


@attrs.frozen
class PushMembership:
    """The provider first; ours follows what it then shows."""

    _transactions: Transactions
    _writes: ProviderWrites
    _absorb: Absorb

    async def __call__(
        self,
        tenant_id: TenantId,
        membership: Membership,
        operation: Operation,
        details: Mapping[str, str | None],
        call: Callable[[GymGateway, str], Awaitable[Observed]],
    ) -> PushedMembership:
        """Do it, or make it a task. ``call`` is handed the provider's id. Raises NotConfigured without a link."""
        link, account = await self._link(tenant_id, membership.id)

        async def push(gym: GymGateway) -> Observed:
            return await call(gym, link.external_id)

        verb = "Cancel" if operation is Operation.CANCEL_MEMBERSHIP else "Change"
        wanted = Wanted(
            operation=operation,
            title=f"{verb} the membership {membership.name} at the provider",
            subject=f"membership:{membership.id}",
            details={"external_id": link.external_id, **details},
        )
        over = Over(link=link, fields=fields_of(details))
        outcome = await self._writes(account, wanted, push, over=over)
        if outcome.done is None:
            return PushedMembership(membership, outcome.task)
        observed, before = outcome.done, outcome.before

        async def take_over(uow: UnitOfWork) -> PushedMembership:
            left: Sequence[str] = ()
            if before is not None:
                on_sale = await uow.packages.of_account(account.id)
                left = not_done(details, read(before.shown).values, read(observed).values, on_sale)
            decided = Decided(fields_of(details.keys() - left), membership)
            key = await self._absorb.membership(uow, account, observed, decided=decided, before=before)
            await self._writes.end(uow, wanted, outcome.begun)
            pushed, task = await uow.memberships.get(MembershipId(key)), None
            if left:
                only = attrs.evolve(wanted, details={name: wanted.details[name] for name in ("external_id", *left)})
                task = await self._writes.kept_own(uow, account, only, called(left))
            return PushedMembership(pushed, task)

        try:
            return await self._transactions.run(tenant_id, "absorb_membership", take_over)
        except InvalidValue as error:
            in_doubt = await self._writes.in_doubt(account, wanted, error, outcome.begun)
            return PushedMembership(membership, in_doubt.task)

    async def _link(self, tenant_id: TenantId, membership_id: MembershipId) -> tuple[SyncRecord, ProviderAccount]:
        async def ask(uow: UnitOfWork) -> tuple[SyncRecord, ProviderAccount]:
            links = await uow.sync_records.of_local(MEMBERSHIP, membership_id)
            if not links:
                raise NotConfigured("this membership has no provider to change it at")
            return links[0], await uow.accounts.get(links[0].account_id)

        return await self._transactions.read(tenant_id, ask)
