"""The webhooks of all of a tenant's accounts are ensured, as a job."""

import logging

import attrs

from ...domain.jobs.job import Job
from ...domain.resilience.retry import RetryPolicy
from ...domain.shared.errors import GatewayUnavailable, StorageUnavailable
from ...domain.tenancy.provider_account import ProviderAccount
from ..jobs.kinds import JobKind
from .ensure import EnsuredWebhooks, EnsureWebhooks

_log = logging.getLogger(__name__)

ENSURE_WEBHOOKS = "ensure_webhooks"
_TRIES, _AT_A_TIME = 4, 4
# The next tick comes anyway: a few tries bridge what passes in an hour.
_RETRY = RetryPolicy(attempts=_TRIES, first_s=60.0, longest_s=1_800.0, longest_wait_s=1_800.0)


@attrs.frozen
class EnsureWebhooksJob:
    """One account after the other; one that fails does not keep the others from being looked at. After the last try it
    is left to the next tick."""

    _ensure: EnsureWebhooks

    def kind(self) -> JobKind:
        """How its jobs are run."""
        return JobKind(name=ENSURE_WEBHOOKS, run=self, retry=_RETRY, concurrency=_AT_A_TIME)

    async def __call__(self, job: Job) -> None:
        """Raises GatewayUnavailable when a provider could not be asked and another try is worth it."""
        accounts = await self._ensure.accounts(job.tenant_id)
        failed = [account.name for account in accounts if not await self._one(account)]
        if failed and job.attempts + 1 < _TRIES:
            raise GatewayUnavailable(f"webhooks could not be ensured for {', '.join(failed)}", accounts=failed)

    async def _one(self, account: ProviderAccount) -> bool:
        """False: it may succeed later."""
        try:
            standing = await self._ensure(account.tenant_id, account.id)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - logged; the other accounts have their turn
            _log.exception("webhooks of %s: failed", account.name)
            return False
        _log.info("webhooks of %s: %s", account.name, told(standing))
        return not isinstance(standing.error, GatewayUnavailable)


def told(standing: EnsuredWebhooks) -> str:
    """In one line for people, without the address."""
    if standing.error is not None:
        return standing.error.message
    if standing.todo:
        return "set up by hand at the provider"
    parts = list(standing.done) or ["nothing had to be done"]
    if standing.missed_since is not None:
        since = standing.missed_since.isoformat(timespec="seconds")
        parts.append(f"fetched {standing.recovered} that were missed since {since}")
    if not standing.healthy:
        off = sum(not one.healthy for one in standing.registrations)
        parts.append(f"{off} switched off at the provider by a person")
    return "; ".join(parts)
