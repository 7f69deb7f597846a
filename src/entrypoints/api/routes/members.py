"""Members: list, show, edit."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec
from litestar import Response, Router, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from ....application.membership.edit_member import MemberEdit
from ....application.ports.readers import MEMBER_ORDER
from ....domain.identity.role import Scope
from ....domain.membership.status import Status
from ....domain.shared.ids import MemberId
from ....domain.shared.page import Listing
from ..access import needs
from ..answers.edits import field_fates
from ..answers.members import EditedMemberAnswer, MemberDetailAnswer, MembersAnswer, member, member_detail, member_line
from ..answers.staff_tasks import task
from ..answers.values import accepted
from ..bodies import Body, Text, leave
from ..dependencies import Asking, Uses
from ..listing import LISTING, listing_of, words

_LISTING = {"listing": listing_of(MEMBER_ORDER, words(Status))}


class MemberPatchBody(Body):
    """What is absent stays; null and an empty text clear. ``version``: 409 unless it is still the member's."""

    elsewhere: ClassVar[Mapping[str, str]] = {"status": ": it is what the provider says"}

    first_name: Text | None | msgspec.UnsetType = msgspec.UNSET
    last_name: Text | None | msgspec.UnsetType = msgspec.UNSET
    email: Text | None | msgspec.UnsetType = msgspec.UNSET
    phone: Text | None | msgspec.UnsetType = msgspec.UNSET
    location: Text | None | msgspec.UnsetType = msgspec.UNSET
    joined_on: date | None | msgspec.UnsetType = msgspec.UNSET
    born_on: date | None | msgspec.UnsetType = msgspec.UNSET
    street: Text | None | msgspec.UnsetType = msgspec.UNSET
    postcode: Text | None | msgspec.UnsetType = msgspec.UNSET
    city: Text | None | msgspec.UnsetType = msgspec.UNSET
    country: Text | None | msgspec.UnsetType = msgspec.UNSET
    email_opt_in: bool | None | msgspec.UnsetType = msgspec.UNSET
    sms_opt_in: bool | None | msgspec.UnsetType = msgspec.UNSET
    version: int | None = None


@get(
    "/members",
    summary="List members",
    opt=needs(Scope.MEMBERS_READ, query=LISTING),
    dependencies=_LISTING,
)
async def list_members(asking: Asking, uses: Uses, listing: NamedDependency[SkipValidation[Listing]]) -> MembersAnswer:
    """``orderBy``: last_name, first_name, email, status, joined_on, created_at or updated_at."""
    page = await uses.readers.members(asking.tenant_id, listing)
    return MembersAnswer(members=[member_line(row) for row in page.items], count=page.count)


@get("/members/{member_id:uuid}", summary="One member with links and overwritten values", opt=needs(Scope.MEMBERS_READ))
async def get_member(member_id: FromPath[UUID], asking: Asking, uses: Uses) -> MemberDetailAnswer:
    """From the store; the provider is not called."""
    return member_detail(await uses.get_member(asking.tenant_id, MemberId(member_id)))


@patch(
    "/members/{member_id:uuid}",
    summary="Edit a member",
    opt=needs(Scope.MEMBERS_WRITE),
    responses=accepted(EditedMemberAnswer),
)
async def edit_member(
    member_id: FromPath[UUID], data: JSONBody[MemberPatchBody], asking: Asking, uses: Uses
) -> Response[EditedMemberAnswer]:
    """Changed here at once; what the provider takes goes there with the next sync, by the law of each field. 202 with a
    task where the provider owns a field and takes no value: that one is not changed here."""
    done = await uses.sync.edit_member(
        MemberEdit(
            tenant_id=asking.tenant_id,
            member_id=MemberId(member_id),
            first_name=leave(data.first_name),
            last_name=leave(data.last_name),
            email=leave(data.email),
            phone=leave(data.phone),
            location=leave(data.location),
            joined_on=leave(data.joined_on),
            born_on=leave(data.born_on),
            street=leave(data.street),
            postcode=leave(data.postcode),
            city=leave(data.city),
            country=leave(data.country),
            email_opt_in=leave(data.email_opt_in),
            sms_opt_in=leave(data.sms_opt_in),
            by=asking.name,
            version=data.version,
        )
    )
    written = EditedMemberAnswer(
        member=member(done.entity),
        fields=field_fates(done.prospects),
        task=task(done.task) if done.task else msgspec.UNSET,
    )
    return Response(written, status_code=202 if done.task else 200)


members = Router("", route_handlers=[list_members, get_member, edit_member], tags=["members"])
