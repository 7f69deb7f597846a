"""A membership ends (W3)."""

import attrs

from ...domain.membership.status import Status, Step
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import MembershipId, TenantId
from ...domain.shared.text import check_prose
from ..ports.gym import GymGateway, Operation
from ..ports.sources import Observed
from ..transactions import Transactions
from .asked_of_membership import ends
from .push_membership import PushedMembership, PushMembership


@attrs.frozen(kw_only=True)
class Cancellation:
    """Which, and why in the customer's or staff's words."""

    tenant_id: TenantId
    membership_id: MembershipId
    reason: str


@attrs.frozen
class CancelMembership:
    """Cancelling twice changes nothing the second time (C111), nor does cancelling what ends on a day to come anyway,
    unless the provider shows by now that it goes on. Raises NotFound, IllegalTransition (it has expired), InvalidValue
    (no reason, or one that nobody may have typed).
    """

    _transactions: Transactions
    _push: PushMembership

    async def __call__(self, cancellation: Cancellation) -> PushedMembership:
        """Cancel it."""
        if not cancellation.reason.strip():
            raise InvalidValue("give the reason of the cancellation", field="cancellation_reason")
        check_prose(cancellation.reason, "cancellation_reason")
        membership = await self._transactions.read(
            cancellation.tenant_id, lambda uow: uow.memberships.get(cancellation.membership_id)
        )
        is_over = membership.status is Status.CANCELLED
        if not is_over:
            membership.ensure_can(Step.CANCEL)

        async def call(gym: GymGateway, external_id: str) -> Observed:
            return await gym.cancel_membership(external_id, reason=cancellation.reason)

        details = {"reason": cancellation.reason}
        # Somebody may have had it go on there since, and no sync saw that.
        unless = ends if is_over or membership.terms.cancels_on is not None else None
        return await self._push(
            cancellation.tenant_id, membership, Operation.CANCEL_MEMBERSHIP, details, call, unless=unless
        )
