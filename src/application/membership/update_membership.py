"""A membership changes (W2): only what is set is sent."""

from decimal import Decimal

import attrs

from ...domain.membership.membership import Membership
from ...domain.membership.status import Status, Terms
from ...domain.shared.errors import IllegalTransition, InvalidValue
from ...domain.shared.ids import MembershipId, TenantId
from ...domain.shared.money import Money
from ...domain.shared.text import check_line
from ...domain.shared.unset import UNSET, Unset
from ..ports.clock import Clock
from ..ports.gym import GymGateway, MembershipPatch, Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.membership_records import terms_of
from ..transactions import Transactions
from .push_membership import PushedMembership, PushMembership, Unless, subject_of

# The others follow from its days, or from its cancellation.
_SETTABLE = frozenset({Status.ACTIVE, Status.PAUSED})


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
    """A status that it is in already changes nothing, unless the provider shows another by now, or something else is
    wanted besides. Raises NotFound, InvalidValue (nothing set, a negative price or one with more decimals than the
    currency has, a status other than active and paused, a package that nobody may have typed), IllegalTransition (it is
    cancelled by cancelling it).
    """

    _transactions: Transactions
    _push: PushMembership
    _clock: Clock

    async def __call__(self, update: MembershipUpdate) -> PushedMembership:
        """Change what is set."""
        patch = _patch(update)

        async def call(gym: GymGateway, external_id: str) -> Observed:
            return await gym.update_membership(external_id, patch)

        details = {k: v for k, v in attrs.asdict(patch).items() if not isinstance(v, Unset)}
        operation = Operation.UPDATE_MEMBERSHIP
        async with self._push.turn(update.tenant_id, update.membership_id):
            membership, unless = await self._transactions.read(update.tenant_id, lambda uow: self._load(uow, update))
            return await self._push(update.tenant_id, membership, operation, details, call, by=update.by, unless=unless)

    async def _load(self, uow: UnitOfWork, update: MembershipUpdate) -> tuple[Membership, Unless | None]:
        """The membership, and how one sees at the provider that it is so already; None where it is not so here."""
        _ensure_exact(update.monthly_price, uow.tenant.currency)
        membership, today = await uow.memberships.get(update.membership_id), uow.tenant.today(self._clock.now())
        status, others = update.status, (update.package, update.monthly_price)
        if isinstance(status, Unset) or not all(isinstance(each, Unset) for each in others):
            return membership, None

        def is_so(terms: Terms) -> bool:
            return not terms.ends_anyway(today) and terms.status_on(today) is status

        if not is_so(membership.terms):
            return membership, None
        if await uow.tasks.open_for(Operation.UPDATE_MEMBERSHIP.value, subject_of(membership)):
            # Staff are asked to make it otherwise: this is to take the place of that.
            return membership, None
        return membership, lambda shown: shown is not None and is_so(terms_of(shown))


def _patch(update: MembershipUpdate) -> MembershipPatch:
    if isinstance(update.package, Unset) and isinstance(update.status, Unset) and update.monthly_price is UNSET:
        raise InvalidValue("nothing to change: set at least one of package, status and monthly price")
    if not isinstance(update.status, Unset):
        _ensure_settable(update.status, update.membership_id)
    if not isinstance(update.package, Unset):
        check_line(update.package, "membership_type")
        if not update.package.strip():
            raise InvalidValue("name the package, or leave it out to keep it", field="membership_type")
    return MembershipPatch(
        package=update.package,
        status=update.status if isinstance(update.status, Unset) else update.status.value,
        monthly_price=_price(update.monthly_price),
    )


def _ensure_settable(status: Status, membership_id: MembershipId) -> None:
    if status is Status.CANCELLED:
        raise IllegalTransition(
            "a membership becomes cancelled by cancelling it, with the reason, not by an update",
            membership_id=str(membership_id),
        )
    if status not in _SETTABLE:
        raise InvalidValue(
            f"a membership is made active or paused; nobody makes one {status.value}", field="membership_status"
        )


def _price(price: Decimal | None | Unset) -> str | None | Unset:
    if price is None or isinstance(price, Unset):
        return price
    if not price.is_finite() or price < 0:
        raise InvalidValue("a price is a number from 0", field="monthly_price")
    return format(abs(price), "f")  # neither an exponent nor a negative zero


def _ensure_exact(price: Decimal | None | Unset, currency: str) -> None:
    if price is None or isinstance(price, Unset):
        return
    try:
        Money(price, currency)
    except InvalidValue as error:
        raise InvalidValue(error.message, field="monthly_price") from None
