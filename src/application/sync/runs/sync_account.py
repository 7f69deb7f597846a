"""One run of one course on one account: one at a time over all processes, with its books."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import attrs

from ....domain.shared.errors import CredentialsRefused, GatewayError, NotConfigured, RuleViolation
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.kept_plan import KeptPlan, PlanStale, PlanState
from ....domain.sync.run import Counts, Overtaken, Run, RunState, SyncRunning
from ....domain.sync.state import Phase
from ....domain.tenancy.provider_account import ProviderAccount
from ...log_context import bound
from ...ports.gym import GymGateway, GymProviders
from ...ports.locks import RunLocks
from ..applying.stale import Standing, ensure_fresh
from ..courses.course import Course
from ..deciding.plan_writer import PlanWriter
from ..deciding.planner import Watch
from ..pushes.foreseeing import Foreseen
from ..records.run_books import Opened, RunBooks
from .execution import Execution, saved
from .moving import moved_in
from .strand import AnyStrand
from .weaving import Weaving

_log = logging.getLogger(__name__)

# Told of records that were looked at, by their kind; then of steps that were applied, and of pushes that were tried.
Progress = Callable[[str, Counts], None]


def no_progress(kind: str, counts: Counts) -> None:
    """Nobody watches."""


@attrs.frozen
class SyncAccount:
    """Shared by the sync use cases. What goes wrong with the provider is in the Run, not raised."""

    _books: RunBooks
    _gyms: GymProviders
    _locks: RunLocks
    _weaving: Weaving
    _execution: Execution

    async def run(
        self,
        tenant_id: TenantId,
        account_id: AccountId,
        course: Course,
        *,
        force: bool,
        whole: bool = False,
        progress: Progress = no_progress,
    ) -> Run:
        """Plan and apply, or book why not. ``whole``: list everything, also where the provider tells what changed.

        A plan that a guard holds is kept, and nothing of it is written: the run is ``held``. What waited goes there
        before.
        """
        async with self._opened(tenant_id, account_id, course.name, force=force) as opened:
            await self._carry(opened, course, lambda gym: self._run(opened, course, gym, whole, _watch(progress)))
            return opened.run

    async def plan(
        self,
        tenant_id: TenantId,
        account_id: AccountId,
        course: Course,
        *,
        whole: bool = False,
        progress: Progress = no_progress,
    ) -> Run:
        """Only make a plan, which the run names: nothing is written, here or there.

        One that does nothing is not kept. The run is ``skipped`` while another process syncs.
        """
        async with self._opened(tenant_id, account_id, course.name, force=True) as opened:
            await self._carry(opened, course, lambda gym: self._plan(opened, course, gym, whole, _watch(progress)))
            return opened.run

    async def apply(
        self,
        tenant_id: TenantId,
        plan: KeptPlan,
        course: Course,
        *,
        accepted_by: str | None = None,
        progress: Progress = no_progress,
    ) -> Run:
        """Apply a plan exactly as it was made. ``accepted_by``: who lets it through its guards.

        Raises PlanHeld, PlanStale, IllegalTransition (applied before), SyncRunning.
        """
        was = plan.state
        if accepted_by is not None:
            plan.accept(accepted_by)
        plan.ensure_appliable()
        async with self._opened(tenant_id, plan.account_id, course.name, force=True) as opened:
            if opened.run.state is RunState.SKIPPED:
                # Somebody named this plan: that it was not applied is no end to go on from.
                details = {"account": str(plan.account_id), "kind": course.name, "plan": str(plan.id)}
                raise SyncRunning("this plan was not applied", **details)
            opened.run.plan_id = plan.id
            await self._carry(opened, course, lambda gym: self._apply(opened, course, gym, plan, was, _watch(progress)))
            return opened.run

    def place(self, account: ProviderAccount) -> str:
        """Where the account leads."""
        return self._gyms.place(account)

    @asynccontextmanager
    async def _opened(
        self, tenant_id: TenantId, account_id: AccountId, kind: str, *, force: bool
    ) -> AsyncIterator[Opened]:
        with bound(tenant=str(tenant_id), account=str(account_id), sync=kind):
            async with self._locks.hold(f"sync:{tenant_id}:{account_id}:{kind}") as alone:
                opened = await self._books.open(tenant_id, account_id, kind, force=force, alone=alone)
                if opened.run.state is not RunState.RUNNING:
                    _log.info("sync skipped", extra={"reason": opened.run.reason})
                yield opened

    async def _carry(self, opened: Opened, course: Course, work: Callable[[GymGateway], Awaitable["_End"]]) -> None:
        """Whatever ends the work is in the books. One that was skipped is not begun."""
        run = opened.run
        if run.state is not RunState.RUNNING:
            return
        try:
            async with self._gyms.open(opened.account) as gym:
                end = await work(gym)
        except (GatewayError, NotConfigured) as error:
            await self._books.note(opened, error, kind=run.kind)
            await self._end(opened, course, _End(RunState.FAILED, error.message))
        except Overtaken as error:
            run.finish(RunState.INTERRUPTED, now=self._execution.clock.now(), reason=error.message)
            _log.warning("sync overtaken", extra={"reason": error.message})
        except PlanStale as error:
            # Nothing was begun: no sync has failed, and how the kinds stand is as it was.
            await self._books.close(run, RunState.SKIPPED, f"the plan is stale: {error.message}")
            raise
        except RuleViolation as error:
            await self._end(opened, course, _End(RunState.FAILED, error.message))
            raise
        except BaseException:
            # Perhaps the process is going down; if even this fails, the next run books this one as interrupted.
            await self._end(opened, course, _End(RunState.FAILED, "stopped by an unexpected error; the log has it"))
            raise
        else:
            await self._end(opened, course, end)

    async def _end(self, opened: Opened, course: Course, end: "_End") -> None:
        await self._books.close(opened.run, end.state, end.reason)
        phase = _PHASES.get(end.state)
        if phase is not None:
            await self._execution.enter(opened, course.kinds, phase)

    async def _strands(self, opened: Opened, course: Course, gym: GymGateway) -> Sequence[AnyStrand]:
        strands = await self._weaving.strands(opened, course, gym, self.place(opened.account))
        return [await moved_in(opened, strand) for strand in strands]

    async def _run(self, opened: Opened, course: Course, gym: GymGateway, whole: bool, watch: Watch) -> "_End":
        await course.before(opened)
        strands = await self._strands(opened, course, gym)
        await self._push_first(opened, strands, watch)
        if await self._weaving.is_first(opened, strands):
            await self._execution.load(opened, strands, watch)
        else:
            writer, error = await self._execution.plan(opened, strands, watch, whole=whole)
            if writer.plan.state is PlanState.HELD:
                if error is not None:
                    await self._execution.discard(opened, writer.plan)
                    raise error
                return _held(writer.plan, pushed=opened.run.counts.pushed)
            await self._carry_out(opened, strands, writer, error, watch)
        await course.after(opened, gym)
        return _End(RunState.COMPLETED)

    async def _push_first(self, opened: Opened, strands: Sequence[AnyStrand], watch: Watch) -> None:
        """What an earlier run left over; what fails is tried again at the end, where it counts.

        Not before everything was listed once where the account leads: until then, links may mean other records.
        """
        if any(strand.state.complete_at is None for strand in strands):
            return
        try:
            await self._execution.push(opened, strands, watch, walked_at=None)
        except CredentialsRefused:
            raise
        except GatewayError as error:
            _log.warning("pushes go on waiting", extra={"why": error.message})

    async def _carry_out(
        self,
        opened: Opened,
        strands: Sequence[AnyStrand],
        writer: PlanWriter,
        error: GatewayError | None,
        watch: Watch,
    ) -> None:
        """What was seen before a walk broke off is applied, too; only what was walked through to its end is covered."""
        by_name = {strand.name: strand for strand in strands}
        plan = None if writer.is_empty else writer.plan
        if plan is not None:
            await self._execution.apply(opened, plan, by_name, watch, writer.at_hand)
        parts = [writing.part() for writing in writer.parts]
        await self._execution.arrive(opened, by_name, parts if error is None else parts[:-1], plan)
        if error is not None:
            raise error
        await self._execution.push(opened, strands, watch, walked_at=opened.run.started_at)

    async def _plan(self, opened: Opened, course: Course, gym: GymGateway, whole: bool, watch: Watch) -> "_End":
        strands = await self._strands(opened, course, gym)
        writer, error = await self._execution.plan(opened, strands, watch, whole=whole)
        if error is not None:
            await self._execution.discard(opened, writer.plan)
            raise error
        if writer.plan.state is PlanState.HELD:
            return _held(writer.plan)
        outlook = sum([await strand.foresee(opened) for strand in strands], Foreseen(0))
        return _End(RunState.PLANNED, _planned(writer, outlook.told(writes=opened.account.writes_enabled)))

    async def _apply(
        self, opened: Opened, course: Course, gym: GymGateway, plan: KeptPlan, was: PlanState, watch: Watch
    ) -> "_End":
        now = await self._books.read(opened.run, lambda uow: uow.plans.get(plan.id))
        if now.state is not was:
            # Somebody was faster.
            now.ensure_appliable()
        strands = await self._strands(opened, course, gym)
        by_name = {strand.name: strand for strand in strands}
        await self._ensure_fresh(opened, plan, by_name)
        await self._execution.apply(opened, plan, by_name, watch)
        await self._execution.arrive(opened, by_name, plan.parts, plan)
        await self._execution.push(opened, strands, watch, walked_at=plan.created_at)
        await course.after(opened, gym)
        return _End(RunState.COMPLETED)

    async def _ensure_fresh(self, opened: Opened, plan: KeptPlan, strands: Mapping[str, AnyStrand]) -> None:
        laws = self._execution.laws
        standing = {
            kind: Standing(
                kind=one.kind,
                scope=one.scope,
                state=one.state,
                place=one.place,
                writes=opened.account.writes_enabled,
                permits=one.scope.permits,
            )
            for kind, one in strands.items()
        }
        try:
            await self._books.read(opened.run, lambda uow: ensure_fresh(uow, plan, standing, laws))
            await self._execution.ensure_as_shown(opened, plan, strands)
        except PlanStale as error:
            plan.end(PlanState.STALE, now=opened.run.started_at, reason=error.message)
            await self._books.write(opened.run, "stale_plan", lambda uow: saved(uow, plan))
            raise


@attrs.frozen
class _End:
    """How a run ends, and why."""

    state: RunState
    reason: str | None = None


_PHASES = {RunState.FAILED: Phase.FAILED, RunState.HELD: Phase.HELD, RunState.PLANNED: Phase.IDLE}


def _held(plan: KeptPlan, *, pushed: int = 0) -> _End:
    """``pushed``: what an earlier run had left waiting, and the provider was given before there was a plan."""
    told = [trip.message for trip in plan.trips]
    if pushed:
        told.append(f"{pushed} {'push' if pushed == 1 else 'pushes'} that waited had gone before")
    return _End(RunState.HELD, f"a guard stopped it before anything of this plan was written: {'; '.join(told)}")


def _planned(writer: PlanWriter, waiting: str | None) -> str | None:
    """What a plan does not show: that it does nothing, and what was decided before and is not written yet."""
    empty = not writer.parts or writer.is_empty
    if waiting is None:
        return "there is nothing to do" if empty else None
    return f"nothing is to be decided; {waiting}" if empty else waiting


def _watch(progress: Progress) -> Watch:
    return lambda kind, seen: progress(kind, Counts(unchanged=seen))
