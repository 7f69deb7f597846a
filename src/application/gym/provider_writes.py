"""A write to a provider happens, or becomes a staff task: a request is never lost."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import attrs

from ...domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
    InvalidValue,
    NotConfigured,
)
from ...domain.shared.ids import TaskId
from ...domain.staff.task import MACHINE, StaffTask, TaskReason
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.gym import GymGateway, GymProviders, Observed, Operation, Support
from ..ports.unit_of_work import UnitOfWork
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions

_log = logging.getLogger(__name__)

# A lead is converted once: of two wishes the later one holds.
_ONE_AT_A_TIME = frozenset({Operation.CONVERT_LEAD})


@attrs.frozen
class Outcome:
    """Either what was ``done``, readable, or the staff ``task`` that now asks a person to do it."""

    done: Observed | None = None
    task: StaffTask | None = None


@attrs.frozen(kw_only=True)
class Wanted:
    """What a person would have to do: in words, on what, and with every value that is needed."""

    operation: Operation
    title: str
    subject: str
    details: Mapping[str, str | None]


@attrs.frozen
class ProviderWrites:
    """Tries a write once. The transport below repeats only what is safe to repeat."""

    _transactions: Transactions
    _gyms: GymProviders
    _guard: CredentialGuard
    _clock: Clock
    _ids: IdSource

    async def __call__(
        self, account: ProviderAccount, wanted: Wanted, call: Callable[[GymGateway], Awaitable[Observed]]
    ) -> Outcome:
        """The call's result, or a task with the reason why a person must do it."""
        if not account.writes_enabled:
            return await self._task(account, wanted, TaskReason.WRITES_DISABLED, "writing is switched off")
        try:
            async with self._gyms.open(account) as gym:
                if not _may(gym.support(wanted.operation), account):
                    raise GatewayUnsupported("this operation is not proven at this provider")
                return Outcome(done=_readable(await call(gym)))
        except (GatewayError, NotConfigured) as error:
            _log.warning("provider write became a task", extra={"operation": wanted.operation.value, "why": error.code})
            return await self._task(account, wanted, _reason(error), error.message, refused=error)

    async def in_doubt(self, account: ProviderAccount, wanted: Wanted, error: InvalidValue) -> Outcome:
        """The task for a write that the provider confirmed in a way that cannot be taken over."""
        return await self._task(account, wanted, TaskReason.OUTCOME_UNKNOWN, error.message)

    async def _task(
        self,
        account: ProviderAccount,
        wanted: Wanted,
        reason: TaskReason,
        answer: str,
        refused: Exception | None = None,
    ) -> Outcome:
        task = StaffTask(
            id=TaskId(self._ids.new()),
            tenant_id=account.tenant_id,
            account_id=account.id,
            operation=wanted.operation.value,
            title=wanted.title,
            reason=reason,
            subject=wanted.subject,
            details={**wanted.details, "account": account.name, "why": answer},
            created_at=self._clock.now(),
        )

        async def keep(uow: UnitOfWork) -> StaffTask:
            if isinstance(refused, CredentialsRefused):
                await self._guard.refuse(uow, account, refused.message)
            waiting = await uow.tasks.open_for(task.operation, wanted.subject)
            same = next((one for one in waiting if one.details == task.details), None)
            if same is not None:
                return same
            if wanted.operation in _ONE_AT_A_TIME:
                await _replace(uow, waiting, now=task.created_at)
            await uow.tasks.add(task)
            return task

        return Outcome(task=await self._transactions.run(account.tenant_id, "make_staff_task", keep))


async def _replace(uow: UnitOfWork, waiting: Sequence[StaffTask], *, now: datetime) -> None:
    for old in waiting:
        # What is in doubt must still be looked up, whatever is wanted now.
        if old.reason is not TaskReason.OUTCOME_UNKNOWN:
            old.complete(by=MACHINE, now=now, note="replaced by a newer request")
            await uow.tasks.save(old)


def _may(support: Support, account: ProviderAccount) -> bool:
    return support is Support.PROVEN or (
        support is Support.UNPROVEN and account.settings.get("allow_unproven") == "true"
    )


def _readable(answer: Observed) -> Observed:
    """It came back, so the write may have taken effect; nobody may repeat it because the answer makes no sense."""
    try:
        answer.read()
    except InvalidValue as error:
        raise GatewayUnavailable(f"the provider's answer cannot be read: {error.message}") from error
    return answer


def _reason(error: GatewayError | NotConfigured) -> TaskReason:
    if isinstance(error, GatewayUnsupported):
        return TaskReason.UNSUPPORTED
    if isinstance(error, CredentialsRefused | NotConfigured):
        return TaskReason.CREDENTIALS
    return TaskReason.REJECTED if isinstance(error, GatewayRejected) else TaskReason.OUTCOME_UNKNOWN
