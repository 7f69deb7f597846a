"""What must hold at rest: both sides are equal, or something explains why not."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

import attrs

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.leads.lead import Lead
from ...domain.sync.conflict import PAIRING, Conflict
from ...domain.sync.decision import WHOLE
from ...domain.sync.laws import Law
from ...domain.sync.policy import Policy
from ...domain.sync.push import Push, PushState
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Field, Value, Values
from ...domain.sync.side import Side
from ..memory.gym_books import Entry, Shelf
from ..memory.gym_habits import WRITABLE
from ..memory.store import Room
from .broken import Broken
from .people import TAG, Origins
from .words import COURSE_KINDS
from .world import Entity, World


@attrs.frozen
class Rest:
    """One kind at one account."""

    world: World
    number: int
    kind: str

    def broken(self) -> Iterator[Broken]:
        """What does not hold."""
        linked = {link.external_id: link for link in self.world.links(self.number, self.kind)}
        for link in linked.values():
            seen = self._link(link)
            if seen is not None:
                yield Broken("convergence", f"{self.kind} {link.external_id} at account {self.number}: {seen}")
        for entry in self._shelf.entries():
            if entry.external_id not in linked and not self._may_lack(entry):
                yield Broken("convergence", f"{self.kind} {entry.external_id} at account {self.number} is not here")

    def lonely(self) -> Iterator[Broken]:
        """Leads of ours that should be there and are not, where everything there was listed since."""
        if self.kind == LEAD and self._policy.create_there and self._writes:
            yield from self._lonely()

    @property
    def _policy(self) -> Policy:
        return self.world.policy(self.number, self.kind)

    @property
    def _writes(self) -> bool:
        return self.world.account(self.number).writes_enabled

    @property
    def _shelf(self) -> Shelf:
        return self.world.gyms[self.number].shelf(self.kind)

    @property
    def _room(self) -> Room:
        return self.world.room(self.world.specs[self.number].tenant)

    def _open(self, external_id: str) -> dict[str, Conflict]:
        key = (self.world.account_ids[self.number], self.kind, external_id)
        return {row.field: row for _, row in self._room.conflicts.among("open record", key)}

    def _refused(self, external_id: str | None) -> list[Push]:
        key = (self.world.account_ids[self.number], self.kind, external_id)
        return [row for _, row in self._room.pushes.among("record", key) if row.state is PushState.REFUSED]

    def _link(self, link: SyncRecord) -> str | None:
        """What is wrong with a link."""
        entity = self.world.table(self._room, self.kind).find(link.local_id)
        entry, conflicts = self._shelf.find(link.external_id), self._open(link.external_id)
        if WHOLE in conflicts or WHOLE in self.world.overrides(self.number, self.kind, link.external_id):
            return None
        if entity is None and entry is None:
            return "neither side has it, and the link is still there"
        if entry is None:
            may_stay = not self._policy.delete_here or self._is_needed(link.local_id) or self._is_asked(link.local_id)
            return None if may_stay else "it is gone there and still here"
        if entity is None:
            deletes = self._policy.delete_there and self._writes and self.kind == LEAD
            refused = any(not push.values for push in self._refused(link.external_id))
            return "it is gone here and still there" if deletes and not refused else None
        return self._fields(link, entity, entry, conflicts)

    def _is_asked(self, key: UUID) -> bool:
        """Whether a person is to say whether it is there under another id."""
        side = (self.world.account_ids[self.number], self.kind)
        return any(str(key) in row.candidates for _, row in self._room.conflicts.among("open side", side))

    def _is_needed(self, key: UUID) -> bool:
        """Whether memberships belong to it."""
        return self.kind == MEMBER and any(self._room.memberships.among("member", key))

    def _fields(self, link: SyncRecord, entity: Entity, entry: Entry, conflicts: Mapping[str, Conflict]) -> str | None:
        ours = self.world.values(self.kind, entity)
        refused = self._still_refused(link, ours, entry.values)
        for field in self.world.schema(self.kind).fields:
            mine, other = ours.get(field.name), entry.values.get(field.name)
            if field.name == "member" or field.same(mine, other) or field.name in conflicts:
                continue
            if field.name in refused:
                continue
            law = self.world.law(self.number, self.kind, link.external_id, field)
            if not self._may_differ(field, other, law):
                return f"{field.name} is {mine!r} here and {other!r} there"
        return None

    def _still_refused(self, link: SyncRecord, ours: Values, theirs: Values) -> set[str]:
        """The fields of pushes that the provider refused and that would be the same today: others must be asked."""
        fields = self.world.schema(self.kind).by_name

        def stands(push: Push, name: str) -> bool:
            value, field, now = push.values[name], fields[name], theirs.get(name)
            taken = field.same(value, now)
            return taken or (field.same(value, ours.get(name)) and field.same(push.expected.get(name), now))

        pushes = self._refused(link.external_id)
        return {name for push in pushes if all(stands(push, name) for name in push.values) for name in push.values}

    def _may_differ(self, field: Field, other: Value, law: Law) -> bool:
        if self._writes and field.name in WRITABLE[self.kind]:
            return False
        # Nothing may be written there: ours stays apart, unless the provider owns the field.
        return law.owner is not Side.THEIRS or field.canonical(other) is None

    def _may_lack(self, entry: Entry) -> bool:
        if not self._policy.create_here or PAIRING in self._open(entry.external_id):
            return True
        if self.kind != MEMBERSHIP:
            return False
        members = {link.external_id: link.local_id for link in self.world.links(self.number, MEMBER)}
        return members.get(str(entry.values["member"])) not in self._room.members

    def _lonely(self) -> Iterator[Broken]:
        room = self._room
        candidates = {c for row in room.conflicts.rows() for c in row.candidates}
        tried = {push.local_id for push in room.pushes.rows() if push.external_id is None}
        taken = {_address(lead) for lead in room.leads.rows() if lead.email and self._is_linked(lead.id)}
        alone = [(key, lead) for key, lead in room.leads.items() if lead.email and not self._is_linked(key)]
        # Two of ours that have one address are an error of each run, until somebody joins them.
        taken |= {address for address, count in Counter(_address(lead) for _, lead in alone).items() if count > 1}
        for key, lead in alone:
            if not (key in tried or str(key) in candidates or _address(lead) in taken):
                yield Broken("convergence", f"our lead {lead.first_name} is not at account {self.number}")

    def _is_linked(self, key: UUID) -> bool:
        return any(self._room.sync_records.among("local", (self.kind, key)))


def _address(lead: Lead) -> str:
    return lead.email.canonical if lead.email else ""


def doubled(world: World, origins: Origins, kinds: Collection[str]) -> Iterator[Broken]:
    """Records of which there are more than people made."""
    for tenant in range(len(world.tenants)):
        for kind in kinds:
            here = Counter(str(getattr(row, TAG[kind])) for _, row in world.table(world.room(tenant), kind).items())
            there = Counter(
                str(entry.values[TAG[kind]])
                for gym, spec in zip(world.gyms, world.specs, strict=True)
                if spec.tenant == tenant
                for entry in gym.shelf(kind).entries()
            )
            for side, found in (("here", here), ("there", there)):
                for who, count in found.items():
                    if count > origins.count((tenant, kind, who)):
                        yield Broken("no-double", f"there are {count} {kind}s {who} {side}")


def at_rest(world: World, courses: Collection[str], *, lonely: bool) -> Iterator[Broken]:
    """Everything that does not hold; with ``lonely`` also of what is to be made at a provider."""
    for number in range(len(world.specs)):
        for course in courses:
            for kind in COURSE_KINDS[course]:
                rest = Rest(world, number, kind)
                yield from rest.broken()
                if lonely:
                    yield from rest.lonely()
