"""Booking how runs ended, so that one that cannot be booked takes none with it."""

import logging
from uuid import UUID

from ...domain.jobs.outcome import Dead, Outcome
from ...domain.shared.errors import StorageUnavailable
from ..ports.jobs import JobQueue
from .hand import Hand

_log = logging.getLogger(__name__)
_UNBOOKED = "how its run ended could not be booked (see the log)"


async def book(queue: JobQueue, hand: Hand, worker: UUID) -> None:
    """What has ended, all at once; when that fails, one by one.

    A job whose outcome the queue does not take is dead. Raises StorageUnavailable; what was not booked stays in hand.
    """
    outcomes = hand.ended()
    if not outcomes or await _is_booked(queue, *outcomes, worker=worker):
        hand.booked(outcomes)
        return
    for outcome in outcomes:
        if not await _is_booked(queue, outcome, worker=worker):
            # What is not booked even so is lost with its lease, and counts as an attempt then.
            await _is_booked(queue, Dead(outcome.job, _UNBOOKED), worker=worker)
        hand.booked([outcome])


async def _is_booked(queue: JobQueue, *outcomes: Outcome, worker: UUID) -> bool:
    try:
        await queue.settle(outcomes, worker=worker)
    except StorageUnavailable:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the worker goes on
        _log.exception("jobs could not be booked", extra={"jobs": [outcome.job.id for outcome in outcomes]})
        return False
    return True
