"""A seed becomes a script."""

from collections.abc import Callable, Collection, Mapping
from random import Random

import attrs

from .draw_counter import CounterStories
from .draw_hands import HandStories
from .draw_people import People
from .draw_policies import policy
from .draw_stories import Stories
from .draw_values import chance
from .draw_writes import WriteStories
from .script import AccountSpec, Script
from .steps.runs import Accept, Sync
from .steps.settings import Forget, PassTime, SetPolicy, SetTenantPolicy, SetWrites
from .steps.step import Step
from .words import ALL_FAULTS, COURSE_NAMES, HABITS


def draw(seed: int, *, courses: Collection[str] = COURSE_NAMES, faults: Collection[str] = ALL_FAULTS) -> Script:
    """The script of a seed: always the same one."""
    people = People(Random(seed), tuple(courses), frozenset(faults))  # noqa: S311 - no secret
    return _Drawing(people, Stories(people), HandStories(people), CounterStories(people), WriteStories(people)).script(
        seed
    )


@attrs.frozen
class _Drawing:
    _people: People
    _stories: Stories
    _hands: HandStories
    _counter: CounterStories
    _writes: WriteStories

    @property
    def _rnd(self) -> Random:
        return self._people.rnd

    def script(self, seed: int) -> Script:
        rnd, people = self._rnd, self._people
        for number in range(rnd.choice((1, 1, 2, 2, 3))):
            people.accounts.append(self._account(0 if number == 0 else rnd.randrange(2)))
        steps = self._beginning()
        for _ in range(rnd.randrange(6, 26)):
            ways = (
                *(self._stories.any, self._hands.any, self._counter.any, self._writes.any),
                lambda: [self._anything()],
            )
            steps += rnd.choices(ways, (18, 18, 12, 14, 38))[0]()
        return Script(seed=seed, accounts=tuple(people.accounts), courses=people.courses, steps=tuple(steps))

    def _beginning(self) -> list[Step]:
        """What is there, and first runs over most of it."""
        rnd, people = self._rnd, self._people
        numbers = range(len(people.accounts))
        steps: list[Step] = self._hands.layers()
        for number in numbers:
            steps += [people.create_there(number) for _ in range(rnd.randrange(2, 7))]
        steps += [people.create_here() for _ in range(rnd.randrange(3)) if "leads" in people.courses]
        if "unreadable" in people.faults and chance(rnd, 20):
            steps += self._stories.unreadable()
        syncs = [Sync(account=number, course=course) for number in numbers for course in people.courses]
        return [*steps, *(sync for sync in syncs if chance(rnd, 80))]

    def _account(self, tenant: int) -> AccountSpec:
        rnd, people = self._rnd, self._people
        return AccountSpec(
            tenant=tenant,
            writes=chance(rnd, 75),
            page_size=rnd.choice((1, 2, 3, 5)),
            resolution_s=rnd.choice((1, 1, 60)),
            ahead_s=rnd.choice((0, 0, 45, -45, 240, -240)) if "clock" in people.faults else 0,
            habits=tuple(habit for habit in HABITS if habit in people.faults and chance(rnd, 25)),
            policies={kind: policy(rnd, kind) for kind in people.kinds if chance(rnd, 85)},
        )

    def _anything(self) -> Step:
        people = self._people
        ways: Mapping[Callable[[], Step], int] = {
            people.edit_there: 5,
            people.edit_here: 4,
            people.edit_at_counter: 4,
            self._writes.one: 3,
            self._stories.sync: 8,
            people.create_any: 2,
            people.delete_there: 2,
            people.delete_here: 1,
            self._hands.webhook: 2,
            self._hands.on_time: 1,
            self._pass_time: 2,
            self._rarely: 2,
            self._hands.by_hand: 2,
        }
        return self._rnd.choices(list(ways), list(ways.values()))[0]()

    def _rarely(self) -> Step:
        rnd, people, account = self._rnd, self._people, self._people.some_account()
        kind = rnd.choice(people.kinds)
        ways: list[Step] = [
            SetWrites(account=account, on=chance(rnd, 60)),
            Accept(account=account, course=rnd.choice(people.courses)),
            SetPolicy(account=account, kind=kind, document=policy(rnd, kind)),
            SetTenantPolicy(tenant=people.accounts[account].tenant, kind=kind, document=policy(rnd, kind)),
        ]
        if "forgotten" in people.faults:
            ways += [Forget(account=account, kind=kind)] * 2
        return rnd.choice(ways)

    def _pass_time(self) -> Step:
        return PassTime(minutes=self._rnd.choice((1, 5, 30, 90, 300, 1500)))
