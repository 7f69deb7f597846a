"""``tresen members``."""

from collections.abc import Sequence

from ...application.membership.edit_member import MemberEdit
from ...application.membership.get_member import ChangedMembership
from ...application.ports.readers import MEMBER_ORDER, MemberRow, MembershipRow
from ...application.sync.records.kinds import MEMBER
from ...domain.membership.member import Member
from ...domain.membership.status import Status
from ...domain.shared.ids import MemberId
from .answer import Answer, Table, cell, page_table
from .call import Given, account_names, choose_account_id, in_tenant
from .documents import fields, listed, price, written
from .edit_options import MemberOptions, edit_lines, fates_document
from .live import LiveOption, live_answer, live_listing
from .options import AccountOption, JsonOption, ListOptions, TenantOption, command_group
from .record_tables import changes_table, link_document, links_table, overwritten_document, person_row, row_links
from .sync_options import RecordArgument, find_ours
from .tasks import task_document, task_lines

group = command_group("members", "Members: list, show, edit.")


@group.command(name="list")
async def list_(
    *,
    options: ListOptions | None = None,
    live: LiveOption = False,
    account: AccountOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """List members. Statuses: active, paused, pending, cancelled, expired, unknown."""
    listing = (options or ListOptions()).listing(Status, MEMBER_ORDER)
    if live or account:
        window = live_listing(listing, live=live)
        async with in_tenant(call, tenant) as (use, home):
            chosen = await choose_account_id(use, home, account)
            shown = await use.browse.members(home.id, window, account_id=chosen)
        return live_answer("members", shown, as_json=as_json)
    async with in_tenant(call, tenant) as (use, home):
        page = await use.readers.members(home.id, listing)
    table = page_table(
        columns=("id", "name", "email", "phone", "status", "joined", "updated", "at provider"),
        rows=[_line(member, home.zone) for member in page.items],
        count=page.count,
        offset=listing.offset,
        filtered=listing.is_filtered,
        empty="no member found; bring them here: tresen sync run members",
    )
    return Answer(
        document=listed("members", [person_row(member) for member in page.items], page.count),
        parts=[table],
        as_json=as_json,
    )


@group.command
async def show(
    id_: RecordArgument,
    /,
    *,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Show one member in full: memberships, links to providers, and what syncs and people changed, and why."""
    async with in_tenant(call, tenant) as (use, home):
        member_id = MemberId(await find_ours(use, home, MEMBER, id_))
        detail = await use.get_member(home.id, member_id)
        memberships = await use.readers.memberships(home.id, member_id)
        names = await account_names(use, home)
    shown = member_document(detail.member)
    now = {**shown, "status": detail.member.status_text or detail.member.status.value}
    document = {
        "member": shown,
        "memberships": [_membership(membership) for membership in memberships],
        "links": [link_document(link) for link in detail.links],
        "overwritten": [overwritten_document(change) for change in detail.changes],
        "changed_memberships": [
            {
                **fields(each.membership, "id", "name"),
                "overwritten": [overwritten_document(change) for change in each.changes],
            }
            for each in detail.changed_memberships
        ],
    }
    own = changes_table(detail.changes, now, home.zone)
    of_memberships = [_membership_changes(each, home.zone) for each in detail.changed_memberships]
    parts: list[Table | str] = [
        *_about(detail.member, home.zone),
        _memberships(memberships),
        links_table(detail.links, names, home.zone),
        *([own] if own.rows or not of_memberships else []),
        *of_memberships,
    ]
    return Answer(document=document, parts=parts, as_json=as_json)


@group.command
async def edit(
    id_: RecordArgument,
    /,
    *,
    options: MemberOptions | None = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change what is known of a member, here at once; what the provider takes goes there with the next sync, by the law
    of each field. Where the provider owns a field and takes no value, staff get a task instead.
    """
    given = options or MemberOptions()
    values = given.values()
    async with in_tenant(call, tenant) as (use, home):
        member_id = MemberId(await find_ours(use, home, MEMBER, id_))
        by = given.by or call.terminal.login_name
        done = await use.sync.edit_member(
            MemberEdit(tenant_id=home.id, member_id=member_id, by=by, version=given.if_version, **values)
        )
    document = {
        "member": member_document(done.entity),
        "fields": fates_document(done.prospects),
        **written(task=task_document(done.task) if done.task else None),
    }
    lines = edit_lines(
        done.entity.name, done.changed, done.prospects, kind="members", id_=done.entity.id, tenant=tenant
    )
    return Answer(document=document, parts=[*lines, *task_lines(done.task)], as_json=as_json)


def member_document(member: Member) -> dict[str, object]:
    """A member as the API shows it."""
    shown = fields(
        member,
        *("id", "first_name", "last_name", "email", "phone", "status", "status_text", "location", "joined_on"),
        *("born_on", "street", "postcode", "city", "country", "email_opt_in", "sms_opt_in", "created_at"),
        *("updated_at", "version"),
    )
    phone = member.phone
    return {**shown, "phone": phone.raw if phone else None, "phone_e164": phone.e164 if phone else None}


def _membership(membership: MembershipRow) -> dict[str, object]:
    return {
        **fields(membership, "id", "member_id", "name", "kind", "status", "starts_on", "ends_on", "cancels_on"),
        "monthly_price": price(membership.monthly_price, membership.currency),
    }


def _line(member: MemberRow, zone: str) -> tuple[str, ...]:
    name = f"{member.first_name} {member.last_name}".strip()
    status = member.status_text or member.status
    return (
        *(str(member.id), name, cell(member.email), cell(member.phone), status),
        *(cell(member.joined_on), cell(member.updated_at, zone), row_links(member.links)),
    )


def _about(member: Member, zone: str) -> list[str]:
    values: dict[str, object] = {
        "name": member.name,
        "id": member.id,
        "status": member.status_text or member.status.value,
        "email": member.email,
        "phone": member.phone,
        "location": member.location,
        "born": member.born_on,
        "joined": member.joined_on,
        "address": ", ".join(p for p in (member.street, member.postcode, member.city, member.country) if p) or None,
        "mail allowed": member.email_opt_in,
        "sms allowed": member.sms_opt_in,
        "updated": member.updated_at,
    }
    return about(values, zone)


def about(values: dict[str, object], zone: str) -> list[str]:
    """Names and values, one a line, instants to the second; what is not known is left out."""
    width = max(len(name) for name in values)
    return [
        f"{name:<{width}}  {cell(value, zone, seconds=True)}" for name, value in values.items() if value is not None
    ]


def _membership_changes(changed: ChangedMembership, zone: str) -> Table:
    one = changed.membership
    now = {
        **fields(one, "name", "kind", "auto_renew"),
        **fields(one.terms, "starts_on", "ends_on", "cancels_on", "flagged_active", "deleted", "on_hold"),
        "price": str(one.price) if one.price else None,
    }
    return changes_table(changed.changes, now, zone, of=f"{one.name} ({one.id})")


def _memberships(memberships: Sequence[MembershipRow]) -> Table:
    return Table(
        title="memberships:",
        columns=("id", "name", "status", "starts", "ends", "cancels", "per month"),
        rows=[
            (
                *(str(m.id), m.name, m.status, cell(m.starts_on), cell(m.ends_on), cell(m.cancels_on)),
                f"{m.monthly_price} {m.currency}" if m.monthly_price is not None else "",
            )
            for m in memberships
        ],
        empty="no memberships",
    )
