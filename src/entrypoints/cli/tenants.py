"""``tresen tenant``."""

from typing import Annotated

from cyclopts import Parameter

from ...application.tenancy.create_tenant import NewTenant
from ...domain.tenancy.tenant import Tenant
from .answer import Answer, Table
from .call import Given
from .documents import fields, listed
from .options import JsonOption, command_group

group = command_group("tenant", "Tenants: create, list.")


@group.command
async def create(
    slug: Annotated[str, Parameter(help="Short name in a-z, 0-9 and dashes; unique in the installation.")],
    name: Annotated[str, Parameter(help="The business's name.")],
    /,
    *,
    zone: Annotated[str, Parameter(help="IANA time zone in which dates are meant.")] = "UTC",
    locale: Annotated[str, Parameter(help="Language and region, such as de-DE.")] = "en-GB",
    region: Annotated[str, Parameter(help="ISO 3166 code for phone numbers without a country code.")] = "DE",
    currency: Annotated[str, Parameter(help="ISO 4217 code.")] = "EUR",
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Create a tenant: one business."""
    new = NewTenant(slug=slug, name=name, zone=zone, locale=locale, region=region, currency=currency)
    async with call.runtime.use_cases(make=True) as use:
        tenant = await use.create_tenant(new)
    hint = f"next: tresen user create --tenant {tenant.slug} --email ADDRESS --name NAME --role owner"
    return Answer(
        document={"tenant": _document(tenant)},
        parts=[f"created tenant {tenant.slug} ({tenant.id})", hint],
        as_json=as_json,
    )


@group.command(name="list")
async def list_(*, as_json: JsonOption = False, call: Given) -> Answer:
    """List every tenant."""
    async with call.runtime.use_cases() as use:
        tenants = await use.directory.tenants()
    table = Table(
        columns=("id", "slug", "name", "zone", "currency"),
        rows=[(str(t.id), t.slug, t.name, t.zone, t.currency) for t in tenants],
        empty="no tenant yet; create one: tresen tenant create SLUG NAME",
    )
    return Answer(document=listed("tenants", [_document(t) for t in tenants]), parts=[table], as_json=as_json)


def _document(tenant: Tenant) -> dict[str, object]:
    return fields(tenant, "id", "slug", "name", "zone", "locale", "region", "currency", "created_at")
