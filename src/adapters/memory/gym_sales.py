"""What a gym writes down of a sale and its changes."""

from ...application.ports.gym import MembershipPatch, NewMembership
from ...domain.membership.package import Package
from ...domain.shared.errors import GatewayRejected, InvalidValue
from ...domain.shared.money import Money
from ...domain.shared.unset import Unset
from ...domain.sync.schema import Value, Values

_CURRENCY = "EUR"

_FLAGS: dict[str, Values] = {
    "active": {"flagged_active": True, "on_hold": False, "cancels_on": None},
    "paused": {"flagged_active": True, "on_hold": True},
    "cancelled": {"flagged_active": False},
}


def sold(package: Package, new: NewMembership) -> Values:
    """A membership of that package, running from its first day on."""
    return {
        "member": new.member,
        **_of_package(package),
        "starts_on": new.starts_on.isoformat(),
        "flagged_active": True,
        "deleted": False,
        "on_hold": False,
    }


def patched(values: Values, patch: MembershipPatch, package: Package | None, *, today: str) -> Values:
    """The values that change; an own price outranks the package's. Raises GatewayRejected for another status
    and for what is no price."""
    changes: dict[str, Value] = {} if package is None else dict(_of_package(package))
    if not isinstance(patch.status, Unset):
        if patch.status not in _FLAGS:
            raise GatewayRejected(f"a membership cannot be made {patch.status!r}", status=patch.status)
        changes |= _FLAGS[patch.status]
        if patch.status == "cancelled":
            changes["cancels_on"] = today
    if not isinstance(patch.monthly_price, Unset):
        changes["price"] = _price(patch.monthly_price, like=values.get("price"))
    return changes


def _of_package(package: Package) -> dict[str, Value]:
    return {"name": package.name, "kind": package.kind, "price": str(package.price) if package.price else None}


def _price(amount: str | None, *, like: Value) -> str | None:
    currency = like.split()[-1] if isinstance(like, str) else _CURRENCY
    try:
        return None if amount is None else str(Money(amount, currency))
    except InvalidValue as error:
        raise GatewayRejected(error.message, **error.details) from None
