"""Lanes in SQLite: at most one job of a lane is not behind another."""

import sqlite3
from typing import Any

_HEADS = """
SELECT number, state FROM job WHERE tenant_id = ? AND lane = ? AND state IN ('ready', 'waiting', 'running')
"""
_FIRST_BEHIND = "SELECT min(number) FROM job WHERE tenant_id = ? AND lane = ? AND state = 'behind'"
_SET = "UPDATE job SET state = ? WHERE number = ?"
_UNFINISHED = """
SELECT 1 FROM job WHERE tenant_id = ? AND lane = ? AND state IN ('ready', 'waiting', 'running', 'behind') LIMIT 1
"""


def is_free(driver: sqlite3.Connection, tenant: Any, lane: str) -> bool:
    """Whether no job of the lane is queued or running."""
    return driver.execute(_UNFINISHED, (tenant, lane)).fetchone() is None


def move_up(driver: sqlite3.Connection, tenant: Any, lane: str) -> None:
    """After any change in a lane: the earliest job is let go, unless one is running."""
    head = driver.execute(_HEADS, (tenant, lane)).fetchone()
    if head is not None and head[1] == "running":
        return
    (first,) = driver.execute(_FIRST_BEHIND, (tenant, lane)).fetchone()
    if first is None or (head is not None and head[0] < first):
        return
    if head is not None:
        driver.execute(_SET, ("behind", head[0]))
    driver.execute(_SET, ("waiting", first))
