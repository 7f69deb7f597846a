"""What people do through Tresen, one thing after the other: plans, decisions, undos, policies; and the post."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

import attrs

from ...application.sync.records.kinds import MEMBERSHIP
from .draw_people import People, Somebody
from .draw_policies import policy
from .draw_runs import LOOK_FAULTS
from .draw_values import any_values, chance
from .steps.decisions import LetGo, Reopen, Resolve, Undo, UndoChange, UndoRecord
from .steps.edits import EditHere, EditThere
from .steps.runs import ApplyPlan, Fault, MakePlan, OnTime, Sync, Webhook
from .steps.settings import PassTime, SetPolicy, SetTenantPolicy, SetWrites
from .steps.step import Step

_LATER = PassTime(minutes=30)
_CHOICES = ("theirs", "ours", "value", "value")


@attrs.frozen
class HandStories:
    """About the people of one script."""

    _people: People

    @property
    def _rnd(self) -> Random:
        return self._people.rnd

    def any(self) -> Sequence[Step]:
        """One of them."""
        ways: Mapping[Callable[[], Sequence[Step]], int] = {
            self._planned_ahead: 4,
            self._asked: 3,
            self._at_odds: 5,
            self._taken_back: 4,
            self._layered: 2,
            self._told: 3,
            self._entered_anew: 4,
        }
        return self._rnd.choices(list(ways), list(ways.values()))[0]()

    def by_hand(self) -> Step:
        """One thing that a person does at any time."""
        people, rnd = self._people, self._rnd
        account, kind, one = people.some_account(), rnd.choice(people.kinds), people.somebody()
        course = rnd.choice(people.courses)
        ways: Sequence[Step] = (
            Undo(account=account),
            UndoChange(account=account, kind=kind, back=rnd.choice((0, 0, 1, 2, 5))),
            UndoRecord(tenant=one.tenant, kind=one.kind, who=one.who, back=rnd.choice((1, 1, 2, 3))),
            Reopen(account=account, kind=kind),
            LetGo(account=account, kind=kind),
            MakePlan(account=account, course=course, whole=chance(rnd, 30)),
            ApplyPlan(account=account, course=course),
        )
        return self._resolve(account, kind) if chance(rnd, 40) else rnd.choice(ways)

    def webhook(self, one: Somebody | None = None) -> Webhook:
        """Of an account, or of what happened to somebody there."""
        people, rnd = self._people, self._rnd
        account, course = (
            (people.some_account(), rnd.choice(people.courses)) if one is None else (one.account, one.course)
        )
        copies = 0 if "lost" in people.faults and chance(rnd, 20) else 1
        if copies and "duplicate" in people.faults and chance(rnd, 40):
            copies = rnd.choice((2, 3))
        after = rnd.choice((0, 0, 1, 3, 5)) if "delay" in people.faults else 0
        anything = sorted(LOOK_FAULTS & people.faults)
        faults = (Fault(at=rnd.randrange(4), what=rnd.choice(anything)),) if anything and chance(rnd, 20) else ()
        crash = self._crash() if copies else None
        return Webhook(account=account, course=course, copies=copies, after=after, faults=faults, crash=crash)

    def on_time(self) -> OnTime:
        """A schedule's time has come."""
        people = self._people
        tenant = people.accounts[people.some_account()].tenant
        return OnTime(tenant=tenant, course=self._rnd.choice(people.courses), crash=self._crash())

    def _crash(self) -> int | None:
        """At which of its calls the worker dies over it."""
        rnd = self._rnd
        return rnd.randrange(60) if "crash" in self._people.faults and chance(rnd, 25) else None

    def layers(self) -> list[Step]:
        """What tenants say of all their accounts, at the beginning."""
        people, rnd = self._people, self._rnd
        tenants = sorted({spec.tenant for spec in people.accounts})
        pairs = [(tenant, kind) for tenant in tenants for kind in people.kinds if chance(rnd, 30)]
        return [SetTenantPolicy(tenant=tenant, kind=kind, document=policy(rnd, kind)) for tenant, kind in pairs]

    def _planned_ahead(self) -> list[Step]:
        """A plan that is applied when perhaps something is another by then."""
        people, rnd = self._people, self._rnd
        met, one = self._met()
        plan = MakePlan(account=one.account, course=one.course, whole=chance(rnd, 40))
        edits = [people.edit_here(one), people.edit_there(one), people.delete_there(one), people.create_any()]
        between: Sequence[Step] = (
            people.edit_here(one),
            people.edit_there(one),
            people.anything(),
            PassTime(minutes=rnd.choice((1, 90, 43200))),
            SetWrites(account=one.account, on=False),
            _sync(one),
            self.by_hand(),
        )
        before, meanwhile = rnd.sample(edits, rnd.choice((1, 2))), rnd.sample(between, rnd.choice((0, 0, 1, 2)))
        apply = [ApplyPlan(account=one.account, course=one.course)] if chance(rnd, 85) else []
        late = [_LATER] if chance(rnd, 50) else []
        return [*met, *before, *late, plan, *meanwhile, *apply]

    def _asked(self) -> list[Step]:
        """A field that both sides edited and that a person decides, perhaps twice."""
        rnd, (met, one) = self._rnd, self._met()
        here, there = self._both(one)
        document: dict[str, object] = {"default": "ask", "fields": dict.fromkeys(here.values, "ask")}
        asks = SetPolicy(account=one.account, kind=one.kind, document=document)
        sync, resolve = _sync(one), self._resolve(one.account, one.kind)
        found: list[Step] = [*met, asks, _LATER, here, there, sync, resolve]
        if chance(rnd, 60):
            found += [sync]
        if chance(rnd, 60):
            found += [Reopen(account=one.account, kind=one.kind)]
            found += [sync] if chance(rnd, 50) else []
            found += [self._resolve(one.account, one.kind)] if chance(rnd, 50) else []
        return found

    def _at_odds(self) -> list[Step]:
        """Edits of both sides a moment apart, where the newer one wins and the clocks are perhaps off."""
        rnd, (met, one) = self._rnd, self._met()
        both, skews = self._both(one), (0, 60, 300, 300) if self._people.accounts[one.account].ahead_s else (0, 0, 60)
        document: dict[str, object] = {
            "fields": dict.fromkeys(both[0].values, "newest"),
            "clock_skew_s": rnd.choice(skews),
        }
        wins = SetPolicy(account=one.account, kind=one.kind, document=document)
        first, second = rnd.sample(both, 2)
        apart = [PassTime(minutes=rnd.choice((1, 2, 10)))] if chance(rnd, 40) else []
        return [*met, wins, _LATER, first, *apart, second, _sync(one)]

    def _entered_anew(self) -> Sequence[Step]:
        """Somebody who was edited here, lost there and entered there again, before or after a run saw the loss."""
        people, rnd, (met, one) = self._people, self._rnd, self._met()
        if one.kind == MEMBERSHIP:
            return met
        kept: list[Step] = [people.edit_here(one)] if chance(rnd, 75) else []
        if chance(rnd, 25):
            document: dict[str, object] = {"delete_here": False}
            kept += [SetPolicy(account=one.account, kind=one.kind, document=document)]
        seen = [_sync(one)] if chance(rnd, 60) else []
        decided = [self._resolve(one.account, one.kind)] if seen and chance(rnd, 40) else []
        sync = attrs.evolve(_sync(one), whole=chance(rnd, 40))
        found = [*met, *kept, people.delete_there(one), *seen, *decided, people.enter_anew(one), sync]
        if chance(rnd, 70):
            found += [self._resolve(one.account, one.kind), _sync(one)]
        return found

    def _taken_back(self) -> list[Step]:
        """A change that is undone, edits of that field and of others, and perhaps the override is let go."""
        people, rnd, (met, one) = self._people, self._rnd, self._met()
        undos: Sequence[Step] = (
            UndoChange(account=one.account, kind=one.kind),
            UndoChange(account=one.account, kind=one.kind, back=1),
            UndoRecord(tenant=one.tenant, kind=one.kind, who=one.who, back=rnd.choice((1, 2))),
            Undo(account=one.account),
        )
        changes = (people.edit_there(one), rnd.choice(undos)), (people.delete_there(one), Undo(account=one.account))
        change, undo = changes[chance(rnd, 40)]
        found = [*met, change, _LATER, _sync(one), undo]
        if chance(rnd, 60):
            found += [_sync(one), rnd.choice((people.edit_there(one), people.edit_here(one)))]
        if chance(rnd, 60):
            found += [_sync(one), _LATER, LetGo(account=one.account, kind=one.kind)]
        return [*found, _sync(one)] if chance(rnd, 50) else found

    def _layered(self) -> list[Step]:
        """What a tenant says, and what its account says less of."""
        rnd, (met, one) = self._rnd, self._met()
        tenant = SetTenantPolicy(tenant=one.tenant, kind=one.kind, document=policy(rnd, one.kind))
        account = SetPolicy(account=one.account, kind=one.kind, document={})
        return [*met, tenant, *([account] if chance(rnd, 50) else []), *self._both(one), _sync(one)]

    def _told(self) -> list[Step]:
        """Webhooks of one account in a row, which arrive in whatever order, or only the schedule after them."""
        people, rnd, one = self._people, self._rnd, self._people.somebody()
        found: list[Step] = []
        for number in range(rnd.choice((1, 2, 3))):
            webhook = self.webhook(one)
            is_overtaken = number == 0 and "delay" in people.faults and chance(rnd, 50)
            found += [people.edit_there(one), attrs.evolve(webhook, after=6) if is_overtaken else webhook]
        if chance(rnd, 50):
            on_time = OnTime(tenant=one.tenant, course=one.course, crash=self._crash())
            found += [PassTime(minutes=rnd.choice((1, 90))), on_time]
        return found

    def _met(self) -> tuple[list[Step], Somebody]:
        """Somebody whom both sides know by now: mostly one who is new."""
        people, rnd = self._people, self._rnd
        if chance(rnd, 40):
            return [], people.somebody()
        made = people.create_there(people.some_account())
        tenant = people.accounts[made.account].tenant
        one = Somebody(kind=made.kind, tenant=tenant, account=made.account, who=made.who)
        return [made, _sync(one)], one

    def _both(self, one: Somebody) -> Sequence[EditHere | EditThere]:
        """The same fields, on either side."""
        here = self._people.edit_here(one)
        there = attrs.evolve(self._people.edit_there(one), late_s=0)
        values = {name: there.values.get(name) for name in here.values if name in there.values}
        if not values:
            other = any_values(self._rnd, one.kind, one.who, self._rnd.randrange(1000, 9000))
            values = {name: other[name] for name in here.values}
        return here, attrs.evolve(there, values=values)

    def _resolve(self, account: int, kind: str) -> Resolve:
        rnd, choice = self._rnd, self._rnd.choice(_CHOICES)
        typed = any_values(rnd, kind, "T", rnd.randrange(1000, 9000)) if choice == "value" else {}
        return Resolve(account=account, kind=kind, choice=choice, values=typed)


def _sync(one: Somebody) -> Sync:
    return Sync(account=one.account, course=one.course)
