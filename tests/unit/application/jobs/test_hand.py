"""The jobs that a worker has in hand."""

import asyncio

import pytest
from tests.builders import IDS, NOON

from tresen.application.jobs.attempt import ProcessEnds
from tresen.application.jobs.hand import Hand
from tresen.domain.jobs.job import Job, JobState
from tresen.domain.jobs.outcome import Dead, Done, Outcome, Returned
from tresen.domain.shared.ids import JobId, TenantId

from .factory import until


def a_job(number: int) -> Job:
    return Job(
        id=JobId(str(number)),
        tenant_id=TenantId(IDS.new()),
        kind="mail",
        payload={},
        state=JobState.RUNNING,
        run_at=NOON,
        created_at=NOON,
    )


class Runs:
    """Every run waits to be let go."""

    def __init__(self) -> None:
        self.begun: list[Job] = []
        self.go = asyncio.Event()

    async def __call__(self, job: Job) -> Outcome:
        self.begun.append(job)
        await self.go.wait()
        return Done(job)


async def test_a_job_that_is_in_hand_is_not_taken_twice() -> None:
    runs, one, two = Runs(), a_job(1), a_job(2)
    hand = Hand(runs, parallel=1)
    hand.take([one, two])
    hand.take([one, two])
    assert len(hand) == 2
    runs.go.set()
    await until(lambda: len(hand.ended()) == 2)
    assert runs.begun == [one, two]
    assert hand.ended() == (Done(one), Done(two))


async def test_only_what_is_booked_is_forgotten() -> None:
    runs, one, two = Runs(), a_job(1), a_job(2)
    runs.go.set()
    hand = Hand(runs, parallel=2)
    hand.take([one])
    await until(lambda: len(hand.ended()) == 1)
    seen = hand.ended()
    hand.take([two])
    await until(lambda: len(hand.ended()) == 2)
    hand.booked(seen)
    assert hand.ended() == (Done(two),)


async def test_what_is_not_kept_is_stopped_without_an_outcome_and_makes_room() -> None:
    runs, one, two = Runs(), a_job(1), a_job(2)
    hand = Hand(runs, parallel=1)
    hand.take([one, two])
    await until(lambda: runs.begun == [one])
    hand.keep_only({two.id})
    await until(lambda: runs.begun == [one, two])
    assert hand.ids == {two.id}
    assert hand.ended() == ()
    runs.go.set()
    await until(lambda: hand.ended() == (Done(two),))


async def test_everything_is_given_back() -> None:
    runs, one, two = Runs(), a_job(1), a_job(2)
    hand = Hand(runs, parallel=1)
    hand.take([one, two])
    await until(lambda: runs.begun == [one])
    await hand.give_back_all()
    assert not hand
    assert sorted(hand.ended(), key=lambda outcome: outcome.job.id) == [Returned(one), Returned(two)]
    assert runs.begun == [one]


async def test_whoever_does_not_let_himself_be_cancelled_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    enough, told = asyncio.Event(), []

    async def stubborn(job: Job) -> Outcome:
        while not enough.is_set():
            try:
                await enough.wait()
            except asyncio.CancelledError:
                told.append(job.id)
        return Done(job)

    runs, one, two = Runs(), a_job(1), a_job(2)
    hand = Hand(lambda job: stubborn(job) if job is one else runs(job), parallel=2)
    hand.take([one, two])
    await until(lambda: runs.begun == [two])
    await hand.give_back_all(within_s=0.01)
    assert told == ["1"]
    assert hand.ended() == (Returned(two),)
    assert [record.getMessage() for record in caplog.records] == [
        "a handler does not let itself be cancelled: mail 1",
    ]
    enough.set()
    await until(lambda: not hand)


async def test_what_ends_the_process_is_booked_first() -> None:
    one, asked = a_job(1), SystemExit(3)

    async def run(job: Job) -> Outcome:
        raise ProcessEnds(Dead(job, "SystemExit"), asked)

    hand = Hand(run, parallel=1)
    hand.take([one])
    await until(lambda: hand.end is asked)
    assert hand.ended() == (Dead(one, "SystemExit"),)


async def test_what_was_not_begun_is_given_back_too() -> None:
    runs, one = Runs(), a_job(1)
    hand = Hand(runs, parallel=1)
    hand.take([one])
    await hand.give_back_all()
    assert (runs.begun, hand.ended()) == ([], (Returned(one),))
    assert not hand


async def test_a_run_that_breaks_is_left_to_its_lease(caplog: pytest.LogCaptureFixture) -> None:
    async def run(_: Job) -> Outcome:
        raise ZeroDivisionError

    hand = Hand(run, parallel=1)
    hand.take([a_job(1)])
    await until(lambda: not hand)
    assert hand.ended() == ()
    assert [record.getMessage() for record in caplog.records] == ["a job's run could not be accounted for"]
