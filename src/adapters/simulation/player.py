"""Plays a script, and looks after every step whether everything holds that must."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256

import attrs

from ...application.sync.desk import SyncDesk
from ...domain.shared.errors import RuleViolation
from ...domain.sync.kept_plan import PlanState
from ...domain.sync.run import Run, RunState
from .broken import Broken
from .hands import Hands
from .judge import before, judged
from .people import People
from .programme import Killed, Process
from .rest import doubled
from .script import Accept, Resolve, Script, Step, Sync, Undo, Webhook
from .witness import Witness
from .words import COURSE_KINDS
from .world import World

_A_MOMENT = timedelta(seconds=20)
_SOMEBODY = "somebody"


@attrs.define
class Player:
    """One playing of a script. ``log`` has a line per step: the same script gives the same, byte for byte."""

    script: Script
    people: People = attrs.field(factory=People)
    log: list[str] = attrs.field(factory=list)
    runs: int = 0
    calls: int = 0
    world: World = attrs.field(init=False)
    witness: Witness = attrs.field(init=False)
    _told: list[tuple[int, Webhook]] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.world = World(self.script, self.people.act)
        self.witness = Witness(self.world)

    @property
    def broken(self) -> list[Broken]:
        """What did not hold so far."""
        return self.witness.broken

    async def play(self) -> None:
        """Every step, up to the first thing that does not hold."""
        for number, step in enumerate(self.script.steps):
            await self._step(number, step)
            for due, webhook in [each for each in self._told if each[0] <= number]:
                self._told.remove((due, webhook))
                await self.sync(Sync(account=webhook.account, course=webhook.course))
            self.look()
            if self.broken:
                return

    def look(self) -> None:
        """What must hold at any time."""
        kinds = [kind for course in self.script.courses for kind in COURSE_KINDS[course]]
        self.broken.extend(doubled(self.world, self.people.origins, kinds))

    async def _step(self, number: int, step: Step) -> None:
        self.world.clock.advance(_A_MOMENT)
        match step:
            case Sync():
                await self.sync(step)
            case Webhook():
                self._told += [(number + step.after, step)] * step.copies
            case Accept():
                await self.accept(step.account, step.course)
            case Resolve():
                self.log.append(f"Resolve: {await self._by_hand(Hands(self.world).resolve(step))}")
            case Undo():
                self.people.origins.undone.add(self.world.specs[step.account].tenant)
                self.log.append(f"Undo: {await self._by_hand(Hands(self.world).undo(step))}")
            case _:
                self.people.act(self.world, step)
                self.log.append(type(step).__name__)

    async def _by_hand(self, work: Awaitable[str]) -> str:
        """What a person settles needs no look any more."""
        before = self.world.due()
        told = await work
        self.witness.settled(before - self.world.due())
        return told

    async def sync(self, step: Sync) -> Run | None:
        """A run; None when the process died in it."""
        process = Process(step.crash, step.overtaken)
        self.world.gyms[step.account].programme.begin(process, step.faults, step.meanwhile)
        tenant = self.world.tenants[self.world.specs[step.account].tenant].id
        account = self.world.account_ids[step.account]

        async def work(desk: SyncDesk) -> Run:
            course = desk.members if step.course == "members" else desk.leads
            return await course(tenant, account, force=True, whole=step.whole)

        disturbed = len(step.meanwhile) + len(step.overtaken)
        run = await self._run(step.account, step.course, process, work, disturbed=disturbed)
        undisturbed = not (step.faults or step.meanwhile or step.overtaken)
        if run is not None and run.state is RunState.COMPLETED and undisturbed and not run.counts.errors:
            self.witness.agreement.note(step.account, step.course)
        else:
            self.witness.agreement.doubt(step.account, step.course)
        return run

    async def accept(self, number: int, course: str) -> Run | None:
        """The latest plan that a guard holds is let through; None when there is none, or when it is stale."""
        room = self.world.room(self.world.specs[number].tenant)
        account = self.world.account_ids[number]
        held = [
            plan
            for plan in room.plans.rows()
            if (plan.account_id, plan.kind, plan.state) == (account, course, PlanState.HELD)
        ]
        if not held:
            return None
        latest = max(held, key=lambda plan: (plan.created_at, plan.id))
        process = Process()
        self.world.gyms[number].programme.begin(process)

        async def work(desk: SyncDesk) -> Run:
            return await desk.apply(room.tenant.id, latest.id, accepted_by=_SOMEBODY)

        return await self._run(number, course, process, work, accepted=True)

    async def _run(
        self,
        number: int,
        course: str,
        process: Process,
        work: Callable[[SyncDesk], Awaitable[Run]],
        *,
        accepted: bool = False,
        disturbed: int = 0,
    ) -> Run | None:
        self.runs += 1
        was = before(self.world, number, course, disturbed=disturbed)
        task = self.witness.begin(number, course, accepted=accepted)
        run: Run | None = None
        try:
            run = await work(self.world.desk(process))
            told = f"{run.state.value} {run.counts} {run.reason}"
        except Killed:
            told = "killed"
        except RuleViolation as error:
            told = f"refused: {error.code} {error.message}"
            if not accepted:
                self.witness.say("errors", told)
        except Exception as error:  # noqa: BLE001 - whatever it is, it was not to happen
            told = f"{type(error).__name__}: {error}"
            self.witness.say("errors", told)
        self.witness.end(completed=run is not None and run.state is RunState.COMPLETED)
        programme = self.world.gyms[number].programme
        self.calls += len(programme.calls)
        self.log.append(f"run {number} {course}: {told}; {process.calls} calls, ran into {programme.hit}")
        self.broken.extend(judged(self.world, was, run, task))
        return run

    def digest(self) -> str:
        """Of everything that is stored, here and there."""
        state = sha256()
        for room in self.world.store.rooms:
            for name, table in sorted(vars(room).items()):
                if name not in {"tenant", "audit"}:
                    for key, row in sorted((repr(key), repr(row)) for key, row in table.items()):
                        state.update(f"{name} {key} {row}\n".encode())
        for gym in self.world.gyms:
            for kind in self.world.records:
                state.update(repr(gym.shelf(kind).entries()).encode())
        return state.hexdigest()
