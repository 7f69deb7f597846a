"""What people edit through Tresen, and what comes before the next run."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

import attrs

from ...application.sync.records.kinds import MEMBERSHIP
from .draw_people import People, Somebody
from .draw_values import chance, counter_values
from .steps.decisions import UndoChange
from .steps.edits import EditAtCounter, EditThere
from .steps.runs import Fault, Sync
from .steps.settings import PassTime, SetPolicy, SetWrites
from .steps.step import Step
from .words import PUSH

# After it, a change is out of every overlap.
_LATER = PassTime(minutes=30)


@attrs.frozen
class CounterStories:
    """About the people of one script."""

    _people: People

    @property
    def _rnd(self) -> Random:
        return self._people.rnd

    def any(self) -> Sequence[Step]:
        """One of them; nothing where it came to a membership, which nobody edits there."""
        one = self._people.somebody()
        if one.kind == MEMBERSHIP:
            return []
        sync = Sync(account=one.account, course=one.course)
        ways: Mapping[Callable[[Somebody, Sync], Sequence[Step]], int] = {
            self._told: 4,
            self._twice: 4,
            self._contested: 3,
            self._on_the_way: 5,
            self._switched: 3,
            self._interrupted: 3 if "crash" in self._people.faults else 0,
            self._by_law: 4,
            self._pinned: 3,
        }
        found = self._rnd.choices(list(ways), list(ways.values()))[0](one, sync)
        # At first both sides are in step, so that what is told counts.
        return [sync, _LATER, *found] if chance(self._rnd, 60) else found

    def _told(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """An edit, and the next run."""
        return [self._people.edit_at_counter(one), sync]

    def _twice(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """Two in a row: of the same fields, or of others, or once more the same."""
        rnd, first = self._rnd, self._edit(one)
        second = rnd.choice((first, self._again(one, first), self._edit(one)))
        between = [sync] if chance(rnd, 25) else []
        return [first, *between, second, sync]

    def _contested(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """One that meets an edit there, which no run has seen."""
        edit = self._edit(one)
        values = self._again(one, edit).values
        there = EditThere(account=one.account, kind=one.kind, who=one.who, values=values)
        return [*self._rnd.sample((edit, there), 2), sync]

    def _on_the_way(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """One whose write is not answered, and another one meanwhile, mostly of the same fields."""
        wanted = sorted({"lost", "timeout-after-commit", "5xx", "rejected", "ignored"} & self._people.faults)
        what = self._rnd.choice(wanted) if wanted else ""
        faults = tuple(Fault(at=at, what=what, call=PUSH) for at in range(self._rnd.choice((1, 3))) if wanted)
        first = self._edit(one)
        second = self._again(one, first) if chance(self._rnd, 70) else self._edit(one)
        return [first, attrs.evolve(sync, faults=faults), second, sync]

    def _pinned(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """One of a field that an undo put back."""
        edit = self._edit(one)
        there = EditThere(account=one.account, kind=one.kind, who=one.who, values=self._again(one, edit).values)
        return [there, _LATER, sync, UndoChange(account=one.account, kind=one.kind), edit, sync]

    def _switched(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """What the staff are asked where nothing may be written; or what is on its way when that is switched off."""
        off, on = SetWrites(account=one.account, on=False), SetWrites(account=one.account, on=True)
        edit = self._edit(one)
        first = self._rnd.choice(([off, edit], [on, edit, off]))
        again = self._rnd.choice((edit, self._edit(one)))
        then: Sequence[Sequence[Step]] = ([sync], [sync, again], [on, again, sync])
        return [*first, *self._rnd.choice(then)]

    def _interrupted(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """Between runs in which the process dies."""
        crashes = [attrs.evolve(sync, crash=self._rnd.randrange(2, 40)) for _ in range(2)]
        return [self._edit(one), crashes[0], self._edit(one), crashes[1], sync]

    def _by_law(self, one: Somebody, sync: Sync) -> Sequence[Step]:
        """Under a law that lets both sides edit."""
        edit = self._edit(one)
        document = {"fields": dict.fromkeys(edit.values, self._rnd.choice(("ours", "newest", "ask")))}
        return [SetPolicy(account=one.account, kind=one.kind, document=document), sync, edit, sync]

    def _again(self, one: Somebody, first: EditAtCounter) -> EditAtCounter:
        """Other values of the same fields."""
        other = counter_values(self._rnd, one.kind, one.who, self._rnd.randrange(1000, 9000))
        return attrs.evolve(first, values={name: other[name] for name in first.values if name in other})

    def _edit(self, one: Somebody) -> EditAtCounter:
        return self._people.edit_person(one)
