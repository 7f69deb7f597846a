"""One run of one kind on one account: one at a time over all processes, with its books."""

import logging
from collections.abc import Awaitable, Callable, Sequence

import attrs

from ...domain.shared.errors import GatewayError, NotConfigured
from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.run import Counts, Run, RunState
from ..log_context import bound
from ..ports.gym import GymGateway, GymProviders
from ..ports.locks import RunLocks
from .run_books import Opened, RunBooks

_log = logging.getLogger(__name__)

Progress = Callable[[str, Counts], None]
Step = Callable[[Opened, GymGateway, Progress], Awaitable[None]]


def no_progress(kind: str, counts: Counts) -> None:
    """Nobody watches."""


@attrs.frozen
class SyncAccount:
    """Shared by the sync use cases. What goes wrong with the provider is in the Run, not raised."""

    _books: RunBooks
    _gyms: GymProviders
    _locks: RunLocks

    async def __call__(
        self,
        tenant_id: TenantId,
        account_id: AccountId,
        kind: str,
        steps: Sequence[Step],
        *,
        force: bool,
        progress: Progress,
    ) -> Run:
        """Run the steps in order, or book why not."""
        with bound(tenant=str(tenant_id), account=str(account_id), sync=kind):
            async with self._locks.hold(f"sync:{tenant_id}:{account_id}:{kind}") as alone:
                opened = await self._books.open(tenant_id, account_id, kind, force=force, alone=alone)
                if opened.run.state is RunState.RUNNING:
                    await self._run(opened, steps, progress)
                else:
                    _log.info("sync skipped", extra={"reason": opened.run.reason})
                return opened.run

    async def _run(self, opened: Opened, steps: Sequence[Step], progress: Progress) -> None:
        run = opened.run
        try:
            async with self._gyms.open(opened.account) as gym:
                for step in steps:
                    await step(opened, gym, progress)
        except (GatewayError, NotConfigured) as error:
            await self._books.note(opened, error, kind=run.kind)
            await self._books.close(run, RunState.FAILED, error.message)
        except BaseException:
            # Perhaps the process is going down; if even this fails, the next run books this one as interrupted.
            await self._books.close(run, RunState.FAILED, "stopped by an unexpected error; the log has it")
            raise
        else:
            await self._books.close(run, RunState.COMPLETED)
