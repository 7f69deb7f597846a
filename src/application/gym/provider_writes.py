"""A write to a provider happens, or becomes a staff task: a request is never lost."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256

import attrs

from ...domain.shared.errors import (
    AlreadyExists,
    CredentialsRefused,
    GatewayError,
    GatewayRejected,
    GatewayUnavailable,
    GatewayUnsupported,
    IllegalTransition,
    InvalidValue,
    NotConfigured,
    StorageConflict,
)
from ...domain.shared.ids import AccountId, TaskId, TenantId
from ...domain.staff.task import MACHINE, StaffTask, TaskReason
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.gym import GymGateway, GymProviders, Operation, Support
from ..ports.locks import RunLocks
from ..ports.sources import Observed, SeveralThere
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.reading import read
from ..tenancy.choose_account import choose_account
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions
from .absorb import Undecided
from .look_first import Before, Over, look_first

_log = logging.getLogger(__name__)

_BEGUN = "this was begun and no answer is known: look at the provider whether it was done, then do it or close this"
_STOOD_THERE = "stood_there"
_LOCKS = 64
_PATIENCE = timedelta(minutes=1)
_PAUSE_S = 0.05

# A lead is converted once: of two wishes the later one holds.
_ONE_AT_A_TIME = frozenset({Operation.CONVERT_LEAD})

# A sale moves money: while nobody knows whether it was made, it is not made again.
_NEVER_TWICE = frozenset({Operation.CREATE_MEMBERSHIP})


# What else is written when a write becomes a task.
GivenUp = Callable[[UnitOfWork, StaffTask], Awaitable[None]]


@attrs.frozen
class Outcome:
    """Either what was ``done``, readable, or the staff ``task`` that now asks a person to do it. ``before`` is what was
    looked at right before it was done. ``begun`` is the task that stays open until what was done is taken over: see
    ``ProviderWrites.end``.
    """

    done: Observed | None = None
    task: StaffTask | None = None
    before: Before | None = None
    begun: StaffTask | None = None


@attrs.frozen(kw_only=True)
class Wanted:
    """What a person would have to do: in words, on what, and with every value that is needed.

    ``can_be_found`` False: asked again, the provider would make it a second time.
    """

    operation: Operation
    title: str
    subject: str
    details: Mapping[str, str | None]
    can_be_found: bool = True

    def may_be_done_by(self, old: StaffTask) -> bool:
        """Whether nobody knows if that was done, and it was the same."""
        if old.reason is not TaskReason.OUTCOME_UNKNOWN:
            return False
        same_sale = old.details.get("starts_on") == self.details.get("starts_on")
        return not self.can_be_found or (self.operation in _NEVER_TWICE and same_sale)


@attrs.frozen
class ProviderWrites:
    """Tries a write once. The transport below repeats only what is safe to repeat.

    What is about to be written is kept as an open task first, and taken away when the provider's answer is taken over:
    whatever ends the process meanwhile, even ``kill -9``, leaves a task that asks a person to look.
    """

    _transactions: Transactions
    _gyms: GymProviders
    _guard: CredentialGuard
    _locks: RunLocks
    _clock: Clock
    _ids: IdSource

    async def account(self, uow: UnitOfWork, account_id: AccountId | None) -> ProviderAccount | None:
        """Which gym's account a request means: see ``choose_account``."""
        return await choose_account(uow, account_id, among=self._gyms.names())

    async def __call__(
        self,
        account: ProviderAccount,
        wanted: Wanted,
        call: Callable[[GymGateway], Awaitable[Observed]],
        *,
        over: Over | None = None,
        begun: StaffTask | None = None,
        given_up: GivenUp | None = None,
    ) -> Outcome:
        """The call's result, or a task with the reason why a person must do it. ``over`` is what the call writes over:
        it is looked at first. ``begun`` is the task that was kept while the call is under way, where the caller did so;
        ``given_up`` writes what else follows from the other task, in its transaction.
        Raises IllegalTransition where our rules forbid to write over what stands there.
        """
        if not account.writes_enabled:
            return await self._task(account, wanted, TaskReason.WRITES_DISABLED, "writing is switched off")
        try:
            await self._ensure_same_place(account)
            async with self._gyms.open(account) as gym:
                if not _may(gym.support(wanted.operation), account):
                    raise GatewayUnsupported("this operation is not proven at this provider")
                if begun is None:
                    begun, doubt = await self._begin(account, wanted)
                    if doubt is not None:
                        return Outcome(task=doubt)
                before = None if over is None else await look_first(gym, over)
                if before is not None and (unseen := before.unseen()):
                    await self._note(account, begun, unseen)
                done = _readable(await call(gym))
        except IllegalTransition:
            # Our own rules forbid it; nothing was asked of the provider, and there is nothing to do for anybody.
            await self._finish(account, wanted, begun)
            raise
        except (GatewayError, NotConfigured) as error:
            _log.warning("provider write became a task", extra={"operation": wanted.operation.value, "why": error.code})
            reason, answer = _reason(error), error.message
            return await self._task(account, wanted, reason, answer, refused=error, begun=begun, given_up=given_up)
        return Outcome(done=done, before=before, begun=begun)

    async def look(self, account: ProviderAccount, wanted: Wanted, over: Over) -> Outcome:
        """What stands there, as ``before``, None where there is no such record; or a task where nobody could tell."""
        try:
            await self._ensure_same_place(account)
            async with self._gyms.open(account) as gym:
                return Outcome(before=await look_first(gym, over))
        except (GatewayError, NotConfigured) as error:
            return await self._task(account, wanted, _reason(error), error.message, refused=error)

    async def _ensure_same_place(self, account: ProviderAccount) -> None:
        """Raises NotConfigured after the account was given another address: until everything there was listed, what is
        known here by its id may be another record there.
        """
        place = self._gyms.place(account)
        states = await self._transactions.read(account.tenant_id, lambda uow: uow.sync_states.all())
        for state in states:
            at_home = state.place == place and state.complete_at is not None
            if state.account_id == account.id and state.place and not at_home:
                raise NotConfigured(
                    f"account {account.name!r} leads elsewhere since {state.kind}s were last synced; sync them first",
                    account=account.name,
                )

    async def in_doubt(
        self, account: ProviderAccount, wanted: Wanted, error: InvalidValue, begun: StaffTask | None = None
    ) -> Outcome:
        """The task for a write that the provider confirmed in a way that cannot be taken over, instead of ``begun``."""
        reason = TaskReason.UNDECIDED if isinstance(error, Undecided) else TaskReason.OUTCOME_UNKNOWN
        return await self._task(account, wanted, reason, error.message, begun=begun)

    async def undecided(self, uow: UnitOfWork, account: ProviderAccount, wanted: Wanted, why: str) -> StaffTask:
        """The task for a write that the provider confirmed, and of which a person must say what it means here; kept in
        the transaction of whoever found that out.
        """
        return await self._ask(uow, wanted, self._new(account, wanted, TaskReason.UNDECIDED, why))

    async def kept_own(
        self, uow: UnitOfWork, account: ProviderAccount, wanted: Wanted, fields: Sequence[str]
    ) -> StaffTask:
        """The task for what the provider said yes to, and did not do: it kept its own value of these fields; in the
        transaction that takes over the rest.
        """
        why = f"the provider said yes and kept its own {', '.join(fields)}"
        return await self._ask(uow, wanted, self._new(account, wanted, TaskReason.REJECTED, why))

    async def _ask(self, uow: UnitOfWork, wanted: Wanted, task: StaffTask) -> StaffTask:
        for waiting in await uow.tasks.open_for(task.operation, wanted.subject):
            if waiting.details == task.details:
                return waiting
        await uow.tasks.add(task)
        return task

    def turn(self, tenant_id: TenantId, what: str) -> AbstractAsyncContextManager[None]:
        """Be the only one, over all processes, to write about ``what`` while inside; others wait.

        Not to be nested. Raises StorageConflict when it is not our turn within a minute.
        """
        # Few locks, whatever is written about: two that share one merely wait for each other.
        share = sha256(what.encode()).digest()[0] % _LOCKS
        return self._turn(f"write:{tenant_id}:{share}")

    @asynccontextmanager
    async def _turn(self, key: str) -> AsyncIterator[None]:
        give_up = self._clock.now() + _PATIENCE
        while True:
            async with self._locks.hold(key) as held:
                if held:
                    yield
                    return
            if self._clock.now() >= give_up:
                raise StorageConflict("somebody else is writing this at the provider; look what came of it")
            await self._clock.sleep(_PAUSE_S)

    def begun(self, account: ProviderAccount, wanted: Wanted) -> StaffTask:
        """The task that is open while the provider is asked."""
        return self._new(account, wanted, TaskReason.OUTCOME_UNKNOWN, _BEGUN)

    async def _begin(self, account: ProviderAccount, wanted: Wanted) -> tuple[StaffTask, StaffTask | None]:
        """The task that is open while the provider is asked, and an older one that forbids to ask again."""
        task = self.begun(account, wanted)

        async def begin(uow: UnitOfWork) -> StaffTask | None:
            for old in await uow.tasks.open_for(task.operation, wanted.subject):
                if wanted.may_be_done_by(old):
                    return old
            await uow.tasks.add(task)
            return None

        return task, await self._transactions.run(account.tenant_id, "begin_write", begin)

    async def _note(self, account: ProviderAccount, begun: StaffTask, unseen: str) -> None:
        """What is about to be written over, and no sync saw, is told by the task: whoever dies now, or gets no answer,
        has it nowhere else.
        """

        async def note(uow: UnitOfWork) -> None:
            for task in await uow.tasks.open_for(begun.operation, begun.subject or ""):
                if task.id == begun.id:
                    task.details = {**task.details, _STOOD_THERE: unseen}
                    await uow.tasks.save(task)

        await self._transactions.run(account.tenant_id, "note_what_stood_there", note)

    async def _task(
        self,
        account: ProviderAccount,
        wanted: Wanted,
        reason: TaskReason,
        answer: str,
        *,
        refused: Exception | None = None,
        begun: StaffTask | None = None,
        given_up: GivenUp | None = None,
    ) -> Outcome:
        made = self._new(account, wanted, reason, answer)

        async def keep(uow: UnitOfWork) -> StaffTask:
            waiting = list(await uow.tasks.open_for(made.operation, wanted.subject))
            old = next((one for one in waiting if begun is not None and one.id == begun.id), None)
            task = made if old is None else _with_what_stood_there(made, old)
            if isinstance(refused, CredentialsRefused):
                await self._guard.refuse(uow, account, refused.message)
            if given_up is not None:
                await given_up(uow, task)
            if old is not None:
                await uow.tasks.remove(old.id)
                waiting.remove(old)
            same = next((one for one in waiting if one.details == task.details), None)
            if same is not None:
                return same
            if wanted.operation in _ONE_AT_A_TIME:
                await _replace(uow, waiting, now=task.created_at)
            await uow.tasks.add(task)
            return task

        return Outcome(task=await self._transactions.run(account.tenant_id, "make_staff_task", keep))

    async def end(self, uow: UnitOfWork, wanted: Wanted, begun: StaffTask | None) -> None:
        """The note is taken away, and what was asked of staff for the same thing needs no person any more; in the
        transaction that takes over what was done.
        """
        for task in await uow.tasks.open_for(wanted.operation.value, wanted.subject):
            if begun is not None and task.id == begun.id:
                await uow.tasks.remove(task.id)
            elif wanted.operation in _ONE_AT_A_TIME:
                task.complete(by=MACHINE, now=self._clock.now(), note="done at the provider by a later request")
                await uow.tasks.save(task)

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
            await self._finish(account, wanted, begun)
            raise
        await self._finish(account, wanted, begun)

    async def _finish(self, account: ProviderAccount, wanted: Wanted, begun: StaffTask | None) -> None:
        await self._transactions.run(account.tenant_id, "finish_write", lambda uow: self.end(uow, wanted, begun))

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


async def _replace(uow: UnitOfWork, waiting: Sequence[StaffTask], *, now: datetime) -> None:
    for old in waiting:
        # What is in doubt must still be looked up, whatever is wanted now.
        if old.reason is not TaskReason.OUTCOME_UNKNOWN:
            old.complete(by=MACHINE, now=now, note="replaced by a newer request")
            await uow.tasks.save(old)


def _with_what_stood_there(task: StaffTask, noted: StaffTask) -> StaffTask:
    """What was about to be written over is told nowhere else, whatever came of the write."""
    stood = {name: value for name, value in noted.details.items() if name == _STOOD_THERE}
    return attrs.evolve(task, details={**stood, **task.details})


def _may(support: Support, account: ProviderAccount) -> bool:
    return support is Support.PROVEN or (
        support is Support.UNPROVEN and account.settings.get("allow_unproven") == "true"
    )


def _readable(answer: Observed) -> Observed:
    """It came back, so the write may have taken effect; nobody may repeat it because the answer makes no sense."""
    try:
        read(answer)
    except InvalidValue as error:
        raise GatewayUnavailable(f"the provider's answer cannot be read: {error.message}") from error
    return answer


def _reason(error: GatewayError | NotConfigured) -> TaskReason:
    if isinstance(error, GatewayUnsupported):
        return TaskReason.UNSUPPORTED
    if isinstance(error, CredentialsRefused | NotConfigured):
        return TaskReason.CREDENTIALS
    if isinstance(error, SeveralThere):
        return TaskReason.UNDECIDED
    return TaskReason.REJECTED if isinstance(error, GatewayRejected) else TaskReason.OUTCOME_UNKNOWN
