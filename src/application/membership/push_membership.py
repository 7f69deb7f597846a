"""Changing a membership at its provider: shared by update and cancel."""

from collections.abc import Awaitable, Callable, Mapping

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
from ..transactions import Transactions

_END = frozenset({"ends_on", "cancels_on", "flagged_active", "deleted", "on_hold", "auto_renew"})
# The fields that a change at the counter is about, as the provider has them.
_WRITTEN = {"reason": _END, "status": _END, "package": {"name", "kind", "price"}, "monthly_price": {"price"}}


@attrs.frozen
class PushedMembership:
    """The membership as it stands, and the task for staff where the provider could not be written to."""

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
        fields = {field for name in details for field in _WRITTEN[name]}
        outcome = await self._writes(account, wanted, push, over=Over(link=link, fields=fields))
        if outcome.done is None:
            return PushedMembership(membership, outcome.task)
        observed, before = outcome.done, outcome.before

        decided = Decided(fields, membership)

        async def take_over(uow: UnitOfWork) -> Membership:
            key = await self._absorb.membership(uow, account, observed, decided=decided, before=before)
            await self._writes.end(uow, wanted, outcome.begun)
            return await uow.memberships.get(MembershipId(key))

        try:
            return PushedMembership(await self._transactions.run(tenant_id, "absorb_membership", take_over))
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
