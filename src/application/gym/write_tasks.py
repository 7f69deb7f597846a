"""The staff task of a write: open while the provider is asked, and instead of a write that a person must make."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import attrs

from ...domain.shared.errors import AlreadyExists, CredentialsRefused
from ...domain.shared.ids import AccountId, TaskId
from ...domain.staff.task import StaffTask, TaskReason, TaskState
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.gym import Operation
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.overtaken import OF_VALUES, asked_of
from ..sync.records.task_at_provider import BEGUN, STOOD_THERE, alike
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions
from .settled import give_way, let_go, replace, settle
from .wanted import Wanted

# What else is written when a write becomes a task.
GivenUp = Callable[[UnitOfWork, StaffTask], Awaitable[None]]

# Raises where something must not be written any more.
Ensure = Callable[[UnitOfWork], Awaitable[None]]


async def nothing_to_ensure(_: UnitOfWork) -> None:
    """Whatever is kept here by now."""


@attrs.frozen
class WriteTasks:
    """What is about to be written is kept as an open task first, and taken away when the provider's answer is taken
    over: whatever ends the process meanwhile, even ``kill -9``, leaves a task that asks a person to look.
    """

    _transactions: Transactions
    _guard: CredentialGuard
    _clock: Clock
    _ids: IdSource

    def begun(self, account: ProviderAccount, wanted: Wanted) -> StaffTask:
        """The task that is open while the provider is asked."""
        return self._new(account, wanted, TaskReason.OUTCOME_UNKNOWN, BEGUN)

    async def begin(
        self, account: ProviderAccount, wanted: Wanted, ensure: Ensure = nothing_to_ensure
    ) -> tuple[StaffTask, StaffTask | None]:
        """The task that is open while the provider is asked, and an older one that forbids to ask again. Raises what
        ``ensure`` does.
        """
        task = self.begun(account, wanted)

        async def begin(uow: UnitOfWork) -> StaffTask | None:
            for old in await uow.tasks.open_for(task.operation, wanted.subject):
                if wanted.may_be_done_by(old):
                    return old
            # After the look at tasks: a run keeps first what it saw done, and then closes the task that asked for it.
            await ensure(uow)
            await uow.tasks.add(task)
            return None

        return task, await self._transactions.run(account.tenant_id, "begin_write", begin)

    async def note(self, account: ProviderAccount, begun: StaffTask, unseen: str) -> None:
        """What is about to be written over, and no sync saw, is told by the task: whoever dies now, or gets no answer,
        has it nowhere else.
        """

        async def note(uow: UnitOfWork) -> None:
            for task in await uow.tasks.open_for(begun.operation, begun.subject or ""):
                if task.id == begun.id:
                    task.details = {**task.details, STOOD_THERE: unseen}
                    await uow.tasks.save(task)

        await self._transactions.run(account.tenant_id, "note_what_stood_there", note)

    async def keep(
        self,
        account: ProviderAccount,
        wanted: Wanted,
        reason: TaskReason,
        answer: str,
        *,
        refused: Exception | None = None,
        begun: StaffTask | None = None,
        given_up: GivenUp | None = None,
    ) -> StaffTask:
        """The task of a write that was not made, or of which nobody knows, instead of ``begun``. ``refused`` is the
        error that says why. One that waits already and says the same is taken for it; what waits, and is wanted
        otherwise now, is asked no more.
        """
        made = self._new(account, wanted, reason, answer)

        async def keep(uow: UnitOfWork) -> StaffTask:
            waiting = list(await uow.tasks.open_for(made.operation, wanted.subject))
            old = next((one for one in waiting if begun is not None and one.id == begun.id), None)
            task = made if old is None or begun is None else _as_told_since(made, begun, old)
            # What was noted is part of all that was written over.
            task = task if old is None or STOOD_THERE in made.details else _with_what_stood_there(task, old)
            if isinstance(refused, CredentialsRefused):
                await self._guard.refuse(uow, account, refused.message)
            if given_up is not None:
                await given_up(uow, task)
            if old is not None:
                await uow.tasks.remove(old)
            return await _ask(uow, wanted, task)

        return await self._transactions.run(account.tenant_id, "make_staff_task", keep)

    async def end(
        self, uow: UnitOfWork, wanted: Wanted, begun: StaffTask | None, *, left: Wanted | None = None
    ) -> None:
        """The note is taken away, and what was asked of staff for the same thing needs no person any more; in the
        transaction that takes over what was done. ``left``: what of it was not. Of values, what somebody wants since
        this was begun is still asked for.
        """
        done = wanted if left is None else wanted.without(left)
        for task in await _waiting(uow, wanted, None if begun is None else begun.account_id):
            if begun is not None and task.id == begun.id:
                await uow.tasks.remove(task)
            elif not _is_later(task, wanted, begun) and settle(task, done, now=self._clock.now()):
                await uow.tasks.save(task)
        if wanted.operation is Operation.CANCEL_MEMBERSHIP and left is None:
            # Nothing of what was to be changed of it needs a person any more.
            for task in await uow.tasks.open_for(Operation.UPDATE_MEMBERSHIP.value, wanted.subject):
                if not _is_later(task, wanted, begun) and let_go(task, now=self._clock.now()):
                    await uow.tasks.save(task)

    async def let_go_of_opposite(self, account: ProviderAccount, wanted: Wanted, asked_at: datetime) -> None:
        """The provider shows that what is ``wanted`` is so already; what somebody wished for before, and asked staff
        for in another operation, nobody is to do any more. See ``give_way``.
        """

        async def let_them_go(uow: UnitOfWork) -> None:
            for task in await asked_of(uow, wanted.subject, account.id):
                is_other = task.operation != wanted.operation.value and task.created_at <= asked_at
                if is_other and give_way(task, wanted, now=self._clock.now()):
                    await uow.tasks.save(task)

        await self._transactions.run(account.tenant_id, "let_go_of_opposite", let_them_go)

    async def take_away(self, account: ProviderAccount, begun: StaffTask | None) -> None:
        """The note of what was not asked of the provider after all."""
        if begun is None:
            return

        async def take_away(uow: UnitOfWork) -> None:
            for task in await uow.tasks.open_for(begun.operation, begun.subject or ""):
                if task.id == begun.id:
                    await uow.tasks.remove(task)

        await self._transactions.run(account.tenant_id, "take_task_away", take_away)

    @asynccontextmanager
    async def until_done(
        self, account: ProviderAccount, wanted: Wanted, begun: StaffTask | None
    ) -> AsyncIterator[None]:
        """A sale belongs to what was written: while it is made inside, the task that says what was to be sold stays
        open. It ends when that is sold, has a task of its own, or was sold before.
        """
        try:
            yield
        except AlreadyExists:
            await self.finish(account, wanted, begun)
            raise
        await self.finish(account, wanted, begun)

    async def finish(self, account: ProviderAccount, wanted: Wanted, begun: StaffTask | None) -> None:
        """As ``end``, in a transaction of its own."""
        await self._transactions.run(account.tenant_id, "finish_write", lambda uow: self.end(uow, wanted, begun))

    async def undecided(self, uow: UnitOfWork, account: ProviderAccount, wanted: Wanted, why: str) -> StaffTask:
        """The task for a write that the provider confirmed, and of which a person must say what it means here; kept in
        the transaction of whoever found that out.
        """
        return await _ask(uow, wanted, self._new(account, wanted, TaskReason.UNDECIDED, why))

    async def kept_own(
        self, uow: UnitOfWork, account: ProviderAccount, wanted: Wanted, fields: Sequence[str]
    ) -> StaffTask:
        """The task for what the provider said yes to, and did not do: it kept its own value of these fields; in the
        transaction that takes over the rest.
        """
        why = f"the provider said yes and kept its own {', '.join(fields)}"
        return await _ask(uow, wanted, self._new(account, wanted, TaskReason.REJECTED, why))

    def _new(self, account: ProviderAccount, wanted: Wanted, reason: TaskReason, answer: str) -> StaffTask:
        return StaffTask(
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


async def _ask(uow: UnitOfWork, wanted: Wanted, task: StaffTask) -> StaffTask:
    waiting = await _waiting(uow, wanted, task.account_id)
    asked = next((one for one in waiting if alike(one, task)), task)
    for old in waiting:
        if old is not asked and replace(old, wanted, now=task.created_at):
            await uow.tasks.save(old)
            asked = asked if old.state is TaskState.OPEN else _with_what_stood_there(asked, old)
    await (uow.tasks.save(asked) if any(asked.id == one.id for one in waiting) else uow.tasks.add(asked))
    return asked


async def _waiting(uow: UnitOfWork, wanted: Wanted, account_id: AccountId | None) -> Sequence[StaffTask]:
    """The open tasks about the same: of values all that ask for some, whoever asked."""
    if wanted.operation in OF_VALUES:
        return await asked_of(uow, wanted.subject, account_id)
    return await uow.tasks.open_for(wanted.operation.value, wanted.subject)


def _is_later(task: StaffTask, wanted: Wanted, begun: StaffTask | None) -> bool:
    return wanted.operation in OF_VALUES and begun is not None and task.created_at > begun.created_at


def _as_told_since(task: StaffTask, begun: StaffTask, old: StaffTask) -> StaffTask:
    """What somebody changed here while the provider was asked, and ``old``, as ``begun`` is by now, tells, holds."""
    before = begun.details
    since = {name: value for name, value in old.details.items() if name not in before or before[name] != value}
    since.pop(STOOD_THERE, None)
    title = task.title if old.title == begun.title else old.title
    return attrs.evolve(task, title=title, details={**task.details, **since})


def _with_what_stood_there(task: StaffTask, old: StaffTask) -> StaffTask:
    """What was about to be written over is told nowhere else, whatever came of the write."""
    both = [told for told in (old.details.get(STOOD_THERE), task.details.get(STOOD_THERE)) if told]
    if not both:
        return task
    return attrs.evolve(task, details={**task.details, STOOD_THERE: "; ".join(dict.fromkeys(both))})
