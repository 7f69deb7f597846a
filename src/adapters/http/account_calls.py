"""An account's calls, for adapters that have nothing of their own to say about it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...application.ports.secrets import SecretBox
from ...domain.shared.errors import AddressNotAllowed, InvalidValue, NotConfigured
from ...domain.tenancy.provider_account import ProviderAccount
from .address_guard import NotPublic, check_base_url
from .answers import Effective, plain_status
from .chain import CallChains, Pacing
from .messages import Transport


@asynccontextmanager
async def account_calls(
    chains: CallChains, account: ProviderAccount, pacing: Pacing, effective: Effective = plain_status
) -> AsyncIterator[tuple[Transport, str]]:
    """The account's chain, and its address, checked. Raises NotConfigured when it may not be called, or not there."""
    account.ensure_callable()
    try:
        url = check_base_url(account.base_url, allow_private=chains.allow_private)
    except InvalidValue as error:
        raise unusable(account, error) from None
    async with chains.open(
        provider=account.provider, account=account.id, pacing=pacing, effective=effective
    ) as transport:
        yield transport, url


def unusable(account: ProviderAccount, error: InvalidValue) -> NotConfigured:
    """What was checked when the account was saved does not pass any more: the rules may have changed since.

    A private address passed where the setting was on, so it is the setting that is missing, and not the account.
    """
    told = f"account {account.name!r}: {error.message}"
    if isinstance(error, NotPublic):
        return AddressNotAllowed(f"{told}; TRESEN_ALLOW_PRIVATE_ADDRESSES=true allows it", account=account.name)
    return NotConfigured(told, account=account.name)


def key_of(box: SecretBox, account: ProviderAccount) -> str:
    """The account's key. Raises NotConfigured for what no header can hold."""
    key = box.open(account.credentials or b"").strip()
    if not key or not key.isascii() or not key.isprintable():
        raise NotConfigured(
            f"the API key of account {account.name!r} holds signs that no key has; connect it again",
            account=account.name,
        )
    return key
