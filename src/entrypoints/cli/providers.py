"""``tresen provider``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...application.tenancy.change_account import ChangeAccountCommand
from ...application.tenancy.check_provider import FINE, ProviderHealth
from ...application.tenancy.connect_provider import ConnectProviderCommand
from ...domain.shared.errors import InvalidValue
from ...domain.shared.unset import UNSET
from ...domain.tenancy.provider_account import REFUSED, ProviderAccount
from .answer import Answer, Table, cell
from .call import Given, choose_accounts, full_name, in_tenant, which_of
from .documents import fields, listed, row
from .exit_codes import ExitCode
from .left_lines import left_lines
from .options import JsonOption, TenantOption, command_group
from .provider_webhooks import group as webhooks
from .renewal import renewal
from .terminal import Terminal
from .waiting_lines import waiting_lines

if TYPE_CHECKING:
    from ..use_cases import UseCases

KEY_VARIABLE = "TRESEN_PROVIDER_KEY"

_KeyStdin = Annotated[
    bool, Parameter(name="--key-stdin", negative=(), show_default=False, help="Read the API key from standard input.")
]

group = command_group("provider", "Provider accounts: connect, set, renew-key, list, check, webhooks.")
group.command(webhooks)


@group.command
async def connect(
    provider: Annotated[
        str, Parameter(help="The provider: calcom, google_calendar, retell, stripe, wodify or woocommerce.")
    ],
    /,
    *,
    name: Annotated[str, Parameter(help="Tells accounts at one provider apart.")] = "main",
    location_id: Annotated[str | None, Parameter(metavar="ID", help="The provider's id of the location.")] = None,
    base_url: Annotated[str | None, Parameter(metavar="URL", help="Another address than the provider's own.")] = None,
    enable_writes: Annotated[
        bool | None,
        Parameter(negative="--disable-writes", help="Let Tresen write there; else staff get tasks instead."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        Parameter(
            name="--set", negative=(), metavar="KEY=VALUE", help="A setting; may be repeated, an empty value unsets it."
        ),
    ] = None,
    key_stdin: _KeyStdin = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Connect an account, or give one of the same name new credentials; what is not given stays as it is. The API key
    comes from the standard input (--key-stdin), from TRESEN_PROVIDER_KEY or is asked for; it is never an argument.
    """
    given = _settings(settings or (), location_id)
    key = _api_key(call.terminal, from_stdin=key_stdin)
    async with in_tenant(call, tenant) as (use, home):
        before = {a.id: a for a in await use.list_provider_accounts(home.id)}
        account = await use.connect_provider(
            ConnectProviderCommand(
                tenant_id=home.id,
                provider=provider,
                name=name,
                api_key=key,
                base_url=UNSET if base_url is None else base_url or None,
                settings=given,
                writes_enabled=UNSET if enable_writes is None else enable_writes,
            )
        )
        hints = [*await left_lines(use, account, tenant), *await _next(use, account)]
        if enable_writes is not None and account.id in before:
            hints = [*waiting_lines(account, await use.sync.waiting(home.id, account.id), tenant), *hints]
    return _connected(account, before.get(account.id), hints, as_json=as_json)


@group.command
async def renew_key(
    account: Annotated[
        str | None, Parameter(help="Provider, name, provider/name or id of the account; without it the only one.")
    ] = None,
    /,
    *,
    key_stdin: _KeyStdin = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Give an account a new API key, which is read as in connect; everything else stays."""
    async with in_tenant(call, tenant) as (use, home):
        chosen = await choose_accounts(use, home, account)
        if len(chosen) > 1:
            raise which_of(chosen)
        before = chosen[0]
        key = _api_key(call.terminal, from_stdin=key_stdin)
        renewed = await use.connect_provider(
            ConnectProviderCommand(tenant_id=home.id, provider=before.provider, name=before.name, api_key=key)
        )
        hints = await _next(use, renewed)
    return _connected(renewed, before, hints, as_json=as_json)


@group.command(name="set")
async def set_(
    account: Annotated[str, Parameter(help="Provider, name, provider/name or id of the account.")],
    /,
    *settings: Annotated[
        str, Parameter(name="KEY=VALUE", help="Settings, such as location_id=20; an empty value unsets one.")
    ],
    enable_writes: Annotated[
        bool | None,
        Parameter(negative="--disable-writes", help="Let Tresen write there; else staff get tasks instead."),
    ] = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change settings of an account; the API key and everything else stay. Another address takes the key as well: see
    connect.
    """
    given = _settings(settings, None)
    async with in_tenant(call, tenant) as (use, home):
        chosen = await choose_accounts(use, home, account)
        changed = await use.change_account(
            ChangeAccountCommand(
                tenant_id=home.id,
                account_id=chosen[0].id,
                settings=given,
                writes_enabled=UNSET if enable_writes is None else enable_writes,
            )
        )
        waiting = await use.sync.waiting(home.id, changed.id)
        left = [] if enable_writes is None else await left_lines(use, changed, tenant)
    told = [] if enable_writes is None else [*waiting_lines(changed, waiting, tenant), *left]
    lines = [f"changed {full_name(changed)}", *_changes(chosen[0], changed), *told]
    document = {"provider_account": _document(changed), "waiting": row(waiting)}
    return Answer(document=document, parts=lines, as_json=as_json)


@group.command(name="list")
async def list_(*, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """List a tenant's provider accounts. Keys are never shown."""
    async with in_tenant(call, tenant) as (use, home):
        accounts = await use.list_provider_accounts(home.id)
    table = Table(
        columns=("id", "provider", "name", "address", "location", "key", "writes", "credentials", "reason"),
        rows=[
            (
                *(str(a.id), a.provider, a.name, a.base_url, a.settings.get("location_id", "")),
                *("kept" if a.credentials is not None else "missing", "on" if a.writes_enabled else "off"),
                *(a.credential_state.value, cell(a.state_reason)),
            )
            for a in accounts
        ],
        empty="no account yet; connect one: tresen provider connect wodify --location-id ID",
    )
    return Answer(
        document=listed("provider_accounts", [_document(a) for a in accounts]), parts=[table], as_json=as_json
    )


@group.command
async def check(
    account: Annotated[
        str | None, Parameter(help="Provider, name, provider/name or id of the account; without it all.")
    ] = None,
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Ask each provider how it is, with one cheap call; exit code 1 when one is not well. Where it refuses the key, the
    account is blocked until it gets a new one.
    """
    async with in_tenant(call, tenant) as (use, home):
        found = [await use.check_provider(home.id, a.id) for a in await choose_accounts(use, home, account)]
    table = Table(
        columns=("account", "provider", "status", "configured", "credentials", "checked", "answer"),
        rows=[
            (
                *(h.account, h.provider, h.status, cell(h.api_configured), h.credential_state.value),
                *(cell(h.last_check, home.zone), cell(h.error or h.response)),
            )
            for h in found
        ],
    )
    refused = [renewal(f"{h.provider}/{h.account}", tenant) for h in found if h.credential_state in REFUSED]
    return Answer(
        document=listed("accounts", [_health(h) for h in found]),
        parts=[table, *refused],
        as_json=as_json,
        code=_code(found),
    )


async def _next(use: "UseCases", account: ProviderAccount) -> Sequence[str]:
    """What to do with it now: only gyms are probed."""
    gyms = await use.list_provider_accounts.gyms(account.tenant_id)
    commands = ["check"] if account.id in {one.id for one in gyms} else []
    if account.provider in use.webhook_providers.names():
        commands.append("webhooks ensure")
    words = ("next:", "and: ")
    return [
        f"{word} tresen provider {command} {full_name(account)}" for word, command in zip(words, commands, strict=False)
    ]


def _connected(
    account: ProviderAccount, before: ProviderAccount | None, hints: Sequence[str], *, as_json: bool
) -> Answer:
    verb = "connected" if before is None else "renewed the key of"
    parts = [f"{verb} {account.provider} account {account.name} ({account.id})"]
    if before is not None:
        parts.extend(_changes(before, account))
    parts.extend(hints)
    return Answer(document={"provider_account": _document(account)}, parts=parts, as_json=as_json)


def _changes(before: ProviderAccount, after: ProviderAccount) -> list[str]:
    old, new = _shown(before), _shown(after)
    lines = [
        f"{name}: {old.get(name, 'not set')} -> {new.get(name, 'not set')}"
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]
    return lines or ["everything else stays as it was"]


def _shown(account: ProviderAccount) -> dict[str, str]:
    return {
        "address": account.base_url,
        "writes": "on" if account.writes_enabled else "off",
        "credentials": account.credential_state.value,
        **account.settings,
    }


def _health(health: ProviderHealth) -> dict[str, object]:
    """As the API shows it: what was answered and what went wrong only where there is something."""
    return {k: v for k, v in row(health).items() if v is not None or k not in {"response", "error"}}


def _code(found: Sequence[ProviderHealth]) -> ExitCode:
    return ExitCode.OK if all(health.status in FINE for health in found) else ExitCode.FAILED


def _settings(pairs: Sequence[str], location_id: str | None) -> dict[str, str]:
    settings = {} if location_id is None else {"location_id": location_id}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise InvalidValue(f"{pair!r} is not of the form key=value", field="set")
        if key in settings:
            raise InvalidValue(f"{key} is given twice", field="set")
        settings[key] = value
    return settings


def _api_key(terminal: Terminal, *, from_stdin: bool) -> str:
    if from_stdin:
        return terminal.read_secret()
    from_environment = terminal.environ.get(KEY_VARIABLE)
    if from_environment:
        return from_environment
    return terminal.ask_for("API key", otherwise=f"give it by --key-stdin or {KEY_VARIABLE}")


def _document(account: ProviderAccount) -> dict[str, object]:
    return {
        **fields(account, "id", "provider", "name", "base_url", "settings", "writes_enabled"),
        "configured": account.credentials is not None,
        **fields(account, "credential_state", "state_reason", "created_at"),
    }
