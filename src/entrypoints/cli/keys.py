"""``tresen key``."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from ...application.identity.create_api_key import NewApiKey
from ...domain.identity.credentials import ApiKey
from ...domain.identity.role import TENANT_SCOPES, Scope
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import ApiKeyId
from ...domain.shared.time_range import as_utc
from .answer import Answer, Table, cell
from .call import Given, in_tenant
from .documents import fields, listed
from .options import JsonOption, TenantOption, command_group, known_word

_SCOPES = [scope.value for scope in TENANT_SCOPES]

group = command_group("key", "API keys: create, revoke, list.")


@group.command
async def create(
    *,
    name: Annotated[str, Parameter(help="What the key is for.")],
    scope: Annotated[
        list[str],
        Parameter(
            negative=(),
            help=f"What the key may do; may be repeated. One of: {', '.join(_SCOPES)}. "
            "docs/reference/scopes.md tells what each permits.",
        ),
    ],
    expires: Annotated[
        date | None, Parameter(metavar="DATE", help="Last day on which it is valid, such as 2026-12-31.")
    ] = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Create a key for a program. It is shown this once."""
    for one in {*scope} - {Scope.INSTALLATION.value}:  # the use case says whose that is
        known_word(one, _SCOPES, "scope")
    scopes = frozenset(map(Scope, scope))
    async with in_tenant(call, tenant) as (use, home):
        expires_at = _end_of(expires, home.zone) if expires else None
        made = await use.create_api_key(NewApiKey(tenant_id=home.id, name=name, scopes=scopes, expires_at=expires_at))
    told = f"this is the only time it is shown; its id is {made.key.id}"
    if made.key.expires_at:
        told += f"; it is valid {_until(made.key.expires_at, home.zone)}"
    return Answer(
        document={"api_key": _document(made.key), "key": made.text},
        parts=[made.text, told],
        as_json=as_json,
    )


@group.command
async def revoke(
    id_: Annotated[UUID, Parameter(name="ID", help="The key's id.")],
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Refuse a key from now on. Revoking twice keeps the first time."""
    async with in_tenant(call, tenant) as (use, home):
        key = await use.revoke_api_key(home.id, ApiKeyId(id_))
    text = f"{key.name} ({key.hint}…) is revoked since {cell(key.revoked_at, home.zone)}"
    return Answer(document={"api_key": _document(key)}, parts=[text], as_json=as_json)


@group.command(name="list")
async def list_(*, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """List a tenant's keys, revoked ones too; of the key itself only the beginning is known."""
    async with in_tenant(call, tenant) as (use, home):
        keys = await use.readers.api_keys(home.id)
    table = Table(
        columns=("id", "name", "begins with", "scopes", "created", "valid", "revoked"),
        rows=[
            (
                *(str(key.id), key.name, key.hint, " ".join(sorted(s.value for s in key.scopes))),
                cell(key.created_at, home.zone),
                _until(key.expires_at, home.zone) if key.expires_at else "",
                cell(key.revoked_at, home.zone),
            )
            for key in keys
        ],
        empty="no key yet; create one: tresen key create --name NAME --scope members:read",
    )
    return Answer(document=listed("api_keys", [_document(key) for key in keys]), parts=[table], as_json=as_json)


def _end_of(last_day: date, zone: str) -> datetime:
    try:
        return as_utc(datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone)), "expires")
    except OverflowError:
        raise InvalidValue("expires lies outside the calendar", field="expires") from None


def _until(expires_at: datetime, zone: str) -> str:
    """``through`` the last day of which all is left, else ``until`` an instant."""
    local = expires_at.astimezone(ZoneInfo(zone))
    if local.time() == time():
        return f"through {local.date() - timedelta(days=1)}"
    return f"until {cell(expires_at, zone)}"


def _document(key: ApiKey) -> dict[str, object]:
    return fields(key, "id", "name", "hint", "scopes", "created_at", "expires_at", "revoked_at")
