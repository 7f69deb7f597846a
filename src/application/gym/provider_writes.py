"""A write to a provider happens, or becomes a staff task: a request is never lost."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from hashlib import sha256

import attrs

from ...domain.shared.errors import (
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
from ...domain.shared.ids import AccountId, TenantId
from ...domain.staff.task import StaffTask, TaskReason
from ...domain.sync.canonical import Values
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.gym import GymGateway, GymProviders
from ..ports.locks import RunLocks
from ..ports.sources import Observed, SeveralThere
from ..ports.unit_of_work import UnitOfWork
from ..sync.records.reading import read
from ..sync.records.task_at_provider import STOOD_THERE
from ..tenancy.choose_account import choose_account
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions
from .absorb import Undecided
from .left_to_staff import ensure_tried
from .look_first import Before, Over, look_first
from .wanted import Wanted
from .write_tasks import Ensure, GivenUp, WriteTasks, nothing_to_ensure

_log = logging.getLogger(__name__)

_LOCKS = 64
_PATIENCE = timedelta(minutes=1)
_PAUSE_S = 0.05


@attrs.frozen
class Outcome:
    """Either what was ``done``, readable, or the staff ``task`` that now asks a person to do it. ``before`` is what was
    looked at right before it was done. ``begun`` is the task that stays open until what was done is taken over: see
    ``WriteTasks.end``.
    """

    done: Observed | None = None
    task: StaffTask | None = None
    before: Before | None = None
    begun: StaffTask | None = None

    def stood(self, after: Values | None = None) -> str | None:
        """What stood there and does not any more, in words for a person; None: nothing, or nobody looked. ``after`` is
        what the record holds since, where what was done shows another one.
        """
        if self.before is None or self.done is None:
            return None
        return self.before.gone(read(self.done).values if after is None else after)


class NotMade(GatewayError):
    """Nothing was made, as it may be there by now: a person is told why, and how sure that is by the ``reason``."""

    def __init__(self, message: str, reason: TaskReason) -> None:
        super().__init__(message)
        self.reason = reason


_UNWRITTEN = Outcome()


@attrs.frozen
class ProviderWrites:
    """Tries a write once. The transport below repeats only what is safe to repeat.

    Its ``tasks`` see to it that no wish is lost, whatever ends the process meanwhile.
    """

    _transactions: Transactions
    _gyms: GymProviders
    _guard: CredentialGuard
    _locks: RunLocks
    _clock: Clock
    _ids: IdSource
    tasks: WriteTasks = attrs.field(init=False)

    @tasks.default
    def _their_tasks(self) -> WriteTasks:
        return WriteTasks(self._transactions, self._guard, self._clock, self._ids)

    async def account(self, uow: UnitOfWork, account_id: AccountId | None) -> ProviderAccount | None:
        """Which gym's account a request means: see ``choose_account``."""
        return await choose_account(uow, account_id, among=self._gyms.names())

    async def __call__(
        self,
        account: ProviderAccount,
        wanted: Wanted,
        call: Callable[[GymGateway], Awaitable[Observed]],
        *,
        over: Over | Before | None = None,
        begun: StaffTask | None = None,
        given_up: GivenUp | None = None,
        ensure: Ensure = nothing_to_ensure,
    ) -> Outcome:
        """The call's result, or a task with the reason why a person must do it. ``over`` is what the call writes over:
        it is looked at first, unless that was done right before. ``begun`` is the task that was kept while the call is
        under way, where the caller did so; else ``ensure`` raises, in the transaction that keeps it, where the provider
        must not be asked any more. ``given_up`` writes what else follows from the other task, in its transaction.
        Raises IllegalTransition where our rules forbid to write over what stands there.
        """
        if not account.writes_enabled:
            return Outcome(
                task=await self.tasks.keep(account, wanted, TaskReason.WRITES_DISABLED, "writing is switched off")
            )
        try:
            await self._ensure_same_place(account)
            async with self._gyms.open(account) as gym:
                ensure_tried(gym, wanted.operation, account)
                if begun is None:
                    begun, doubt = await self.tasks.begin(account, wanted, ensure)
                    if doubt is not None:
                        return Outcome(task=doubt)
                before = await look_first(gym, over) if isinstance(over, Over) else over
                if before is not None and (unseen := before.unseen()):
                    await self.tasks.note(account, begun, unseen)
                done = _readable(await call(gym))
        except IllegalTransition:
            # Our own rules forbid it; nothing was asked of the provider, and there is nothing to do for anybody.
            await self.tasks.take_away(account, begun)
            raise
        except (GatewayError, NotConfigured) as error:
            _log.warning("provider write became a task", extra={"operation": wanted.operation.value, "why": error.code})
            reason, answer = _reason(error), error.message
            return Outcome(
                task=await self.tasks.keep(
                    account, wanted, reason, answer, refused=error, begun=begun, given_up=given_up
                )
            )
        return Outcome(done=done, before=before, begun=begun)

    async def look(self, account: ProviderAccount, wanted: Wanted, over: Over) -> Outcome:
        """What stands there, as ``before``, None where there is no such record; or a task where nobody could tell."""
        try:
            await self._ensure_same_place(account)
            async with self._gyms.open(account) as gym:
                return Outcome(before=await look_first(gym, over))
        except (GatewayError, NotConfigured) as error:
            return Outcome(task=await self.tasks.keep(account, wanted, _reason(error), error.message, refused=error))

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
        self,
        account: ProviderAccount,
        wanted: Wanted,
        error: InvalidValue,
        written: Outcome = _UNWRITTEN,
        *,
        after: Values | None = None,
    ) -> Outcome:
        """The task for a write that the provider confirmed in a way that cannot be taken over, instead of that which
        was begun. It tells all that was written over: where ours is gone, too, nobody has that. ``after`` as in
        ``Outcome.stood``.
        """
        if stood := written.stood(after):
            wanted = attrs.evolve(wanted, details={**wanted.details, STOOD_THERE: stood})
        reason = TaskReason.UNDECIDED if isinstance(error, Undecided) else TaskReason.OUTCOME_UNKNOWN
        return Outcome(task=await self.tasks.keep(account, wanted, reason, error.message, begun=written.begun))

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
    if isinstance(error, NotMade):
        return error.reason
    return TaskReason.REJECTED if isinstance(error, GatewayRejected) else TaskReason.OUTCOME_UNKNOWN
