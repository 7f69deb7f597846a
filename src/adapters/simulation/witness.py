"""Watches what a run does, commit by commit and write by write."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from uuid import UUID

import attrs

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.shared.ids import TenantId
from ...domain.sync.guards import Share
from ...domain.sync.journal import Change
from ...domain.sync.push import Push, PushState
from ...domain.sync.schema import Value, Values
from ..memory.store import Room
from .agreement import Agreement
from .asked_twice import is_known
from .broken import Broken
from .newest import out_of_time
from .pins import Pins, Place, laws, stray
from .refusals import asked_again
from .task import Applied, Task
from .units import WatchedUnits
from .unsettled import Before, Unsettled
from .words import COURSE_KINDS
from .world import Entity, World

KINDS = (MEMBER, MEMBERSHIP, LEAD)
# Values that were pushed over: account, kind, id there, field, value.
Owed = tuple[int, str, str, str, Value]


@attrs.define
class _Seen:
    entities: Mapping[str, Mapping[UUID, Entity]]
    links: Mapping[tuple[str, UUID], tuple[tuple[int, str], ...]]
    lines: int
    conflicts: int
    pushes: int
    refused: frozenset[UUID]
    pins: frozenset[Place]
    left: Before


class Witness:
    """Of one world. ``broken`` is what did not hold so far; ``owed`` must be in the journal at rest."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.broken: list[Broken] = []
        self.owed: dict[Owed, None] = {}
        self.writes = 0
        self.commits = 0
        self.is_run_under_way = False
        self.agreement = Agreement(world)
        self.pins = Pins(world)
        self._unsettled = [Unsettled() for _ in world.gyms]
        self._task: Task | None = None
        self._seen: _Seen | None = None
        self.watch(world.units)
        for number, gym in enumerate(world.gyms):
            gym.written = self._at(number)

    def watch(self, units: WatchedUnits) -> None:
        """Be told of their commits."""
        units.opened, units.before, units.after = self._opened, self._before, self._after

    def say(self, rule: str, seen: str) -> None:
        """A rule does not hold."""
        self.broken.append(Broken(rule, seen))

    def begin(self, account: int, course: str, *, plan: Applied | None = None, disturbed: bool = False) -> Task:
        """A run begins."""
        kinds, self.is_run_under_way = COURSE_KINDS[course], True
        shared = None if plan is None else plan.shared
        self._task = Task(
            account=account,
            course=course,
            plan=plan,
            disturbed=disturbed,
            policies={kind: self.world.policy(account, kind) for kind in kinds},
            shared=shared or {kind: len(self.world.links(account, kind)) for kind in kinds},
        )
        self._unsettled[account].begin(course)
        return self._task

    def end(self, *, completed: bool) -> None:
        """The run is over; was it within its guards, and did it look at what was left over?"""
        task, self._task = self._task, None
        self.is_run_under_way = False
        if task is None:
            return
        trail = self.world.gyms[task.account].programme.trail
        # A plan that was made before knows what was looked at then.
        self.broken += self._unsettled[task.account].end(trail, completed=completed and task.plan is None)
        if task.plan is not None and task.plan.accepted:
            return
        for kind, count in task.removed.items():
            if count > _most(task.policies[kind].guards.deleted, task.shared[kind]):
                self.say("guards", f"{count} of {task.shared[kind]} {kind}s were deleted")
        for (kind, field), count in task.blanked.items():
            if count > _most(task.policies[kind].guards.blanked, task.shared[kind]):
                self.say("guards", f"{count} of {task.shared[kind]} {kind}s lost their {field}")

    @contextmanager
    def beside(self) -> Iterator[None]:
        """A run comes between what somebody does at a counter."""
        task = self._task
        try:
            yield
        finally:
            self._task = task

    @contextmanager
    def at_counter(self, account: int, task: Task) -> Iterator[None]:
        """Somebody has something written there. A run that is under way goes on afterwards."""
        run, self._task = self._task, task
        try:
            yield
        finally:
            self._task = run
            if run is not None and run.account == account:
                run.pushes += task.pushes
            for course in COURSE_KINDS:
                self.agreement.doubt(account, course)

    @property
    def is_at_counter(self) -> bool:
        """Whether somebody is having something written at this moment."""
        return self._task is not None and not self._task.course

    def settled(self, due: Collection[tuple[int, str, str]]) -> None:
        """A person took these over: by account, kind and id there."""
        for number, kind, external_id in due:
            self._unsettled[number].forget((kind, external_id))

    def count(self, pushes: Collection[Push]) -> None:
        """A person, at work beside the run, had these set out: it may carry them out."""
        if self._task is not None:
            account_id = self.world.account_ids[self._task.account]
            self._task.pushes += sum(push.account_id == account_id for push in pushes)

    # -- the store -----------------------------------------------------------------------------------------------

    def _opened(self, tenant_id: TenantId) -> None:
        if self._task is not None and tenant_id != self._home().tenant.id:
            self.say("tenant", f"a run for {self._home().tenant.slug} opened another tenant")

    def _home(self) -> Room:
        assert self._task is not None, "only asked for in a run"  # noqa: S101 - for the type checker
        return self.world.room(self.world.specs[self._task.account].tenant)

    def _before(self, tenant_id: TenantId) -> None:
        room = self.world.store.room(tenant_id)
        links: dict[tuple[str, UUID], tuple[tuple[int, str], ...]] = {}
        for link in room.sync_records.rows():
            account = self.world.account_ids.index(link.account_id)
            key = (link.kind, link.local_id)
            links[key] = (*links.get(key, ()), (account, link.external_id))
        self._seen = _Seen(
            entities={kind: dict(self.world.table(room, kind).items()) for kind in KINDS},
            links=links,
            lines=len(room.changes),
            conflicts=len(room.conflicts),
            pushes=len(room.pushes),
            refused=_refused(room),
            pins=laws(room),
            left=Before.of(room),
        )

    def _after(self, tenant_id: TenantId) -> None:
        self.commits += 1
        seen, task, room = self._seen, self._task, self.world.store.room(tenant_id)
        self.broken += stray(room)
        if seen is None or task is None:
            return
        lines = list(islice(room.changes.rows(), seen.lines, None))
        task.lines += lines
        task.asked += len(room.conflicts) - seen.conflicts
        new = list(islice(room.pushes.rows(), seen.pushes, None))
        # What goes after a push that was made, or is a part of one that was refused, was decided with it.
        before = {push.run_id for push in islice(room.pushes.rows(), seen.pushes)}
        task.pushes += len(new)
        task.refused += len(_refused(room) - seen.refused)
        task.decided |= any(push.run_id not in before for push in new)
        self.broken += asked_again(room, new)
        self._unsettled[task.account].note(seen.left.given_up(room), self.world.gyms[task.account].programme.trail)
        self.broken += self.agreement.needless(task.account, islice(room.conflicts.rows(), seen.conflicts, None))
        for line in lines:
            if line.run_id not in room.runs:
                self.say("runs", f"a line about {line.kind} {line.external_id} names a run that is not there")
        self._in_time(room, seen, lines, task)
        self.pins.end(seen.pins, room)
        for kind in KINDS:
            self._compare(room, kind, seen, lines, task)
        self._one_to_one(room)

    def _in_time(self, room: Room, seen: _Seen, lines: Sequence[Change], task: Task) -> None:
        """As long as both sides stand as they were looked at."""
        if task.disturbed or task.plan is not None:
            return
        for line in lines:
            ours = seen.entities[line.kind].get(line.local_id)
            theirs = self.world.gyms[task.account].shelf(line.kind).find(line.external_id)
            link = room.sync_records.find((self.world.account_ids[task.account], line.kind, line.external_id))
            if ours is None or theirs is None or link is None:
                continue
            wrong = out_of_time(
                line,
                ours_at=ours.updated_at,
                theirs_at=link.edited_there_at(theirs.edited_at) or theirs.edited_at,
                spec=self.world.specs[task.account],
                skew_s=task.policies[line.kind].clock_skew_s,
            )
            if wrong is not None:
                self.say("newest", wrong)

    def _compare(self, room: Room, kind: str, seen: _Seen, lines: Sequence[Change], task: Task) -> None:
        table = self.world.table(room, kind)
        task.made += sum(1 for key, _ in table.items() if key not in seen.entities[kind])
        for key, old in seen.entities[kind].items():
            new = table.find(key)
            if new is old:
                continue
            if new is None:
                self._removed(kind, key, seen, task)
            told = [line for line in lines if line.kind == kind and line.local_id == key]
            self._told(kind, key, old, new, told, task)

    def _told(self, kind: str, key: UUID, old: Entity, new: Entity | None, told: Sequence[Change], task: Task) -> None:
        schema, before = self.world.schema(kind), self.world.values(kind, old)
        after = {} if new is None else self.world.values(kind, new)
        for field in schema.fields:
            was, now = before.get(field.name), after.get(field.name)
            if field.same(was, now):
                continue
            if (kind, field.name) in task.wanted:
                self.pins.drop(kind, key, field.name)
            elif new is not None:
                self.broken += self.pins.broken(kind, key, field.name, was=was, now=now)
            if field.canonical(was) is None:
                continue
            if new is not None and field.canonical(now) is None:
                task.blanked[kind, field.name] += 1
            lines = [line for line in told if line.field == field.name]
            by_hand = self._needs_no_line(kind, key, field.name, was if new is None else None, task)
            if not (by_hand or any(field.same(line.ours, was) for line in lines)):
                self.say("no-loss", f"{field.name} of our {kind} {key} was {was!r}, is {now!r}, and no line says so")

    def _needs_no_line(self, kind: str, key: UUID, name: str, lost: Value, task: Task) -> bool:
        """Whether a person does that at a counter to a record that no provider has; or has a lead entered that turns
        out to be known, to whom what they said passes (``lost``), else to the staff; be it that a run finds out, as
        whoever entered them died over it.
        """
        if kind == LEAD and not task.wanted and lost is not None and self._is_joined(key):
            return name == "status" or is_known(self.world, self._home(), name, lost)
        if not task.wanted or kind != LEAD:
            return False
        if lost is None:
            linked = any(self._home().sync_records.among("local", (kind, key)))
            return (kind, name) in task.wanted and not linked
        return name == "status" or is_known(self.world, self._home(), name, lost)

    def _is_joined(self, key: UUID) -> bool:
        """Whether an event tells that this lead is another one of ours."""
        events = self._home().events.rows()
        return any((event.type, event.subject_id) == ("lead.merged", str(key)) for event in events)

    def _removed(self, kind: str, key: UUID, seen: _Seen, task: Task) -> None:
        if kind == LEAD and self._is_joined(key):
            task.joined += 1
        else:
            task.removed[kind] += 1
        for account, external_id in seen.links.get((kind, key), ()):
            if account == task.account and self.world.gyms[account].shelf(kind).find(external_id) is not None:
                self.say("proof", f"our {kind} {key} was deleted, and {external_id} is there")

    def _one_to_one(self, room: Room) -> None:
        count = Counter((link.account_id, link.kind, link.local_id) for link in room.sync_records.rows())
        for (_, kind, local_id), times in count.items():
            if times > 1:
                self.say("one-to-one", f"{times} links lead to our {kind} {local_id}")

    # -- the gyms ------------------------------------------------------------------------------------------------

    def _at(self, number: int) -> "_AtGym":
        return _AtGym(self, number)

    def written(self, number: int, kind: str, external_id: str, before: Values | None, after: Values | None) -> None:
        """A write at a gym took effect."""
        self.writes += 1
        task = self._task
        if task is None or task.account != number:
            self.say("tenant", f"{kind} {external_id} of account {number} was written by no run of it")
            return
        task.wrote += 1
        if not self.world.account(number).writes_enabled:
            self.say("permission", f"{kind} {external_id} was written, and nothing may be")
        if after is None:
            self._deleted_there(number, kind, external_id, before or {})
        elif before is not None:
            schema = self.world.schema(kind)
            for name in before:
                field = schema.by_name[name]
                if field.canonical(before[name]) is not None and not field.same(before[name], after.get(name)):
                    self.owed[number, kind, external_id, name, before[name]] = None

    def _deleted_there(self, number: int, kind: str, external_id: str, before: Values) -> None:
        for link in self.world.links(number, kind):
            if link.external_id == external_id:
                room = self.world.room(self.world.specs[number].tenant)
                if self.world.table(room, kind).find(link.local_id) is not None:
                    self.say("proof", f"{kind} {external_id} was deleted there, and ours is here")
        for name, value in before.items():
            if self.world.schema(kind).by_name[name].canonical(value) is not None:
                self.owed[number, kind, external_id, name, value] = None

    def pay(self) -> None:
        """At rest: whatever was pushed over must be in the journal."""
        for number, kind, external_id, name, value in self.owed:
            room = self.world.room(self.world.specs[number].tenant)
            field = self.world.schema(kind).by_name[name]
            lines = (line for line in room.changes.rows() if (line.kind, line.field) == (kind, name))
            known = (
                v for line in lines if line.external_id == external_id for v in (line.base, line.ours, line.theirs)
            )
            told = (task.details.get("stood_there") or "" for task in room.tasks.rows())
            if not (any(field.same(each, value) for each in known) or any(f"{name}: {value}" in t for t in told)):
                self.say("no-loss", f"{name} of {kind} {external_id} there was {value!r}, and no line says so")
        self.owed.clear()


@attrs.frozen
class _AtGym:
    witness: Witness
    number: int

    def __call__(self, kind: str, external_id: str, before: Values | None, after: Values | None) -> None:
        self.witness.written(self.number, kind, external_id, before, after)


def _refused(room: Room) -> frozenset[UUID]:
    return frozenset(push.id for push in room.pushes.rows() if push.state is PushState.REFUSED)


def _most(share: Share, shared: int) -> int:
    """How many records a guard lets through: said once more, so that the guard's own arithmetic is looked after."""
    return max(share.at_least, share.percent * shared // 100)
