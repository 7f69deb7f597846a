"""What the event log promises (ports/events.py): with the transaction or not at all, in order, none skipped."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import attrs
import pytest
from tests.builders import IDS, NOON, a_lead, a_member

from tresen.application import log_context
from tresen.application.ports.events import EventPosition, NewEvent, StoredEvent
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.leads.events import LeadCaptured
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.events import MemberChanged
from tresen.domain.membership.member import Member
from tresen.domain.shared.errors import InvalidValue, NotFound, StaleVersion, StorageConflict, StorageUnavailable
from tresen.domain.shared.ids import EventId, TenantId

from .kinds import LATER, ODD
from .stores import Backend

START = EventPosition(0, 0)
DATA: dict[str, Any] = {"a": [1, 2.5, None, True, "", ODD], "b": {"c": {}}, ODD: -(2**53)}


def an_event(subject: str = "1", kind: str = "thing", type_: str = "thing.rang", **data: Any) -> NewEvent:
    return NewEvent(type=type_, subject_kind=kind, subject_id=subject, occurred_at=LATER, data=data)


async def record(backend: Backend, tenant: TenantId, *events: NewEvent) -> None:
    async def work(uow: UnitOfWork) -> None:
        for event in events:
            uow.events.record(event)

    await backend.write(tenant, work)


async def of_subject(backend: Backend, tenant: TenantId, subject: str, kind: str = "thing") -> Sequence[StoredEvent]:
    return await backend.read(tenant, lambda uow: uow.events.of_subject(kind, subject))


async def all_events(backend: Backend, tenant: TenantId) -> Sequence[StoredEvent]:
    return [event for _, event in await backend.log.after(tenant, START, limit=10_000)]


async def test_an_event_comes_back_as_it_was_recorded(backend: Backend, tenant: TenantId) -> None:
    with log_context.bound(correlation_id="request 7"):
        await record(backend, tenant, an_event(ODD, ODD, ODD, **DATA))
    ((position, event),) = await backend.log.after(tenant, START, limit=10)
    assert position > START
    assert (event.type, event.subject_kind, event.subject_id) == (ODD, ODD, ODD)
    assert (event.occurred_at, event.data, event.correlation_id) == (LATER, DATA, "request 7")
    assert (event.tenant_id, event.sequence) == (tenant, 1)
    assert event.recorded_at.utcoffset() is not None
    assert await backend.read(tenant, lambda uow: uow.events.get(event.id)) == event
    assert await of_subject(backend, tenant, ODD, ODD) == [event]


async def test_without_a_request_there_is_no_correlation(backend: Backend, tenant: TenantId) -> None:
    await record(backend, tenant, an_event())
    assert [event.correlation_id for event in await all_events(backend, tenant)] == [None]


@pytest.mark.parametrize("count", [1, 2, 500])
async def test_events_of_a_subject_are_counted_without_gaps(backend: Backend, tenant: TenantId, count: int) -> None:
    for _ in range(2):
        await record(backend, tenant, *(an_event(subject, n=n) for n in range(count) for subject in ("1", "2")))
    for subject in ("1", "2"):
        found = await of_subject(backend, tenant, subject)
        assert [event.sequence for event in found] == list(range(1, 2 * count + 1))
        assert [event.data["n"] for event in found] == [*range(count), *range(count)]
    assert len({event.id for event in await all_events(backend, tenant)}) == 4 * count


async def test_kinds_and_ids_of_subjects_are_told_apart_by_every_letter(backend: Backend, tenant: TenantId) -> None:
    subjects = [("Thing", "a"), ("thing", "A"), ("thing", "a"), ("thing", "ä"), ("thinga", ""), ("", "thinga")]
    await record(backend, tenant, *(an_event(subject, kind) for kind, subject in subjects))
    for kind, subject in subjects:
        assert [event.sequence for event in await of_subject(backend, tenant, subject, kind)] == [1]


async def test_what_is_rolled_back_was_no_event(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant) as uow:
        uow.events.record(an_event())
        await uow.leads.add(captured(tenant))
    assert await all_events(backend, tenant) == []
    assert await backend.log.end(tenant) == START


async def test_a_unit_for_reading_records_nothing(backend: Backend, tenant: TenantId) -> None:
    async with backend.units.open(tenant, read_only=True) as uow:
        uow.events.record(an_event())
        with pytest.raises(StorageUnavailable):
            await uow.commit()
    assert await all_events(backend, tenant) == []


def captured(tenant: TenantId) -> Lead:
    lead = a_lead(tenant)
    lead.capture(now=NOON)
    return lead


async def test_an_aggregate_s_facts_are_stored_with_it_once(backend: Backend, tenant: TenantId) -> None:
    lead = captured(tenant)

    async def add(uow: UnitOfWork) -> None:
        await uow.leads.add(lead)
        await uow.leads.save(lead)
        lead.update(stage=Stage.CONTACTED, now=NOON)
        await uow.leads.save(lead)

    await backend.write(tenant, add)
    found = await of_subject(backend, tenant, str(lead.id), "lead")
    assert [(event.type, event.sequence) for event in found] == [("lead.captured", 1), ("lead.stage_changed", 2)]
    assert (found[1].data, found[1].occurred_at) == ({"old": "new", "new": "contacted"}, NOON)


@pytest.mark.parametrize("count", [1, 2, 700])
async def test_facts_of_a_bulk_are_stored(backend: Backend, tenant: TenantId, count: int) -> None:
    members = [a_member(tenant, str(n)) for n in range(count)]
    await backend.write(tenant, lambda uow: uow.members.add_many(members))
    for member in members[: count - 1]:
        member.record(MemberChanged(subject_id=member.id, occurred_at=NOON, fields=("email",)))
    await backend.write(tenant, lambda uow: uow.members.save_many(members))
    found = await all_events(backend, tenant)
    assert [event.subject_id for event in found] == [str(member.id) for member in members[: count - 1]]
    assert {(event.sequence, *event.data["fields"]) for event in found} <= {(1, "email")}  # type: ignore[misc] # a list


async def test_an_aggregate_that_could_not_be_written_says_nothing(backend: Backend, tenant: TenantId) -> None:
    member = a_member(tenant)
    await backend.write(tenant, lambda uow: uow.members.add(member))
    stale: Member = await backend.read(tenant, lambda uow: uow.members.get(member.id))
    await backend.write(tenant, lambda uow: uow.members.save(member))
    stale.record(MemberChanged(subject_id=stale.id, occurred_at=NOON, fields=("email",)))

    async def save(uow: UnitOfWork) -> None:
        with pytest.raises(StaleVersion):
            await uow.members.save(stale)
        for many in ([stale], [stale, member]):
            with pytest.raises(StaleVersion):
                await uow.members.save_many(many)

    await backend.write(tenant, save)
    assert await all_events(backend, tenant) == []
    assert len(stale.drain()) == 1


async def test_another_tenant_sees_nothing(backend: Backend, tenant: TenantId, other: TenantId) -> None:
    await record(backend, tenant, an_event())
    ((_, event),) = await backend.log.after(tenant, START, limit=10)
    with pytest.raises(NotFound):
        await backend.read(other, lambda uow: uow.events.get(event.id))
    assert await of_subject(backend, other, "1") == []
    assert await backend.log.after(other, START, limit=10) == []
    assert await backend.log.end(other) == START
    await record(backend, other, an_event())
    assert [found.sequence for found in await of_subject(backend, other, "1")] == [1]


async def test_an_unknown_event_is_not_found(backend: Backend, tenant: TenantId) -> None:
    with pytest.raises(NotFound):
        await backend.read(tenant, lambda uow: uow.events.get(EventId(uuid4())))


async def test_a_reader_asks_for_types_and_a_few_at_a_time(backend: Backend, tenant: TenantId) -> None:
    await record(backend, tenant, *(an_event(type_=type_, n=n) for n, type_ in enumerate("abcabc")))
    position, read = START, []
    while batch := await backend.log.after(tenant, position, limit=2, types=("a", "c")):
        assert len(batch) <= 2
        position, _ = batch[-1]
        read += [event.data["n"] for _, event in batch]
    assert read == [0, 2, 3, 5]
    assert await backend.log.after(tenant, START, limit=2, types=()) == []


async def test_the_end_is_after_everything_that_can_be_read(backend: Backend, tenant: TenantId) -> None:
    await record(backend, tenant, an_event(), an_event())
    end = await backend.log.end(tenant)
    assert await backend.log.after(tenant, end, limit=10) == []
    assert EventPosition.read(str(end)) == end
    await record(backend, tenant, an_event(n=3))
    assert [event.data for _, event in await backend.log.after(tenant, end, limit=10)] == [{"n": 3}]


async def test_the_fan_out_is_told_in_the_transaction(backend: Backend, tenant: TenantId) -> None:
    told: list[StoredEvent] = []

    async def follow(uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
        told.extend(events)
        if any(event.type == "lead.captured" for event in events):
            await uow.members.add(a_member(tenant))
            uow.events.record(an_event())

    async with backend.following(follow).open(tenant) as uow:
        await uow.leads.add(captured(tenant))
        assert told == []
        await uow.commit()
    assert [event.type for event in told] == ["lead.captured", "thing.rang"]
    assert told == await all_events(backend, tenant)
    assert sum((await backend.readers.counts(tenant))["members"].values()) == 1


async def test_a_fan_out_that_fails_undoes_everything(backend: Backend, tenant: TenantId) -> None:
    async def fail(uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
        raise LookupError

    async with backend.following(fail).open(tenant) as uow:
        await uow.members.add(a_member(tenant))
        uow.events.record(an_event())
        with pytest.raises(LookupError):
            await uow.commit()
    assert await all_events(backend, tenant) == []
    assert not any((await backend.readers.counts(tenant))["members"].values())


async def test_two_writers_at_once_collide_instead_of_counting_alike(backend: Backend, tenant: TenantId) -> None:
    async def write() -> bool:
        try:
            await record(backend, tenant, an_event())
        except StorageConflict:
            return False
        return True

    kept = sum(await asyncio.gather(*(write() for _ in range(8))))
    assert kept >= 1
    assert [event.sequence for event in await of_subject(backend, tenant, "1")] == list(range(1, kept + 1))


@attrs.define
class Follower:
    """Reads by position, a few at a time. ``seen``: subject and sequence of each event, as it came."""

    backend: Backend
    tenant: TenantId
    dice: random.Random
    position: EventPosition = START
    seen: list[tuple[str, int]] = attrs.field(factory=list)

    async def read(self) -> bool:
        batch = await self.backend.log.after(self.tenant, self.position, limit=self.dice.randrange(1, 5))
        for position, event in batch:
            assert position > self.position
            self.position = position
            self.seen.append((event.subject_id, event.sequence))
        return bool(batch)

    async def read_until(self, done: asyncio.Event) -> None:
        while not done.is_set():
            await self.read()
            await breathe(self.dice)
        while await self.read():
            pass


@pytest.mark.parametrize("seed", range(3))
async def test_whoever_reads_by_position_misses_nothing(backend: Backend, tenant: TenantId, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same in every run
    follower, done, writers = Follower(backend, tenant, dice), asyncio.Event(), ("1", "2", "3", "4")

    async def write(writer: str) -> None:
        for n in range(12):
            async with backend.units.open(tenant) as uow:
                for event in range(dice.randrange(4)):
                    uow.events.record(an_event(writer, n=n, event=event))
                await breathe(dice)
                if dice.random() < 0.8:
                    await uow.commit()
                await breathe(dice)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follower.read_until(done))
        await asyncio.gather(*(write(writer) for writer in writers))
        done.set()
    for writer in writers:
        written = [event.sequence for event in await of_subject(backend, tenant, writer)]
        assert written == list(range(1, len(written) + 1))
        assert [sequence for subject, sequence in follower.seen if subject == writer] == written


async def breathe(dice: random.Random) -> None:
    for _ in range(dice.randrange(6)):
        await asyncio.sleep(0)


async def test_a_domain_event_is_kept_like_any_other(backend: Backend, tenant: TenantId) -> None:
    fact = LeadCaptured(subject_id=IDS.new(), occurred_at=LATER)

    async def work(uow: UnitOfWork) -> None:
        uow.events.record(fact)

    await backend.write(tenant, work)
    (event,) = await of_subject(backend, tenant, str(fact.subject_id), "lead")
    assert (event.type, event.occurred_at, event.data) == ("lead.captured", LATER, {})


HALF = "\ud800"
DEEP: Any = [[]]
for _ in range(40):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("occurred_at", LATER.replace(tzinfo=None)),
        ("subject_id", HALF),
        ("subject_id", "a\0b"),
        ("subject_id", "x" * 1_001),
        ("subject_kind", HALF),
        ("type", "é" * 201),
        *[("data", {"a": value}) for value in (HALF, [HALF], {HALF: 1}, {1: 2})],
        *[("data", {"a": value}) for value in (float("nan"), float("inf"), -float("inf"), 10**40, b"", DEEP)],
    ],
)
async def test_what_not_every_store_can_keep_is_refused_by_all(
    backend: Backend, tenant: TenantId, field: str, bad: Any
) -> None:
    with pytest.raises(InvalidValue) as refused:
        await record(backend, tenant, attrs.evolve(an_event(), **{field: bad}))
    assert refused.value.details["field"] == field
    assert await all_events(backend, tenant) == []


async def test_the_longest_subject_and_a_nul_in_the_data_are_kept(backend: Backend, tenant: TenantId) -> None:
    await record(backend, tenant, an_event("é" * 500, a="\0", b=2**63 - 1))
    (event,) = await of_subject(backend, tenant, "é" * 500)
    assert event.data == {"a": "\0", "b": 2**63 - 1}


@pytest.mark.parametrize("word", ["9" * 5000 + "-1", f"1-{2**63}", "", "1", "1-", "-1", "1-2-3", "x-1", "²-1"])
def test_a_word_that_is_no_position_is_refused(word: str) -> None:
    with pytest.raises(InvalidValue):
        EventPosition.read(word)


def test_the_word_of_a_position_is_read() -> None:
    position = EventPosition(2**63 - 1, 3)
    assert EventPosition.read(str(position)) == position
