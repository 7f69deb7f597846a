"""The staff task about an account whose webhooks could not be set up: one at a time, closed by the next success."""

from datetime import datetime

from ...domain.shared.ids import TaskId
from ...domain.staff.task import MACHINE, StaffTask, TaskReason
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.unit_of_work import UnitOfWork
from ..tenancy.credentials import subject_of

# The operation of the task.
REPAIR_WEBHOOKS = "repair_webhooks"


async def open_task(uow: UnitOfWork, account: ProviderAccount, why: str, *, task_id: TaskId, now: datetime) -> None:
    """Tell a person, unless one is told already. ``why`` is a sentence for people, without secrets."""
    if await uow.tasks.open_for(REPAIR_WEBHOOKS, subject_of(account)):
        return
    await uow.tasks.add(
        StaffTask(
            id=task_id,
            tenant_id=account.tenant_id,
            account_id=account.id,
            operation=REPAIR_WEBHOOKS,
            title=f"Webhooks of {account.provider} account {account.name} could not be set up: {why}",
            reason=TaskReason.REJECTED,
            subject=subject_of(account),
            details={"provider": account.provider, "account": account.name, "why": why},
            created_at=now,
        )
    )


async def close_tasks(uow: UnitOfWork, account: ProviderAccount, now: datetime) -> None:
    """Nobody need look at it any more."""
    for task in await uow.tasks.open_for(REPAIR_WEBHOOKS, subject_of(account)):
        task.complete(by=MACHINE, now=now)
        await uow.tasks.save(task)
