"""Webhooks at Stripe are set up by a person: the signing secret is shown there once, and must be entered here."""

from collections.abc import Sequence

# What is made use of. ``customer.subscription.*`` are three events in the list.
EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.succeeded",
    "invoice.paid",
    "invoice.payment_failed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "charge.failed",
    "charge.refunded",
)


def steps(address: str) -> Sequence[str]:
    """In the dashboard."""
    return (
        "open Stripe's dashboard in the mode of this account (live or sandbox), Developers, Webhooks, Add destination",
        f"enter the endpoint URL {address}",
        f"select the events {', '.join(EVENTS)}",
        "reveal the signing secret (whsec_…) and enter it here: tresen provider webhooks secret",
    )
