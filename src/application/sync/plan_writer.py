"""Writes down a plan while it is being made: its steps as they come, deletions last."""

from collections.abc import Sequence

import attrs

from ...domain.sync.action import Action
from ...domain.sync.documents import step_line
from ...domain.sync.guards import Tally
from ...domain.sync.kept_plan import KeptPlan, Part, PlanState
from ...domain.sync.plan import Fingerprint
from ...domain.sync.policy import Policy
from ...domain.sync.run import Counts, Run, SyncError
from ...domain.sync.schema import Schema
from ...domain.sync.step import Step, count
from ..ports.unit_of_work import UnitOfWork
from .run_books import RunBooks

# The steps of so many plans of an account are kept, for what-if; of older ones only what the plan itself says.
KEPT = 100


@attrs.define
class PartWriter:
    """The part of one kind of record, while it is being made."""

    schema: Schema
    policy: Policy
    tally: Tally
    actions: dict[str, int] = attrs.field(factory=dict)
    deletions: list[str] = attrs.field(factory=list)
    seen: int = 0
    cursor: str | None = None
    complete: bool = False
    _fingerprint: Fingerprint = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._fingerprint = Fingerprint(self.schema, self.policy)

    def take(self, steps: Sequence[Step]) -> list[str]:
        """Count them; the lines of those that are no deletions, which are kept for the end."""
        lines: list[str] = []
        for step in steps:
            count(step, self.schema, self.tally)
            self._fingerprint.add(step)
            action = step.decision.action
            self.actions[action.value] = self.actions.get(action.value, 0) + 1
            (self.deletions if action is Action.DELETE_HERE else lines).append(step_line(step))
        return lines

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
    parts: list[PartWriter] = attrs.field(factory=list)
    _number: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it has no step so far."""
        return self._number == 0 and not any(part.deletions for part in self.parts)

    async def add(
        self, part: PartWriter, steps: Sequence[Step], errors: Sequence[SyncError] = (), settled: Sequence[str] = ()
    ) -> None:
        """Keep steps, and what could not be read. ``settled``: records that were looked at and need nothing."""
        await self._store(part.schema.kind, part.take(steps), errors, settled)

    async def finish(self) -> None:
        """Keep the deletions, and say how it ends."""
        for part in reversed(self.parts):
            await self._store(part.schema.kind, part.deletions)
        self.plan.finish(tuple(part.part() for part in self.parts))
        if self._number:
            await self._books.write(self._run, "finish_plan", self._save)

    async def _save(self, uow: UnitOfWork) -> Counts:
        await uow.plans.save(self.plan)
        for old in (await uow.plans.latest(limit=KEPT + 1, account_id=self.plan.account_id))[KEPT:]:
            await uow.plans.remove_steps(old.id)
            if old.state in {PlanState.PLANNED, PlanState.HELD}:
                old.end(PlanState.STALE, now=self.plan.created_at)
                await uow.plans.save(old)
        return Counts()

    async def _store(
        self, kind: str, lines: Sequence[str], errors: Sequence[SyncError] = (), settled: Sequence[str] = ()
    ) -> None:
        if not (lines or errors or settled):
            return
        start = self._number

        async def store(uow: UnitOfWork) -> Counts:
            if lines and not start:
                await uow.plans.add(self.plan)
            if lines:
                await uow.plans.add_steps(self.plan.id, start, [(kind, line) for line in lines])
            if errors:
                await uow.runs.add_errors(errors)
                ids = [error.external_id for error in errors if error.external_id is not None]
                await uow.due.add(self._run.account_id, kind, ids)
            if settled:
                await uow.due.remove(self._run.account_id, kind, settled)
            return Counts(errors=len(errors))

        await self._books.write(self._run, "plan_batch", store)
        self._number += len(lines)
