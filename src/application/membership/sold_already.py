"""What an account is known to have sold already, as far as it goes on: whoever sells it then bills twice."""

from collections.abc import Collection, Mapping

from ...domain.membership.membership import Membership
from ...domain.shared.contact import EmailAddress
from ...domain.shared.ids import AccountId, MemberId
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.called import called_alike
from ..sync.records.kinds import MEMBERSHIP
from .sale_terms import is_sold


async def sold_to(
    uow: UnitOfWork, account_id: AccountId, members: Collection[MemberId], told: Mapping[str, str | None]
) -> Membership | None:
    """What the account has of one of these members that is the package from the day that is ``told``, as
    ``SaleTerms.details``. None: nothing.
    """
    for member_id in members:
        had = await uow.memberships.of_member(member_id)
        sold = {each.id: each for each in had if is_sold(each, told.get("package"), told.get("starts_on"))}
        links = await uow.sync_records.of_locals(account_id, MEMBERSHIP, sold) if sold else {}
        if links:
            return next(each for key, each in sold.items() if key in links)
    return None


async def sold_to_person(uow: UnitOfWork, account_id: AccountId, told: Mapping[str, str | None]) -> Membership | None:
    """The same of whoever has the address and the first name that are ``told`` as well: a family may share one."""
    address = EmailAddress(told.get("email") or "").canonical
    found = await uow.members.of_addresses([address]) if address else {}
    members = await uow.members.get_many(sorted({one for ids in found.values() for one in ids}))
    called = [each.id for each in members.values() if called_alike({"first_name": each.first_name}, dict(told))]
    return await sold_to(uow, account_id, called, told)
