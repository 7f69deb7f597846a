"""Whom a drawn script is about, and what people do to their records."""

from random import Random

import attrs

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.sync.schema import Value
from .draw_values import (
    chance,
    counter_values,
    entered_values,
    new_values,
    some_values,
    written_values,
    wrong_values,
)
from .script import AccountSpec
from .steps.counter import AtCounter, CancelMembership, ConvertLead, EnterLead, UpdateLead, UpdateMembership
from .steps.edits import CreateHere, CreateThere, DeleteHere, DeleteThere, EditAtCounter, EditHere, EditThere, EnterAnew
from .steps.step import Step
from .words import COURSE_KINDS
from .world import ON_SALE

_LATEST_S = 540
# Fields of a membership that somebody may edit here.
_EDITABLE = frozenset({"kind", "auto_renew"})


@attrs.frozen
class Somebody:
    """Of whom there is, or was to be, a record of that kind at the account."""

    kind: str
    tenant: int
    account: int
    who: str

    @property
    def course(self) -> str:
        """In which their record is synced."""
        return next(course for course, kinds in COURSE_KINDS.items() if self.kind in kinds)


@attrs.define
class People:
    """Those of one script; ``accounts`` is filled by whoever draws it. Sides below 0 are tenants: -1 is number 0."""

    rnd: Random
    courses: tuple[str, ...]
    faults: frozenset[str]
    accounts: list[AccountSpec] = attrs.field(factory=list)
    _known: list[tuple[str, int, str]] = attrs.field(factory=list)
    _count: int = 0

    @property
    def kinds(self) -> list[str]:
        """Those that are synced."""
        return [kind for course in self.courses for kind in COURSE_KINDS[course]]

    def some_account(self) -> int:
        """Any."""
        return self.rnd.randrange(len(self.accounts))

    def somebody(self) -> Somebody:
        """One of those who were made; one who was made here is as good as at any account."""
        kind, side, who = self.rnd.choice(self._known)
        account = side if side >= 0 else self.some_account()
        return Somebody(kind=kind, tenant=self._tenant_of(side), account=account, who=who)

    def beside(self, one: Somebody) -> Somebody:
        """Perhaps another one of the same kind, made at the same account."""
        known = [who for kind, side, who in self._known if (kind, side) == (one.kind, one.account)]
        return attrs.evolve(one, who=self.rnd.choice([*known, one.who]))

    def somebody_at(self, habit: str) -> Somebody:
        """One whose provider has that habit, if there is one among a few."""
        few = [self.somebody() for _ in range(4)]
        return next((one for one in few if habit in self.accounts[one.account].habits), few[0])

    def anything(self) -> Step:
        """What people do at any time."""
        ways = (
            *(self.edit_there, self.edit_there, self.edit_here, self.edit_at_counter),
            *(self.create_any, self.delete_there, self.delete_here, self.write),
        )
        return self.rnd.choice(ways)()

    def anything_here(self) -> Step:
        """What they do here."""
        ways = (self.edit_here, self.edit_at_counter, self.edit_at_counter, self.delete_here, self.write)
        return self.rnd.choice(ways)()

    def create_any(self) -> Step:
        """On either side."""
        if "leads" in self.courses and chance(self.rnd, 50):
            return self.create_here()
        return self.create_there(self.some_account())

    def create_there(self, account: int, kind: str | None = None) -> CreateThere:
        """Perhaps somebody who is here already; no membership without a member."""
        kind = kind or self.rnd.choice(self.kinds)
        tenant = self.accounts[account].tenant
        who = self._twin(kind, tenant) or self._new_name(kind)
        values = new_values(self.rnd, kind, who)
        if kind == MEMBERSHIP:
            members = [name for known, owner, name in self._known if known == MEMBER and owner == account]
            if not members:
                kind, who = MEMBER, self._new_name(MEMBER)
                values = new_values(self.rnd, kind, who)
            else:
                values["member"] = self.rnd.choice(members)
        self._known.append((kind, account, who))
        return CreateThere(account=account, kind=kind, who=who, values=values, late_s=self.late())

    def create_here(self) -> CreateHere:
        """A lead, perhaps of somebody who is there already."""
        tenant = self.accounts[self.some_account()].tenant
        who = self._twin(LEAD, tenant) or self._new_name(LEAD)
        self._known.append((LEAD, -1 - tenant, who))
        return CreateHere(tenant=tenant, kind=LEAD, who=who, values=new_values(self.rnd, LEAD, who))

    def edit_there(self, one: Somebody | None = None) -> EditThere:
        """Of somebody."""
        one = one or self.somebody()
        values = self._values(one)
        return EditThere(account=one.account, kind=one.kind, who=one.who, values=values, late_s=self.late())

    def edit_here(self, one: Somebody | None = None) -> EditHere:
        """Of somebody."""
        one = one or self.somebody()
        values = self._values(one)
        if one.kind == MEMBERSHIP:
            values = {name: value for name, value in values.items() if name in _EDITABLE} or {"kind": "K"}
        return EditHere(tenant=one.tenant, kind=one.kind, who=one.who, values=values)

    def edit_at_counter(self, one: Somebody | None = None) -> EditAtCounter | EditHere:
        """Of somebody, through Tresen, which edits no memberships."""
        one = one or self.somebody()
        return self.edit_here(one) if one.kind == MEMBERSHIP else self.edit_person(one)

    def edit_person(self, one: Somebody) -> EditAtCounter:
        """Through Tresen: perhaps by an old version, or with what cannot be kept."""
        self._count += 1
        pool = counter_values(self.rnd, one.kind, one.who, self._count)
        values = {name: pool[name] for name in self.rnd.sample(sorted(pool), self.rnd.choice((1, 1, 2, 3)))}
        if chance(self.rnd, 8):
            values = {**values, **wrong_values(self.rnd, one.kind)}
        behind = self.rnd.choice((0, 0, 1, 3)) if chance(self.rnd, 25) else None
        return EditAtCounter(tenant=one.tenant, kind=one.kind, who=one.who, values=values, behind=behind)

    def write(self, one: Somebody | None = None) -> AtCounter:
        """Something about somebody that is done at the provider itself; of a member, what they bought."""
        one = one or self.somebody()
        if one.kind == MEMBERSHIP:
            return self._write_membership(one)
        if one.kind == MEMBER:
            bought = [who for kind, side, who in self._known if (kind, side) == (MEMBERSHIP, one.account)]
            return self._write_membership(attrs.evolve(one, who=self.rnd.choice([*bought, ON_SALE.name])))
        way = self.rnd.choice(("update", "update", "update", "convert", "enter"))
        if way == "enter":
            return self.enter_lead(one.account, one.who)
        if way == "convert":
            if "members" in self.courses:
                self._known += [(MEMBER, one.account, one.who), (MEMBERSHIP, one.account, ON_SALE.name)]
            return ConvertLead(account=one.account, who=one.who)
        values, behind = self.written(LEAD), self.rnd.choice((0, 0, 1)) if chance(self.rnd, 15) else None
        some = self.rnd.choice((("status",), ("notes",), ("status", "notes")))
        return UpdateLead(account=one.account, who=one.who, values={name: values[name] for name in some}, behind=behind)

    def written(self, kind: str) -> dict[str, Value]:
        """Values of the fields that are written so."""
        self._count += 1
        return written_values(self.rnd, kind, self._count)

    def enter_lead(self, account: int, who: str | None = None) -> EnterLead:
        """Somebody new, unless it is said who."""
        self._count += 1
        who = who or self._new_name(LEAD)
        self._known.append((LEAD, account, who))
        return EnterLead(account=account, who=who, values=entered_values(self.rnd, who, self._count))

    def _write_membership(self, one: Somebody) -> AtCounter:
        if chance(self.rnd, 30):
            return CancelMembership(account=one.account, who=one.who)
        self._count += 1
        status, price = self.rnd.choice(("active", "paused", "cancelled")), f"{self._count}.50"
        asked = self.rnd.choice(((status, None), (None, price), (status, price)))
        return UpdateMembership(account=one.account, who=one.who, status=asked[0], monthly_price=asked[1])

    def delete_there(self, one: Somebody | None = None) -> DeleteThere:
        """Of somebody."""
        one = one or self.somebody()
        return DeleteThere(account=one.account, kind=one.kind, who=one.who, late_s=self.late())

    def enter_anew(self, one: Somebody | None = None) -> EnterAnew:
        """Somebody who was lost there."""
        one = one or self.somebody()
        values = new_values(self.rnd, one.kind, one.who)
        return EnterAnew(account=one.account, kind=one.kind, who=one.who, values=values, late_s=self.late())

    def delete_here(self, one: Somebody | None = None) -> DeleteHere:
        """Of somebody."""
        one = one or self.somebody()
        return DeleteHere(tenant=one.tenant, kind=one.kind, who=one.who)

    def late(self) -> int:
        """By how much a change is seen after its stamp."""
        late = "late-commit" in self.faults and chance(self.rnd, 15)
        return self.rnd.randrange(_LATEST_S) if late else 0

    def _twin(self, kind: str, tenant: int) -> str | None:
        """Somebody who is on another side already."""
        if kind != LEAD or not chance(self.rnd, 25):
            return None
        names = [who for known, side, who in self._known if known == LEAD and self._tenant_of(side) == tenant]
        return self.rnd.choice(names) if names else None

    def _tenant_of(self, side: int) -> int:
        return -1 - side if side < 0 else self.accounts[side].tenant

    def _new_name(self, kind: str) -> str:
        self._count += 1
        return f"{ {MEMBER: 'M', LEAD: 'L', MEMBERSHIP: 'S'}[kind] }{self._count}"

    def _values(self, one: Somebody) -> dict[str, Value]:
        self._count += 1
        return some_values(self.rnd, one.kind, one.who, self._count)
