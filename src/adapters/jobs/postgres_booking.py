"""Booking how runs ended, all of a batch at once."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pgqueuer.models import Job as Held
from pgqueuer.models import TracebackRecord
from pgqueuer.types import JOB_STATUS

from ...domain.jobs.outcome import Again, Dead, Done, Outcome, Returned
from .postgres_names import LAST_ERROR, RUN_AT
from .postgres_sql import BOOK
from .postgres_store import Number, Session, queries

_UNREADABLE = "its row in the queue cannot be read"

Line = tuple[int, JOB_STATUS, timedelta | None, int, str, str | None]


async def book(session: Session, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """pgqueuer books what is done, we what stays: it would leave out attempts and errors, and book them singly."""
    done = [_held(outcome) for outcome in outcomes if isinstance(outcome, Done)]
    if done:
        await queries(session).log_jobs([(held, "successful", None) for held in done])
    kept = list(_lines(outcomes, now))
    if kept:
        await session.execute(BOOK, *map(list, zip(*kept, strict=True)))
        await session.announce(now)


async def bury(session: Session, numbers: Sequence[int], *, now: datetime) -> None:
    """Jobs whose rows cannot be read are dead."""
    news = json.dumps({LAST_ERROR: _UNREADABLE})
    lines: list[Line] = [(number, "failed", None, 1, news, None) for number in numbers]
    await session.execute(BOOK, *map(list, zip(*lines, strict=True)))
    await session.announce(now)


def _lines(outcomes: Sequence[Outcome], now: datetime) -> Iterator[Line]:
    for outcome in outcomes:
        number = int(outcome.job.id)
        match outcome:
            case Again():
                delay = timedelta(seconds=outcome.delay_s)
                news = {LAST_ERROR: outcome.error, RUN_AT: (now + delay).isoformat()}
                yield number, "queued", delay, 1, json.dumps(news), _trace(outcome, now)
            case Dead():
                news = {LAST_ERROR: outcome.error}
                yield number, "failed", None, 1, json.dumps(news), _trace(outcome, now)
            case Returned(_, delay_s) if delay_s is not None:
                later = timedelta(seconds=delay_s)
                yield number, "queued", later, 0, json.dumps({RUN_AT: (now + later).isoformat()}), None
            case Done():
                pass
            case _:
                yield number, "queued", None, 0, "{}", None


def _held(outcome: Outcome) -> Held:
    # Nothing but the number is read of it.
    return Held.model_construct(id=Number(int(outcome.job.id)))


def _trace(outcome: Again | Dead, now: datetime) -> str:
    """As pgqueuer's tools show it."""
    return TracebackRecord(
        job_id=Number(int(outcome.job.id)),
        timestamp=now,
        exception_type=type(outcome).__name__,
        exception_message=outcome.error,
        traceback="",
        additional_context=None,
    ).model_dump_json()
