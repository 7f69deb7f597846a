"""A store in which things go wrong."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from tresen.domain.membership.member import Member
from tresen.domain.shared.errors import StaleVersion, StorageUnavailable
from tresen.domain.shared.ids import TenantId


class StormyUnits(UnitsOfWork):
    """Units of work whose commits fail as ``commits_fail`` says, one error per commit.

    ``user_edits`` is what somebody does between the reading and the saving of the next bulk of members: that saving
    raises StaleVersion, as it would in a store with several writers. ``before_writing`` is what somebody does right
    before the next unit of work that may write is opened, after everything that was read before it.
    """

    def __init__(self, inner: MemoryUnitsOfWork) -> None:
        self._inner = inner
        self.commits_fail: deque[Exception] = deque()
        self.user_edits: Callable[[], Awaitable[None]] | None = None
        self.before_writing: Callable[[], Awaitable[object]] | None = None
        self._commits_left: int | None = None
        self._edited_now: Callable[[], Awaitable[None]] | None = None

    def dies_at(self, commit: int) -> None:
        """After so many further commits none succeeds any more."""
        self._commits_left = commit

    def recover(self) -> None:
        """They do again."""
        self._commits_left = None

    def open(self, tenant_id: TenantId, *, read_only: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._open(tenant_id, read_only)

    @asynccontextmanager
    async def _open(self, tenant_id: TenantId, read_only: bool) -> AsyncIterator[UnitOfWork]:
        if self._edited_now is not None:
            edit, self._edited_now = self._edited_now, None
            await edit()
        if self.before_writing is not None and not read_only:
            happen, self.before_writing = self.before_writing, None
            await happen()
        async with self._inner.open(tenant_id, read_only=read_only) as uow:
            if not read_only:
                self._trouble(uow)
            yield uow

    def _trouble(self, uow: UnitOfWork) -> None:
        commit, save_many = uow.commit, uow.members.save_many

        async def failing_commit() -> None:
            if self.commits_fail:
                raise self.commits_fail.popleft()
            if self._commits_left == 0:
                raise StorageUnavailable("the store is gone")
            self._commits_left = None if self._commits_left is None else self._commits_left - 1
            await commit()

        async def overtaken(entities: Sequence[Member]) -> None:
            if self.user_edits is None:
                await save_many(entities)
                return
            self._edited_now, self.user_edits = self.user_edits, None
            raise StaleVersion("somebody was faster")

        uow.commit = failing_commit  # type: ignore[method-assign] # of this one unit of work, not of its class
        uow.members.save_many = overtaken  # type: ignore[method-assign] # as above
