"""``tresen provider webhooks``."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...application.webhooks.administer_inbox import InboxShown, NewSecret
from ...domain.shared.errors import InvalidValue
from .answer import Answer, cell
from .call import Given, choose_webhook_accounts, full_name, in_tenant, which_of
from .documents import fields, row
from .ensured_webhooks import ensured_answer
from .options import JsonOption, TenantOption, command_group
from .terminal import Terminal

if TYPE_CHECKING:
    from ...domain.tenancy.provider_account import ProviderAccount
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

_Account = Annotated[
    str | None,
    Parameter(help="Provider, name, provider/name or id of the account; without it the only one that sends webhooks."),
]

group = command_group("webhooks", "What a provider sends here: show, secret, ensure, disable, enable.")


@group.command
async def show(
    account: _Account = None, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """Show the address that the provider sends to, and whether there is a secret to verify with. Secrets are never
    shown.
    """
    async with in_tenant(call, tenant) as (use, home):
        chosen = await _one(use, home, account)
        shown = await use.administer_inbox.show(home.id, chosen.id)
    return _answer(shown, home.zone, as_json=as_json)


@group.command
async def secret(
    account: _Account = None,
    /,
    *,
    secret_stdin: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Read the secret from standard input.")
    ] = False,
    generate: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Make one, to be entered at the provider.")
    ] = False,
    keep_former_for: Annotated[
        timedelta | None,
        Parameter(metavar="TIME", help="Take signatures with the former secret for so long, such as 24h."),
    ] = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Enter the secret that the provider signs with, or make one; a made one is shown this once. Without --secret-stdin
    it is asked for. What was the secret before ends at once unless --keep-former-for is given.
    """
    if generate and secret_stdin:
        raise InvalidValue("a secret is either read or made", field="generate")
    given = None if generate else _read(call.terminal, from_stdin=secret_stdin)
    async with in_tenant(call, tenant) as (use, home):
        chosen = await _one(use, home, account)
        shown, made = await use.administer_inbox.give_secret(
            NewSecret(tenant_id=home.id, account_id=chosen.id, secret=given, keep_former_for=keep_former_for)
        )
    answer = _answer(shown, home.zone, as_json=as_json)
    if made is None:
        return answer
    ensure_it = f"tresen provider webhooks ensure {full_name(chosen)}"
    told = [made, f"this is the only time it is shown: enter it at the provider, or run {ensure_it}"]
    return Answer(
        document={**answer.document, "secret": made}, parts=[*told, *answer.parts], as_json=as_json, code=answer.code
    )


@group.command
async def disable(
    account: _Account = None, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """Take no more deliveries: they are answered 410, so that the provider gives up."""
    async with in_tenant(call, tenant) as (use, home):
        chosen = await _one(use, home, account)
        shown = await use.administer_inbox.disable(home.id, chosen.id)
    return _answer(shown, home.zone, as_json=as_json)


@group.command
async def enable(
    account: _Account = None, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """Take deliveries again."""
    async with in_tenant(call, tenant) as (use, home):
        chosen = await _one(use, home, account)
        shown = await use.administer_inbox.enable(home.id, chosen.id)
    return _answer(shown, home.zone, as_json=as_json)


@group.command
async def ensure(
    account: Annotated[
        str | None,
        Parameter(help="Provider, name, provider/name or id of the account; without it all that send webhooks."),
    ] = None,
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Set up, mend and renew at each provider what it needs for sending webhooks here, and fetch what was missed. Where
    a person must do it, tell how. Doing it again changes nothing; exit code 1 unless everything is as it should be.
    """
    async with in_tenant(call, tenant) as (use, home):
        chosen = await choose_webhook_accounts(use, home, account)
        found = [await use.ensure_webhooks(home.id, one.id) for one in chosen]
    return ensured_answer(found, home.zone, as_json=as_json)


async def _one(use: "UseCases", tenant: "Tenant", name_or_id: str | None) -> "ProviderAccount":
    chosen = await choose_webhook_accounts(use, tenant, name_or_id)
    if len(chosen) > 1:
        raise which_of(chosen)
    return chosen[0]


def _read(terminal: Terminal, *, from_stdin: bool) -> str:
    if from_stdin:
        return terminal.read_secret()
    return terminal.ask_for("secret", otherwise="give it by --secret-stdin, or have one made by --generate")


def _answer(shown: InboxShown, zone: str, *, as_json: bool) -> Answer:
    state = "open" if shown.disabled_at is None else f"disabled since {cell(shown.disabled_at, zone)}"
    parts = [
        f"account:       {shown.account} ({shown.provider}, {shown.account_id})",
        f"address:       {shown.address}",
        f"state:         {state}",
        f"secret:        {_secrets(shown, zone)}",
        f"registrations: {', '.join(shown.registrations) or 'none that were made from here'}",
    ]
    if not shown.is_reachable:
        parts.append("providers will hardly take an address without https: set TRESEN_PUBLIC_URL")
    if not shown.can_verify:
        parts.append(
            f"next: tresen provider webhooks secret {shown.provider}/{shown.account}, for nothing is taken without one"
        )
    return Answer(document={"webhooks": document(shown)}, parts=parts, as_json=as_json)


def _secrets(shown: InboxShown, zone: str) -> str:
    told = [
        f"since {cell(one.created_at, zone)}" + (f" until {cell(one.expires_at, zone)}" if one.expires_at else "")
        for one in shown.secrets
    ]
    if shown.signs_with_api_key:
        told.append("the account's API key")
    return "; ".join(told) or "none"


def document(shown: InboxShown) -> dict[str, object]:
    """As the API shows it."""
    return {
        **fields(shown, "account_id", "provider", "account", "address", "is_reachable"),
        "secrets": [row(one) for one in shown.secrets],
        **fields(shown, "signs_with_api_key", "registrations", "disabled_at", "created_at"),
    }
