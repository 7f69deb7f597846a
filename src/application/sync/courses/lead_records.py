"""Leads as records. A lead captured here meets its twin at the provider by its e-mail address."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from ....domain.leads.details import LeadDetails
from ....domain.leads.events import LeadChanged, LeadRemoved, LeadStageChanged
from ....domain.leads.lead import Lead
from ....domain.leads.stage import Stage, read_stage
from ....domain.shared.contact import EmailAddress, PhoneNumber
from ....domain.shared.ids import AccountId, LeadId
from ....domain.sync.schema import Schema, Value, Values
from ....domain.tenancy.tenant import Tenant
from ...ports.unit_of_work import UnitOfWork
from ..links.elsewhere import elsewhere
from ..records.kinds import LEAD, lead_schema
from ..records.record_kind import MatchValues, Reader, RecordKind
from ..records.typed_person import typed_of_person

_texts = Reader(
    str,
    *("first_name", "last_name", "email", "phone", "status"),
    *("source", "interested_in", "message", "notes", "location"),
)
_PLAIN = (
    *("first_name", "last_name", "email", "phone"),
    *("source", "interested_in", "message", "notes", "location"),
)
# The attributes that hold a field.
_HELD_BY = {"status": ("stage", "stage_text"), **{name: (name,) for name in _PLAIN}}


@attrs.define
class LeadRecords(RecordKind[Lead]):
    """See RecordKind."""

    _tenant: Tenant
    _account_id: AccountId
    _read_phone: Callable[[str], PhoneNumber]
    schema: Schema = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.schema = lead_schema(self._read_phone)

    async def prepare(self, uow: UnitOfWork, values: Sequence[Values], entities: Iterable[Lead] = ()) -> None:
        """Nothing is needed."""

    async def open_keys(self, uow: UnitOfWork, /) -> Collection[MatchValues]:
        """The addresses of leads that the account does not know."""
        return {(address,) for address in await uow.leads.unlinked(self._account_id)}

    async def unlinked(self, uow: UnitOfWork, keys: Collection[MatchValues], /) -> Mapping[UUID, Values]:
        """Not those of another account, nor those that are being made there."""
        found = await uow.leads.unlinked(self._account_id)
        ids = [lead for address in sorted(str(key) for (key,) in keys) for lead in found.get(address, ())]
        taken = await elsewhere(uow, self._account_id, LEAD, ids)
        free = [lead for lead in ids if lead not in taken]
        return {key: self.values(lead) for key, lead in (await uow.leads.get_many(free)).items()}

    async def sharing(
        self, uow: UnitOfWork, keys: Collection[MatchValues], /
    ) -> Mapping[MatchValues, Collection[UUID]]:
        """Families share addresses, so that a newcomer may be another one of them."""
        found = await uow.leads.of_addresses([str(address) for (address,) in keys])
        return {(address,): ids for address, ids in found.items()}

    def create(self, values: Values, *, id: UUID, now: datetime) -> Lead:  # noqa: A002 - the attribute's name
        """A new lead."""
        first, last, email, phone, word, source, interest, message, notes, location = _texts(values)
        stage, stage_text = read_stage(word or None)
        return Lead(
            id=LeadId(id),
            tenant_id=self._tenant.id,
            first_name=first or "",
            last_name=last or "",
            email=EmailAddress(email) if email else None,
            phone=self._read_phone(phone) if phone else None,
            stage=stage,
            stage_text=stage_text,
            source=source or None,
            interested_in=interest or None,
            message=message or None,
            notes=notes or None,
            location=location or None,
            created_at=now,
            updated_at=now,
        )

    def announce(self, entity: Lead, *, now: datetime) -> None:
        """Record that it is new."""
        entity.capture(now=now)

    def depart(self, entity: Lead, *, now: datetime) -> None:
        """Record that it is gone."""
        entity.record(LeadRemoved(subject_id=entity.id, occurred_at=now))

    def values(self, entity: Lead) -> Values:
        """Our side."""
        return values_of(entity)

    def update(self, entity: Lead, updates: Values, *, now: datetime) -> None:
        """Write some of the values; what stays is not read anew, least of all a phone number.

        The provider's stage is taken as it is, whatever our table would allow.
        """
        wanted = self.create(updates, id=entity.id, now=now)
        if "status" in updates and wanted.stage is not entity.stage:
            entity.record(LeadStageChanged(subject_id=entity.id, occurred_at=now, old=entity.stage, new=wanted.stage))
        changed = tuple(name for name in updates if name != "status")
        if changed:
            entity.record(LeadChanged(subject_id=entity.id, occurred_at=now, fields=changed))
        for field, held_by in _HELD_BY.items():
            if field in updates:
                for name in held_by:
                    setattr(entity, name, getattr(wanted, name))
        entity.updated_at = now

    def typed(self, entity: Lead, name: str, value: Value, /, *, now: datetime) -> Value:
        """As an edit of a lead."""
        return typed_of_person(self, LeadDetails, entity, name, value, now=now)

    def why_it_stays(self, entity: Lead, fields: Collection[str], /) -> str:
        """A lead that became a member stays converted."""
        if "status" not in fields or entity.member_id is None or entity.stage is not Stage.CONVERTED:
            return ""
        return (
            f"it became the member {entity.member_id}, whom no undo takes back, nor what was sold; "
            "cancel the membership instead, and undo what else was changed line by line"
        )

    async def load(self, uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, Lead]:
        """From the store."""
        return await uow.leads.get_many([LeadId(i) for i in ids])

    async def add(self, uow: UnitOfWork, entities: Sequence[Lead]) -> None:
        """To the store."""
        await uow.leads.add_many(entities)

    async def save(self, uow: UnitOfWork, entities: Sequence[Lead]) -> None:
        """To the store."""
        await uow.leads.save_many(entities)

    async def remove(self, uow: UnitOfWork, entities: Sequence[Lead]) -> None:
        """From the store."""
        await uow.leads.remove_many(entities)


def values_of(lead: Lead) -> Values:
    """Our side of a lead, whatever account has it."""
    return {
        "first_name": lead.first_name or None,
        "last_name": lead.last_name or None,
        "email": lead.email.raw if lead.email else None,
        "phone": lead.phone.raw if lead.phone else None,
        "status": lead.stage_text if lead.stage is Stage.UNKNOWN else lead.stage.value,
        "source": lead.source,
        "interested_in": lead.interested_in,
        "message": lead.message,
        "notes": lead.notes,
        "location": lead.location,
    }
