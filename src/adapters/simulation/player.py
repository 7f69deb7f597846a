"""Plays a script, and looks after every step whether everything holds that must."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256

import attrs

from ...application.sync.desk import SyncDesk
from ...domain.shared.errors import RuleViolation
from ...domain.sync.run import Run, RunState
from .at_once import at_once
from .broken import Broken
from .counter import Counter
from .counter_writes import CounterWrites
from .hands import Hands
from .judge import before, judged
from .people import People
from .plans import Plans
from .post import Letter, Post
from .programme import Killed, Process
from .rest import doubled
from .script import Script
from .steps.counter import AtCounter
from .steps.decisions import LetGo, Reopen, Resolve, Undo, UndoChange, UndoRecord
from .steps.edits import EditAtCounter
from .steps.runs import Accept, ApplyPlan, MakePlan, OnTime, Sync, Webhook
from .steps.step import Step
from .task import Applied, decided_nothing
from .told_edits import ToldEdits
from .witness import Witness
from .words import COURSE_KINDS
from .world import World

_A_MOMENT = timedelta(seconds=20)


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
    post: Post = attrs.field(init=False)
    plans: Plans = attrs.field(init=False)
    told: ToldEdits = attrs.field(init=False)
    counter: Counter = attrs.field(init=False)
    writes: CounterWrites = attrs.field(init=False)
    _under_way: list[tuple[int, Letter]] = attrs.field(factory=list)
    _waiting: list[AtCounter] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.world = World(self.script, lambda _, step: self._act(step))
        self.witness = Witness(self.world)
        self.told = ToldEdits(self.world)
        self.counter = Counter(self.world, self.witness, self.told)
        self.writes = CounterWrites(self.world, self.witness, self.people.origins)
        self.post = Post(self.world, self.sync)
        self.plans = Plans(self.world, self.run)

    @property
    def broken(self) -> list[Broken]:
        """What did not hold so far."""
        return self.witness.broken

    async def play(self) -> None:
        """Every step, up to the first thing that does not hold."""
        for number, step in enumerate(self.script.steps):
            await self._step(number, step)
            await self._deliver(number)
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
                letter = Letter(
                    number=number, account=step.account, course=step.course, faults=step.faults, crash=step.crash
                )
                copies = [attrs.evolve(letter, copy=copy) for copy in range(step.copies)]
                self._under_way += [(number + step.after + each.copy, each) for each in copies]
            case OnTime():
                await self.post.ask(step.tenant, step.course, crash=step.crash)
            case MakePlan() | ApplyPlan() | Accept():
                await self.plans.work(step)
            case Resolve() | Reopen() | LetGo() | Undo() | UndoChange() | UndoRecord():
                await self._by_hand(step)
            case AtCounter():
                await self._at_counter(step)
            case EditAtCounter():
                self._act(step)
            case _:
                self._act(step)
                self.log.append(type(step).__name__)

    def _act(self, step: Step) -> None:
        """What people do at any time, also in the middle of a run."""
        match step:
            case EditAtCounter():
                self.people.origins.readdressed[step.tenant, step.kind, step.who] += "email" in step.values
                self.log.append(f"EditAtCounter: {self.counter.edit(step)}")
            case AtCounter() if self.witness.is_at_counter:
                self._waiting.append(step)
            case AtCounter():
                at_once(self._at_counter(step))
            case Sync():
                at_once(self._beside(step))
            case _:
                self.people.act(self.world, step)

    async def _at_counter(self, step: AtCounter) -> None:
        self.log.append(f"{type(step).__name__}: {await self.writes.work(step)}")
        # Two at once may be about one person: then the second waits for its turn.
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            await self._at_counter(each)

    async def _beside(self, step: Sync) -> None:
        """A run in the middle of what somebody does at a counter."""
        if self.witness.is_run_under_way:
            self.log.append("another run is under way")
            return
        with self.witness.beside(), self.world.gyms[step.account].programme.beside(Process()):
            await self.sync(step)

    async def _deliver(self, number: int) -> None:
        """What has come by now, in the order in which it does, and what follows from it."""
        due = sorted((each for each in self._under_way if each[0] <= number), key=lambda each: each[0])
        for each in due:
            self._under_way.remove(each)
            await self.post.bring(each[1])
        if died := await self.post.work():
            self.log.append(died)
        self.broken.extend(self.post.broken())

    async def _by_hand(self, step: Step) -> None:
        """What a person settles needs no look any more."""
        hands, undid = Hands(self.world), isinstance(step, Undo | UndoChange | UndoRecord)
        tenant = hands.tenant(step)
        if undid:
            self.people.origins.undone.add(tenant)
        self.witness.pins.look(self.world.room(tenant))
        due = self.world.due()
        asked = self.witness.agreement.open(step.account) if isinstance(step, Resolve) else {}
        new = hands.new(step)
        told = await hands.work(step)
        if new is not None and new in self.people.origins.asked:
            self.people.origins.enter(new)
        self.witness.settled(due - self.world.due())
        if isinstance(step, Resolve):
            self.witness.agreement.settle(step.account, asked)
        self.witness.pins.note(self.world.room(tenant), undid=undid)
        self.log.append(f"{type(step).__name__}: {told}")

    async def sync(self, step: Sync, force: bool = True, process: Process | None = None) -> Run | None:
        """A run; None when the process died in it. ``process`` None: one of its own."""
        process = process or Process(step.crash, step.overtaken)
        self.world.gyms[step.account].programme.begin(process, step.faults, step.meanwhile)
        tenant = self.world.tenants[self.world.specs[step.account].tenant].id
        account = self.world.account_ids[step.account]

        async def work(desk: SyncDesk) -> Run:
            course = desk.members if step.course == "members" else desk.leads
            return await course(tenant, account, force=force, whole=step.whole)

        disturbed = len(step.meanwhile) + len(step.overtaken)
        run = await self.run(step.account, step.course, process, work, disturbed=disturbed)
        undisturbed = not (step.faults or step.meanwhile or step.overtaken)
        if run is not None and run.state is RunState.COMPLETED and undisturbed and not run.counts.errors:
            self.witness.agreement.note(step.account, step.course)
            self.broken.extend(self.told.judge(step.account, step.course))
        else:
            self.witness.agreement.doubt(step.account, step.course)
            self.broken.extend(self.told.doubt(step.account, step.course))
        return run

    async def run(
        self,
        number: int,
        course: str,
        process: Process,
        work: Callable[[SyncDesk], Awaitable[Run]],
        *,
        plan: Applied | None = None,
        disturbed: int = 0,
    ) -> Run | None:
        """Carry out what is a run, and judge it; None when the process died in it, or it was refused."""
        self.runs += 1
        self.told.look(number, course)
        was = before(self.world, number, course, disturbed=disturbed, plan=plan)
        task = self.witness.begin(number, course, plan=plan, disturbed=disturbed > 0)
        run: Run | None = None
        try:
            run = await work(self.world.desk(process))
            told = f"{run.state.value} {run.counts} {run.reason}"
        except Killed:
            told = "killed"
        except RuleViolation as error:
            told = f"refused: {error.code} {error.message}"
            if plan is None:
                self.witness.say("errors", told)
            elif not decided_nothing(task):
                self.witness.say("held", f"a plan of {course} was refused, and did something: {error.message}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it was not to happen
            told = f"{type(error).__name__}: {error}"
            self.witness.say("errors", told)
        self.witness.end(completed=run is not None and run.state is RunState.COMPLETED)
        programme = self.world.gyms[number].programme
        self.calls += len(programme.calls)
        self.log.append(f"run {number} {course}: {told}; {process.calls} calls, ran into {programme.hit}")
        self.broken.extend(judged(self.world, was, run, task))
        if plan is not None:
            if plan.is_stale and run is not None and run.state is RunState.COMPLETED:
                self.witness.say("stale", f"a plan of {course} of account {number} was applied all the same")
            self.witness.agreement.doubt(number, course)
            self.broken.extend(self.told.doubt(number, course))
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
            state.update(repr((gym.books.became, gym.books.reasons)).encode())
            for kind in self.world.records:
                state.update(repr(gym.shelf(kind).entries()).encode())
        return state.hexdigest()
