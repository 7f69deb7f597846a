"""Writes down a plan while it is being made: its steps as they come, deletions last."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import attrs

from ....domain.sync.action import Action
from ....domain.sync.documents import step_line
from ....domain.sync.guards import Tally
from ....domain.sync.kept_plan import KeptPlan, Part, PlanState
from ....domain.sync.plan import Fingerprint
from ....domain.sync.policy import Policy
from ....domain.sync.run import Counts, Run, SyncError
from ....domain.sync.schema import Schema
from ....domain.sync.step import Step, count
from ...ports.clock import Clock
from ...ports.unit_of_work import UnitOfWork
from ..records.belongings import stays_for
from ..records.reading import due_again
from ..records.record_kind import Belongings
from ..records.run_books import RunBooks
from .kept_steps import Steps

# The steps of so many plans of an account are kept, for what-if; of older ones only what the plan itself says.
KEPT = 100
# A plan of no more steps than this is applied from memory: to read them back takes as long as to make them.
AT_HAND = 1000
TELL_EVERY_S = 1.0

_NONE: Mapping[str, int] = {}

# A step and its line.
Lined = tuple[Step, str]


@attrs.define
class PartWriter:
    """The part of one kind of record, while it is being made. See ``Part`` for what it says of the account.

    ``owning``: due records, by their ids there, with what belongs to them. One of which a run found that it cannot be
    deleted before that is due, and would trip a guard again and again.
    """

    schema: Schema
    policy: Policy
    tally: Tally
    place: str = ""
    writes: bool = False
    permits: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    owning: Mapping[str, Belongings] = attrs.field(factory=dict)
    actions: dict[str, int] = attrs.field(factory=dict)
    deletions: list[Lined] = attrs.field(factory=list)
    seen: int = 0
    cursor: str | None = None
    complete: bool = False
    _fingerprint: Fingerprint = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._fingerprint = Fingerprint(self.schema, self.policy, shared=self.tally.shared)

    def take(self, steps: Sequence[Step]) -> list[Lined]:
        """Count them; those that are no deletions, which are kept for the end."""
        lines: list[Lined] = []
        for step in steps:
            lined = (step, step_line(step))
            if step.decision.action is Action.DELETE_HERE:
                self.deletions.append(lined)
            else:
                lines.append(lined)
                self._count(*lined)
        return lines

    def close(self, going: Collection[UUID]) -> Mapping[str, Belongings]:
        """Count the deletions. Those of ``owning`` records of which not everything is ``going`` before them are none:
        what stays of each, by its id there.
        """
        staying: dict[str, Belongings] = {}
        deletions, self.deletions = self.deletions, []
        for step, text in deletions:
            key = step.external_id or ""
            left = {one: name for one, name in self.owning.get(key, {}).items() if one not in going}
            if left:
                staying[key] = left
            else:
                self.deletions.append((step, text))
                self._count(step, text)
        return staying

    def _count(self, step: Step, text: str) -> None:
        count(step, self.schema, self.tally)
        self._fingerprint.add_line(text)
        action = step.decision.action
        self.actions[action.value] = self.actions.get(action.value, 0) + 1

    def part(self) -> Part:
        """As it stands."""
        return Part(
            kind=self.schema.kind,
            policy_version=self.policy.version,
            shared=self.tally.shared,
            seen=self.seen,
            actions=dict(self.actions),
            trips=self.tally.trips(self.policy.guards),
            fingerprint=self._fingerprint.hex(),
            cursor=self.cursor,
            complete=self.complete,
            place=self.place,
            writes=self.writes,
            permits=self.permits,
            allows=self.allows,
        )


@attrs.define
class PlanWriter:
    """A plan is stored with its first step: one that does nothing leaves no trace.

    What belongs to another record goes before it: parts are in the order in which their records are made, and deletions
    come after everything, in the opposite order.
    """

    plan: KeptPlan
    _run: Run
    _books: RunBooks
    _clock: Clock
    parts: list[PartWriter] = attrs.field(factory=list)
    _number: int = 0
    _steps: list[tuple[str, Step]] = attrs.field(factory=list)
    _told_at: float = attrs.field(init=False)

    @_told_at.default
    def _begun_at(self) -> float:
        return self._clock.monotonic()

    @property
    def at_hand(self) -> Steps | None:
        """All steps with their kinds, in order, exactly as they are stored; None: there are too many to hold."""
        return self._steps if len(self._steps) == self._number else None

    @property
    def is_empty(self) -> bool:
        """Whether it has no step so far."""
        return self._number == 0 and not any(part.deletions for part in self.parts)

    async def add(
        self, part: PartWriter, steps: Sequence[Step], errors: Sequence[SyncError], settled: Mapping[str, int]
    ) -> None:
        """Keep steps, and what could not be read. ``settled``: due records that were looked at and need nothing."""
        await self._store(part.schema.kind, part.take(steps), errors, settled)

    async def tell_seen(self, part: PartWriter) -> None:
        """Keep in the state how many records were seen, for who asks how far it is. Once a second: what is over sooner
        needs no more transactions for it.
        """
        now = self._clock.monotonic()
        if now - self._told_at < TELL_EVERY_S:
            return
        self._told_at = now

        async def tell(uow: UnitOfWork) -> Counts:
            state = await uow.sync_states.get(self._run.account_id, part.schema.kind)
            await uow.sync_states.put(attrs.evolve(state, seen=part.seen))
            return Counts()

        await self._books.write(self._run, "sync_seen", tell)

    async def finish(self) -> None:
        """Keep the deletions, and say how it ends."""
        going: set[UUID] = set()
        for part in reversed(self.parts):
            staying = part.close(going)
            errors = [self._stays(part, external_id, left) for external_id, left in staying.items()]
            await self._store(part.schema.kind, part.deletions, errors)
            going |= {step.local_id for step, _ in part.deletions if step.local_id is not None}
        self.plan.finish(tuple(part.part() for part in self.parts))
        if self._number:
            await self._books.write(self._run, "finish_plan", self._save)

    def _stays(self, part: PartWriter, external_id: str, left: Belongings) -> SyncError:
        error = stays_for(left)
        return SyncError(
            run_id=self._run.id,
            kind=part.schema.kind,
            external_id=external_id,
            code=error.code,
            message=error.message,
            at=self._run.started_at,
        )

    async def _save(self, uow: UnitOfWork) -> Counts:
        await uow.plans.save(self.plan)
        for old in (await uow.plans.latest(limit=KEPT + 1, account_id=self.plan.account_id))[KEPT:]:
            await uow.plans.remove_steps(old.id)
            if old.state in {PlanState.PLANNED, PlanState.HELD}:
                old.end(PlanState.STALE, now=self.plan.created_at)
                await uow.plans.save(old)
        return Counts()

    async def _store(
        self, kind: str, lines: Sequence[Lined], errors: Sequence[SyncError] = (), settled: Mapping[str, int] = _NONE
    ) -> None:
        if not (lines or errors or settled):
            return
        start = self._number

        async def store(uow: UnitOfWork) -> Counts:
            if lines and not start:
                await uow.plans.add(self.plan)
            if lines:
                await uow.plans.add_steps(self.plan.id, start, [(kind, text) for _, text in lines])
            if errors:
                await uow.runs.add_errors(errors)
                await uow.due.add(self._run.account_id, kind, due_again(errors))
            if settled:
                await uow.due.settle(self._run.account_id, kind, settled)
            return Counts(errors=len(errors))

        await self._books.write(self._run, "plan_batch", store)
        if self._number + len(lines) <= AT_HAND:
            self._steps += [(kind, step) for step, _ in lines]
        else:
            self._steps.clear()
        self._number += len(lines)
