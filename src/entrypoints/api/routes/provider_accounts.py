"""Connections to providers (W33-W38, W49), and what a provider lists itself (W5, W12)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ....application.tenancy.change_account import ChangeAccountCommand
from ....application.tenancy.connect_provider import ConnectProviderCommand
from ....domain.identity.role import Scope
from ....domain.leads.stage import Stage
from ....domain.membership.status import Status
from ....domain.shared.ids import AccountId
from ....domain.shared.page import MAX_LIMIT, Listing
from ..access import needs
from ..answers.providers import (
    AccountsAnswer,
    ChangedAccountAnswer,
    HealthAnswer,
    OneAccountAnswer,
    ShownLeadsAnswer,
    ShownMembersAnswer,
    WaitingAnswer,
    account,
    health,
    shown,
)
from ..bodies import Body, Credentials, Text, leave
from ..dependencies import Asking, Uses
from ..listing import WINDOW, ensure_one_of, words
from . import provider_webhooks

_WINDOW = WINDOW | {"status"}
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_LIMIT)]
Offset = Annotated[int, QueryParameter(name="offset", ge=0)]
# What a provider can be asked for: what is unknown it calls differently.
_MEMBERS = tuple(word for word in words(Status) if word != Status.UNKNOWN.value)
_LEADS = tuple(word for word in words(Stage) if word != Stage.UNKNOWN.value)


def _status(known: Sequence[str]) -> Any:
    return QueryParameter(name="status", max_length=100, schema_extra={"enum": list(known)})


class NewAccountBody(Body):
    """The same ``provider`` and ``name`` again renews the account; what is absent stays as it is. ``api_key`` are the
    credentials in the provider's form (a key, ``ck_…:cs_…``, a key file's JSON). Settings are set one by one, an empty
    text takes one back. A new account may not write unless ``writes_enabled`` is true.
    """

    provider: Text
    api_key: Credentials
    name: Text = "main"
    base_url: Text | None | msgspec.UnsetType = msgspec.UNSET
    settings: Mapping[Text, Text] | msgspec.UnsetType = msgspec.UNSET
    writes_enabled: bool | msgspec.UnsetType = msgspec.UNSET


class AccountBody(Body):
    """What is absent stays as it is. Settings are set one by one, an empty text takes one back. The address is changed
    with the key, as in connecting: who changes it decides who is sent the key."""

    settings: Mapping[Text, Text] = {}
    writes_enabled: bool | msgspec.UnsetType = msgspec.UNSET


@get("/", summary="List provider accounts", opt=needs(Scope.PROVIDERS_READ))
async def list_accounts(asking: Asking, uses: Uses) -> AccountsAnswer:
    """By provider and name; secrets stay sealed."""
    accounts = await uses.list_provider_accounts(asking.tenant_id)
    return AccountsAnswer(provider_accounts=[account(one) for one in accounts], count=len(accounts))


@post("/", summary="Connect a provider, or renew its key", opt=needs(Scope.PROVIDERS_WRITE))
async def connect(data: JSONBody[NewAccountBody], asking: Asking, uses: Uses) -> OneAccountAnswer:
    """The key is sealed before it is stored and never answered."""
    connected = await uses.connect_provider(
        ConnectProviderCommand(
            tenant_id=asking.tenant_id,
            provider=data.provider,
            name=data.name,
            api_key=data.api_key,
            base_url=leave(data.base_url),
            settings=leave(data.settings),
            writes_enabled=leave(data.writes_enabled),
        )
    )
    return OneAccountAnswer(provider_account=account(connected))


@get("/{account_id:uuid}", summary="One provider account", opt=needs(Scope.PROVIDERS_READ))
async def get_account(account_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneAccountAnswer:
    """Without its secret."""
    found = await uses.list_provider_accounts.one(asking.tenant_id, AccountId(account_id))
    return OneAccountAnswer(provider_account=account(found))


@patch("/{account_id:uuid}", summary="Change an account's settings", opt=needs(Scope.PROVIDERS_WRITE))
async def change_account(
    account_id: FromPath[UUID], data: JSONBody[AccountBody], asking: Asking, uses: Uses
) -> ChangedAccountAnswer:
    """The sealed key stays. 422 for a setting that the provider does not have, or a value that it cannot take."""
    command = ChangeAccountCommand(
        tenant_id=asking.tenant_id,
        account_id=AccountId(account_id),
        settings=data.settings,
        writes_enabled=leave(data.writes_enabled),
    )
    changed = await uses.change_account(command)
    waiting = await uses.sync.waiting(asking.tenant_id, changed.id)
    return ChangedAccountAnswer(
        provider_account=account(changed), waiting=WaitingAnswer(pushes=waiting.pushes, tasks=waiting.tasks)
    )


@get("/{account_id:uuid}/health", summary="Probe the provider", opt=needs(Scope.PROVIDERS_READ))
async def get_health(account_id: FromPath[UUID], asking: Asking, uses: Uses) -> HealthAnswer:
    """One cheap call to the provider; what is wrong there is in the answer."""
    return health(await uses.check_provider(asking.tenant_id, AccountId(account_id)))


@get(
    "/{account_id:uuid}/members",
    summary="Members as the provider has them now",
    opt=needs(Scope.PROVIDERS_READ, Scope.MEMBERS_READ, query=_WINDOW),
)
async def browse_members(
    account_id: FromPath[UUID],
    asking: Asking,
    uses: Uses,
    status: Annotated[str | None, _status(_MEMBERS)] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ShownMembersAnswer:
    """Calls the provider; nothing is stored."""
    ensure_one_of(_MEMBERS, status, "status")
    listing = Listing(status=status, limit=limit, offset=offset)
    found = await uses.browse.members(asking.tenant_id, listing, account_id=AccountId(account_id))
    return ShownMembersAnswer(members=[shown(one) for one in found])


@get(
    "/{account_id:uuid}/leads",
    summary="Leads as the provider has them now",
    opt=needs(Scope.PROVIDERS_READ, Scope.LEADS_READ, query=_WINDOW),
)
async def browse_leads(
    account_id: FromPath[UUID],
    asking: Asking,
    uses: Uses,
    status: Annotated[str | None, _status(_LEADS)] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ShownLeadsAnswer:
    """Calls the provider; nothing is stored."""
    ensure_one_of(_LEADS, status, "status")
    listing = Listing(status=status, limit=limit, offset=offset)
    found = await uses.browse.leads(asking.tenant_id, listing, account_id=AccountId(account_id))
    return ShownLeadsAnswer(leads=[shown(one) for one in found])


provider_accounts = Router(
    "/provider-accounts",
    route_handlers=[
        *(list_accounts, connect, get_account, change_account, get_health, browse_members, browse_leads),
        *provider_webhooks.HANDLERS,
    ],
    tags=["providers"],
)
