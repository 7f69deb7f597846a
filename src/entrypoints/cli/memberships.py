"""``tresen memberships``."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from ...application.membership.cancel_membership import Cancellation
from ...application.membership.create_membership import Buyer, Sale
from ...application.membership.push_membership import PushedMembership
from ...application.membership.update_membership import MembershipUpdate
from ...application.sync.records.kinds import MEMBER, MEMBERSHIP
from ...domain.membership.membership import Membership
from ...domain.membership.status import Status
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import MemberId, MembershipId
from ...domain.shared.unset import UNSET
from .answer import Answer
from .call import Given, choose_account_id, in_tenant
from .documents import fields, plain, price, written
from .edit_options import EditorOption
from .members import member_document
from .membership_list import list_memberships
from .membership_show import show_membership
from .options import AccountOption, JsonOption, TenantOption, command_group
from .sync_options import RecordArgument, find_ours
from .tasks import task_document, task_lines

group = command_group("memberships", "Memberships: list, show, sell, update, cancel.")
group.command(list_memberships, name="list")
group.command(show_membership, name="show")


@group.command
async def sell(
    *,
    package: Annotated[str, Parameter(help="Id or name of the package that is sold.")],
    start_date: Annotated[date, Parameter(metavar="DATE", help="First day, such as 2026-12-01.")],
    payment_method: Annotated[str, Parameter(help="How it is paid.")] = "stripe",
    member: Annotated[
        str | None,
        Parameter(
            metavar="ID",
            help="The member who buys: our id, or the provider's, also as ACCOUNT/ID; else tell who it is:",
        ),
    ] = None,
    first_name: Annotated[str | None, Parameter(help="First name of somebody new.")] = None,
    last_name: Annotated[str | None, Parameter(help="Last name of somebody new.")] = None,
    email: Annotated[str | None, Parameter(help="E-mail address of somebody new.")] = None,
    phone: Annotated[str | None, Parameter(help="Phone number of somebody new.")] = None,
    account: AccountOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Sell a membership to a member or to somebody new. What cannot be made sure becomes a task for staff."""
    buyer = _buyer(member, first_name, last_name, email, phone)
    async with in_tenant(call, tenant) as (use, home):
        sold = await use.create_membership(
            Sale(
                tenant_id=home.id,
                buyer=buyer if isinstance(buyer, Buyer) else MemberId(await find_ours(use, home, MEMBER, buyer)),
                package=package,
                starts_on=start_date,
                payment_method=payment_method,
                account_id=await choose_account_id(use, home, account),
            )
        )
    document = written(
        member=member_document(sold.member) if sold.member else None,
        membership=membership_document(sold.membership) if sold.membership else None,
        task=task_document(sold.task) if sold.task else None,
    )
    parts = [f"member: {sold.member.name} ({sold.member.id})"] if sold.member else []
    if sold.membership:
        parts.append(_line(sold.membership))
    return Answer(document=document, parts=[*parts, *task_lines(sold.task)], as_json=as_json)


@group.command
async def update(
    id_: RecordArgument,
    /,
    *,
    package: Annotated[str | None, Parameter(help="Id or name of another package.")] = None,
    status: Annotated[Status | None, Parameter(help="active or paused; the others follow from its days.")] = None,
    monthly_price: Annotated[
        Decimal | None, Parameter(metavar="AMOUNT", help="Price per month, such as 49.00; 0 is a price.")
    ] = None,
    by: EditorOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change a membership at its provider; only what is given is sent. It is ended by tresen memberships cancel."""
    async with in_tenant(call, tenant) as (use, home):
        pushed = await use.update_membership(
            MembershipUpdate(
                tenant_id=home.id,
                membership_id=MembershipId(await find_ours(use, home, MEMBERSHIP, id_)),
                package=UNSET if package is None else package,
                status=status or UNSET,
                monthly_price=UNSET if monthly_price is None else monthly_price,
                by=by or call.terminal.login_name,
            )
        )
    return _pushed(pushed, f"it is {pushed.membership.status.value} already", as_json=as_json)


@group.command
async def cancel(
    id_: RecordArgument,
    /,
    *,
    reason: Annotated[str, Parameter(help="Why, in the customer's or staff's words.")],
    by: EditorOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Cancel a membership at its provider. Cancelling twice changes nothing the second time."""
    async with in_tenant(call, tenant) as (use, home):
        pushed = await use.cancel_membership(
            Cancellation(
                tenant_id=home.id,
                membership_id=MembershipId(await find_ours(use, home, MEMBERSHIP, id_)),
                reason=reason,
                by=by or call.terminal.login_name,
            )
        )
    return _pushed(pushed, _ended(pushed.membership), as_json=as_json)


def membership_document(membership: Membership) -> dict[str, object]:
    """A membership as the API shows it."""
    paid = membership.price
    return {
        **fields(membership, "id", "member_id", "name", "kind", "status"),
        **fields(membership.terms, "starts_on", "ends_on", "cancels_on"),
        "monthly_price": price(paid.amount, paid.currency) if paid else None,
    }


def _buyer(
    member: str | None, first_name: str | None, last_name: str | None, email: str | None, phone: str | None
) -> Buyer | str:
    """Somebody new, or how the member is named."""
    told = (first_name, last_name, email, phone)
    if member is not None:
        if any(told):
            raise InvalidValue("give either --member or a new person's name and e-mail address", field="member")
        return member
    if not (first_name and last_name and email):
        raise InvalidValue("tell who buys: --member, or --first-name, --last-name and --email", field="member")
    return Buyer(first_name=first_name, last_name=last_name, email=email, phone=phone)


def _pushed(pushed: PushedMembership, already: str, *, as_json: bool) -> Answer:
    task = task_document(pushed.task) if pushed.task else None
    over = {name: plain(value) for name, value in pushed.written_over.items()}
    document = written(membership=membership_document(pushed.membership), task=task, written_over=over or None)
    lines = [_line(pushed.membership), *([f"{already}: nothing was changed"] if pushed.already else []), *_over(over)]
    return Answer(document=document, parts=[*lines, *task_lines(pushed.task)], as_json=as_json)


def _ended(membership: Membership) -> str:
    if membership.status in {Status.CANCELLED, Status.EXPIRED}:
        return f"it is {membership.status.value} already"
    return f"its end is set for {membership.terms.cancels_on or membership.terms.ends_on} already"


def _over(stood: Mapping[str, object]) -> list[str]:
    if not stood:
        return []
    told = ", ".join(f"{name}: {'nothing' if value is None else value}" for name, value in stood.items())
    return [f"written over what somebody had changed there, and no sync had seen: {told}; the journal has it"]


def _line(membership: Membership) -> str:
    return f"membership: {membership.name} is {membership.status.value} ({membership.id})"
