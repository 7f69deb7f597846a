"""Transactions of a process that may die at any of them, and whose effects are watched."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ...application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from ...domain.shared.errors import StorageConflict
from ...domain.shared.ids import TenantId
from ..memory.unit_of_work import MemoryUnitsOfWork
from .programme import Process
from .steps.step import Step


class WatchedUnits(UnitsOfWork):
    """``before`` and ``after`` are told of every commit; ``opened`` of every unit of work, with its tenant.

    ``act`` does what somebody is faster with than a commit, which then collides.
    """

    def __init__(self, inner: MemoryUnitsOfWork) -> None:
        self._inner = inner
        self.process = Process()
        self.act: Callable[[Step], None] = _nothing
        self.opened: Callable[[TenantId], None] = _nobody
        self.before: Callable[[TenantId], None] = _nobody
        self.after: Callable[[TenantId], None] = _nobody

    def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """As the fake does."""
        return self._open(tenant_id, read_only)

    @asynccontextmanager
    async def _open(self, tenant_id: TenantId, read_only: bool) -> AsyncIterator[UnitOfWork]:
        self.process.touch()
        self.opened(tenant_id)
        faster: list[Step] = []
        try:
            async with self._inner.open(tenant_id, read_only=read_only) as uow:
                if not read_only:
                    self._watch(uow, tenant_id, faster)
                yield uow
        finally:
            # Not before what collided is rolled back: who goes through Tresen needs a transaction, too.
            for step in faster:
                self.act(step)

    def _watch(self, uow: UnitOfWork, tenant_id: TenantId, faster: list[Step]) -> None:
        commit = uow.commit

        async def watched() -> None:
            self.process.touch()
            step = self.process.commit()
            if step is not None:
                faster.append(step)
                raise StorageConflict("somebody else was faster")
            self.before(tenant_id)
            await commit()
            self.after(tenant_id)
            self.process.touch()

        uow.commit = watched  # type: ignore[method-assign] # of this one unit of work, not of its class


def _nobody(tenant_id: TenantId) -> None:
    """Nobody is told."""


def _nothing(step: Step) -> None:
    """Nobody does anything."""
