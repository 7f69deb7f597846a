"""``tresen memberships list``."""

from typing import Annotated

from cyclopts import Parameter

from ...application.ports.readers import MembershipFilter, SoldMembership
from ...application.sync.records.kinds import MEMBER
from ...domain.membership.status import Status
from ...domain.shared.ids import MemberId
from .answer import Answer, cell, page_table
from .call import Given, in_tenant
from .documents import fields, listed, price
from .options import JsonOption, LimitOption, OffsetOption, TenantOption, word
from .sync_options import find_ours


async def list_memberships(
    *,
    member: Annotated[
        str | None,
        Parameter(metavar="ID", help="Only this member's: our id, or the provider's, also as ACCOUNT/ID."),
    ] = None,
    status: Annotated[str | None, Parameter(metavar="WORD", help="Only those in this status.")] = None,
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List memberships and whose they are, latest start first. Statuses: active, paused, pending, cancelled, expired,
    unknown.
    """
    if status is not None:
        word(Status, status, "status")
    async with in_tenant(call, tenant) as (use, home):
        member_id = None if member is None else MemberId(await find_ours(use, home, MEMBER, member))
        wanted = MembershipFilter(status=status, member_id=member_id)
        page = await use.readers.sold_memberships(home.id, wanted, limit=limit, offset=offset)
    table = page_table(
        columns=("id", "member", "name", "status", "starts", "ends", "cancels", "per month"),
        rows=[_line(each) for each in page.items],
        count=page.count,
        offset=offset,
        filtered=member is not None or status is not None,
        empty="no membership found; bring them here: tresen sync run members",
    )
    document = listed("memberships", [_document(each) for each in page.items], page.count)
    return Answer(document=document, parts=[table], as_json=as_json)


def _document(each: SoldMembership) -> dict[str, object]:
    sold = each.membership
    return {
        **fields(sold, "id", "member_id"),
        "member": each.member,
        **fields(sold, "name", "kind", "status", "starts_on", "ends_on", "cancels_on"),
        "monthly_price": price(sold.monthly_price, sold.currency),
    }


def _line(each: SoldMembership) -> tuple[str, ...]:
    sold = each.membership
    return (
        *(str(sold.id), each.member, sold.name, sold.status),
        *(cell(sold.starts_on), cell(sold.ends_on), cell(sold.cancels_on)),
        f"{sold.monthly_price} {sold.currency}" if sold.monthly_price is not None else "",
    )
