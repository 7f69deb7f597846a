"""Memberships as records. Their parent is found through the member's link."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import attrs

from ....domain.membership.events import MembershipRemoved
from ....domain.membership.membership import Membership
from ....domain.membership.status import Terms
from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId, MemberId, MembershipId
from ....domain.shared.money import Money
from ....domain.shared.text import check_line
from ....domain.sync.schema import Schema, Value, Values
from ....domain.tenancy.tenant import Tenant
from ...ports.unit_of_work import UnitOfWork
from ..links.former_ids import links_by_former_ids
from ..records.kinds import MEMBER, MEMBERSHIP_SCHEMA
from ..records.record_kind import MatchValues, Reader, RecordKind, day, iso

_texts = Reader(str, "member", "name", "kind", "price")
_days = Reader(str, "starts_on", "ends_on", "cancels_on")
_flags = Reader(bool, "flagged_active", "deleted", "on_hold", "auto_renew")
_WRITTEN = ("member_id", "name", "kind", "terms", "price", "auto_renew")


class UnknownParent(InvalidValue):
    """The record belongs to a member that the provider does not list, or that we do not have."""

    code = "unknown_parent"


@attrs.define
class MembershipRecords(RecordKind[Membership]):
    """See RecordKind. ``_today`` is the tenant's civil date, on which states are computed."""

    _tenant: Tenant
    _account_id: AccountId
    _today: date
    _member_by_external: dict[str, MemberId] = attrs.field(factory=dict, init=False)
    _external_by_member: dict[UUID, str] = attrs.field(factory=dict, init=False)
    _away: Collection[str] = attrs.field(default=(), init=False)
    schema: Schema = attrs.field(default=MEMBERSHIP_SCHEMA, init=False)

    async def prepare(self, uow: UnitOfWork, values: Sequence[Values], entities: Iterable[Membership] = ()) -> None:
        """Look the parents up, only those of this batch."""
        wanted = {parent for v in values if isinstance(parent := v.get("member"), str)}
        links = dict(await uow.sync_records.by_external_ids(self._account_id, MEMBER, wanted))
        links.update(await links_by_former_ids(uow, self._account_id, MEMBER, wanted - links.keys()))
        parents = {external: MemberId(link.local_id) for external, link in links.items()}
        # One that was taken away here keeps its link, and nothing can belong to it.
        here = await uow.members.existing(set(parents.values()))
        self._member_by_external = {external: parent for external, parent in parents.items() if parent in here}
        self._away = parents.keys() - self._member_by_external.keys()
        self._external_by_member = {link.local_id: link.external_id for link in links.values()}
        # One that a person gave to another member here: neither what was agreed nor what the provider shows names them.
        others = {entity.member_id for entity in entities} - self._external_by_member.keys()
        if others:
            for link in (await uow.sync_records.of_locals(self._account_id, MEMBER, others)).values():
                self._member_by_external[link.external_id] = MemberId(link.local_id)
                self._external_by_member[link.local_id] = link.external_id

    async def as_of_today(self, uow: UnitOfWork, values: Sequence[Values], /) -> Sequence[Values]:
        """With the id of today of a member who was made there anew: it is the same member."""
        named = {parent for v in values if isinstance(parent := v.get("member"), str)}
        today = await links_by_former_ids(uow, self._account_id, MEMBER, named)
        if not today:
            return values
        return [
            {**v, "member": today[parent].external_id}
            if isinstance(parent := v.get("member"), str) and parent in today
            else v
            for v in values
        ]

    async def open_keys(self, _: UnitOfWork, /) -> Collection[MatchValues]:
        """Memberships come from the provider alone, so that none is ever without a link."""
        return ()

    async def unlinked(self, _: UnitOfWork, __: Collection[MatchValues], /) -> Mapping[UUID, Values]:
        """None."""
        return {}

    def create(self, values: Values, *, id: UUID, now: datetime) -> Membership:  # noqa: A002 - the attribute's name
        """A new membership, in the state that its terms give today."""
        external, name, kind, price = _texts(values)
        *_, auto_renew = _flags(values)
        membership = Membership(
            id=MembershipId(id),
            tenant_id=self._tenant.id,
            member_id=self._parent(external),
            name=name or "",
            kind=kind or None,
            terms=terms_of(values),
            price=_price(price),
            auto_renew=auto_renew,
            created_at=now,
            updated_at=now,
        )
        membership.settle(self._today, now=now)
        return membership

    def announce(self, entity: Membership, *, now: datetime) -> None:
        """Its state tells, as ``create`` recorded it."""

    def depart(self, entity: Membership, *, now: datetime) -> None:
        """Record that it is gone."""
        entity.record(MembershipRemoved(subject_id=entity.id, occurred_at=now))

    def values(self, entity: Membership) -> Values:
        """Our side."""
        terms = entity.terms
        return {
            "member": self._external_by_member.get(entity.member_id),
            "name": entity.name or None,
            "kind": entity.kind,
            "starts_on": iso(terms.starts_on),
            "ends_on": iso(terms.ends_on),
            "cancels_on": iso(terms.cancels_on),
            "flagged_active": terms.flagged_active,
            "deleted": terms.deleted,
            "on_hold": terms.on_hold,
            "auto_renew": entity.auto_renew,
            "price": str(entity.price) if entity.price else None,
        }

    def update(self, entity: Membership, updates: Values, *, now: datetime) -> None:
        """Write some of the values and settle the state anew."""
        wanted = self.create({**self.values(entity), **updates}, id=entity.id, now=now)
        for name in _WRITTEN:
            setattr(entity, name, getattr(wanted, name))
        entity.updated_at = now
        entity.settle(self._today, now=now)

    def typed(self, entity: Membership, name: str, value: Value, /, *, now: datetime) -> Value:  # noqa: ARG002 - as declared
        """A text is a line; ``update`` looks at the rest."""
        read = (value.strip() or None) if isinstance(value, str) else value
        if isinstance(read, str):
            check_line(read, name)
        return read

    async def load(self, uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, Membership]:
        """From the store."""
        return await uow.memberships.get_many([MembershipId(i) for i in ids])

    async def add(self, uow: UnitOfWork, entities: Sequence[Membership]) -> None:
        """To the store."""
        await uow.memberships.add_many(entities)

    async def save(self, uow: UnitOfWork, entities: Sequence[Membership]) -> None:
        """To the store."""
        await uow.memberships.save_many(entities)

    async def remove(self, uow: UnitOfWork, entities: Sequence[Membership]) -> None:
        """From the store."""
        await uow.memberships.remove_many(entities)

    def _parent(self, external: str | None) -> MemberId:
        parent = self._member_by_external.get(external or "")
        if parent is None and external in self._away:
            raise UnknownParent(
                f"it belongs to member {external}, who was taken away here; the list of overrides shows whether that "
                "is pinned, and there it can be let go",
                field="member",
            )
        if parent is None:
            raise UnknownParent(f"it belongs to member {external}, whom the provider does not list", field="member")
        return parent


def terms_of(values: Values) -> Terms:
    """The terms that a record shows; of what it does not name nothing is known. Raises InvalidValue."""
    starts, ends, cancels = _days(values)
    flagged_active, deleted, on_hold, _ = _flags(values)
    return Terms(
        starts_on=day(starts, "starts_on"),
        ends_on=day(ends, "ends_on"),
        cancels_on=day(cancels, "cancels_on"),
        flagged_active=flagged_active,
        deleted=deleted or False,
        on_hold=on_hold or False,
    )


def _price(written: str | None) -> Money | None:
    if not written:
        return None
    amount, _, currency = written.partition(" ")
    return Money(amount, currency)
