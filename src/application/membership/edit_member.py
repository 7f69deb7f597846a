"""Somebody changes what is known of a member."""

from datetime import date

import attrs

from ...domain.membership.details import MemberDetails
from ...domain.membership.member import Member
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import MemberId, TenantId
from ...domain.shared.unset import UNSET, Unset
from ...domain.sync.edit_fate import Fate
from ...domain.tenancy.tenant import Tenant
from ..ports.clock import Clock
from ..ports.phones import PhoneBook
from ..ports.unit_of_work import UnitOfWork
from ..sync.edit_outlook import Outlooks, Reach
from ..sync.edited import Edited, Overtaken, edited, read_email, read_phone, stale
from ..sync.keep_edit import KeepEdit
from ..sync.kinds import MEMBER
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class MemberEdit:
    """UNSET leaves, None and an empty text clear. ``phone`` is read by the tenant's region; dates are its civil dates.
    ``by`` says who edits; ``version``: refuse if the member's is another (None: whichever it is).
    """

    tenant_id: TenantId
    member_id: MemberId
    first_name: str | None | Unset = UNSET
    last_name: str | None | Unset = UNSET
    email: str | None | Unset = UNSET
    phone: str | None | Unset = UNSET
    location: str | None | Unset = UNSET
    joined_on: date | None | Unset = UNSET
    born_on: date | None | Unset = UNSET
    street: str | None | Unset = UNSET
    postcode: str | None | Unset = UNSET
    city: str | None | Unset = UNSET
    country: str | None | Unset = UNSET
    email_opt_in: bool | None | Unset = UNSET
    sms_opt_in: bool | None | Unset = UNSET
    by: str
    version: int | None = None


@attrs.frozen
class EditMember:
    """The member is changed here, and what the provider takes goes there with the next sync, by the law of each field.
    A field that the provider owns is on its way there at once; where it takes none, it is not changed here either, and
    the staff are asked to change it there.

    Raises NotFound, InvalidValue (nothing set, no such address or date, no name left), StaleVersion.
    """

    _transactions: Transactions
    _outlooks: Outlooks
    _keep: KeepEdit
    _phones: PhoneBook
    _clock: Clock

    async def __call__(self, edit: MemberEdit) -> Edited[Member]:
        """Change what is set; all of it or nothing."""
        reach = await self._outlooks.reach(edit.tenant_id, MEMBER, edit.member_id)
        details = self._read(edit, reach.tenant)
        if not details.given:
            raise InvalidValue("nothing to change: set at least one field of the member")
        found = await self._transactions.run(
            edit.tenant_id, "edit_member", lambda uow: self._edit(uow, edit, details, reach)
        )
        if isinstance(found, Overtaken):
            raise stale(MEMBER, edit.member_id, edit.version, found)
        return found

    async def _edit(
        self, uow: UnitOfWork, edit: MemberEdit, details: MemberDetails, reach: Reach
    ) -> Edited[Member] | Overtaken:
        await self._outlooks.claim(uow, reach)
        member, now = await uow.members.get(edit.member_id), self._clock.now()
        if edit.version not in {None, member.version}:
            return Overtaken(member.version)
        wanted = attrs.evolve(member)
        wanted.edit(details, now=now)
        outlook = await self._outlooks(uow, MEMBER, member, wanted, reach)
        changed = member.edit(details.without(outlook.of(Fate.TASK) if outlook else ()), now=now)
        if changed:
            await uow.members.save(member)
        task = await self._keep(uow, MEMBER, outlook, member, changed, wanted=details.given.keys(), by=edit.by)
        return edited(member, changed, outlook, task)

    def _read(self, edit: MemberEdit, tenant: Tenant) -> MemberDetails:
        today = tenant.today(self._clock.now())
        if isinstance(edit.born_on, date) and edit.born_on > today:
            raise InvalidValue(f"nobody was born after today, on {edit.born_on}", field="born_on")
        return MemberDetails(
            first_name=edit.first_name if edit.first_name is not None else "",
            last_name=edit.last_name if edit.last_name is not None else "",
            email=read_email(edit.email),
            phone=read_phone(edit.phone, self._phones, tenant),
            location=edit.location,
            joined_on=edit.joined_on,
            born_on=edit.born_on,
            street=edit.street,
            postcode=edit.postcode,
            city=edit.city,
            country=edit.country,
            email_opt_in=edit.email_opt_in,
            sms_opt_in=edit.sms_opt_in,
        )
