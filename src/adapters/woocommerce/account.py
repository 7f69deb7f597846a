"""Accounts at shops with WooCommerce."""

import re

from ..connections import TabledProvider

_API = "/wp-json/wc/v3"
_KEYS = re.compile(r"ck_[0-9A-Za-z]+:cs_[0-9A-Za-z]+")


def woocommerce(*, allow_private: bool) -> TabledProvider:
    """Whose accounts have the shop's address and a consumer key with its secret, as one text ``ck_…:cs_…``."""
    return TabledProvider(
        name="woocommerce", default_url=None, credentials=_keys, complete=_with_api, allow_private=allow_private
    )


def _with_api(address: str) -> str:
    """The shop's address, with the path of its interface unless it is there."""
    return address if "/wp-json" in address else address + _API


def _keys(text: str) -> str:
    if not _KEYS.fullmatch(text):
        raise ValueError("give consumer key and consumer secret with a colon between them, ck_…:cs_…")
    return text
