"""Lanes: of a tenant's jobs in one lane only the first stands in the queue, the others are parked behind it.

Whoever adds a job to a lane or ends one locks the lane until its transaction ends; then everybody sees the same lane,
and numbers, which are given under the lock, follow the order of commits.
"""

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from uuid import UUID

from ...domain.jobs.job import Job
from ...domain.shared.ids import TenantId
from .postgres_names import LANE, TENANT
from .postgres_sql import LOCK_HEADS, LOCK_LANES, MOVE_UP
from .postgres_store import Session

Lane = tuple[TenantId, str]

# Any number will do, as long as every version of Tresen takes the same.
_CLASS = 1_953_653_107
# Lanes share locks: the server has room for some thousands of them in all, and one transaction may bring more lanes.
_BUCKETS = 256


def lanes_of(jobs: Iterable[Job]) -> set[Lane]:
    """The lanes in which they are."""
    return {(job.tenant_id, job.lane) for job in jobs if job.lane is not None}


def lanes_among(headers: Iterable[Mapping[str, object]]) -> set[Lane]:
    """The lanes in which jobs are whose rows may be unreadable, too."""
    found = set()
    for told in headers:
        try:
            found.add((TenantId(UUID(str(told[TENANT]))), str(told[LANE])))
        except (KeyError, ValueError):
            continue
    return found


async def lock(session: Session, lanes: Collection[Lane]) -> None:
    """Until the end of the transaction; always in the same order, so that two do not wait for each other."""
    if lanes:
        await session.execute(LOCK_LANES, _CLASS, sorted({bucket(*lane) for lane in lanes}))


async def lock_head(session: Session, lane: Lane) -> None:
    """Until the end of the transaction, where an earlier job may take the head's place before it is claimed."""
    tenant, name = lane
    await session.execute(LOCK_HEADS, str(tenant), name)


async def move_up(session: Session, lanes: Collection[Lane]) -> None:
    """After any change in locked lanes: the earliest job of each may go, unless one is running."""
    if lanes:
        await session.execute(MOVE_UP, [str(tenant) for tenant, _ in lanes], [lane for _, lane in lanes])


def bucket(tenant_id: TenantId, lane: str) -> int:
    """The number of the lock that a lane shares with others."""
    digest = blake2b(lane.encode("utf-8", "replace"), key=tenant_id.bytes, digest_size=4).digest()
    return int.from_bytes(digest, "big") % _BUCKETS
