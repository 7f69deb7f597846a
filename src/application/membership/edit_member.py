"""Somebody changes what is known of a member."""

from datetime import date

import attrs

from ...domain.membership.details import MemberDetails, check_born
from ...domain.membership.member import Member
from ...domain.shared.ids import MemberId
from ...domain.shared.unset import UNSET, Unset
from ...domain.shared.wrong_values import WrongValues
from ...domain.tenancy.tenant import Tenant
from ..ports.clock import Clock
from ..ports.phones import PhoneBook
from ..sync.edits.edit_person import EditPerson, PersonEdit, PersonKind, values_of_person
from ..sync.edits.edited import EditDone
from ..sync.records.kinds import MEMBER

_MEMBERS = PersonKind[Member, MemberDetails, MemberId](name=MEMBER, stored=lambda uow: uow.members, change=Member.edit)


@attrs.frozen(kw_only=True)
class MemberEdit(PersonEdit):
    """As every ``PersonEdit``. Dates are the tenant's civil dates."""

    member_id: MemberId
    joined_on: date | None | Unset = UNSET
    born_on: date | None | Unset = UNSET
    street: str | None | Unset = UNSET
    postcode: str | None | Unset = UNSET
    city: str | None | Unset = UNSET
    country: str | None | Unset = UNSET
    email_opt_in: bool | None | Unset = UNSET
    sms_opt_in: bool | None | Unset = UNSET


@attrs.frozen
class EditMember:
    """As ``EditPerson``. Raises NotFound, InvalidValue (nothing set, no such address or date, no name left),
    StaleVersion.
    """

    _edit: EditPerson
    _phones: PhoneBook
    _clock: Clock

    async def __call__(self, edit: MemberEdit) -> EditDone[Member]:
        """Change what is set; all of it or nothing."""
        return await self._edit(_MEMBERS, edit.member_id, edit, lambda tenant: self._read(edit, tenant))

    def _read(self, edit: MemberEdit, tenant: Tenant) -> MemberDetails:
        wrong, born_on, today = WrongValues(), edit.born_on, tenant.today(self._clock.now())
        person = values_of_person(edit, self._phones, tenant, wrong)
        if isinstance(born_on, date):
            wrong.read(lambda: check_born(born_on, today=today))
        return wrong.last(
            lambda: MemberDetails(
                **person,
                joined_on=edit.joined_on,
                born_on=born_on,
                street=edit.street,
                postcode=edit.postcode,
                city=edit.city,
                country=edit.country,
                email_opt_in=edit.email_opt_in,
                sms_opt_in=edit.sms_opt_in,
            )
        )
