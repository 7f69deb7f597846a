"""Accounts at Retell."""

from ..connections import TabledProvider, printable_key

DEFAULT_BASE_URL = "https://api.retellai.com"


def retell(*, allow_private: bool) -> TabledProvider:
    """Whose accounts have an API key: of several, the one with the webhook badge, because it signs their webhooks."""
    return TabledProvider(
        name="retell", default_url=DEFAULT_BASE_URL, credentials=printable_key, allow_private=allow_private
    )
