"""``tresen packages``."""

from .answer import Answer, Table, cell
from .call import Given, in_tenant
from .documents import fields, listed, price
from .options import JsonOption, TenantOption, command_group

group = command_group("packages", "Packages, which are sold as memberships: list.")


@group.command(name="list")
async def list_(*, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """List what is on sale, as of the last sync of members."""
    async with in_tenant(call, tenant) as (use, home):
        packages = await use.list_packages(home.id)
    table = Table(
        columns=("id", "name", "kind", "per month", "commitment"),
        rows=[(p.id, p.name, cell(p.kind), cell(p.price), cell(p.commitment)) for p in packages],
        empty="no package known: tresen sync run members asks the provider, if it tells what it sells",
    )
    documents: list[dict[str, object]] = [
        {
            **fields(p, "id", "name", "kind"),
            "price": price(p.price.amount, p.price.currency) if p.price else None,
            "commitment": p.commitment,
        }
        for p in packages
    ]
    return Answer(document=listed("packages", documents), parts=[table], as_json=as_json)
