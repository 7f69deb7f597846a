"""Webhooks at Retell are set up by a person: agents and numbers may have webhooks of that person's already."""

from collections.abc import Sequence


def steps(address: str) -> Sequence[str]:
    """In the dashboard."""
    return (
        "open Retell's dashboard and see that the API key entered here has the webhook badge: no other one signs",
        f"at each agent, under webhook settings, enter the agent level webhook URL {address}",
        f"at each phone number that is answered for you, enter the inbound webhook URL {address}/inbound",
    )
