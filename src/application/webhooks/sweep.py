"""Deliveries that were stored and whose job was lost get a new one."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import attrs

from ...domain.shared.errors import NotFound, StorageUnavailable
from ...domain.shared.ids import TenantId
from ..first_of import first_of
from ..ports.clock import Clock
from ..ports.inboxes import InboxReaders, WaitingDelivery
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .intake import processing

_log = logging.getLogger(__name__)

# Younger ones have their job, which may just be waiting its turn.
_AGE = timedelta(minutes=1)
_EVERY_S = 60.0
_MOST = 1_000


@attrs.frozen
class SweepDeliveries:
    """The job's key makes asking for a second one idle, so that what is looked at need not be exact."""

    _readers: InboxReaders
    _transactions: Transactions
    _clock: Clock

    async def __call__(self) -> int:
        """How many deliveries got a job that had none. At most 1,000 are looked at, the oldest first."""
        waiting: defaultdict[TenantId, list[WaitingDelivery]] = defaultdict(list)
        for one in await self._readers.waiting(before=self._clock.now() - _AGE, limit=_MOST):
            waiting[one.tenant_id].append(one)
        count = 0
        for tenant_id, deliveries in waiting.items():
            work = partial(_enqueue, deliveries=deliveries)
            count += await self._transactions.run(tenant_id, "sweep_deliveries", work)
        if count:
            _log.warning("deliveries had lost their jobs", extra={"count": count})
        return count

    async def loop(self, stop: asyncio.Event) -> None:
        """At once and every minute, until told to stop. A store that fails is tried again the next minute."""
        while not stop.is_set():
            try:
                await self()
            except (NotFound, StorageUnavailable):
                _log.exception("deliveries could not be swept")
            await first_of(self._clock.sleep(_EVERY_S), stop.wait())


async def _enqueue(uow: UnitOfWork, *, deliveries: Sequence[WaitingDelivery]) -> int:
    requests = [processing(one.delivery_id, one.correlation_id, one.replays) for one in deliveries]
    return sum(job_id is not None for job_id in await uow.jobs.enqueue(requests))
