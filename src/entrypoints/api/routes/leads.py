"""Leads (W9-W14)."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec
from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody, SkipValidation

from ....application.leads.convert_lead import Conversion
from ....application.leads.create_lead import NewLead
from ....application.leads.edit_lead import LeadEdit
from ....application.leads.update_lead import LeadUpdate
from ....application.ports.readers import LEAD_ORDER
from ....domain.identity.role import Scope
from ....domain.leads.stage import Stage
from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId, LeadId
from ....domain.shared.page import Listing
from ..access import needs
from ..answers.edits import field_fates
from ..answers.leads import LeadDetailAnswer, LeadsAnswer, WrittenLeadAnswer, lead, lead_detail, lead_line
from ..answers.members import member
from ..answers.memberships import membership
from ..answers.staff_tasks import task
from ..answers.values import accepted
from ..bodies import Body, LongText, Text, leave
from ..dependencies import Asking, Uses
from ..listing import LISTING, listing_of, words

_LISTING = {"listing": listing_of(LEAD_ORDER, words(Stage))}


class NewLeadBody(Body, kw_only=True):
    """Who, by one name at least, and what they want. ``account_id`` names the provider account where there are
    several."""

    first_name: Text | None = None
    last_name: Text | None = None
    email: Text
    phone: Text | None = None
    message: LongText | None = None
    interested_in: Text | None = None
    source: Text | None = None
    account_id: UUID | None = None


class LeadPatchBody(Body):
    """What is absent stays, null clears. Either ``lead_status`` and ``notes``, which are changed at the provider first,
    or the others, which are changed here. ``version``: 409 unless it is still the lead's."""

    elsewhere: ClassVar[Mapping[str, str]] = {"status": ": it is lead_status, in a request of its own or with notes"}

    lead_status: Stage | msgspec.UnsetType = msgspec.UNSET
    notes: LongText | None | msgspec.UnsetType = msgspec.UNSET
    first_name: Text | None | msgspec.UnsetType = msgspec.UNSET
    last_name: Text | None | msgspec.UnsetType = msgspec.UNSET
    email: Text | None | msgspec.UnsetType = msgspec.UNSET
    phone: Text | None | msgspec.UnsetType = msgspec.UNSET
    source: Text | None | msgspec.UnsetType = msgspec.UNSET
    interested_in: Text | None | msgspec.UnsetType = msgspec.UNSET
    message: LongText | None | msgspec.UnsetType = msgspec.UNSET
    location: Text | None | msgspec.UnsetType = msgspec.UNSET
    version: int | None = None


_EDITED = ("first_name", "last_name", "email", "phone", "source", "interested_in", "message", "location")


class ConversionBody(Body):
    """What the lead buys, from a civil date of the tenant on."""

    membership_type: Text
    start_date: date
    payment_method: Text = "stripe"
    account_id: UUID | None = None


@get("/", summary="List leads", opt=needs(Scope.LEADS_READ, query=LISTING), dependencies=_LISTING)
async def list_leads(asking: Asking, uses: Uses, listing: NamedDependency[SkipValidation[Listing]]) -> LeadsAnswer:
    """``orderBy``: created_at, last_name, first_name, email, status or updated_at."""
    page = await uses.readers.leads(asking.tenant_id, listing)
    return LeadsAnswer(leads=[lead_line(row) for row in page.items], count=page.count)


_KNOWN = ResponseSpec(WrittenLeadAnswer, generate_examples=False, description="The provider had this person already")


@post(
    "/",
    summary="Capture a lead",
    opt=needs(Scope.LEADS_WRITE),
    responses={200: _KNOWN, **accepted(WrittenLeadAnswer)},
)
async def create_lead(data: JSONBody[NewLeadBody], asking: Asking, uses: Uses) -> Response[WrittenLeadAnswer]:
    """Kept at once. 201; 200 with the lead that was kept before for this person, and what becomes of each value that
    was given; 202 with a task when a person must enter it at the provider, or see to one of those values. A ``phone``
    that is no number is taken as it was written, without ``phone_e164``: nobody is turned away for it."""
    created = await uses.create_lead(
        NewLead(
            tenant_id=asking.tenant_id,
            first_name=data.first_name or "",
            last_name=data.last_name or "",
            email=data.email,
            phone=data.phone,
            message=data.message,
            interested_in=data.interested_in,
            source=data.source,
            account_id=AccountId(data.account_id) if data.account_id else None,
        )
    )
    written = WrittenLeadAnswer(
        lead=lead(created.lead),
        fields=msgspec.UNSET if created.created else field_fates(created.prospects),
        task=task(created.task) if created.task else msgspec.UNSET,
        tasks=[task(each) for each in created.tasks] or msgspec.UNSET,
    )
    return Response(written, status_code=202 if created.task else 201 if created.created else 200)


@get("/{lead_id:uuid}", summary="One lead with links and overwritten values", opt=needs(Scope.LEADS_READ))
async def get_lead(lead_id: FromPath[UUID], asking: Asking, uses: Uses) -> LeadDetailAnswer:
    """From the store; the provider is not called."""
    return lead_detail(await uses.get_lead(asking.tenant_id, LeadId(lead_id)))


@patch(
    "/{lead_id:uuid}",
    summary="Move a lead on, change its notes, or edit it",
    opt=needs(Scope.LEADS_WRITE),
    responses=accepted(WrittenLeadAnswer),
)
async def update_lead(
    lead_id: FromPath[UUID], data: JSONBody[LeadPatchBody], asking: Asking, uses: Uses
) -> Response[WrittenLeadAnswer]:
    """200; 202 with a task when a person must change it at the provider."""
    is_moved = data.lead_status is not msgspec.UNSET or data.notes is not msgspec.UNSET
    is_edited = any(getattr(data, name) is not msgspec.UNSET for name in _EDITED)
    if is_moved and is_edited:
        raise InvalidValue(
            "lead_status and notes are changed at the provider first: send them in a request of their own",
            field="lead_status" if data.lead_status is not msgspec.UNSET else "notes",
        )
    return await (_edited if is_edited else _moved)(LeadId(lead_id), data, asking, uses)


async def _moved(lead_id: LeadId, data: LeadPatchBody, asking: Asking, uses: Uses) -> Response[WrittenLeadAnswer]:
    if data.lead_status is Stage.UNKNOWN:
        raise InvalidValue("a lead cannot be made unknown", field="lead_status")
    if data.lead_status is msgspec.UNSET and data.notes is msgspec.UNSET:
        raise InvalidValue("nothing to change: set at least one field of the lead", field="lead_status")
    updated = await uses.update_lead(
        LeadUpdate(
            tenant_id=asking.tenant_id,
            lead_id=lead_id,
            stage=leave(data.lead_status),
            notes=leave(data.notes),
            by=asking.name,
            version=data.version,
        )
    )
    written = WrittenLeadAnswer(
        lead=lead(updated.lead),
        fields=field_fates(updated.prospects),
        task=task(updated.task) if updated.task else msgspec.UNSET,
    )
    return Response(written, status_code=202 if updated.task else 200)


async def _edited(lead_id: LeadId, data: LeadPatchBody, asking: Asking, uses: Uses) -> Response[WrittenLeadAnswer]:
    done = await uses.sync.edit_lead(
        LeadEdit(
            tenant_id=asking.tenant_id,
            lead_id=lead_id,
            first_name=leave(data.first_name),
            last_name=leave(data.last_name),
            email=leave(data.email),
            phone=leave(data.phone),
            source=leave(data.source),
            interested_in=leave(data.interested_in),
            message=leave(data.message),
            location=leave(data.location),
            by=asking.name,
            version=data.version,
        )
    )
    written = WrittenLeadAnswer(
        lead=lead(done.entity),
        fields=field_fates(done.prospects),
        task=task(done.task) if done.task else msgspec.UNSET,
    )
    return Response(written, status_code=202 if done.task else 200)


@post(
    "/{lead_id:uuid}/convert",
    summary="Convert a lead to a member",
    opt=needs(Scope.LEADS_WRITE, Scope.MEMBERS_WRITE),
    responses=accepted(WrittenLeadAnswer),
)
async def convert_lead(
    lead_id: FromPath[UUID], data: JSONBody[ConversionBody], asking: Asking, uses: Uses
) -> Response[WrittenLeadAnswer]:
    """201 with member and membership; 202 with a task when a person must do the rest."""
    converted = await uses.convert_lead(
        Conversion(
            tenant_id=asking.tenant_id,
            lead_id=LeadId(lead_id),
            package=data.membership_type,
            starts_on=data.start_date,
            payment_method=data.payment_method,
            account_id=AccountId(data.account_id) if data.account_id else None,
            by=asking.name,
        )
    )
    written = WrittenLeadAnswer(
        lead=lead(converted.lead),
        member=member(converted.member) if converted.member else msgspec.UNSET,
        membership=membership(converted.membership) if converted.membership else msgspec.UNSET,
        task=task(converted.task) if converted.task else msgspec.UNSET,
    )
    return Response(written, status_code=202 if converted.task else 201)


leads = Router("/leads", route_handlers=[list_leads, create_lead, get_lead, update_lead, convert_lead], tags=["leads"])
