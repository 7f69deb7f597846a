"""A membership changes (W2): only what is set is sent."""

from decimal import Decimal

import attrs

from ...domain.membership.status import Status
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import MembershipId, TenantId
from ...domain.shared.text import check_line
from ...domain.shared.unset import UNSET, Unset
from ..ports.gym import GymGateway, MembershipPatch, Operation
from ..ports.sources import Observed
from ..transactions import Transactions
from .push_membership import PushedMembership, PushMembership


@attrs.frozen(kw_only=True)
class MembershipUpdate:
    """UNSET leaves, None clears; a ``monthly_price`` of 0 is a price (D1), in the tenant's currency. ``by`` says who
    changes it.
    """

    tenant_id: TenantId
    membership_id: MembershipId
    package: str | Unset = UNSET
    status: Status | Unset = UNSET
    monthly_price: Decimal | None | Unset = UNSET
    by: str = "somebody"


@attrs.frozen
class UpdateMembership:
    """Raises NotFound, InvalidValue (nothing set, negative price, unknown status, a package that nobody may have
    typed).
    """

    _transactions: Transactions
    _push: PushMembership

    async def __call__(self, update: MembershipUpdate) -> PushedMembership:
        """Change what is set."""
        patch = _patch(update)
        membership = await self._transactions.read(
            update.tenant_id, lambda uow: uow.memberships.get(update.membership_id)
        )

        async def call(gym: GymGateway, external_id: str) -> Observed:
            return await gym.update_membership(external_id, patch)

        details = {k: v for k, v in attrs.asdict(patch).items() if not isinstance(v, Unset)}
        operation = Operation.UPDATE_MEMBERSHIP
        return await self._push(update.tenant_id, membership, operation, details, call, by=update.by)


def _patch(update: MembershipUpdate) -> MembershipPatch:
    if isinstance(update.package, Unset) and isinstance(update.status, Unset) and update.monthly_price is UNSET:
        raise InvalidValue("nothing to change: set at least one of package, status and monthly price")
    if update.status is Status.UNKNOWN:
        raise InvalidValue("a membership cannot be made unknown", field="membership_status")
    if not isinstance(update.package, Unset):
        check_line(update.package, "membership_type")
    return MembershipPatch(
        package=update.package,
        status=update.status if isinstance(update.status, Unset) else update.status.value,
        monthly_price=_price(update.monthly_price),
    )


def _price(price: Decimal | None | Unset) -> str | None | Unset:
    if price is None or isinstance(price, Unset):
        return price
    if not price.is_finite() or price < 0:
        raise InvalidValue("a price is a number from 0", field="monthly_price")
    return format(abs(price), "f")  # neither an exponent nor a negative zero
