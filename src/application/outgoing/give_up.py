"""An endpoint is disabled: what waits is cancelled, and where no person did it, one is told."""

import attrs

from ...domain.shared.ids import TaskId
from ...domain.staff.task import MACHINE, StaffTask, TaskReason
from ...domain.webhooks.endpoint import DisabledReason, Endpoint
from ..ports.clock import Clock, IdSource
from ..ports.unit_of_work import UnitOfWork
from .queueing import cancel_deliveries, task_subject

# The operation of the task that tells of a disabled endpoint.
REPAIR_ENDPOINT = "repair_webhook_endpoint"

_WHY = {
    DisabledReason.GONE: "its receiver answered 410 Gone",
    DisabledReason.FAILING: "its receiver failed for too long",
}


@attrs.frozen
class GiveUp:
    """Shared by all that may disable an endpoint."""

    _clock: Clock
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, endpoint: Endpoint, reason: DisabledReason, *, answer: str = "") -> int:
        """Disable and save it; how many messages were cancelled. Raises IllegalTransition when it is disabled.

        Unless a person did it, a staff task tells the owner; ``answer`` is the receiver's last one, its
        status or a word.
        """
        now = self._clock.now()
        endpoint.disable(reason, now=now)
        await uow.endpoints.save(endpoint)
        cancelled = await uow.messages.cancel_pending(endpoint.id, now=now)
        await cancel_deliveries(uow, endpoint.id)
        if reason in _WHY:
            await uow.tasks.add(self._task(endpoint, _WHY[reason], answer, cancelled))
        return cancelled

    async def take_back(self, uow: UnitOfWork, endpoint: Endpoint) -> None:
        """Nobody need look at it any more: close the tasks that told of it."""
        for task in await uow.tasks.open_for(REPAIR_ENDPOINT, task_subject(endpoint.id)):
            task.complete(by=MACHINE, now=self._clock.now())
            await uow.tasks.save(task)

    def _task(self, endpoint: Endpoint, why: str, answer: str, cancelled: int) -> StaffTask:
        return StaffTask(
            id=TaskId(self._ids.new()),
            tenant_id=endpoint.tenant_id,
            operation=REPAIR_ENDPOINT,
            title=f"Webhook endpoint {endpoint.name!r} was disabled: {why}",
            reason=TaskReason.REJECTED,
            subject=task_subject(endpoint.id),
            details={
                "endpoint": str(endpoint.id),
                "name": endpoint.name,
                "answer": answer or None,
                "cancelled_messages": str(cancelled),
            },
            created_at=self._clock.now(),
        )
