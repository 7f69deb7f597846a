"""Memberships, and the packages on sale (W1-W8)."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, Router, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ....application.membership.cancel_membership import Cancellation
from ....application.membership.create_membership import Buyer, Sale
from ....application.membership.push_membership import PushedMembership
from ....application.membership.update_membership import MembershipUpdate
from ....application.ports.readers import MembershipFilter
from ....domain.identity.role import Scope
from ....domain.membership.status import Status
from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId, MemberId, MembershipId, TenantId
from ....domain.shared.unset import Unset
from ...use_cases import UseCases
from ..access import needs
from ..answers.members import member
from ..answers.memberships import (
    MembershipsAnswer,
    OneMembershipAnswer,
    PackagesAnswer,
    SoldMembershipsAnswer,
    WrittenMembershipAnswer,
    membership,
    membership_line,
    package,
    shown_membership,
    sold_membership,
)
from ..answers.staff_tasks import task
from ..answers.values import accepted, json_values
from ..bodies import Body, LongText, Text, leave
from ..dependencies import Asking, Uses
from ..errors import FieldProblem, InvalidRequest
from ..listing import WINDOW, Limit, Offset
from ..records import in_state, word_of

_Statuses = Annotated[str | None, word_of(Status, "status", "Only those in this status")]
_OfMember = Annotated[UUID | None, QueryParameter(name="member_id", description="Only this member's")]


class NewMembershipBody(Body):
    """To somebody new (names and e-mail address) or to a member (``member_id``)."""

    membership_type: Text
    start_date: date
    payment_method: Text = "stripe"
    member_id: UUID | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    account_id: UUID | None = None


class MoneyBody(Body):
    """Money as answers give it."""

    amount: Decimal
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3)]


class MembershipPatchBody(Body):
    """What is absent stays; a price of null is cleared, 0 is a price. ``monthly_price``: a number, a text such as
    ``"12.50"``, or the money object of the answers in the tenant's currency. It is ended by cancelling it.
    """

    membership_type: Text | msgspec.UnsetType = msgspec.UNSET
    membership_status: Status | msgspec.UnsetType = msgspec.UNSET
    monthly_price: Decimal | MoneyBody | None | msgspec.UnsetType = msgspec.UNSET


class CancellationBody(Body):
    """Why, in the customer's or staff's words."""

    cancellation_reason: Annotated[LongText, msgspec.Meta(min_length=1)]


@get("/members/{member_id:uuid}/memberships", summary="A member's memberships", opt=needs(Scope.MEMBERS_READ))
async def list_memberships(member_id: FromPath[UUID], asking: Asking, uses: Uses) -> MembershipsAnswer:
    """Latest start first."""
    rows = await uses.readers.memberships(asking.tenant_id, MemberId(member_id))
    return MembershipsAnswer(memberships=[membership_line(row) for row in rows], count=len(rows))


@get(
    "/memberships",
    summary="List memberships",
    opt=needs(Scope.MEMBERS_READ, query=WINDOW | {"status", "member_id"}),
)
async def list_sold_memberships(
    asking: Asking,
    uses: Uses,
    status_: _Statuses = None,
    member_id: _OfMember = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> SoldMembershipsAnswer:
    """Everybody's, latest start first, with the names of the members."""
    wanted_status = in_state(Status, status_, "status")
    wanted = MembershipFilter(
        status=None if wanted_status is None else wanted_status.value,
        member_id=None if member_id is None else MemberId(member_id),
    )
    page = await uses.readers.sold_memberships(asking.tenant_id, wanted, limit=limit, offset=offset)
    return SoldMembershipsAnswer(memberships=[sold_membership(each) for each in page.items], count=page.count)


@get("/memberships/{membership_id:uuid}", summary="One membership", opt=needs(Scope.MEMBERS_READ))
async def get_membership(membership_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneMembershipAnswer:
    """As the list shows it. From the store; the provider is not called."""
    found = await uses.get_membership(asking.tenant_id, MembershipId(membership_id))
    return OneMembershipAnswer(membership=shown_membership(found))


@get("/packages", summary="What is on sale", opt=needs(Scope.MEMBERS_READ))
async def list_packages(asking: Asking, uses: Uses) -> PackagesAnswer:
    """As of the last sync of members."""
    offers = await uses.list_packages(asking.tenant_id)
    return PackagesAnswer(packages=[package(offer) for offer in offers], count=len(offers))


@post(
    "/memberships",
    summary="Sell a membership",
    opt=needs(Scope.MEMBERS_WRITE),
    responses=accepted(WrittenMembershipAnswer),
)
async def create_membership(
    data: JSONBody[NewMembershipBody], asking: Asking, uses: Uses
) -> Response[WrittenMembershipAnswer]:
    """201 when the provider made it, 202 with a task when a person must."""
    sold = await uses.create_membership(
        Sale(
            tenant_id=asking.tenant_id,
            buyer=_buyer(data),
            package=data.membership_type,
            starts_on=data.start_date,
            payment_method=data.payment_method,
            account_id=AccountId(data.account_id) if data.account_id else None,
        )
    )
    written = WrittenMembershipAnswer(
        member=member(sold.member) if sold.member else msgspec.UNSET,
        membership=membership(sold.membership) if sold.membership else msgspec.UNSET,
        task=task(sold.task) if sold.task else msgspec.UNSET,
    )
    return Response(written, status_code=202 if sold.task else 201)


@patch(
    "/memberships/{membership_id:uuid}",
    summary="Change a membership",
    opt=needs(Scope.MEMBERS_WRITE),
    responses=accepted(WrittenMembershipAnswer),
)
async def update_membership(
    membership_id: FromPath[UUID], data: JSONBody[MembershipPatchBody], asking: Asking, uses: Uses
) -> Response[WrittenMembershipAnswer]:
    """200 when the provider has it, 202 with a task when a person must do it."""
    update = MembershipUpdate(
        tenant_id=asking.tenant_id,
        membership_id=MembershipId(membership_id),
        package=leave(data.membership_type),
        status=leave(data.membership_status),
        monthly_price=await _price(data.monthly_price, asking.tenant_id, uses),
        by=asking.name,
    )
    return _pushed(await uses.update_membership(update))


@post(
    "/memberships/{membership_id:uuid}/cancel",
    summary="Cancel a membership",
    status_code=200,
    opt=needs(Scope.MEMBERS_WRITE),
    responses=accepted(WrittenMembershipAnswer),
)
async def cancel_membership(
    membership_id: FromPath[UUID], data: JSONBody[CancellationBody], asking: Asking, uses: Uses
) -> Response[WrittenMembershipAnswer]:
    """Twice is once. 200 when the provider has it, 202 with a task when a person must do it."""
    cancellation = Cancellation(
        tenant_id=asking.tenant_id,
        membership_id=MembershipId(membership_id),
        reason=data.cancellation_reason,
        by=asking.name,
    )
    return _pushed(await uses.cancel_membership(cancellation))


def _pushed(pushed: PushedMembership) -> Response[WrittenMembershipAnswer]:
    written = WrittenMembershipAnswer(
        membership=membership(pushed.membership),
        task=task(pushed.task) if pushed.task else msgspec.UNSET,
        written_over=json_values(pushed.written_over) or msgspec.UNSET,
    )
    return Response(written, status_code=202 if pushed.task else 200)


async def _price(
    given: Decimal | MoneyBody | None | msgspec.UnsetType, tenant_id: TenantId, uses: UseCases
) -> Decimal | None | Unset:
    if not isinstance(given, MoneyBody):
        return leave(given)
    tenant = await uses.directory.tenant(tenant_id)
    if given.currency != tenant.currency:
        raise InvalidValue(f"prices are in {tenant.currency} here", field="monthly_price.currency")
    return given.amount


def _buyer(body: NewMembershipBody) -> Buyer | MemberId:
    if body.member_id is not None:
        if body.first_name or body.last_name or body.email or body.phone:
            raise InvalidValue("give a member_id or a person, not both", field="member_id")
        return MemberId(body.member_id)
    missing = [name for name in ("first_name", "last_name", "email") if not getattr(body, name)]
    if missing:
        message = "{} is needed unless member_id names a member"
        raise InvalidRequest(
            [FieldProblem(field=name, code="missing_field", message=message.format(name)) for name in missing]
        )
    return Buyer(
        first_name=body.first_name or "", last_name=body.last_name or "", email=body.email or "", phone=body.phone
    )


memberships = Router(
    "",
    route_handlers=[
        list_memberships,
        list_sold_memberships,
        get_membership,
        list_packages,
        create_membership,
        update_membership,
        cancel_membership,
    ],
    tags=["memberships"],
)
