"""A receiver that hangs costs its own tenant time, and nobody else. Seconds are those of a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from tests.builders import a_tenant
from tests.clocks import PatientClock

from tresen.adapters.memory.clock import FixedDice
from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.webhook_sender import MemoryWebhookSender
from tresen.application.jobs.kinds import JobKind
from tresen.application.jobs.worker import Worker
from tresen.application.outgoing.places import SHARES, Manner
from tresen.application.ports.outgoing import Answer
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.jobs.job import Job, JobRequest, JobState
from tresen.domain.shared.ids import TenantId
from tresen.domain.webhooks.message import Message, MessageState

from .post import Post, url_of

# Minutes of many small steps, through what other tests cover: watching them would only take time.
pytestmark = pytest.mark.no_cover

STEP = timedelta(seconds=0.25)
NO_ANSWER = 15.0


class UnhurriedSender(MemoryWebhookSender):
    """Answers take so many seconds, by address; those of ``hanging`` never come, and are waited for 15 seconds."""

    def __init__(self, clock: PatientClock) -> None:
        super().__init__()
        self.hanging: set[str] = set()
        self.takes_s: dict[str, float] = {}
        self.most: dict[str, int] = {}
        self._clock = clock
        self._open: dict[str, int] = {}

    async def send(self, message: Message, *, url: str, secrets: Sequence[str]) -> Answer:
        self._open[url] = self._open.get(url, 0) + 1
        self.most[url] = max(self._open[url], self.most.get(url, 0))
        try:
            answer = await super().send(message, url=url, secrets=secrets)
            if url in self.hanging:
                await self._clock.sleep(NO_ANSWER)
                return Answer(error="answer_lost", duration_s=NO_ANSWER)
            await self._clock.sleep(self.takes_s.get(url, 0.0))
            return answer
        finally:
            self._open[url] -= 1


class SwitchingSender(MemoryWebhookSender):
    """Lets others run meanwhile, but no time passes."""

    async def send(self, message: Message, *, url: str, secrets: Sequence[str]) -> Answer:
        for _ in range(100):
            await asyncio.sleep(0)
        return await super().send(message, url=url, secrets=secrets)


class CountingQueue(MemoryJobQueue):
    """Counts the claims."""

    claims = 0

    async def claim(self, limits: Mapping[str, int | None], *, worker: UUID, count: int) -> Sequence[Job]:
        self.claims += 1
        return await super().claim(limits, worker=worker, count=count)


class Street:
    """Two tenants with an endpoint each, ``aa`` and ``bb``, and a worker that is always there."""

    def __init__(self, *others: JobKind) -> None:
        self.clock = PatientClock()
        self.sender = UnhurriedSender(self.clock)
        self.post = Post(self.sender, self.clock)
        self.aa = self.post.tenant
        other = a_tenant("other-studio")
        self.post.store.add_room(other)
        self.bb = other.id
        self.queue = CountingQueue(self.post.store)
        kinds = [self.post.deliver.kind(), *others]
        self._worker = Worker(self.queue, kinds, self.clock, FixedDice(0.5), self.post.ids)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """With both endpoints."""
        await self.post.endpoint("aa")
        await self.post.endpoint("bb", tenant=self.bb)
        stop = asyncio.Event()
        task = asyncio.create_task(self._worker.run(stop, grace_s=0.0))
        yield
        stop.set()
        await task

    async def happen(self, tenant: TenantId, count: int) -> None:
        """To so many subjects, once each."""
        await self.post.happen(*(str(number) for number in range(count)), tenant=tenant)

    async def until(self, is_so: Callable[[], bool], *, within_s: float) -> float:
        """How many seconds pass until it is so."""
        began = self.clock.monotonic()
        await self._let_work()
        while not is_so():
            assert self.clock.monotonic() - began < within_s
            self.clock.advance(STEP)
            await self._let_work()
        return self.clock.monotonic() - began

    async def pass_time(self, seconds: float) -> None:
        until = self.clock.monotonic() + seconds
        await self.until(lambda: self.clock.monotonic() >= until, within_s=seconds + 1)

    async def _let_work(self) -> None:
        """Whatever may happen at this instant, as far as some hundred turns of the loop go."""
        for _ in range(150):
            await asyncio.sleep(0)

    def jobs(self, tenant: TenantId) -> list[Job]:
        return [held.job for _, held in self.post.store.room(tenant).jobs.items()]

    def messages(self, tenant: TenantId) -> list[Message]:
        return [message for _, message in self.post.store.room(tenant).messages.items()]

    def has_arrived(self, tenant: TenantId) -> bool:
        return all(message.state is MessageState.DELIVERED for message in self.messages(tenant))


@pytest.mark.parametrize("waiting", [100, 400])
async def test_another_tenants_message_does_not_wait_for_a_receiver_that_hangs(waiting: int) -> None:
    street = Street()
    street.sender.hanging.add(url_of("bb"))
    async with street.at_work():
        await street.happen(street.bb, waiting)
        await street.until(lambda: bool(street.sender.sent), within_s=1.0)
        await street.happen(street.aa, 1)
        assert await street.until(lambda: street.has_arrived(street.aa), within_s=60.0) <= 3.0
        # Nor later, when the same messages are tried again and again.
        await street.pass_time(40.0)
        await street.happen(street.aa, 1)
        assert await street.until(lambda: street.has_arrived(street.aa), within_s=60.0) <= 3.0


async def test_those_that_wait_for_a_receiver_that_hangs_are_no_busy_loop() -> None:
    street = Street()
    street.sender.hanging.add(url_of("bb"))
    async with street.at_work():
        await street.happen(street.bb, 400)
        await street.pass_time(60.0)
        before = street.queue.claims
        await street.pass_time(60.0)
        # A worker that has nothing to do looks twice a second.
        assert street.queue.claims - before < 400
        assert street.sender.most == {url_of("bb"): SHARES[Manner.NEW].endpoint}


async def test_a_message_that_found_no_place_has_not_been_tried() -> None:
    """However often it is put off, neither it nor its job comes nearer to its end."""
    street = Street()
    street.sender.hanging.add(url_of("bb"))
    async with street.at_work():
        await street.happen(street.bb, 60)
        await street.pass_time(300.0)
        jobs, tried = street.jobs(street.bb), len(street.sender.sent)
        assert 10 < tried < 60
        assert len(jobs) == 60
        assert {job.state for job in jobs} <= {JobState.QUEUED, JobState.RUNNING}
        messages = {str(message.id): message for message in street.messages(street.bb)}
        assert all(job.attempts == messages[job.payload["message"]].attempts for job in jobs)
        assert sum(message.attempts == 0 for message in messages.values()) > 20


async def test_once_the_receiver_answers_all_arrives_in_order_per_subject() -> None:
    street = Street()
    street.sender.hanging.add(url_of("bb"))
    async with street.at_work():
        for number in range(4):
            await street.post.happen(*"abcdefghijklmnopqrst", tenant=street.bb, number=number)
        await street.pass_time(30.0)
        street.sender.hanging.clear()
        street.sender.sent.clear()
        await street.until(lambda: street.has_arrived(street.bb), within_s=700.0)
        order: dict[str, list[str]] = {}
        for message in sorted(street.messages(street.bb), key=lambda message: message.id):
            order.setdefault(message.subject, []).append(message.webhook_id)
        subject_of = {id_: subject for subject, ids in order.items() for id_ in ids}
        arrived: dict[str, list[str]] = {subject: [] for subject in order}
        for sent in street.sender.sent:
            if sent.webhook_id not in arrived[subject_of[sent.webhook_id]]:
                arrived[subject_of[sent.webhook_id]].append(sent.webhook_id)
        assert arrived == order


async def test_a_receiver_that_is_well_gets_all_at_full_speed() -> None:
    """Twelve at a time, each a quarter of a second."""
    street = Street()
    street.sender.takes_s[url_of("bb")] = 0.25
    async with street.at_work():
        await street.happen(street.bb, 240)
        took = await street.until(lambda: street.has_arrived(street.bb), within_s=120.0)
    # And at the end those come back who were put off last.
    assert took < 240 * 0.25 / SHARES[Manner.QUICK].endpoint + 4.0


async def test_what_waits_for_a_receiver_that_is_well_lets_others_through() -> None:
    street = Street()
    street.sender.takes_s[url_of("bb")] = 0.5
    async with street.at_work():
        await street.happen(street.bb, 240)
        await street.pass_time(1.0)
        await street.happen(street.aa, 5)
        assert await street.until(lambda: street.has_arrived(street.aa), within_s=90.0) < 10.0
        assert not street.has_arrived(street.bb)


async def test_a_lone_message_is_tried_exactly_when_it_is_to_be() -> None:
    street = Street()
    street.sender.hanging.add(url_of("bb"))
    begun: list[float] = []
    async with street.at_work():
        await street.happen(street.bb, 1)
        for tries, wait_s in ((1, 0.0), (2, 20.0), (3, 315.0)):
            await street.until(lambda tries=tries: len(street.sender.sent) == tries, within_s=wait_s + 2)  # type: ignore[misc]  # the default binds it
            begun.append(street.clock.monotonic())
    assert [late - early for early, late in pairwise(begun)] == pytest.approx([20.0, 315.0], abs=1.0)


async def test_other_kinds_of_jobs_go_on() -> None:
    done: list[str] = []

    async def note(job: Job) -> None:
        done.append(job.payload["n"])

    street = Street(JobKind(name="mail", run=note))
    street.sender.hanging.add(url_of("bb"))
    async with street.at_work():
        await street.happen(street.bb, 150)
        await street.pass_time(5.0)
        requests = [JobRequest(kind="mail", payload={"n": str(number)}) for number in range(50)]

        async def enqueue(uow: UnitOfWork) -> None:
            await uow.jobs.enqueue(requests)

        await street.post.transactions.run(street.aa, "enqueue", enqueue)
        assert await street.until(lambda: len(done) == 50, within_s=30.0) < 2.0


async def test_who_runs_what_is_pending_sends_all_to_a_receiver_that_is_well() -> None:
    """Without a worker that is always there: those that found no place at once are waited for."""
    post = Post(SwitchingSender())
    shop = await post.endpoint()
    await post.happen(*map(str, range(60)))
    await post.work()
    assert set(await post.states(shop)) == {MessageState.DELIVERED}
    assert sum(post.clock.slept) > 1.0
