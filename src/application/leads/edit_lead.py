"""Somebody changes what is known of a lead; its stage and notes are changed by ``UpdateLead``."""

import attrs

from ...domain.leads.details import LeadDetails
from ...domain.leads.lead import Lead
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import LeadId, TenantId
from ...domain.shared.unset import UNSET, Unset
from ...domain.sync.edit_fate import Fate
from ...domain.tenancy.tenant import Tenant
from ..ports.clock import Clock
from ..ports.phones import PhoneBook
from ..ports.unit_of_work import UnitOfWork
from ..sync.edit_outlook import Outlooks, Reach
from ..sync.edited import Edited, Overtaken, edited, read_email, read_phone, stale
from ..sync.keep_edit import KeepEdit
from ..sync.kinds import LEAD
from ..transactions import Transactions


@attrs.frozen(kw_only=True)
class LeadEdit:
    """UNSET leaves, None and an empty text clear. ``phone`` is read by the tenant's region. ``by`` says who edits;
    ``version``: refuse if the lead's is another (None: whichever it is).
    """

    tenant_id: TenantId
    lead_id: LeadId
    first_name: str | None | Unset = UNSET
    last_name: str | None | Unset = UNSET
    email: str | None | Unset = UNSET
    phone: str | None | Unset = UNSET
    source: str | None | Unset = UNSET
    interested_in: str | None | Unset = UNSET
    message: str | None | Unset = UNSET
    location: str | None | Unset = UNSET
    by: str
    version: int | None = None


@attrs.frozen
class EditLead:
    """As ``EditMember``. Raises NotFound, InvalidValue (nothing set, no such address, no name left), StaleVersion."""

    _transactions: Transactions
    _outlooks: Outlooks
    _keep: KeepEdit
    _phones: PhoneBook
    _clock: Clock

    async def __call__(self, edit: LeadEdit) -> Edited[Lead]:
        """Change what is set; all of it or nothing."""
        reach = await self._outlooks.reach(edit.tenant_id, LEAD, edit.lead_id)
        details = self._read(edit, reach.tenant)
        if not details.given:
            raise InvalidValue("nothing to change: set at least one field of the lead")
        found = await self._transactions.run(
            edit.tenant_id, "edit_lead", lambda uow: self._edit(uow, edit, details, reach)
        )
        if isinstance(found, Overtaken):
            raise stale(LEAD, edit.lead_id, edit.version, found)
        return found

    async def _edit(
        self, uow: UnitOfWork, edit: LeadEdit, details: LeadDetails, reach: Reach
    ) -> Edited[Lead] | Overtaken:
        await self._outlooks.claim(uow, reach)
        lead, now = await uow.leads.get(edit.lead_id), self._clock.now()
        if edit.version not in {None, lead.version}:
            return Overtaken(lead.version)
        wanted = attrs.evolve(lead)
        wanted.edit(details, now=now)
        outlook = await self._outlooks(uow, LEAD, lead, wanted, reach)
        changed = lead.edit(details.without(outlook.of(Fate.TASK) if outlook else ()), now=now)
        if changed:
            await uow.leads.save(lead)
        task = await self._keep(uow, LEAD, outlook, lead, changed, wanted=details.given.keys(), by=edit.by)
        return edited(lead, changed, outlook, task)

    def _read(self, edit: LeadEdit, tenant: Tenant) -> LeadDetails:
        return LeadDetails(
            first_name=edit.first_name if edit.first_name is not None else "",
            last_name=edit.last_name if edit.last_name is not None else "",
            email=read_email(edit.email),
            phone=read_phone(edit.phone, self._phones, tenant),
            source=edit.source,
            interested_in=edit.interested_in,
            message=edit.message,
            location=edit.location,
        )
