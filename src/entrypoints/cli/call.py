"""One call of the command line: what every command is given, and whom it is about."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import attrs
from cyclopts import Parameter

from ...domain.shared.errors import InvalidValue, NotConfigured, NotFound
from ...domain.shared.ids import TenantId
from ..runtime import Runtime
from .terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from ...application.ports.directory import Directory
    from ...domain.shared.ids import AccountId
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases


@attrs.frozen(kw_only=True)
class Call:
    """The installation and the terminal."""

    runtime: Runtime
    terminal: Terminal


# What a command's parameter ``call`` is annotated with: it is handed in, not read from the arguments.
Given = Annotated[Call, Parameter(parse=False)]


@asynccontextmanager
async def in_tenant(call: Call, slug_or_id: str | None) -> AsyncIterator[tuple[UseCases, Tenant]]:
    """The use cases, and the tenant that is meant. Raises as ``choose_tenant``."""
    async with call.runtime.use_cases() as use:
        yield use, await choose_tenant(use.directory, slug_or_id)


async def choose_tenant(directory: Directory, slug_or_id: str | None) -> Tenant:
    """The named tenant, else the only one.

    Raises NotFound; NotConfigured when there is none at all; InvalidValue when there are several to choose from.
    """
    if slug_or_id is not None:
        return await directory.tenant(_as_id(slug_or_id) or slug_or_id)
    tenants = await directory.tenants()
    if not tenants:
        raise NotConfigured("there is no tenant yet; create one: tresen tenant create SLUG NAME")
    if len(tenants) > 1:
        slugs = [tenant.slug for tenant in tenants]
        raise InvalidValue(f"there are several tenants; name one by --tenant: {', '.join(slugs)}", field="tenant")
    return tenants[0]


async def choose_accounts(use: UseCases, tenant: Tenant, name_or_id: str | None) -> Sequence[ProviderAccount]:
    """The tenant's accounts, or the one that is named: by provider, name, ``provider/name`` or id.

    Raises NotFound; NotConfigured when there is none at all; InvalidValue where the name fits several.
    """
    return _chosen(tenant, await use.list_provider_accounts(tenant.id), name_or_id)


async def choose_gym_accounts(use: UseCases, tenant: Tenant, name_or_id: str | None) -> Sequence[ProviderAccount]:
    """The same among the accounts at which members and leads are kept."""
    return _chosen(tenant, await use.list_provider_accounts.gyms(tenant.id), name_or_id, what="gym's account")


async def choose_webhook_accounts(use: UseCases, tenant: Tenant, name_or_id: str | None) -> Sequence[ProviderAccount]:
    """The same among the accounts whose providers send webhooks."""
    accounts = await use.list_provider_accounts(tenant.id)
    sending = [account for account in accounts if account.provider in use.webhook_providers.names()]
    return _chosen(tenant, sending, name_or_id, what="account whose provider sends webhooks")


def _chosen(
    tenant: Tenant, accounts: Sequence[ProviderAccount], name_or_id: str | None, *, what: str = "provider account"
) -> Sequence[ProviderAccount]:
    if not accounts:
        raise NotConfigured(f"tenant {tenant.slug} has no {what}; connect one: tresen provider connect PROVIDER")
    if name_or_id is None:
        return accounts
    chosen = [one for one in accounts if name_or_id in {str(one.id), full_name(one), one.name, one.provider}]
    if not chosen:
        raise NotFound("account", name_or_id)
    if len(chosen) > 1:
        raise which_of(chosen)
    return chosen


def full_name(account: ProviderAccount) -> str:
    """What names an account without doubt: ``provider/name``."""
    return f"{account.provider}/{account.name}"


def short_names(accounts: Sequence[ProviderAccount]) -> Sequence[str]:
    """What names each of them without doubt, in as few words as may be."""
    providers = [one.provider for one in accounts]
    return [one.provider if providers.count(one.provider) == 1 else full_name(one) for one in accounts]


def which_of(accounts: Sequence[ProviderAccount]) -> InvalidValue:
    """The complaint where one of several must be named."""
    names = ", ".join(f"{full_name(one)} ({one.id})" for one in accounts)
    return InvalidValue(f"which account? Give provider/name or the id: {names}", field="account")


async def choose_account_id(use: UseCases, tenant: Tenant, name_or_id: str | None) -> AccountId | None:
    """The id of the account that is named; None leaves it to the use case. Raises as ``choose_gym_accounts``."""
    return None if name_or_id is None else (await choose_gym_accounts(use, tenant, name_or_id))[0].id


async def one_gym_account(use: UseCases, tenant: Tenant, name_or_id: str | None) -> ProviderAccount:
    """The named account, else the only one. Raises as ``choose_gym_accounts``, InvalidValue where there are several."""
    accounts = await choose_gym_accounts(use, tenant, name_or_id)
    if len(accounts) > 1:
        raise which_of(accounts)
    return accounts[0]


async def account_names(use: UseCases, tenant: Tenant) -> Mapping[AccountId, str]:
    """What each account is called, without doubt."""
    return {one.id: full_name(one) for one in await use.list_provider_accounts(tenant.id)}


def _as_id(text: str) -> TenantId | None:
    try:
        return TenantId(UUID(text))
    except ValueError:
        return None
