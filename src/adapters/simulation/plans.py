"""People have plans made, and apply them, at once or much later."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from ...application.sync.desk import BUILT_IN_LAWS, SyncDesk
from ...domain.shared.ids import PlanId, RunId
from ...domain.sync.documents import read_step
from ...domain.sync.kept_plan import KeptPlan, PlanState
from ...domain.sync.policy import Policy
from ...domain.sync.run import Run, RunState
from .programme import Process
from .steps.runs import Accept, ApplyPlan, MakePlan
from .task import Applied
from .trail import Key
from .words import COURSE_KINDS
from .world import World

_SOMEBODY = "somebody"


class Work(Protocol):
    """What is to be done with a process of Tresen."""

    async def __call__(self, desk: SyncDesk, /) -> Run:
        """Its run."""


class Carry(Protocol):
    """Carries a run out, and judges it."""

    async def __call__(
        self, number: int, course: str, process: Process, work: Work, *, plan: Applied | None = None
    ) -> Run | None:
        """None when it was refused."""


@attrs.frozen(kw_only=True)
class _Made:
    """How things stood when a plan was made: ``synced`` is the latest run that completed, ``writes`` whether the
    account might be written to.
    """

    shared: Mapping[str, int]
    policies: Mapping[str, Policy]
    synced: RunId | None
    writes: bool
    at: datetime

    def is_another(self, now: "_Made") -> bool:
        """Whether the plan may not be applied as things stand now."""
        is_old = now.at - self.at > _A_DAY
        return is_old or (self.policies, self.synced, self.writes) != (now.policies, now.synced, now.writes)


_DONE, _A_DAY = RunState.COMPLETED, timedelta(days=1)


@attrs.frozen
class Plans:
    """Of one world."""

    _world: World
    _carry: Carry
    _made: dict[PlanId, "_Made"] = attrs.field(factory=dict)

    async def work(self, step: MakePlan | ApplyPlan | Accept) -> Run | None:
        """The run; None when there is no such plan, or when it is stale."""
        match step:
            case MakePlan():
                return await self._make(step)
            case ApplyPlan():
                found = self._latest(step.account, step.course, PlanState.PLANNED)
                return None if found is None else await self._apply(step.account, found, by=None)
            case Accept():
                return await self.accept(step.account, step.course)

    async def accept(self, number: int, course: str) -> Run | None:
        """The latest one that a guard holds is let through; None when there is none, or when it is stale."""
        found = self._latest(number, course, PlanState.HELD)
        return None if found is None else await self._apply(number, found, by=_SOMEBODY)

    async def _make(self, step: MakePlan) -> Run | None:
        number, course = step.account, step.course
        tenant, account = self._world.room(self._world.specs[number].tenant).tenant.id, self._world.account_ids[number]
        made = self._standing(number, course)
        run = await self._carry(
            number, course, self._process(number), lambda desk: desk.plan(tenant, account, course, whole=step.whole)
        )
        if run is not None and run.plan_id is not None:
            self._made[run.plan_id] = made
        return run

    async def _apply(self, number: int, plan: KeptPlan, *, by: str | None) -> Run | None:
        made, now = self._made.get(plan.id), self._standing(number, plan.kind)
        applied = Applied(
            accepted=by is not None,
            shared=None if made is None else made.shared,
            is_stale=made is not None and made.is_another(now),
            unlisted=self._unlisted(number, plan) if plan.trips else frozenset(),
        )
        tenant, plan_id = plan.tenant_id, plan.id
        return await self._carry(
            number,
            plan.kind,
            self._process(number),
            lambda desk: desk.apply(tenant, plan_id, accepted_by=by),
            plan=applied,
        )

    def _unlisted(self, number: int, plan: KeptPlan) -> frozenset[Key]:
        """Of its steps those that only a listing speaks for."""
        rows = self._world.room(self._world.specs[number].tenant).plan_steps.among("plan", plan.id)
        steps = [(kind, read_step(text, BUILT_IN_LAWS)) for _, (_, (_, kind, text)) in rows]
        return frozenset((kind, str(step.external_id)) for kind, step in steps if step.proof == "listing")

    def _standing(self, number: int, course: str) -> "_Made":
        room, account = self._world.room(self._world.specs[number].tenant), self._world.account_ids[number]
        runs = [run.id for run in room.runs.rows() if (run.account_id, run.kind, run.state) == (account, course, _DONE)]
        return _Made(
            shared={kind: len(self._world.links(number, kind)) for kind in COURSE_KINDS[course]},
            policies={kind: self._world.policy(number, kind) for kind in COURSE_KINDS[course]},
            synced=max(runs, default=None),
            writes=self._world.account(number).writes_enabled,
            at=self._world.clock.now(),
        )

    def _process(self, number: int) -> Process:
        process = Process()
        self._world.gyms[number].programme.begin(process)
        return process

    def _latest(self, number: int, course: str, state: PlanState) -> KeptPlan | None:
        account = self._world.account_ids[number]
        found = [
            plan
            for plan in self._world.room(self._world.specs[number].tenant).plans.rows()
            if (plan.account_id, plan.kind, plan.state) == (account, course, state)
        ]
        return max(found, key=lambda plan: (plan.created_at, plan.id), default=None)
