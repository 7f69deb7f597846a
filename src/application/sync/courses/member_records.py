"""Members as records."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import attrs

from ....domain.membership.details import MemberDetails, check_born
from ....domain.membership.events import MemberChanged, MemberCreated, MemberRemoved
from ....domain.membership.member import Member, read_status
from ....domain.membership.status import Status
from ....domain.shared.contact import EmailAddress, PhoneNumber
from ....domain.shared.ids import MemberId
from ....domain.sync.schema import Schema, Value, Values
from ....domain.tenancy.tenant import Tenant
from ...ports.unit_of_work import UnitOfWork
from ..records.kinds import member_schema
from ..records.record_kind import Belongings, MatchValues, Reader, RecordKind, day, iso
from ..records.typed_person import typed_of_person

_PLAIN = (
    *("first_name", "last_name", "email", "phone", "location", "joined_on", "born_on"),
    *("street", "postcode", "city", "country", "email_opt_in", "sms_opt_in"),
)
# The attributes that hold a field.
_HELD_BY = {"status": ("status", "status_text"), **{name: (name,) for name in _PLAIN}}
_texts = Reader(
    str,
    *("first_name", "last_name", "email", "phone", "status", "location", "joined_on", "born_on"),
    *("street", "postcode", "city", "country"),
)
_flags = Reader(bool, "email_opt_in", "sms_opt_in")


@attrs.define
class MemberRecords(RecordKind[Member]):
    """See RecordKind."""

    _tenant: Tenant
    _read_phone: Callable[[str], PhoneNumber]
    schema: Schema = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.schema = member_schema(self._read_phone)

    async def prepare(self, uow: UnitOfWork, values: Sequence[Values], entities: Iterable[Member] = ()) -> None:
        """Nothing is needed."""

    async def open_keys(self, _: UnitOfWork, /) -> Collection[MatchValues]:
        """Members come from the provider alone, so that none is ever without a link."""
        return ()

    async def unlinked(self, _: UnitOfWork, __: Collection[MatchValues], /) -> Mapping[UUID, Values]:
        """None."""
        return {}

    async def sharing(
        self, uow: UnitOfWork, keys: Collection[MatchValues], /
    ) -> Mapping[MatchValues, Collection[UUID]]:
        """Members share the addresses of their families, so that one who joins may be another one of them."""
        found = await uow.members.of_addresses([str(address) for (address,) in keys])
        return {(address,): ids for address, ids in found.items()}

    def create(self, values: Values, *, id: UUID, now: datetime) -> Member:  # noqa: A002 - the attribute's name
        """A new member."""
        first, last, email, phone, word, location, joined, born, street, postcode, city, country = _texts(values)
        email_opt_in, sms_opt_in = _flags(values)
        status, status_text = read_status(word or None)
        return Member(
            id=MemberId(id),
            tenant_id=self._tenant.id,
            first_name=first or "",
            last_name=last or "",
            email=EmailAddress(email) if email else None,
            phone=self._read_phone(phone) if phone else None,
            status=status,
            status_text=status_text,
            location=location or None,
            joined_on=day(joined, "joined_on"),
            born_on=day(born, "born_on"),
            street=street or None,
            postcode=postcode or None,
            city=city or None,
            country=country or None,
            email_opt_in=email_opt_in,
            sms_opt_in=sms_opt_in,
            created_at=now,
            updated_at=now,
        )

    def announce(self, entity: Member, *, now: datetime) -> None:
        """Record that it is new."""
        entity.record(MemberCreated(subject_id=entity.id, occurred_at=now))

    def depart(self, entity: Member, *, now: datetime) -> None:
        """Record that it is gone."""
        entity.record(MemberRemoved(subject_id=entity.id, occurred_at=now))

    def values(self, entity: Member) -> Values:
        """Our side."""
        return {
            "first_name": entity.first_name or None,
            "last_name": entity.last_name or None,
            "email": entity.email.raw if entity.email else None,
            "phone": entity.phone.raw if entity.phone else None,
            "status": entity.status_text if entity.status is Status.UNKNOWN else entity.status.value,
            "location": entity.location,
            "joined_on": iso(entity.joined_on),
            "born_on": iso(entity.born_on),
            "street": entity.street,
            "postcode": entity.postcode,
            "city": entity.city,
            "country": entity.country,
            "email_opt_in": entity.email_opt_in,
            "sms_opt_in": entity.sms_opt_in,
        }

    def update(self, entity: Member, updates: Values, *, now: datetime) -> None:
        """Write some of the values; what stays is not read anew, least of all a phone number."""
        wanted = self.create(updates, id=entity.id, now=now)
        for field, held_by in _HELD_BY.items():
            if field in updates:
                for name in held_by:
                    setattr(entity, name, getattr(wanted, name))
        entity.updated_at = now
        entity.record(MemberChanged(subject_id=entity.id, occurred_at=now, fields=tuple(updates)))

    def typed(self, entity: Member, name: str, value: Value, /, *, now: datetime) -> Value:
        """As an edit of a member."""
        read = typed_of_person(self, MemberDetails, entity, name, value, now=now)
        if name == "born_on" and isinstance(read, str):
            check_born(date.fromisoformat(read), today=self._tenant.today(now))
        return read

    async def load(self, uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, Member]:
        """From the store."""
        return await uow.members.get_many([MemberId(i) for i in ids])

    async def add(self, uow: UnitOfWork, entities: Sequence[Member]) -> None:
        """To the store."""
        await uow.members.add_many(entities)

    async def save(self, uow: UnitOfWork, entities: Sequence[Member]) -> None:
        """To the store."""
        await uow.members.save_many(entities)

    async def owners(self, uow: UnitOfWork, ids: Collection[UUID], /) -> Mapping[UUID, Belongings]:
        """Members that have memberships."""
        found = {key: await uow.memberships.of_member(MemberId(key)) for key in ids}
        return {key: {each.id: f"membership {each.name}" for each in bought} for key, bought in found.items() if bought}

    async def remove(self, uow: UnitOfWork, entities: Sequence[Member]) -> None:
        """From the store."""
        await uow.members.remove_many(entities)
