"""``tresen memberships show``."""

from ...application.membership.get_membership import MembershipDetail
from ...application.sync.records.kinds import MEMBERSHIP
from ...domain.shared.ids import MembershipId
from .answer import Answer
from .call import Given, in_tenant
from .documents import fields, price
from .members import about
from .options import JsonOption, TenantOption
from .sync_options import RecordArgument, find_ours


async def show_membership(
    id_: RecordArgument,
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Show one membership, and whose it is. What was changed of it, and by whom: tresen sync history membership ID."""
    async with in_tenant(call, tenant) as (use, home):
        membership_id = MembershipId(await find_ours(use, home, MEMBERSHIP, id_))
        found = await use.get_membership(home.id, membership_id)
    return Answer(document={"membership": _document(found)}, parts=_about(found, home.zone), as_json=as_json)


def _document(found: MembershipDetail) -> dict[str, object]:
    """As the API and the list show it."""
    sold = found.membership
    return {
        **fields(sold, "id", "member_id"),
        "member": found.member.name,
        **fields(sold, "name", "kind", "status"),
        **fields(sold.terms, "starts_on", "ends_on", "cancels_on"),
        "monthly_price": price(sold.price.amount, sold.price.currency) if sold.price else None,
    }


def _about(found: MembershipDetail, zone: str) -> list[str]:
    sold = found.membership
    values: dict[str, object] = {
        "name": sold.name,
        "id": sold.id,
        "member": f"{found.member.name} ({found.member.id})",
        "kind": sold.kind,
        "status": sold.status.value,
        "starts": sold.terms.starts_on,
        "ends": sold.terms.ends_on,
        "cancels": sold.terms.cancels_on,
        "per month": f"{sold.price.amount} {sold.price.currency}" if sold.price else None,
        "updated": sold.updated_at,
    }
    return about(values, zone)
