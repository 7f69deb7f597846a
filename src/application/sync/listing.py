"""A listing of one kind, batch by batch through the reconciler."""

from collections.abc import AsyncIterator, Sequence

import attrs

from ...domain.shared.errors import GatewayError
from ...domain.sync.decision import Policy
from ...domain.sync.run import Counts, Run
from ..ports.clock import Clock, IdSource
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..transactions import Transactions
from .reconciler import Reconciler, RunScope
from .records import E, RecordKind
from .run_books import RunBooks
from .sync_account import Progress

# About 50 ms of writing: long enough to be fast, short enough that nobody waits for the store.
BATCH = 1000


@attrs.frozen
class Listing:
    """Brings everything that a provider lists into the store."""

    _transactions: Transactions
    _books: RunBooks
    _policy: Policy
    _clock: Clock
    _ids: IdSource

    async def __call__(
        self, run: Run, kind: RecordKind[E], pages: AsyncIterator[Sequence[Observed]], progress: Progress
    ) -> None:
        """Every page, once through; each batch is one transaction, so that a crash loses at most one."""
        name = kind.schema.kind
        edited, news = await self._before(run, name)
        done = Counts()
        progress(name, done)
        async for batch in batched(pages):
            scope = RunScope(
                run_id=run.id,
                account_id=run.account_id,
                policy=self._policy,
                edited=edited,
                news=news,
                now=self._clock.now(),
            )
            done += await self._write(run, Reconciler(kind, scope, self._ids), batch)
            progress(name, done)

    async def _write(self, run: Run, reconcile: Reconciler[E], batch: Sequence[Observed]) -> Counts:
        async def work(uow: UnitOfWork) -> Counts:
            return await reconcile(uow, batch)

        return await self._books.write(run, "sync_batch", work)

    async def _before(self, run: Run, kind: str) -> tuple[frozenset[str], bool]:
        """What was edited here since the last run, and whether there was one that ended well."""

        async def ask(uow: UnitOfWork) -> tuple[frozenset[str], bool]:
            edited = frozenset(await uow.sync_records.edited(run.account_id, kind))
            return edited, await uow.runs.last(run.account_id, run.kind, success=True) is not None

        return await self._transactions.read(run.tenant_id, ask)


async def batched(pages: AsyncIterator[Sequence[Observed]]) -> AsyncIterator[Sequence[Observed]]:
    """The records of the pages in batches of about BATCH; nothing is held back longer than that.

    When the listing breaks off, what it gave before still comes, and then its error.
    """
    batch: list[Observed] = []
    try:
        async for page in pages:
            batch.extend(page)
            if len(batch) >= BATCH:
                yield batch
                batch = []
    except GatewayError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
