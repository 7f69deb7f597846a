"""What becomes of a run: outcomes, delays, and what is told about it."""

import asyncio
import logging
import math
from datetime import timedelta

import pytest
from tests.builders import IDS, NOON

from tresen.adapters.memory.clock import FixedClock, FixedDice
from tresen.application.jobs.attempt import Attempts, ProcessEnds
from tresen.application.jobs.kinds import USUAL_RETRY, Hopeless, JobKind, NotYet
from tresen.application.log_context import current
from tresen.domain.jobs.job import Job, JobState
from tresen.domain.jobs.outcome import LONGEST_DELAY_S, Again, Dead, Done, Outcome, Returned
from tresen.domain.resilience.retry import RetryPolicy
from tresen.domain.shared.errors import GatewayUnavailable, TooManyRequests
from tresen.domain.shared.ids import JobId, TenantId

TENANT = TenantId(IDS.new())
POLICY = RetryPolicy(attempts=4, first_s=10.0, longest_s=1000.0, longest_wait_s=1000.0)


def a_running(attempts: int = 0, *, correlation_id: str | None = "c-1", last_error: str | None = None) -> Job:
    return Job(
        id=JobId("17"),
        tenant_id=TENANT,
        kind="mail",
        payload={},
        state=JobState.RUNNING,
        run_at=NOON,
        attempts=attempts,
        last_error=last_error,
        correlation_id=correlation_id,
        created_at=NOON,
    )


async def attempt(
    job: Job, error: BaseException | None = None, *, retry: RetryPolicy = POLICY, dice: float = 0.5
) -> Outcome:
    async def run(_: Job) -> None:
        if error is not None:
            raise error

    kinds = {"mail": JobKind(name="mail", run=run, retry=retry)}
    return await Attempts(kinds, FixedClock(), FixedDice(dice), lambda *_: None).run(job)


async def test_a_run_that_returns_is_done() -> None:
    job = a_running()
    assert await attempt(job) == Done(job)


@pytest.mark.parametrize(("attempts", "delay_s"), [(0, 5.0), (1, 10.0), (2, 20.0)])
async def test_a_failure_comes_again_later_and_later(attempts: int, delay_s: float) -> None:
    job = a_running(attempts)
    failure = GatewayUnavailable("no answer")
    assert await attempt(job, failure) == Again(job, delay_s, "provider_unavailable: no answer")


async def test_the_last_failure_is_deadly() -> None:
    job = a_running(3)
    assert await attempt(job, GatewayUnavailable("no answer")) == Dead(job, "provider_unavailable: no answer")


@pytest.mark.parametrize(("dice", "delay_s"), [(0.0, 0.0), (0.25, 2.5), (0.999, 9.99)])
async def test_the_delay_is_jittered(dice: float, delay_s: float) -> None:
    outcome = await attempt(a_running(), GatewayUnavailable("no"), dice=dice)
    assert isinstance(outcome, Again)
    assert outcome.delay_s == pytest.approx(delay_s)


async def test_a_provider_says_when_to_come_back() -> None:
    job = a_running()
    outcome = await attempt(job, TooManyRequests("slowly", retry_after_s=77))
    assert outcome == Again(job, 77.0, "too_many_requests: slowly")


async def test_the_usual_retries_last_more_than_a_day() -> None:
    delays = [await attempt(a_running(n), GatewayUnavailable("no"), retry=USUAL_RETRY, dice=0.999) for n in range(19)]
    seconds = [outcome.delay_s for outcome in delays if isinstance(outcome, Again)]
    assert len(seconds) == 19
    assert 86_400 / 2 < sum(seconds) < 2 * 86_400
    assert isinstance(await attempt(a_running(19), GatewayUnavailable("no"), retry=USUAL_RETRY), Dead)


async def test_not_yet_waits_as_long_as_it_says() -> None:
    job = a_running(1)
    assert await attempt(job, NotYet("the booking is not known", delay_s=3.5)) == Again(
        job, 3.5, "not_yet: the booking is not known"
    )


async def test_not_yet_is_no_excuse_for_ever() -> None:
    job = a_running(3)
    assert await attempt(job, NotYet("not known", delay_s=3.5)) == Dead(job, "not_yet: not known")


async def test_what_does_not_count_is_put_off_however_often(caplog: pytest.LogCaptureFixture) -> None:
    """And without a word: there may be thousands."""
    job = a_running(3)
    assert await attempt(job, NotYet("no place", delay_s=3.5, counts=False)) == Returned(job, 3.5)
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []


async def test_hopeless_is_dead_at_once() -> None:
    job = a_running()
    assert await attempt(job, Hopeless("no such member")) == Dead(job, "hopeless: no such member")


async def test_what_a_foreign_error_says_stays_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    job = a_running()
    outcome = await attempt(job, ValueError("Bearer s3cret"))
    assert outcome == Again(job, 5.0, "ValueError (see the log: c-1)")
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.exc_info is not None


async def test_a_long_story_is_cut() -> None:
    outcome = await attempt(a_running(), GatewayUnavailable("x" * 10_000))
    assert isinstance(outcome, Again)
    assert len(outcome.error) == 500


async def test_a_handler_that_cancels_itself_has_failed() -> None:
    job = a_running()
    assert await attempt(job, asyncio.CancelledError()) == Again(job, 5.0, "the work was cancelled from within")


async def test_a_run_that_is_cancelled_from_outside_has_no_outcome() -> None:
    started = asyncio.Event()

    async def run(_: Job) -> None:
        started.set()
        await asyncio.Event().wait()

    seen: list[tuple[str, str, float]] = []
    kinds = {"mail": JobKind(name="mail", run=run)}
    attempts = Attempts(kinds, FixedClock(), FixedDice(), lambda *told: seen.append(told))
    task = asyncio.create_task(attempts.run(a_running()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == [("mail", "broken_off", 0.0)]


@pytest.mark.parametrize(("correlation_id", "expected"), [("c-1", "c-1"), (None, "job-17")])
async def test_log_lines_say_for_whom_and_why(correlation_id: str | None, expected: str) -> None:
    seen: dict[str, str] = {}

    async def run(_: Job) -> None:
        seen.update(current())

    kinds = {"mail": JobKind(name="mail", run=run)}
    job = a_running(correlation_id=correlation_id)
    await Attempts(kinds, FixedClock(), FixedDice(), lambda *_: None).run(job)
    assert seen == {"tenant": str(TENANT), "correlation_id": expected, "job": "17", "kind": "mail"}
    assert "job" not in current()


async def test_a_job_that_lost_all_its_runs_is_not_run() -> None:
    job = a_running(4, last_error="the process that ran it was lost")
    assert await attempt(job) == Dead(job, "the process that ran it was lost")


class Panic(BaseException):
    """Derived from what nobody is meant to derive from."""


@pytest.mark.parametrize("error", [Panic("s3cret"), GeneratorExit()])
async def test_whatever_is_raised_counts(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    told = f"{type(error).__name__} (see the log: c-1)"
    first, last = a_running(), a_running(3)
    assert await attempt(first, error) == Again(first, 5.0, told)
    assert await attempt(last, error) == Dead(last, told)
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error, error]


@pytest.mark.parametrize("asked", [SystemExit(3), KeyboardInterrupt()])
async def test_whoever_ends_the_process_has_failed_before(asked: BaseException) -> None:
    job = a_running(3)
    with pytest.raises(ProcessEnds) as end:
        await attempt(job, asked)
    assert end.value.asked is asked
    assert end.value.outcome == Dead(job, f"{type(asked).__name__} (see the log: c-1)")


@pytest.mark.parametrize("delay_s", [math.nan, math.inf, -math.inf])
async def test_a_time_that_never_comes_is_a_failure_like_any_other(delay_s: float) -> None:
    job = a_running()
    assert await attempt(job, NotYet("some day", delay_s=delay_s)) == Again(job, 5.0, "not_yet: some day")


@pytest.mark.parametrize(("delay_s", "waited_s"), [(1e12, LONGEST_DELAY_S), (-1e6, 0.0)])
async def test_not_yet_has_its_bounds(delay_s: float, waited_s: float) -> None:
    job = a_running()
    assert await attempt(job, NotYet("some day", delay_s=delay_s)) == Again(job, waited_s, "not_yet: some day")


@pytest.mark.parametrize(("seconds", "expected"), [(math.nan, 5.0), (-1, 5.0), (10**400, None), (math.inf, None)])
async def test_a_provider_may_say_anything(seconds: float, expected: float | None) -> None:
    job, told = a_running(), "too_many_requests: slowly"
    outcome = await attempt(job, TooManyRequests("slowly", retry_after_s=seconds))
    assert outcome == (Dead(job, told) if expected is None else Again(job, expected, told))


async def test_a_run_lasts_as_long_as_it_does_whatever_the_clock_says() -> None:
    clock, seen = FixedClock(), []

    async def run(_: Job) -> None:
        clock.advance(timedelta(seconds=2))
        clock.set(NOON - timedelta(hours=1))

    kinds = {"mail": JobKind(name="mail", run=run)}
    await Attempts(kinds, clock, FixedDice(), lambda *told: seen.append(told)).run(a_running())
    assert seen == [("mail", "done", 2.0)]
