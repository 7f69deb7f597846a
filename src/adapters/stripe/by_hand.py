"""Webhooks at Stripe are set up by a person: the signing secret is shown there once, and must be entered here."""

from collections.abc import Sequence

from .facts import KINDS

# Of two that tell the same one is enough.
EVENTS = tuple(sorted(KINDS.keys() - {"invoice.payment_succeeded"}))


def steps(address: str) -> Sequence[str]:
    """In the dashboard."""
    return (
        "open Stripe's dashboard in the mode of this account (live or sandbox), Developers, Webhooks, Add destination",
        f"enter the endpoint URL {address}",
        f"select the events {', '.join(EVENTS)}",
        "reveal the signing secret (whsec_…) and enter it here: tresen provider webhooks secret stripe",
    )
