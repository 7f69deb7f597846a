"""Booking in SQLite how runs ended."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from ...domain.jobs.outcome import Again, Dead, Done, Outcome, Returned
from .sqlite_lanes import move_up
from .sqlite_rows import number_of, tenant_key

_MICROSECONDS = 1_000_000
_MINE = "WHERE number = ? AND worker = ? AND state = 'running'"
_DONE = f"DELETE FROM job {_MINE}"  # noqa: S608 - words only
_BACK = f"""
UPDATE job SET state = ?, attempts = attempts + ?, run_at = coalesce(?, run_at), last_error = coalesce(?, last_error),
worker = NULL, lease_until = NULL {_MINE}
"""  # noqa: S608 - words only


def settle(driver: sqlite3.Connection, outcomes: Sequence[Outcome], worker: Any, now: int) -> None:
    """Outcomes of jobs that the worker does not have change nothing. ``now`` in microseconds."""
    done = [(number_of(outcome.job.id), worker) for outcome in outcomes if isinstance(outcome, Done)]
    driver.executemany(_DONE, done)
    if len(done) < len(outcomes):
        back = [(*_after(outcome, now), number_of(outcome.job.id), worker) for outcome in outcomes if _is_kept(outcome)]
        driver.executemany(_BACK, back)
    jobs = (outcome.job for outcome in outcomes)
    for tenant, lane in dict.fromkeys((job.tenant_id, job.lane) for job in jobs if job.lane is not None):
        move_up(driver, tenant_key(tenant), lane)


def _is_kept(outcome: Outcome) -> bool:
    return not isinstance(outcome, Done)


def _after(outcome: Outcome, now: int) -> tuple[str, int, int | None, str | None]:
    """State, attempts to add, run_at and error, None: as they were."""
    match outcome:
        case Again(_, delay_s, error):
            return "waiting", 1, _later(now, delay_s), error
        case Dead(_, error):
            return "dead", 1, None, error
        case Returned(_, delay_s):
            return ("ready", 0, None, None) if delay_s is None else ("waiting", 0, _later(now, delay_s), None)
        case Done():
            raise AssertionError("a job that is done is not kept")


def _later(now: int, delay_s: float) -> int:
    return now + round(delay_s * _MICROSECONDS)
