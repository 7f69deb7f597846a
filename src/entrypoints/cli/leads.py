"""``tresen leads``."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from ...application.leads.convert_lead import Conversion
from ...application.leads.create_lead import CreatedLead, NewLead
from ...application.leads.edit_lead import LeadEdit
from ...application.leads.update_lead import LeadUpdate
from ...application.ports.readers import LEAD_ORDER, LeadRow
from ...application.sync.records.kinds import LEAD
from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage
from ...domain.shared.contact import PhoneNumber
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import LeadId
from ...domain.shared.unset import UNSET, Unset
from ...domain.sync.edit_fate import Fate
from .answer import Answer, cell, page_table
from .call import Given, account_names, choose_account_id, in_tenant
from .documents import fields, listed, written
from .edit_options import EditorOption, LeadOptions, edit_lines, fate_lines, fates_document
from .live import LiveOption, live_answer, live_listing
from .members import about, member_document
from .memberships import membership_document
from .options import AccountOption, JsonOption, ListOptions, TenantOption, command_group
from .record_tables import changes_table, link_document, links_table, overwritten_document, person_row, row_links
from .sync_held import command
from .sync_options import RecordArgument, find_ours
from .tasks import task_document, task_lines

group = command_group("leads", "Leads: list, show, create, edit, update, convert.")


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
    """List leads, oldest first. Statuses: new, contacted, qualified, converted, lost, unknown."""
    listing = (options or ListOptions()).listing(Stage, LEAD_ORDER)
    if live or account:
        window = live_listing(listing, live=live)
        async with in_tenant(call, tenant) as (use, home):
            chosen = await choose_account_id(use, home, account)
            shown = await use.browse.leads(home.id, window, account_id=chosen)
        return live_answer("leads", shown, as_json=as_json)
    async with in_tenant(call, tenant) as (use, home):
        page = await use.readers.leads(home.id, listing)
    table = page_table(
        columns=("id", "name", "email", "phone", "status", "source", "created", "at provider"),
        rows=[_line(lead, home.zone) for lead in page.items],
        count=page.count,
        offset=listing.offset,
        filtered=listing.is_filtered,
        empty="no lead found; bring them here: tresen sync run leads",
    )
    return Answer(
        document=listed("leads", [person_row(lead) for lead in page.items], page.count),
        parts=[table],
        as_json=as_json,
    )


@group.command
async def show(
    id_: RecordArgument, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """Show one lead in full: links to providers, and what syncs and people changed, and why."""
    async with in_tenant(call, tenant) as (use, home):
        detail = await use.get_lead(home.id, LeadId(await find_ours(use, home, LEAD, id_)))
        names = await account_names(use, home)
    lead, document = detail.lead, lead_document(detail.lead)
    now = {**document, "status": lead.stage_text or lead.stage.value}
    return Answer(
        document={
            "lead": document,
            "links": [link_document(link) for link in detail.links],
            "overwritten": [overwritten_document(change) for change in detail.changes],
        },
        parts=[
            *_about(lead, home.zone),
            links_table(detail.links, names, home.zone),
            changes_table(detail.changes, now, home.zone),
        ],
        as_json=as_json,
    )


@group.command
async def create(
    *,
    first_name: Annotated[str, Parameter(help="First name; it or the last name is needed.")] = "",
    last_name: Annotated[str, Parameter(help="Last name; it or the first name is needed.")] = "",
    email: Annotated[str, Parameter(help="E-mail address.")],
    phone: Annotated[
        str | None, Parameter(help="Phone number, as it is written; one that cannot be read is taken, too, and told.")
    ] = None,
    message: Annotated[str | None, Parameter(help="What the lead wrote.")] = None,
    interested_in: Annotated[str | None, Parameter(help="What the lead asks for.")] = None,
    source: Annotated[str | None, Parameter(help="Where the lead comes from.")] = None,
    account: AccountOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Capture a lead, here and at the provider; where the provider cannot be written to, staff get a task. Of somebody
    whom the provider has already it is told what becomes of each value, and what staff are asked.
    """
    async with in_tenant(call, tenant) as (use, home):
        chosen = await choose_account_id(use, home, account)
        made = await use.create_lead(
            NewLead(
                tenant_id=home.id,
                first_name=first_name,
                last_name=last_name,
                email=email,
                phone=phone,
                message=message,
                interested_in=interested_in,
                source=source,
                account_id=chosen,
            )
        )
    what = "captured" if made.created else "already there:"
    lines = [
        f"{what} {made.lead.name} ({made.lead.id})",
        *_unread(phone, made, tenant),
        *fate_lines(made.prospects),
    ]
    document = written(
        lead=lead_document(made.lead),
        fields=None if made.created else fates_document(made.prospects),
        task=task_document(made.task) if made.task else None,
        tasks=[task_document(task) for task in made.tasks] or None,
    )
    return Answer(
        document=document,
        parts=[*lines, *(line for task in made.tasks for line in task_lines(task))],
        as_json=as_json,
    )


@group.command
async def edit(
    id_: RecordArgument,
    /,
    *,
    options: LeadOptions | None = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change what is known of a lead, here at once; what the provider takes goes there with the next sync, by the law
    of each field. Where the provider owns a field and takes no value, staff get a task instead. Status and notes are
    changed by update.
    """
    given = options or LeadOptions()
    values = given.values()
    async with in_tenant(call, tenant) as (use, home):
        lead_id = LeadId(await find_ours(use, home, LEAD, id_))
        by = given.by or call.terminal.login_name
        done = await use.sync.edit_lead(
            LeadEdit(tenant_id=home.id, lead_id=lead_id, by=by, version=given.if_version, **values)
        )
    document = {
        "lead": lead_document(done.entity),
        "fields": fates_document(done.prospects),
        **written(task=task_document(done.task) if done.task else None),
    }
    lines = edit_lines(done.entity.name, done.changed, done.prospects, kind="leads", id_=done.entity.id, tenant=tenant)
    return Answer(document=document, parts=[*lines, *task_lines(done.task)], as_json=as_json)


@group.command
async def update(
    id_: RecordArgument,
    /,
    *,
    status: Annotated[Stage | None, Parameter(help="The new status.")] = None,
    notes: Annotated[str | None, Parameter(help="The new notes; an empty text clears them.")] = None,
    by: EditorOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change a lead's status or notes, at the provider first where it owns the lead; what became of each is told."""
    if status is Stage.UNKNOWN:
        raise InvalidValue("a lead cannot be made unknown", field="status")
    async with in_tenant(call, tenant) as (use, home):
        lead_id = LeadId(await find_ours(use, home, LEAD, id_))
        changed = await use.update_lead(
            LeadUpdate(
                tenant_id=home.id,
                lead_id=lead_id,
                stage=status or UNSET,
                notes=_notes(notes),
                by=by or call.terminal.login_name,
            )
        )
    line = f"{changed.lead.name} is {changed.lead.stage.value}"
    if changed.task and not any(each.fate is Fate.WRITTEN for each in changed.prospects):
        line = f"{changed.lead.name} is not changed here; a task was made"
    document = {
        "lead": lead_document(changed.lead),
        "fields": fates_document(changed.prospects),
        **written(task=task_document(changed.task) if changed.task else None),
    }
    parts = [line, *fate_lines(changed.prospects), *task_lines(changed.task)]
    return Answer(document=document, parts=parts, as_json=as_json)


@group.command
async def convert(
    id_: RecordArgument,
    /,
    *,
    package: Annotated[str, Parameter(help="Id or name of the package that is sold.")],
    start_date: Annotated[date, Parameter(metavar="DATE", help="First day, such as 2026-12-01.")],
    payment_method: Annotated[str, Parameter(help="How it is paid.")] = "stripe",
    account: AccountOption = None,
    by: EditorOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Make a lead a member with a membership; where the provider cannot be written to, staff get a task."""
    async with in_tenant(call, tenant) as (use, home):
        lead_id = LeadId(await find_ours(use, home, LEAD, id_))
        done = await use.convert_lead(
            Conversion(
                tenant_id=home.id,
                lead_id=lead_id,
                package=package,
                starts_on=start_date,
                payment_method=payment_method,
                account_id=await choose_account_id(use, home, account),
                by=by or call.terminal.login_name,
            )
        )
    document = written(
        lead=lead_document(done.lead),
        member=member_document(done.member) if done.member else None,
        membership=membership_document(done.membership) if done.membership else None,
        task=task_document(done.task) if done.task else None,
    )
    parts = [f"{done.lead.name} is {done.lead.stage.value}"]
    if done.member:
        parts.append(f"member: {done.member.id}")
    if done.membership:
        parts.append(f"membership: {done.membership.name} ({done.membership.id})")
    return Answer(document=document, parts=[*parts, *task_lines(done.task)], as_json=as_json)


def _unread(phone: str | None, made: CreatedLead, tenant: str | None) -> list[str]:
    """Whoever writes in a form is not turned away for it; whoever sits here may know better."""
    if not phone or not phone.strip() or PhoneNumber(phone).canonical:
        return []
    kept = " and was taken as it was written" if made.created else ""
    better = command(f"leads edit {made.lead.id} --phone NUMBER", tenant)
    return [f"{phone.strip()!r} is no phone number{kept}; with the right one: {better}"]


def lead_document(lead: Lead) -> dict[str, object]:
    """A lead as the API shows it."""
    return {
        **fields(lead, "id", "first_name", "last_name", "email", "phone"),
        "phone": lead.phone.raw if lead.phone else None,
        "phone_e164": lead.phone.e164 if lead.phone else None,
        "status": lead.stage.value,
        "status_text": lead.stage_text,
        **fields(lead, "source", "interested_in", "message", "notes", "location", "member_id"),
        **fields(lead, "created_at", "updated_at", "version"),
    }


def _notes(notes: str | None) -> str | None | Unset:
    return UNSET if notes is None else notes or None


def _line(lead: LeadRow, zone: str) -> tuple[str, ...]:
    name = f"{lead.first_name} {lead.last_name}".strip()
    status = lead.status_text or lead.status
    return (
        *(str(lead.id), name, cell(lead.email), cell(lead.phone), status),
        *(cell(lead.source), cell(lead.created_at, zone), row_links(lead.links)),
    )


def _about(lead: Lead, zone: str) -> list[str]:
    values: dict[str, object] = {
        "name": lead.name,
        "id": lead.id,
        "status": lead.stage_text or lead.stage.value,
        "email": lead.email,
        "phone": lead.phone,
        "location": lead.location,
        "source": lead.source,
        "interested in": lead.interested_in,
        "message": lead.message,
        "notes": lead.notes,
        "member": lead.member_id,
        "created": lead.created_at,
        "updated": lead.updated_at,
    }
    return about(values, zone)
