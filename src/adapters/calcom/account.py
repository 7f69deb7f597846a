"""Accounts at Cal.com."""

from ..connections import TabledProvider, printable_key

DEFAULT_BASE_URL = "https://api.cal.com/v2"


def calcom(*, allow_private: bool) -> TabledProvider:
    """Whose accounts have an API key, and another address when Cal.com is hosted by somebody else."""
    return TabledProvider(
        name="calcom", default_url=DEFAULT_BASE_URL, credentials=_api_key, allow_private=allow_private
    )


def _api_key(text: str) -> str:
    if not text.startswith("cal_"):
        raise ValueError("those begin with cal_")
    return printable_key(text)
