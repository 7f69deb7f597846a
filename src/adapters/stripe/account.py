"""Accounts at Stripe."""

from ..connections import TabledProvider, one_of, printable_key

DEFAULT_BASE_URL = "https://api.stripe.com/v1"


def stripe(*, allow_private: bool) -> TabledProvider:
    """Whose accounts have a secret or restricted key, or none when they only receive. Setting ``mode``: ``live`` or
    ``test``; without it events of both are taken."""
    return TabledProvider(
        name="stripe",
        default_url=DEFAULT_BASE_URL,
        credentials=_secret_key,
        settings={"mode": one_of("live", "test")},
        optional_credentials=True,
        allow_private=allow_private,
    )


def _secret_key(text: str) -> str:
    if text.startswith("whsec_"):
        raise ValueError("it is a webhook's signing secret; enter that by tresen provider webhooks secret")
    if not text.startswith(("sk_", "rk_")):
        raise ValueError("those begin with sk_ or rk_")
    return printable_key(text)
