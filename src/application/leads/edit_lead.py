"""Somebody changes what is known of a lead; its stage and notes are changed by ``UpdateLead``."""

import attrs

from ...domain.leads.details import LeadDetails
from ...domain.leads.lead import Lead
from ...domain.shared.ids import LeadId
from ...domain.shared.unset import UNSET, Unset
from ...domain.shared.wrong_values import WrongValues
from ...domain.tenancy.tenant import Tenant
from ..ports.phones import PhoneBook
from ..sync.edits.edit_person import EditPerson, PersonEdit, PersonKind, values_of_person
from ..sync.edits.edited import EditDone
from ..sync.records.kinds import LEAD
from .asked_to_enter import ask_to_enter_as_known

_LEADS = PersonKind[Lead, LeadDetails, LeadId](
    name=LEAD, stored=lambda uow: uow.leads, change=Lead.edit, changed=ask_to_enter_as_known
)


@attrs.frozen(kw_only=True)
class LeadEdit(PersonEdit):
    """As every ``PersonEdit``."""

    lead_id: LeadId
    source: str | None | Unset = UNSET
    interested_in: str | None | Unset = UNSET
    message: str | None | Unset = UNSET


@attrs.frozen
class EditLead:
    """As ``EditPerson``. Raises NotFound, InvalidValue (nothing set, no such address, no name left), StaleVersion."""

    _edit: EditPerson
    _phones: PhoneBook

    async def __call__(self, edit: LeadEdit) -> EditDone[Lead]:
        """Change what is set; all of it or nothing."""
        return await self._edit(_LEADS, edit.lead_id, edit, lambda tenant: self._read(edit, tenant))

    def _read(self, edit: LeadEdit, tenant: Tenant) -> LeadDetails:
        wrong = WrongValues()
        person = values_of_person(edit, self._phones, tenant, wrong)
        return wrong.last(
            lambda: LeadDetails(**person, source=edit.source, interested_in=edit.interested_in, message=edit.message)
        )
