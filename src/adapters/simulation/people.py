"""What people do, on both sides: straight in the store and in the gym's books, as the sync finds it afterwards."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

import attrs

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.leads.lead import Lead
from ...domain.sync.record import SyncRecord
from ...domain.sync.schema import Value
from ..memory.gym_books import Entry
from .steps.edits import CreateHere, CreateThere, DeleteHere, DeleteThere, EditHere, EditThere, EnterAnew, Garble, Mend
from .steps.settings import Expire, Forget, PassTime, Renew, SetPolicy, SetTenantPolicy, SetWrites
from .steps.step import Step
from .world import Entity, World

# The field that says whom a record is about.
TAG = {MEMBER: "first_name", LEAD: "first_name", MEMBERSHIP: "name"}
# By what a record is found, and by what it is known to be another's.
_WHO = {"email", "last_name"}
# Tenant, kind and whom a record is about.
Name = tuple[int, str, str]


@attrs.frozen
class Anew:
    """Somebody of that kind, whom account ``account`` lost as ``lost``, is there again as ``made``."""

    account: int
    kind: str
    lost: str
    made: str


@attrs.define
class Origins:
    """Where people made records: by tenant, kind and name, the accounts at which, or None for here. ``deleted``: those
    that anybody deleted, on whatever side, and ``undone`` the tenants of whom anything was undone. ``anew``: those that
    were entered anew while ours was tied to what was lost. ``asked``: for which accounts and addresses a counter was
    asked to have one made, once or again and again; ``readdressed``: how often somebody was given another address; and
    ``taken`` those of whom it said that they are here. ``_disguised``: what was edited there of records that nobody at
    the provider made, before anybody here knew of them.
    """

    deleted: set[Name] = attrs.field(factory=set)
    undone: set[int] = attrs.field(factory=set)
    anew: list[Anew] = attrs.field(factory=list)
    _again: Counter[Name] = attrs.field(factory=Counter)
    asked: dict[Name, list[object]] = attrs.field(factory=dict)
    readdressed: Counter[Name] = attrs.field(factory=Counter)
    taken: set[Name] = attrs.field(factory=set)
    _disguised: dict[Name, dict[str, set[str]]] = attrs.field(factory=dict)
    _made: dict[Name, dict[int | None, None]] = attrs.field(factory=dict)

    def note(self, name: Name, side: int | None) -> bool:
        """False when it was made on that side before."""
        sides = self._made.setdefault(name, {})
        if side in sides:
            return False
        sides[side] = None
        return True

    def enter(self, name: Name) -> None:
        """It is made once more where it was made before."""
        self._again[name] += 1

    def was_made(self, name: Name, side: int) -> bool:
        """Whether it was made on that side."""
        return side in self._made.get(name, ())

    def count(self, name: Name) -> int:
        """How often at most: on how many sides, and again, and whenever a counter was asked. Whose address and name
        were edited there before anybody here knew of the record is somebody else to everybody.
        """
        others = sum(edited >= _WHO for edited in self._disguised.get(name, {}).values())
        return self._made_by_people(name) + len(self.asked.get(name, ())) + others

    def disguise(self, name: Name, external_id: str, fields: Iterable[str]) -> None:
        """So much of a record there was edited that nobody here knows of."""
        self._disguised.setdefault(name, {}).setdefault(external_id, set()).update(fields)

    def ask(self, name: Name, account: int, address: str = "") -> None:
        """A counter is asked to have one made; by another address somebody else is meant, who has the same name."""
        self.asked.setdefault(name, []).append((account, address.strip().casefold()))

    def meant(self, name: Name) -> int:
        """How many people meant: whoever asks again for the same account means the same one, unless one of them has
        another address since.
        """
        return self._made_by_people(name) + len({*self.asked.get(name, ())}) + self.readdressed[name]

    def _made_by_people(self, name: Name) -> int:
        return len(self._made.get(name, ())) + self._again[name]

    def kept(self) -> Iterator[tuple[Name, Iterable[int | None]]]:
        """Those that should be where they were made."""
        for name, sides in self._made.items():
            if name not in self.deleted and name[0] not in self.undone:
                yield name, sides


@attrs.frozen
class People:
    """They act on a world; what they made is kept in ``origins``."""

    origins: Origins = attrs.field(factory=Origins)

    def act(self, world: World, step: Step) -> None:  # noqa: C901, PLR0912 - a table of words
        """Do it. What cannot be done is not."""
        if isinstance(step, EditHere | EditThere) and "email" in step.values:
            tenant = step.tenant if isinstance(step, EditHere) else world.specs[step.account].tenant
            self.origins.readdressed[tenant, step.kind, step.who] += 1
        match step:
            case EditHere():
                self._edit_here(world, step)
            case CreateHere():
                self._create_here(world, step)
            case DeleteHere():
                self._delete_here(world, step)
            case EditThere():
                self._edit_there(world, step)
            case CreateThere():
                self._create_there(world, step)
            case EnterAnew():
                self._enter_anew(world, step)
            case DeleteThere():
                self._delete_there(world, step)
            case Garble() | Mend():
                self._spoil(world, step)
            case Expire():
                world.gyms[step.account].programme.expired = True
            case Renew():
                renew(world, step.account)
            case Forget():
                world.gyms[step.account].shelf(step.kind).forget()
            case SetPolicy():
                world.set_policy(step.account, step.kind, step.document)
            case SetTenantPolicy():
                world.set_layer(step.tenant, None, step.kind, step.document)
            case SetWrites():
                account = world.account(step.account)
                changed = attrs.evolve(account, writes_enabled=step.on, version=account.version + 1)
                world.room(world.specs[step.account].tenant).accounts.put(account.id, changed)
            case PassTime():
                world.clock.advance(timedelta(minutes=step.minutes))
            case _:
                raise TypeError(f"nobody can {step}")

    def _edit_here(self, world: World, step: EditHere) -> None:
        for key, entity in here(world, step.tenant, step.kind, step.who)[:1]:
            edited = _copy(world, step.tenant, step.kind, key)
            if step.kind == MEMBERSHIP:
                for name, value in step.values.items():
                    setattr(edited, name, value)
                edited.updated_at = world.clock.now()
            else:
                world.records[step.kind].update(edited, step.values, now=world.clock.now())
            edited.drain()
            edited.version = entity.version + 1
            world.table(world.room(step.tenant), step.kind).put(key, edited)

    def _create_here(self, world: World, step: CreateHere) -> None:
        if not self.origins.note((step.tenant, step.kind, step.who), None):
            return
        values = {TAG[step.kind]: step.who, **step.values}
        entity: Lead = world.records[step.kind].create(values, id=world.ids.new(), now=world.clock.now())
        made = attrs.evolve(entity, tenant_id=world.tenants[step.tenant].id, version=1)
        made.drain()
        world.table(world.room(step.tenant), step.kind).put(made.id, made)

    def _delete_here(self, world: World, step: DeleteHere) -> None:
        room = world.room(step.tenant)
        for key, _ in here(world, step.tenant, step.kind, step.who)[:1]:
            if step.kind == MEMBER and any(room.memberships.among("member", key)):
                continue
            self.origins.deleted.add((step.tenant, step.kind, step.who))
            world.table(room, step.kind).remove(key)

    def _edit_there(self, world: World, step: EditThere) -> None:
        entry = there(world, step.account, step.kind, step.who)
        if entry is not None:
            name = (world.specs[step.account].tenant, step.kind, step.who)
            known = any(link.external_id == entry.external_id for link in world.links(step.account, step.kind))
            if not (known or self.origins.was_made(name, step.account)):
                self.origins.disguise(name, entry.external_id, step.values)
            shelf = world.gyms[step.account].shelf(step.kind)
            shelf.edit(entry.external_id, step.values, late=timedelta(seconds=step.late_s))

    def _spoil(self, world: World, step: Garble | Mend) -> None:
        entry = there(world, step.account, step.kind, step.who)
        if entry is not None and isinstance(step, Garble):
            shelf = world.gyms[step.account].shelf(step.kind)
            if step.has_stamp:
                shelf.edit(entry.external_id, {}, late=timedelta(seconds=step.late_s))
            shelf.spoil(entry.external_id)
        elif entry is not None:
            entry.unreadable = False

    def _delete_there(self, world: World, step: DeleteThere) -> None:
        """A gym that deletes a member deletes what they bought."""
        entry, late = there(world, step.account, step.kind, step.who), timedelta(seconds=step.late_s)
        if entry is None:
            return
        gym, tenant = world.gyms[step.account], world.specs[step.account].tenant
        self.origins.deleted.add((tenant, step.kind, step.who))
        if step.kind == MEMBER:
            bought = gym.shelf(MEMBERSHIP)
            for one in bought.entries():
                if one.values["member"] == entry.external_id:
                    self.origins.deleted.add((tenant, MEMBERSHIP, str(one.values[TAG[MEMBERSHIP]])))
                    bought.remove(one.external_id, late=late)
        gym.shelf(step.kind).remove(entry.external_id, late=late)

    def _create_there(self, world: World, step: CreateThere) -> None:
        values: dict[str, Value] = {TAG[step.kind]: step.who, **step.values}
        if step.kind == MEMBERSHIP:
            member = there(world, step.account, MEMBER, str(step.values.get("member")))
            if member is None:
                return
            values["member"] = member.external_id
        if self.origins.note((world.specs[step.account].tenant, step.kind, step.who), step.account):
            world.gyms[step.account].shelf(step.kind).add(values, late=timedelta(seconds=step.late_s))

    def _enter_anew(self, world: World, step: EnterAnew) -> None:
        """By the address that ours has; of a member also what they buy is another then."""
        name = (world.specs[step.account].tenant, step.kind, step.who)
        if there(world, step.account, step.kind, step.who) or not self.origins.was_made(name, step.account):
            return
        lost = _lost(world, step)
        address = {"email": world.values(step.kind, lost[0][1]).get("email")} if lost else {}
        values: dict[str, Value] = {TAG[step.kind]: step.who, **step.values, **address}
        self.origins.enter(name)
        made = world.gyms[step.account].shelf(step.kind).add(values, late=timedelta(seconds=step.late_s))
        self.origins.anew += [Anew(step.account, step.kind, link.external_id, made) for link, _ in lost]


def _lost(world: World, step: EnterAnew) -> list[tuple[SyncRecord, Entity]]:
    """Ours, with the link to what the account lost."""
    mine = dict(here(world, world.specs[step.account].tenant, step.kind, step.who))
    shelf = world.gyms[step.account].shelf(step.kind)
    links = [link for link in world.links(step.account, step.kind) if link.local_id in mine]
    return [(link, mine[link.local_id]) for link in links if shelf.find(link.external_id) is None]


def renew(world: World, number: int) -> None:
    """Somebody enters credentials that the provider takes."""
    gym, account = world.gyms[number], world.account(number)
    if gym.programme.expired or not account.may_be_called:
        gym.programme.expired = False
        renewed = attrs.evolve(account, version=account.version + 1)
        renewed.renew(f"sealed {renewed.version}".encode())
        world.room(world.specs[number].tenant).accounts.put(account.id, renewed)


def here(world: World, tenant: int, kind: str, who: str) -> list[tuple[UUID, Entity]]:
    """Our records about somebody, the oldest first."""
    rows = world.table(world.room(tenant), kind).items()
    return sorted(((key, row) for key, row in rows if getattr(row, TAG[kind]) == who), key=lambda pair: pair[0])


def there(world: World, account: int, kind: str, who: str) -> Entry | None:
    """The provider's first record about somebody."""
    entries = world.gyms[account].shelf(kind).entries()
    return next((entry for entry in entries if entry.values[TAG[kind]] == who), None)


def _copy(world: World, tenant: int, kind: str, key: UUID) -> Entity:
    table = world.table(world.room(tenant), kind)
    found = table.find(key)
    assert found is not None, "the caller has just seen it"  # noqa: S101 - for the type checker
    return table.copy(found)
