"""The webhooks of all of a tenant's accounts are ensured, as a job."""

import logging
from collections.abc import Sequence
from datetime import timedelta

import attrs

from ...domain.jobs.job import Job, JobRequest
from ...domain.resilience.retry import RetryPolicy
from ...domain.shared.errors import CredentialsRefused, GatewayUnavailable, NotConfigured, StorageUnavailable
from ...domain.shared.ids import TaskId
from ...domain.tenancy.provider_account import ProviderAccount
from ..jobs.kinds import JobKind
from ..ports.clock import Clock, IdSource
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .ensure import EnsuredWebhooks, EnsureWebhooks
from .repair_task import open_task

_log = logging.getLogger(__name__)

ENSURE_WEBHOOKS = "ensure_webhooks"
_TRIES, _AT_A_TIME = 4, 4
_FIRST_S = 60.0
# The next tick comes anyway: a few tries bridge what passes in an hour.
_RETRY = RetryPolicy(attempts=_TRIES, first_s=_FIRST_S, longest_s=1_800.0, longest_wait_s=1_800.0)
_ACCOUNT = "account_id"


@attrs.frozen
class EnsureWebhooksJob:
    """One account after the other; one that fails does not keep the others from being looked at.

    Each that another try may help gets a job of its own, whose payload names it. What no try helped becomes a staff
    task, which the next success closes. What others tell of already (refused credentials, what is not configured) is
    left to them.
    """

    _ensure: EnsureWebhooks
    _transactions: Transactions
    _clock: Clock
    _ids: IdSource

    def kind(self) -> JobKind:
        """How its jobs are run."""
        return JobKind(name=ENSURE_WEBHOOKS, run=self, retry=_RETRY, concurrency=_AT_A_TIME)

    async def __call__(self, job: Job) -> None:
        """Raises GatewayUnavailable when the one account could not be done and another try is worth it."""
        accounts = await self._ensure.accounts(job.tenant_id)
        only = job.payload.get(_ACCOUNT)
        if only is None:
            again = [account for account in accounts if await self._failure(account) is not None]
            if again:
                await self._transactions.run(job.tenant_id, "ensure_later", lambda uow: self._later(uow, again))
            return
        for account in accounts:
            if str(account.id) == only and (why := await self._failure(account)) is not None:
                if job.attempts + 1 < _TRIES:
                    raise GatewayUnavailable(f"webhooks of {_called(account)} could not be set up: {why}")
                await self._tell(account, why)

    async def _failure(self, account: ProviderAccount) -> str | None:
        """Why it did not succeed, where it may later."""
        try:
            standing = await self._ensure(account.tenant_id, account.id)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - logged; the other accounts have their turn
            _log.exception("webhooks of %s: failed", _called(account))
            return "something unexpected happened, which the log tells"
        _log.info("webhooks of %s: %s", _called(account), told(standing))
        if standing.error is None or isinstance(standing.error, NotConfigured | CredentialsRefused):
            return None
        if isinstance(standing.error, GatewayUnavailable):
            return standing.error.message
        await self._tell(account, standing.error.message)
        return None

    async def _later(self, uow: UnitOfWork, accounts: Sequence[ProviderAccount]) -> None:
        run_at = self._clock.now() + timedelta(seconds=_FIRST_S)
        await uow.jobs.enqueue(
            [
                JobRequest(
                    kind=ENSURE_WEBHOOKS,
                    payload={_ACCOUNT: str(account.id)},
                    key=f"{ENSURE_WEBHOOKS}:{account.id}",
                    run_at=run_at,
                )
                for account in accounts
            ]
        )

    async def _tell(self, account: ProviderAccount, why: str) -> None:
        async def tell(uow: UnitOfWork) -> None:
            await open_task(uow, account, why, task_id=TaskId(self._ids.new()), now=self._clock.now())

        await self._transactions.run(account.tenant_id, "tell_of_webhooks", tell)


def _called(account: ProviderAccount) -> str:
    return f"{account.provider} account {account.name}"


def told(standing: EnsuredWebhooks) -> str:
    """In one line for people, without the address."""
    if standing.error is not None:
        return standing.error.message
    if standing.todo:
        return "set up by hand at the provider" + (": its secret is missing" if standing.secret_missing else "")
    if standing.entered:
        return "set up by hand at the provider, with a secret"
    parts = list(standing.done) or ["nothing had to be done"]
    if standing.missed_since is not None:
        since = standing.missed_since.isoformat(timespec="seconds")
        parts.append(f"fetched {standing.recovered} that were missed since {since}")
    if not standing.healthy:
        off = sum(not one.healthy for one in standing.registrations)
        parts.append(f"{off} switched off at the provider by a person")
    return "; ".join(parts)
