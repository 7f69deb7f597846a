"""Puts deliveries on the disk, those that come at the same time in one transaction."""

import asyncio
from collections.abc import Sequence
from itertools import groupby

import attrs

from ...domain.jobs.job import JobRequest
from ...domain.shared.errors import StorageConflict
from ...domain.shared.ids import DeliveryId, TenantId
from ...domain.webhooks.delivery import Delivery
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions

PROCESS_DELIVERY = "process_delivery"
# A transaction of so many takes some 10 ms: nobody shall wait long for the others.
_MOST = 100
# So often the loop turns before a transaction begins, some 50 µs when it has nothing else to do: requests that are just
# arriving join it. Who was answered a moment ago has asked again by then, so that twice as many share a flush to the
# disk and a fifth more get through.
_TURNS = 6


@attrs.define(eq=False)
class _Waiting:
    delivery: Delivery
    stored: "asyncio.Future[bool]"


class Intake:
    """Stores deliveries and enqueues their processing, both or neither.

    While a transaction runs, those that come wait for the next one, which they share: one flush to the disk for all
    of them. Each is answered after it. When a shared transaction fails, each is tried in one of its own, so that one
    that cannot be stored does not take its neighbours along.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def store(self, delivery: Delivery) -> bool:
        """Whether it is new; then it will be processed. It is on the disk when this returns.

        Raises what the store raises: StorageUnavailable, NotFound (account gone), InvalidValue …
        """
        waiting = _Waiting(delivery, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None:
            self._task = asyncio.create_task(self._work_off())
        return await waiting.stored

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                for tenant_id, group in groupby(sorted(batch, key=_tenant), _tenant):
                    await self._store(tenant_id, list(group))
        finally:
            self._task = None

    async def _gather(self) -> None:
        for _ in range(_TURNS):
            if len(self._waiting) >= _MOST:
                break
            await asyncio.sleep(0)

    async def _store(self, tenant_id: TenantId, group: Sequence[_Waiting]) -> None:
        try:
            stored = await self._together(tenant_id, [one.delivery for one in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers are told
            if len(group) == 1 or isinstance(error, StorageConflict):
                for one in group:
                    _tell(one, error)
            else:
                for one in group:
                    await self._store(tenant_id, [one])
        else:
            for one, is_new in zip(group, stored, strict=True):
                _tell(one, is_new)

    async def _together(self, tenant_id: TenantId, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        async def store(uow: UnitOfWork) -> Sequence[bool]:
            added = await uow.deliveries.add_new(deliveries)
            fresh = [delivery for delivery, is_new in zip(deliveries, added, strict=True) if is_new]
            await uow.jobs.enqueue([processing(one.id, one.correlation_id, one.replays) for one in fresh])
            return added

        return await self._transactions.run(tenant_id, "receive_webhook", store)


def processing(delivery_id: DeliveryId, correlation_id: str, replays: int) -> JobRequest:
    """The job that processes a delivery: at most one waits or runs for each of its rounds. A replay is a round of its
    own: the former one's job may have done its work and still hold its key. Its correlation id is the delivery's,
    whoever asks for it."""
    return JobRequest(
        kind=PROCESS_DELIVERY,
        payload={"delivery": str(delivery_id), "replays": str(replays)},
        key=f"delivery:{delivery_id}:{replays}",
        correlation_id=correlation_id,
    )


def _tenant(waiting: _Waiting) -> TenantId:
    return waiting.delivery.tenant_id


def _tell(waiting: _Waiting, result: bool | Exception) -> None:
    # Whoever asked may have been cancelled meanwhile.
    if waiting.stored.done():
        return
    if isinstance(result, Exception):
        waiting.stored.set_exception(result)
    else:
        waiting.stored.set_result(result)
