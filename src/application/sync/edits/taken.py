"""Of which fields the providers take a value: what they do not take is not sent there, and a person does it instead."""

from collections.abc import Mapping, Sequence

from ....domain.shared.errors import GatewayError, GatewayUnsupported, NotConfigured
from ....domain.shared.ids import AccountId, TenantId
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.gym import GymProviders
from ...transactions import Transactions

# By account and kind of record the fields that the provider takes; without those of which nobody can tell.
Taken = Mapping[tuple[AccountId, str], frozenset[str]]


async def taken_at(transactions: Transactions, gyms: GymProviders, kinds: Sequence[str], tenant_id: TenantId) -> Taken:
    """Of all accounts. No provider is called; not to be used inside a transaction."""
    accounts = await transactions.read(tenant_id, lambda uow: uow.accounts.all())
    found: dict[tuple[AccountId, str], frozenset[str]] = {}
    for account in accounts:
        for kind, fields in (await taken_by(gyms, account, kinds)).items():
            found[account.id, kind] = fields
    return found


async def taken_by(gyms: GymProviders, account: ProviderAccount, kinds: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Of one account, by kind."""
    found: dict[str, frozenset[str]] = {}
    try:
        async with gyms.open(account) as gym:
            for kind in kinds:
                try:
                    found[kind] = gym.source(kind).writable
                except GatewayUnsupported:
                    continue
    except (GatewayError, NotConfigured):
        return found
    return found
