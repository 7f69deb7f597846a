"""Objects as Stripe's events carry them, with the members that matter. Amounts are in the currency's minor unit."""

from collections.abc import Mapping


def checkout_session(
    key: str, *, amount: int, currency: str = "eur", paid: bool = True, metadata: Mapping[str, str] | None = None
) -> dict[str, object]:
    """A completed session of mode ``payment``; with a delayed payment method it is not ``paid`` yet."""
    return {
        "id": key,
        "object": "checkout.session",
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid" if paid else "unpaid",
        "amount_total": amount,
        "currency": currency,
        "customer": "cus_1",
        "customer_details": {"email": "ana@example.com", "name": "Ana Müller", "phone": None},
        "client_reference_id": None,
        "payment_intent": f"pi_{key}",
        "subscription": None,
        "metadata": dict(metadata or {}),
    }


def payment_intent(key: str, *, amount: int, currency: str = "eur") -> dict[str, object]:
    """One that succeeded."""
    return {
        "id": key,
        "object": "payment_intent",
        "status": "succeeded",
        "amount": amount,
        "amount_received": amount,
        "currency": currency,
        "customer": "cus_1",
        "latest_charge": f"ch_{key}",
        "metadata": {},
    }


def invoice(
    key: str, *, amount: int, currency: str = "eur", paid: bool = True, subscription: str = "sub_1"
) -> dict[str, object]:
    """One of a subscription, in the form since basil: the subscription is below ``parent``."""
    return {
        "id": key,
        "object": "invoice",
        "status": "paid" if paid else "open",
        "customer": "cus_1",
        "customer_email": "ana@example.com",
        "billing_reason": "subscription_cycle",
        "amount_paid": amount if paid else 0,
        "amount_due": amount,
        "currency": currency,
        "lines": {"object": "list", "data": [], "has_more": False},
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription, "metadata": {}},
        },
        "metadata": {},
    }


def subscription(
    key: str, *, status: str = "active", period: tuple[int, int] = (0, 0), ended_at: int | None = None
) -> dict[str, object]:
    """``period`` begins and ends at these Unix seconds; since basil it is the item's."""
    item = {
        "id": f"si_{key}",
        "price": {"id": "price_1", "currency": "eur", "unit_amount": 4900},
        "quantity": 1,
        "current_period_start": period[0],
        "current_period_end": period[1],
    }
    return {
        "id": key,
        "object": "subscription",
        "customer": "cus_1",
        "status": status,
        "items": {"object": "list", "data": [item]},
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": ended_at,
        "ended_at": ended_at,
        "latest_invoice": "in_1",
        "metadata": {},
    }


def charge(
    key: str, *, amount: int, currency: str = "eur", refunded: int = 0, failure: str | None = None
) -> dict[str, object]:
    """``refunded`` is the sum of all refunds; ``failure`` is Stripe's code where it failed."""
    return {
        "id": key,
        "object": "charge",
        "amount": amount,
        "amount_refunded": refunded,
        "refunded": refunded == amount,
        "currency": currency,
        "customer": "cus_1",
        "payment_intent": f"pi_{key}",
        "status": "failed" if failure else "succeeded",
        "failure_code": failure,
        "failure_message": "Your card was declined." if failure else None,
        "metadata": {},
    }
