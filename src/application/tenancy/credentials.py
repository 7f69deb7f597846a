"""What happens when a provider refuses an account's credentials: it is blocked, and the owner told once."""

import attrs

from ...domain.shared.ids import TaskId
from ...domain.staff.task import StaffTask, TaskReason
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.unit_of_work import UnitOfWork

# The operation of the task that asks for new credentials.
RENEW_CREDENTIALS = "renew_credentials"


def subject_of(account: ProviderAccount) -> str:
    """What tasks about an account name as their subject."""
    return f"account:{account.id}"


@attrs.frozen
class CredentialGuard:
    """Shared by every use case that calls a provider."""

    _clock: Clock
    _ids: IdSource

    async def refuse(self, uow: UnitOfWork, called: ProviderAccount, reason: str) -> None:
        """Block the account; the first time, leave a staff task that says what to do.

        ``called`` is the account as it was when the call was made: if it was renewed since, nothing happens.
        """
        account = await uow.accounts.get(called.id)
        if account.credentials != called.credentials:
            return
        first = account.block(reason, now=self._clock.now())
        await uow.accounts.save(account)
        if first:
            await uow.tasks.add(
                StaffTask(
                    id=TaskId(self._ids.new()),
                    tenant_id=account.tenant_id,
                    account_id=account.id,
                    operation=RENEW_CREDENTIALS,
                    title=f"Enter a valid API key for {account.provider} account {account.name!r}",
                    reason=TaskReason.CREDENTIALS,
                    subject=subject_of(account),
                    details={"provider": account.provider, "account": account.name, "answer": reason},
                    created_at=self._clock.now(),
                )
            )
