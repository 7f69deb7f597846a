"""A membership ends (W3)."""

from datetime import date

import attrs

from ...domain.membership.membership import Membership
from ...domain.membership.status import Step
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import MembershipId, TenantId
from ...domain.shared.text import check_prose
from ..ports.clock import Clock
from ..ports.gym import GymGateway, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .asked_of_membership import ends
from .push_membership import PushedMembership, PushMembership


@attrs.frozen(kw_only=True)
class Cancellation:
    """Which, and why in the customer's or staff's words. ``by`` says who cancels it."""

    tenant_id: TenantId
    membership_id: MembershipId
    reason: str
    by: str = "somebody"


@attrs.frozen
class CancelMembership:
    """Cancelling twice changes nothing the second time (C111), nor does cancelling what has ended, or was cancelled for
    a day to come, unless the provider shows by now that it goes on. Raises NotFound, InvalidValue (no reason, or one
    that nobody may have typed).
    """

    _transactions: Transactions
    _push: PushMembership
    _clock: Clock

    async def __call__(self, cancellation: Cancellation) -> PushedMembership:
        """Cancel it."""
        if not cancellation.reason.strip():
            raise InvalidValue("give the reason of the cancellation", field="cancellation_reason")
        check_prose(cancellation.reason, "cancellation_reason")
        async with self._push.turn(cancellation.tenant_id, cancellation.membership_id):
            return await self._cancel(cancellation)

    async def _cancel(self, cancellation: Cancellation) -> PushedMembership:
        membership, today = await self._load(cancellation)
        ends_anyway = membership.terms.ends_anyway(today)
        if not ends_anyway:
            membership.ensure_can(Step.CANCEL)

        async def call(gym: GymGateway, external_id: str) -> Observed:
            return await gym.cancel_membership(external_id, reason=cancellation.reason)

        details = {"reason": cancellation.reason}
        # Somebody may have had it go on there since, and no sync saw that.
        unless = (lambda shown: shown is None or ends(shown, today)) if ends_anyway else None
        return await self._push(
            cancellation.tenant_id,
            membership,
            Operation.CANCEL_MEMBERSHIP,
            details,
            call,
            by=cancellation.by,
            unless=unless,
        )

    async def _load(self, cancellation: Cancellation) -> tuple[Membership, date]:
        """The membership, and the tenant's civil date."""

        async def ask(uow: UnitOfWork) -> tuple[Membership, date]:
            return await uow.memberships.get(cancellation.membership_id), uow.tenant.today(self._clock.now())

        return await self._transactions.read(cancellation.tenant_id, ask)
