"""What follows from events: once in effect, in order per subject, whatever fails."""

import asyncio
import enum
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOON, a_task, a_tenant

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.events import MemoryEventLog
from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.application import log_context
from tresen.application.event_types import EventTypes
from tresen.application.jobs.kinds import Hopeless, JobKind
from tresen.application.ports.events import EventPosition, NewEvent, StoredEvent
from tresen.application.ports.fanout import nothing_follows
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.reactions import EVERY, AtCommit, OutsideReaction, Reaction, Reactions, Row, reaction_kind
from tresen.application.transactions import Transactions
from tresen.domain.jobs.job import Job
from tresen.domain.jobs.outcome import Again, Done
from tresen.domain.shared.ids import TenantId

ONE, OTHER = UUID(int=1), UUID(int=2)
LEASE = timedelta(seconds=61)


class Diary:
    """A reaction that notes what happened in tasks, and fails for those in ``broken``: subject and sequence."""

    def __init__(self, name: str = "diary", on: str | Sequence[str] = EVERY) -> None:
        self.broken: set[tuple[str, int]] = set()
        self.row = Reaction(name=name, on=on, run=self.run)

    async def run(self, uow: UnitOfWork, event: StoredEvent) -> None:
        await uow.tasks.add(a_task(uow.tenant.id, title=f"{self.row.name} {event.subject_id} {event.sequence}"))
        if (event.subject_id, event.sequence) in self.broken:
            raise LookupError


class House:
    """A store with a table of reactions, and a worker that does one thing at a time."""

    def __init__(self, *rows: Row) -> None:
        self.clock = FixedClock()
        self.store = MemoryStore(self.clock, SequenceIds())
        tenant = a_tenant()
        self.tenant = tenant.id
        self.store.add_room(tenant)
        self.reactions = Reactions(lambda: rows)
        self.transactions = Transactions(MemoryUnitsOfWork(self.store, self.reactions), self.clock, FixedDice())
        self.queue = MemoryJobQueue(self.store, lease_s=60)
        self.kind: JobKind = reaction_kind(self.transactions, self.reactions)

    async def happen(self, subject: str = "1", type_: str = "thing.rang", times: int = 1) -> None:
        """These events, in one transaction."""

        async def work(uow: UnitOfWork) -> None:
            for _ in range(times):
                uow.events.record(NewEvent(type=type_, subject_kind="thing", subject_id=subject, occurred_at=NOON))

        await self.transactions.run(self.tenant, "happen", work)

    async def claim(self, worker: UUID = ONE) -> Sequence[Job]:
        return await self.queue.claim({self.kind.name: None}, worker=worker, count=1)

    async def work_off(self, worker: UUID = ONE) -> None:
        """Run what is due until nothing is; what fails is tried again in an hour."""
        while jobs := await self.claim(worker):
            for job in jobs:
                try:
                    await self.kind.run(job)
                except LookupError:
                    await self.queue.settle([Again(job, 3_600, "no")], worker=worker)
                else:
                    await self.queue.settle([Done(job)], worker=worker)

    @property
    def notes(self) -> list[str]:
        """What the diaries noted."""
        return [task.title for _, task in self.store.room(self.tenant).tasks.items()]


async def test_each_event_is_reacted_to_once_in_the_order_of_its_subject() -> None:
    house = House(Diary().row)
    await house.happen("1", times=2)
    await house.happen("2")
    await house.happen("1")
    assert house.notes == []
    await house.work_off()
    assert sorted(house.notes) == ["diary 1 1", "diary 1 2", "diary 1 3", "diary 2 1"]
    assert [note for note in house.notes if note.startswith("diary 1")] == ["diary 1 1", "diary 1 2", "diary 1 3"]
    await house.work_off()
    assert len(house.notes) == 4


async def test_a_reaction_is_called_for_its_types() -> None:
    house = House(Diary("rings", "thing.rang").row, Diary("falls", ("thing.fell", "thing.sank")).row, Diary("all").row)
    await house.happen("1", "thing.rang")
    await house.happen("2", "thing.fell")
    await house.happen("3", "thing")
    await house.work_off()
    assert sorted(house.notes) == ["all 1 1", "all 2 1", "all 3 1", "falls 2 1", "rings 1 1"]


async def test_a_reaction_may_be_on_all_types_below_one() -> None:
    house = House(Diary("rings", "thing.*").row, Diary("both", ("other", "thing.bell.*")).row)
    for type_ in ("thing.rang", "thing.bell.rang", "thing", "things.rang"):
        await house.happen(type_, type_)
    await house.work_off()
    assert sorted(house.notes) == ["both thing.bell.rang 1", "rings thing.bell.rang 1", "rings thing.rang 1"]


async def test_what_runs_at_commit_may_be_on_all_types_below_one() -> None:
    seen: list[str] = []

    async def note(uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
        seen.extend(event.type for event in events)

    house = House(AtCommit(name="note", on="thing.*", run=note))
    await house.happen("1", "thing.rang")
    await house.happen("1", "other.rang")
    assert seen == ["thing.rang"]


def test_a_reaction_on_a_type_that_nobody_records_is_told(caplog: pytest.LogCaptureFixture) -> None:
    rows = [
        Diary("fine", ("lead.captured", "member.*", "provider.booking.created", "thing.rang")).row,
        Diary("all", EVERY).row,
        Diary("slip", ("lead.captured", "leed.captured")).row,
    ]
    Reactions(lambda: rows, EventTypes(["thing.rang"])).check()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert (record.__dict__["reaction"], record.__dict__["unknown"]) == ("slip", ["leed.captured"])
    assert "lead.captured" in record.__dict__["known"]


async def test_one_that_fails_blocks_its_subject_alone_and_loses_nothing() -> None:
    diary, other = Diary(), Diary("other")
    house = House(diary.row, other.row)
    diary.broken = {("1", 1)}
    await house.happen("1", times=2)
    await house.happen("2", times=2)
    await house.work_off()
    assert sorted(house.notes) == ["diary 2 1", "diary 2 2", "other 1 1", "other 1 2", "other 2 1", "other 2 2"]
    diary.broken.clear()
    house.clock.advance(timedelta(hours=1))
    await house.work_off()
    assert house.notes[-2:] == ["diary 1 1", "diary 1 2"]


async def test_an_effect_is_there_once_though_its_worker_died_before_it_could_say_so() -> None:
    house = House(Diary().row)
    await house.happen()
    (job,) = await house.claim(ONE)
    await house.kind.run(job)  # and here the lights go out
    house.clock.advance(LEASE)
    await house.work_off(OTHER)
    assert house.notes == ["diary 1 1"]
    assert await house.claim() == []


async def test_an_effect_is_there_once_though_two_workers_run_it_at_once() -> None:
    house = House(Diary().row)
    await house.happen()
    (job,) = await house.claim(ONE)
    house.clock.advance(LEASE)
    (same,) = await house.claim(OTHER)
    assert same.id == job.id
    await house.kind.run(job)
    await house.kind.run(same)
    assert house.notes == ["diary 1 1"]


async def test_nothing_follows_from_what_was_rolled_back() -> None:
    house = House(Diary().row)

    async def fail(uow: UnitOfWork) -> None:
        uow.events.record(NewEvent(type="t", subject_kind="k", subject_id="1", occurred_at=NOON))
        raise LookupError

    with pytest.raises(LookupError):
        await house.transactions.run(house.tenant, "fail", fail)
    assert await house.claim() == []


async def test_what_a_reaction_records_is_reacted_to_as_well() -> None:
    async def answer(uow: UnitOfWork, event: StoredEvent) -> None:
        uow.events.record(NewEvent(type="thing.fell", subject_kind="thing", subject_id="2", occurred_at=NOON))

    house = House(Reaction(name="answer", on="thing.rang", run=answer), Diary(on="thing.fell").row)
    await house.happen()
    await house.work_off()
    assert house.notes == ["diary 2 1"]


async def test_reactions_carry_on_the_correlation_of_what_caused_them() -> None:
    house = House(Diary().row)
    with log_context.bound(correlation_id="request 7"):
        await house.happen()
    (job,) = await house.claim()
    assert job.correlation_id == "request 7"


async def test_at_commit_is_part_of_the_transaction() -> None:
    told: list[str] = []

    async def follow(uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
        told.extend(event.subject_id for event in events)
        if "bad" in told:
            raise LookupError
        await uow.tasks.add(a_task(uow.tenant.id, title="followed"))

    house = House(AtCommit(name="follow", on="thing.rang", run=follow), Diary().row)
    await house.happen("1", "thing.fell")
    assert (told, house.notes) == ([], [])
    await house.happen("2")
    assert (told, house.notes) == (["2"], ["followed"])
    with pytest.raises(LookupError):
        await house.happen("bad")
    log = MemoryEventLog(house.store)
    assert len(await log.after(house.tenant, EventPosition(0, 0), limit=10)) == 2


async def test_an_outside_reaction_runs_without_a_transaction_and_perhaps_again() -> None:
    called: list[tuple[TenantId, str]] = []

    async def call(tenant_id: TenantId, event: StoredEvent) -> None:
        called.append((tenant_id, str(event.id)))
        await house.transactions.run(tenant_id, "own", nothing)  # would wait for itself within another one

    house = House(OutsideReaction(name="call", on=EVERY, call=call))
    await house.happen()
    (job,) = await house.claim(ONE)
    await house.kind.run(job)
    house.clock.advance(LEASE)
    await house.work_off(OTHER)
    assert called == [(house.tenant, job.payload["event"])] * 2


async def nothing(uow: UnitOfWork) -> None:
    """No work."""


async def test_a_job_of_a_row_that_is_gone_has_no_hope() -> None:
    house = House(Diary().row)
    await house.happen()
    (job,) = await house.claim()
    for left in ((), (AtCommit(name="diary", on=EVERY, run=nothing_follows),)):
        with pytest.raises(Hopeless, match="diary"):
            await House(*left).kind.run(job)


async def test_two_rows_of_one_name_are_refused() -> None:
    house = House(Diary().row, Diary().row)
    with pytest.raises(ValueError, match="same name"):
        await house.happen()


class Fate(enum.Enum):
    """What becomes of a claimed job."""

    DONE = "done"
    FAILED = "failed"
    DIED_BEFORE = "died before the effect"
    DIED_AFTER = "died after the effect"


async def suffer(house: House, fate: Fate, worker: UUID) -> None:
    """Claim one job, if there is one, and let that become of it. A worker that died is noticed a lease later."""
    for job in await house.claim(worker):
        if fate in {Fate.DONE, Fate.DIED_AFTER}:
            await house.kind.run(job)
        if fate is Fate.DONE:
            await house.queue.settle([Done(job)], worker=worker)
        elif fate is Fate.FAILED:
            await house.queue.settle([Again(job, 0, "no")], worker=worker)
        else:
            house.clock.advance(LEASE)


STEPS = st.lists(st.one_of(st.sampled_from(["1", "2", "3"]), st.sampled_from(Fate)), max_size=25)


@given(STEPS)
def test_every_effect_is_there_once_and_in_order_whatever_befalls_the_workers(steps: Sequence[str | Fate]) -> None:
    async def live() -> list[str]:
        house = House(Diary().row)
        for n, step in enumerate(steps):
            if isinstance(step, Fate):
                await suffer(house, step, UUID(int=n))
            else:
                await house.happen(step)
        await house.work_off()
        return house.notes

    notes = asyncio.run(live())
    for subject in "123":
        happened = [step for step in steps if step == subject]
        assert [note for note in notes if note.startswith(f"diary {subject}")] == [
            f"diary {subject} {n}" for n, _ in enumerate(happened, start=1)
        ]
