"""Claiming in SQLite: what is due is looked up kind by kind, each in the order of an index."""

import json
import logging
import sqlite3
from collections.abc import Mapping
from heapq import nsmallest
from typing import Any

import attrs

from ...domain.jobs.job import Job
from ..persistence.mappers.values import Row
from .sqlite_lanes import move_up
from .sqlite_rows import COLUMNS, job

_log = logging.getLogger(__name__)

# So many that become due at the same time are put in order, in some 50 ms; the rest follows with the next claim.
_DUE_AT_A_TIME = 10_000
LOST = "the process that ran it was lost"
UNREADABLE = "its row in the queue cannot be read"

_LOST = "SELECT number, tenant_id, lane FROM job WHERE state = 'running' AND lease_until <= ?"
_TAKE_BACK = """
UPDATE job SET state = 'ready', attempts = attempts + 1, last_error = ?, worker = NULL, lease_until = NULL
WHERE number = ?
"""
_BURY = """
UPDATE job SET state = 'dead', attempts = attempts + 1, last_error = ?, worker = NULL, lease_until = NULL
WHERE number = ? RETURNING tenant_id, lane
"""
_BECOME_READY = """
UPDATE job SET state = 'ready'
WHERE number IN (SELECT number FROM job WHERE state = 'waiting' AND run_at <= ? ORDER BY run_at LIMIT ?)
"""
_RUNNING = "SELECT count(*) FROM job WHERE state = 'running' AND kind = ?"
_READY = "SELECT -priority, number FROM job WHERE state = 'ready' AND kind = ? ORDER BY priority DESC, number LIMIT ?"
# Numbers are our own integers.
_CLAIM = f"""
UPDATE job SET state = 'running', worker = ?, lease_until = ? WHERE number IN (SELECT value FROM json_each(?))
RETURNING {", ".join(COLUMNS)}
"""  # noqa: S608 - names only
_ANYTHING = """
SELECT EXISTS (SELECT 1 FROM job WHERE state = 'running' AND lease_until <= :now)
OR EXISTS (SELECT 1 FROM job WHERE state = 'waiting' AND run_at <= :now)
"""
_ANY_READY = "SELECT 1 FROM job WHERE state = 'ready' AND kind = ? LIMIT 1"


@attrs.frozen(kw_only=True)
class Claim:
    """What a worker asks for. Instants are microseconds."""

    limits: Mapping[str, int | None]
    worker: Any
    count: int
    now: int
    lease_until: int

    def may_find(self, driver: sqlite3.Connection) -> bool:
        """Whether there may be something: looked up without the turn to write."""
        if driver.execute(_ANYTHING, {"now": self.now}).fetchone()[0]:
            return True
        return any(driver.execute(_ANY_READY, (kind,)).fetchone() for kind in self.limits)

    def take(self, driver: sqlite3.Connection) -> list[Job]:
        """Those that now run, in the order in which they are to be run. One that cannot be read is dead instead."""
        self._take_back(driver)
        driver.execute(_BECOME_READY, (self.now, _DUE_AT_A_TIME))
        ready: list[tuple[int, int]] = []
        for kind, limit in self.limits.items():
            ready += driver.execute(_READY, (kind, self._room(driver, kind, limit)))
        if not ready:
            return []
        chosen = [number for _, number in nsmallest(self.count, ready)]
        rows = driver.execute(_CLAIM, (self.worker, self.lease_until, json.dumps(chosen))).fetchall()
        place = {number: index for index, number in enumerate(chosen)}
        rows.sort(key=lambda row: place[row[0]])
        return [one for row in rows if (one := _read(driver, row)) is not None]

    def _room(self, driver: sqlite3.Connection, kind: str, limit: int | None) -> int:
        if limit is None:
            return self.count
        return max(0, min(self.count, limit - int(driver.execute(_RUNNING, (kind,)).fetchone()[0])))

    def _take_back(self, driver: sqlite3.Connection) -> None:
        for number, tenant, lane in driver.execute(_LOST, (self.now,)).fetchall():
            driver.execute(_TAKE_BACK, (LOST, number))
            if lane is not None:
                move_up(driver, tenant, lane)


def _read(driver: sqlite3.Connection, row: Row) -> Job | None:
    try:
        return job(row)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, other jobs are not to wait for it
        number = row[0]
        _log.exception("job %s cannot be read: it is dead", number)
        ((tenant, lane),) = driver.execute(_BURY, (UNREADABLE, number)).fetchall()
        if lane is not None:
            move_up(driver, tenant, lane)
        return None
