"""What people have done at the provider through Tresen, and what comes before, within and after that."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

import attrs

from ...application.sync.records.kinds import LEAD, MEMBERSHIP
from .draw_people import People, Somebody
from .draw_runs import often
from .draw_values import chance
from .steps.counter import AtCounter
from .steps.edits import CreateThere, EditThere
from .steps.runs import Fault, Meanwhile, Sync
from .steps.settings import PassTime, SetPolicy
from .steps.step import Step
from .words import CREATE, LOOK, PUSH

# After it, a change is out of every overlap.
_LATER = PassTime(minutes=30)
# What a write may run into; the sync has made sure of nothing then.
_WRITE_FAULTS = frozenset({"lost", "timeout-after-commit", "429", "5xx", "rejected"})


@attrs.frozen
class WriteStories:
    """About the people of one script."""

    _people: People

    @property
    def _rnd(self) -> Random:
        return self._people.rnd

    def any(self) -> Sequence[Step]:
        """One of them."""
        ways: Mapping[Callable[[], Sequence[Step]], int] = {
            self._alone: 4,
            self._contested: 5,
            self._again: 6,
            self._entered_twice: 5 if "leads" in self._people.courses else 0,
            self._met: 3 if "leads" in self._people.courses else 0,
            self._overtaken: 4,
            self._by_law: 3,
        }
        return self._rnd.choices(list(ways), list(ways.values()))[0]()

    def one(self) -> Step:
        """Something, whatever it runs into."""
        return self.troubled(self._people.write())

    def troubled(self, step: AtCounter) -> AtCounter:
        """With failures, a crash, and what people do and runs that come meanwhile."""
        rnd, faults = self._rnd, self._people.faults
        here, there = self._people.anything_here, self._people.edit_there
        return attrs.evolve(
            step,
            faults=self._faults() if chance(rnd, 40) else (),
            meanwhile=tuple(
                Meanwhile(at=at, step=rnd.choice((there, here))())
                for at in range(often(rnd, 15, "meanwhile" in faults))
            ),
            overtaken=tuple(Meanwhile(at=at, step=here()) for at in range(often(rnd, 10, "collision" in faults))),
            crash=rnd.randrange(1, 16) if "crash" in faults and chance(rnd, 20) else None,
        )

    def _faults(self) -> tuple[Fault, ...]:
        wanted = sorted(_WRITE_FAULTS & self._people.faults)
        calls = self._rnd.choice(((PUSH,), (CREATE,), (PUSH, CREATE), (LOOK,)))
        return tuple(Fault(at=0, what=self._rnd.choice(wanted), call=call) for call in calls if wanted)

    def _alone(self) -> Sequence[Step]:
        """Something, and the next run."""
        one, step = self._some()
        return [self.troubled(step), _sync(one)]

    def _contested(self) -> Sequence[Step]:
        """What meets an edit there, which no run has seen, of the same fields or others; both sides agreed before."""
        one, step = self._some()
        there = self._people.edit_there(attrs.evolve(one, kind=step.kind))
        pool = self._people.written(step.kind)
        some = self._rnd.sample(sorted(pool), self._rnd.choice((1, 2)))
        values = {name: pool[name] for name in some} if chance(self._rnd, 70) else there.values
        edit = EditThere(account=one.account, kind=step.kind, who=step.who, values=values)
        return [_sync(one), _LATER, edit, self.troubled(step) if chance(self._rnd, 40) else step, _sync(one)]

    def _again(self) -> Sequence[Step]:
        """Something that is not answered, and so is done again; perhaps a run comes between."""
        one, step = self._some()
        faults, rnd = self._people.faults, self._rnd
        lost = sorted({"timeout-after-commit", "lost", "5xx"} & faults)
        if "crash" in faults and (not lost or chance(rnd, 40)):
            first = attrs.evolve(step, crash=rnd.randrange(3, 18))
        else:
            what = rnd.choice(lost) if lost else ""
            first = attrs.evolve(step, faults=tuple(Fault(at=0, what=what, call=c) for c in (CREATE, PUSH) if lost))
        between = [_sync(one)] if chance(rnd, 40) else []
        return [first, *between, step, _sync(one)]

    def _entered_twice(self) -> Sequence[Step]:
        """Somebody who is known, or was entered just before, perhaps with other words, is entered."""
        one = self._people.somebody()
        first = self._people.enter_lead(one.account)
        second = self._people.enter_lead(one.account, first.who)
        between: Sequence[Step] = [Sync(account=one.account, course="leads")] if chance(self._rnd, 50) else []
        return [self.troubled(first), *between, second, Sync(account=one.account, course="leads")]

    def _met(self) -> Sequence[Step]:
        """Somebody comes on both sides at once: there by themselves, here at the counter."""
        account = self._people.some_account()
        made = self._people.create_there(account, LEAD)
        entered = self._people.enter_lead(account, made.who)
        there = CreateThere(account=account, kind=LEAD, who=made.who, values=made.values)
        steps = self._rnd.sample((there, self.troubled(entered)), 2)
        return [*steps, Sync(account=account, course="leads")]

    def _overtaken(self) -> Sequence[Step]:
        """Something in whose middle a run comes."""
        one, step = self._some()
        run = _sync(one)
        if "collision" in self._people.faults and chance(self._rnd, 70):
            step = attrs.evolve(step, overtaken=(Meanwhile(at=self._rnd.randrange(5), step=run),))
        elif "meanwhile" in self._people.faults:
            step = attrs.evolve(step, meanwhile=(Meanwhile(at=self._rnd.randrange(3), step=run),))
        return [step, _sync(one)]

    def _by_law(self) -> Sequence[Step]:
        """Under a law that lets both sides edit, with an edit here that is not there yet."""
        one, step = self._some()
        law = SetPolicy(
            account=one.account, kind=step.kind, document={"default": self._rnd.choice(("ours", "newest", "ask"))}
        )
        edit = self._people.edit_here(attrs.evolve(one, kind=step.kind, who=step.who))
        return [
            law,
            _sync(one),
            edit,
            *([self._people.edit_there(one)] if chance(self._rnd, 50) else []),
            step,
            _sync(one),
        ]

    def _some(self) -> tuple[Somebody, AtCounter]:
        """Something about somebody."""
        one = self._people.somebody()
        if one.kind not in {LEAD, MEMBERSHIP} or chance(self._rnd, 25):
            few = [self._people.somebody() for _ in range(6)]
            one = next((other for other in few if other.kind in {LEAD, MEMBERSHIP}), one)
        step = self._people.write(one)
        return one, step


def _sync(one: Somebody) -> Sync:
    return Sync(account=one.account, course=one.course)
