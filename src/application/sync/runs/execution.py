"""Makes a plan, applies it, and writes to the provider: the middle of a run."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs

from ....domain.shared.errors import CursorExpired, GatewayError
from ....domain.shared.ids import PlanId
from ....domain.sync.kept_plan import KeptPlan, Part, PlanState
from ....domain.sync.laws import Laws
from ....domain.sync.run import Counts
from ....domain.sync.state import Phase, SyncState
from ...ports.clock import Clock, IdSource
from ...ports.unit_of_work import UnitOfWork
from ..applying.shown_since import ShownSince, shown_since
from ..applying.stale import cannot_tell, changed_since
from ..deciding.kept_steps import AT_ONCE, Steps, grouped, read_steps
from ..deciding.plan_writer import PlanWriter
from ..deciding.planner import Watch
from ..links.elsewhere import claim_all, ties
from ..records.run_books import Opened, RunBooks
from .strand import AnyStrand
from .tasks_seen_done import close_what_is_done

# What is counted while a plan is applied, and, behind the kind of record, while what waits is written there.
STEP, PUSH = "step", "push"

# Where a provider does not tell what was deleted, everything is listed this often.
LIST_EVERY = timedelta(days=1)


@attrs.frozen
class Execution:
    """Shared by run, plan and apply."""

    books: RunBooks
    laws: Laws
    clock: Clock
    ids: IdSource

    async def load(self, opened: Opened, strands: Sequence[AnyStrand], watch: Watch) -> None:
        """The first load of an empty house."""
        await self.enter(opened, [strand.name for strand in strands], Phase.OBSERVING)
        for strand in strands:
            walk = await strand.load(opened, watch)
            arrival = _Arrival(strand, cursor=walk.cursor, complete=True, seen=len(walk.generation))
            await self._arrive(opened, [arrival])

    async def plan(
        self, opened: Opened, strands: Sequence[AnyStrand], watch: Watch, *, whole: bool
    ) -> tuple[PlanWriter, GatewayError | None]:
        """The plan, and what broke the walk off, if anything did: then it covers what was seen before that."""
        await self.enter(opened, [strand.name for strand in strands], Phase.OBSERVING)
        run = opened.run
        plan = KeptPlan(
            id=PlanId(self.ids.new()),
            tenant_id=run.tenant_id,
            account_id=run.account_id,
            kind=run.kind,
            run_id=run.id,
            created_at=run.started_at,
        )
        writer, error = PlanWriter(plan, run, self.books, self.clock), None
        for strand in strands:
            cursor = None if whole or self._is_whole_due(strand) else strand.state.cursor
            try:
                await strand.plan(opened, writer, cursor, watch)
            except GatewayError as broken:
                error = broken
                break
        await writer.finish()
        if not writer.is_empty:
            run.plan_id = plan.id
        return writer, error

    async def apply(
        self,
        opened: Opened,
        plan: KeptPlan,
        strands: Mapping[str, AnyStrand],
        watch: Watch,
        at_hand: Steps | None = None,
    ) -> None:
        """Every step, in order, in batches; each is one transaction, so that a crash loses at most one. That all is
        applied is kept by ``arrive``.

        ``at_hand`` are all of the plan's steps; without them they are read from the store. What a plan that was held
        would take away because a listing lacked it is asked for before anything is written.
        """
        await self.enter(opened, list(strands), Phase.APPLYING, seen={part.kind: part.seen for part in plan.parts})
        doubted = await self._doubted(opened, plan, strands) if plan.trips else frozenset()
        done = 0
        async for batch in self._batches(opened, plan, at_hand):
            await self._batch(opened, strands, batch, doubted)
            done += len(batch)
            watch(STEP, done)

    async def ensure_as_shown(self, opened: Opened, plan: KeptPlan, strands: Mapping[str, AnyStrand]) -> None:
        """Ask the sources that tell changes. Raises PlanStale when records of the plan are others there by now, or when
        a source knows no more since when; GatewayError when it cannot be asked.
        """
        since: dict[str, ShownSince] = {}
        for part in plan.parts:
            strand = strands[part.kind]
            try:
                since[part.kind] = await shown_since(
                    strand.source, strand.kind.schema, strand.scope.policy, part, partial(strand.as_of_today, opened)
                )
            except CursorExpired:
                raise cannot_tell(plan, part.kind) from None
        if not any(shown.latest for shown in since.values()):
            return
        async for batch in self._batches(opened, plan):
            for kind, step in batch:
                await since[kind].look(step)
        changed = [record for shown in since.values() for record in shown.changed]
        if changed:
            raise changed_since(plan, changed, "at the provider")

    async def discard(self, opened: Opened, plan: KeptPlan) -> None:
        """It does not know everything that it should: nobody may apply it."""
        plan.end(PlanState.BROKEN, now=self.clock.now())
        if opened.run.plan_id is not None:
            await self.books.write(opened.run, "discard_plan", lambda uow: saved(uow, plan))

    async def arrive(
        self, opened: Opened, strands: Mapping[str, AnyStrand], parts: Sequence[Part], plan: KeptPlan | None
    ) -> None:
        """The plan, if there is one, is applied, and with it everything that the parts cover: from now on changes go on
        there.
        """
        if plan is not None:
            plan.end(PlanState.APPLIED, now=self.clock.now())
        arrivals = [
            _Arrival(strands[part.kind], cursor=part.cursor, complete=part.complete, seen=part.seen) for part in parts
        ]
        if arrivals or plan is not None:
            await self._arrive(opened, arrivals, plan)

    async def push(
        self, opened: Opened, strands: Sequence[AnyStrand], watch: Watch, *, walked_at: datetime | None
    ) -> None:
        """Write to the provider what waits, of every kind; ``walked_at`` as in ``Pusher``. Raises GatewayError when
        it cannot be reached.
        """
        names = [strand.name for strand in strands]
        for strand in strands:
            await strand.take_up(opened)
        if not await self.waiting(opened, strands):
            return
        await self.enter(opened, names, Phase.PUSHING)
        for strand in strands:
            if await strand.push(opened, partial(watch, f"{strand.name} {PUSH}"), walked_at=walked_at):
                await self.books.write(opened.run, "close_tasks", partial(self._close_tasks, opened, strand))
        await self.enter(opened, names, Phase.IDLE)

    async def _close_tasks(self, opened: Opened, strand: AnyStrand, uow: UnitOfWork) -> Counts:
        await close_what_is_done(uow, opened.account.id, strand.kind.schema, now=self.clock.now())
        return Counts()

    async def waiting(self, opened: Opened, strands: Sequence[AnyStrand]) -> int:
        """How many pushes of these kinds wait."""
        names = [strand.name for strand in strands]
        return await self.books.read(opened.run, lambda uow: _count_waiting(uow, opened, names))

    async def enter(
        self, opened: Opened, kinds: Sequence[str], phase: Phase, *, seen: Mapping[str, int] | None = None
    ) -> None:
        """Show what goes on. ``seen``: how many records of which kinds were seen, where that is another number now."""

        async def keep(uow: UnitOfWork) -> Counts:
            for kind in kinds:
                state = await uow.sync_states.get(opened.account.id, kind)
                now = 0 if phase is Phase.OBSERVING else (seen or {}).get(kind, state.seen)
                await uow.sync_states.put(attrs.evolve(state, phase=phase, run_id=opened.run.id, seen=now))
            return Counts()

        await self.books.write(opened.run, f"sync_{phase.value}", keep)

    def _is_whole_due(self, strand: AnyStrand) -> bool:
        last = strand.state.complete_at
        # One in the future was told by a clock that was wrong.
        return strand.scope.anew or last is None or not timedelta(0) <= self.clock.now() - last < LIST_EVERY

    async def _batches(self, opened: Opened, plan: KeptPlan, at_hand: Steps | None = None) -> AsyncIterator[Steps]:
        if at_hand is not None:
            for start in range(0, len(at_hand), AT_ONCE):
                yield at_hand[start : start + AT_ONCE]
            return

        after = 0
        while True:

            async def ask(uow: UnitOfWork, start: int = after) -> Sequence[tuple[int, str, str]]:
                return await uow.plans.steps(plan.id, start=start, limit=AT_ONCE)

            rows = await self.books.read(opened.run, ask)
            if not rows:
                return
            yield read_steps(plan, rows, self.laws)
            after = rows[-1][0] + 1

    async def _doubted(
        self, opened: Opened, plan: KeptPlan, strands: Mapping[str, AnyStrand]
    ) -> Collection[tuple[str, str | None]]:
        """Kind and id of records that no listing may take away: the provider has them, or does not say."""
        doubted: set[tuple[str, str | None]] = set()
        async for batch in self._batches(opened, plan):
            for kind, steps in grouped(batch):
                unlisted = [str(step.external_id) for step in steps if step.proof == "listing"]
                doubted |= {(kind, one) for one in await strands[kind].doubted(opened, unlisted)}
        return doubted

    async def _batch(
        self,
        opened: Opened,
        strands: Mapping[str, AnyStrand],
        batch: Steps,
        doubted: Collection[tuple[str, str | None]],
    ) -> None:
        groups = [
            (kind, [step for step in steps if (kind, step.external_id) not in doubted])
            for kind, steps in grouped(batch)
        ]

        async def work(uow: UnitOfWork) -> Counts:
            if any(ties(step) for _, steps in groups for step in steps):
                await claim_all(uow)
            await uow.accounts.claim(opened.account.id)
            counts = Counts()
            for kind, steps in groups:
                counts += await strands[kind].apply(uow, steps)
            return counts

        await self.books.write(opened.run, "apply_plan", work)

    async def _arrive(self, opened: Opened, arrivals: Sequence["_Arrival"], plan: KeptPlan | None = None) -> None:
        now = self.clock.now()
        # A plan that waited for a person tells what was there when it was made.
        seen_at = plan.created_at if plan is not None and plan.run_id != opened.run.id else now

        async def keep(uow: UnitOfWork) -> Counts:
            if plan is not None:
                await uow.plans.save(plan)
            for arrival in arrivals:
                state = await uow.sync_states.get(opened.account.id, arrival.strand.name)
                await uow.sync_states.put(arrival.of(state, now, seen_at))
                await close_what_is_done(uow, opened.account.id, arrival.strand.kind.schema, now=now)
            return Counts()

        await self.books.write(opened.run, "sync_arrived", keep)


@attrs.frozen
class _Arrival:
    """How far a kind of record is in step by now."""

    strand: AnyStrand
    cursor: str | None
    complete: bool
    seen: int

    def of(self, state: SyncState, now: datetime, seen_at: datetime) -> SyncState:
        """The state after it. ``seen_at``: when the provider was looked at."""
        return attrs.evolve(
            state,
            phase=Phase.IDLE,
            cursor=self.cursor,
            cursor_at=seen_at if self.cursor is not None else None,
            complete_at=seen_at if self.complete else state.complete_at,
            succeeded_at=now,
            policy_version=self.strand.rules,
            place=self.strand.place,
            seen=self.seen,
        )


async def _count_waiting(uow: UnitOfWork, opened: Opened, kinds: Sequence[str]) -> int:
    return sum([await uow.pushes.count_waiting(opened.account.id, kind) for kind in kinds])


async def saved(uow: UnitOfWork, plan: KeptPlan) -> Counts:
    """Save a plan."""
    await uow.plans.save(plan)
    return Counts()
