"""A seed becomes a script."""

from collections.abc import Callable, Collection, Mapping
from random import Random

import attrs

from ...application.sync.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.sync.schema import Value
from .draw_policies import policy
from .draw_values import chance, new_values, some_values
from .script import (
    ALL_FAULTS,
    FAULTS,
    HABITS,
    Accept,
    AccountSpec,
    CreateHere,
    CreateThere,
    DeleteHere,
    DeleteThere,
    EditHere,
    EditThere,
    Fault,
    Forget,
    Meanwhile,
    PassTime,
    Resolve,
    Script,
    SetPolicy,
    SetWrites,
    Step,
    Sync,
    Undo,
    Webhook,
)

_KINDS = {"members": (MEMBER, MEMBERSHIP), "leads": (LEAD,)}
_LATEST_S = 540


def draw(seed: int, *, courses: Collection[str] = ("members", "leads"), faults: Collection[str] = ALL_FAULTS) -> Script:
    """The script of a seed: always the same one."""
    return _Drawing(Random(seed), tuple(courses), frozenset(faults)).script(seed)  # noqa: S311 - no secret


@attrs.define
class _Drawing:
    rnd: Random
    courses: tuple[str, ...]
    faults: frozenset[str]
    accounts: list[AccountSpec] = attrs.field(factory=list)
    people: list[tuple[str, int, str]] = attrs.field(factory=list)
    count: int = 0

    def script(self, seed: int) -> Script:
        rnd = self.rnd
        for number in range(rnd.choice((1, 1, 2, 2, 3))):
            self.accounts.append(self._account(0 if number == 0 else rnd.randrange(2)))
        steps: list[Step] = []
        for number in range(len(self.accounts)):
            steps += [self._create_there(number) for _ in range(rnd.randrange(2, 7))]
        steps += [self._create_here() for _ in range(rnd.randrange(3)) if "leads" in self.courses]
        steps += [
            Sync(account=number, course=course)
            for number in range(len(self.accounts))
            for course in self.courses
            if chance(rnd, 80)
        ]
        for _ in range(rnd.randrange(6, 26)):
            steps += self._late_crash() if "crash" in self.faults and chance(rnd, 8) else [self._anything()]
        return Script(seed=seed, accounts=tuple(self.accounts), courses=self.courses, steps=tuple(steps))

    def _account(self, tenant: int) -> AccountSpec:
        rnd = self.rnd
        return AccountSpec(
            tenant=tenant,
            writes=chance(rnd, 75),
            page_size=rnd.choice((1, 2, 3, 5)),
            resolution_s=rnd.choice((1, 1, 60)),
            habits=tuple(habit for habit in HABITS if habit in self.faults and chance(rnd, 25)),
            policies={kind: policy(rnd, kind) for kind in self._kinds() if chance(rnd, 85)},
        )

    def _kinds(self) -> list[str]:
        return [kind for course in self.courses for kind in _KINDS[course]]

    def _anything(self) -> Step:
        rnd = self.rnd
        ways: Mapping[Callable[[], Step], int] = {
            self._edit_there: 5,
            self._edit_here: 5,
            self._sync: 8,
            self._create_any: 2,
            self._delete_there: 2,
            self._delete_here: 1,
            self._webhook: 2,
            self._pass_time: 2,
            self._rarely: 1,
            self._by_hand: 1,
        }
        return rnd.choices(list(ways), list(ways.values()))[0]()

    def _late_crash(self) -> list[Step]:
        """A change that is out of every overlap when the process dies over it."""
        rnd, sync = self.rnd, self._sync()
        return [self._edit_there(), PassTime(minutes=30), attrs.evolve(sync, crash=rnd.randrange(12, 50), whole=False)]

    def _what_people_do(self) -> Step:
        ways = (self._edit_there, self._edit_there, self._edit_here, self._create_any, self._delete_there)
        return self.rnd.choice((*ways, self._delete_here))()

    def _rarely(self) -> Step:
        rnd = self.rnd
        account = self._some_account()
        kind = rnd.choice(self._kinds())
        ways: list[Step] = [
            SetWrites(account=account, on=chance(rnd, 60)),
            Accept(account=account, course=rnd.choice(self.courses)),
            SetPolicy(account=account, kind=kind, document=policy(rnd, kind)),
        ]
        if "forgotten" in self.faults:
            ways.append(Forget(account=account, kind=kind))
        return rnd.choice(ways)

    def _by_hand(self) -> Step:
        rnd, account = self.rnd, self._some_account()
        if chance(rnd, 40):
            return Undo(account=account)
        return Resolve(account=account, kind=rnd.choice(self._kinds()), choice=rnd.choice(("theirs", "ours")))

    def _some_account(self) -> int:
        return self.rnd.randrange(len(self.accounts))

    def _create_any(self) -> Step:
        if "leads" in self.courses and chance(self.rnd, 50):
            return self._create_here()
        return self._create_there(self._some_account())

    def _create_there(self, account: int) -> Step:
        kind = self.rnd.choice(self._kinds())
        tenant = self.accounts[account].tenant
        who = self._twin(kind, tenant) or self._new_name(kind)
        values = new_values(self.rnd, kind, who)
        if kind == MEMBERSHIP:
            members = [name for known, owner, name in self.people if known == MEMBER and owner == account]
            if not members:
                kind, who = MEMBER, self._new_name(MEMBER)
                values = new_values(self.rnd, kind, who)
            else:
                values["member"] = self.rnd.choice(members)
        self.people.append((kind, account, who))
        return CreateThere(account=account, kind=kind, who=who, values=values, late_s=self._late())

    def _create_here(self) -> Step:
        tenant = self.accounts[self._some_account()].tenant
        who = self._twin(LEAD, tenant) or self._new_name(LEAD)
        self.people.append((LEAD, -1 - tenant, who))
        return CreateHere(tenant=tenant, kind=LEAD, who=who, values=new_values(self.rnd, LEAD, who))

    def _twin(self, kind: str, tenant: int) -> str | None:
        """Somebody who is on another side already."""
        if kind != LEAD or not chance(self.rnd, 25):
            return None
        names = [who for known, side, who in self.people if known == LEAD and self._tenant_of(side) == tenant]
        return self.rnd.choice(names) if names else None

    def _tenant_of(self, side: int) -> int:
        return -1 - side if side < 0 else self.accounts[side].tenant

    def _new_name(self, kind: str) -> str:
        self.count += 1
        return f"{ {MEMBER: 'M', LEAD: 'L', MEMBERSHIP: 'S'}[kind] }{self.count}".strip()

    def _somebody(self) -> tuple[str, int, str]:
        return self.rnd.choice(self.people)

    def _late(self) -> int:
        late = "late-commit" in self.faults and chance(self.rnd, 15)
        return self.rnd.randrange(_LATEST_S) if late else 0

    def _edit_there(self) -> Step:
        kind, side, who = self._somebody()
        account = side if side >= 0 else self._some_account()
        return EditThere(account=account, kind=kind, who=who, values=self._values(kind, who), late_s=self._late())

    def _edit_here(self) -> Step:
        kind, side, who = self._somebody()
        values = self._values(kind, who)
        if kind == MEMBERSHIP:
            values = {name: value for name, value in values.items() if name in {"kind", "auto_renew"}} or {"kind": "K"}
        return EditHere(tenant=self._tenant_of(side), kind=kind, who=who, values=values)

    def _values(self, kind: str, who: str) -> dict[str, Value]:
        self.count += 1
        return some_values(self.rnd, kind, who, self.count)

    def _delete_there(self) -> Step:
        kind, side, who = self._somebody()
        account = side if side >= 0 else self._some_account()
        return DeleteThere(account=account, kind=kind, who=who, late_s=self._late())

    def _delete_here(self) -> Step:
        kind, side, who = self._somebody()
        return DeleteHere(tenant=self._tenant_of(side), kind=kind, who=who)

    def _pass_time(self) -> Step:
        return PassTime(minutes=self.rnd.choice((1, 5, 30, 90, 300, 1500)))

    def _webhook(self) -> Step:
        rnd = self.rnd
        copies = rnd.choice((1, 1, 2)) if "duplicate" in self.faults else 1
        after = rnd.choice((0, 0, 1, 3)) if "delay" in self.faults else 0
        return Webhook(account=self._some_account(), course=rnd.choice(self.courses), copies=copies, after=after)

    def _sync(self) -> Sync:
        rnd = self.rnd
        faults = sorted(set(FAULTS) & self.faults)
        planned: dict[int, str] = {}
        while faults and chance(rnd, 40):
            planned[self._moment()] = rnd.choice(faults)
        meanwhile = []
        while "meanwhile" in self.faults and chance(rnd, 25):
            meanwhile.append(Meanwhile(at=self._moment(), step=self._what_people_do()))
        crash = rnd.randrange(1, 60) if "crash" in self.faults and chance(rnd, 20) else None
        return Sync(
            account=self._some_account(),
            course=rnd.choice(self.courses),
            whole=chance(rnd, 15),
            faults=tuple(Fault(at=at, what=what) for at, what in sorted(planned.items())),
            meanwhile=tuple(sorted(meanwhile, key=lambda each: each.at)),
            crash=crash,
        )

    def _moment(self) -> int:
        return min(int(self.rnd.expovariate(0.25)), 30)
