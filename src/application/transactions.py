"""Runs a use case's work as one transaction, again when the store asks for it."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import attrs

from ..domain.resilience.retry import RetryPolicy
from ..domain.shared.errors import StaleVersion, StorageConflict
from ..domain.shared.ids import TenantId
from .log_context import bound
from .ports.clock import Clock, Dice
from .ports.unit_of_work import UnitOfWork, UnitsOfWork

_log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[UnitOfWork], Awaitable[T]]

# C97, C102: the first try and three more, with jitter, when others were faster.
_AGAIN = RetryPolicy(attempts=4, first_s=0.02, longest_s=0.5)


class TransactionObserver(Protocol):
    """Told of every transaction: for metrics."""

    def __call__(self, name: str, outcome: str, seconds: float) -> None:
        """``outcome`` is committed, rolled_back (for good) or retried; ``seconds`` is the duration of that attempt."""


def _unobserved(name: str, outcome: str, seconds: float) -> None:
    """Nobody listens."""


# Work loads what it changes, so that one who was overtaken by another decides anew when it is run again.
_COLLISIONS = (StorageConflict, StaleVersion)


@attrs.frozen
class Transactions:
    """Work is handed a unit of work; when it returns, everything is committed; when it raises, nothing is.

    Deadlock, serialisation failure, a busy store or somebody who saved the same entity first runs the whole work
    again, at most three times: work must hold no state from one try to the next. No provider may be called inside.
    """

    _units: UnitsOfWork
    _clock: Clock
    _dice: Dice
    _observe: TransactionObserver = _unobserved

    async def run(self, tenant_id: TenantId, name: str, work: Work[T]) -> T:
        """The work's result, committed. ``name`` is for logs and metrics: the use case's."""
        attempt = 0
        with bound(tenant=str(tenant_id), transaction=name):
            while True:
                attempt += 1
                try:
                    return await self._once(tenant_id, name, work, again=attempt < _AGAIN.attempts)
                except _COLLISIONS as conflict:
                    delay = _AGAIN.delay_s(attempt, jitter=self._dice.roll())
                    if delay is None:
                        raise
                    _log.warning("transaction collided, trying again", extra={"attempt": attempt, "why": conflict.code})
                    await self._clock.sleep(delay)

    async def read(self, tenant_id: TenantId, work: Work[T]) -> T:
        """The result of work that only reads."""
        async with self._units.open(tenant_id, read_only=True) as uow:
            return await work(uow)

    async def _once(self, tenant_id: TenantId, name: str, work: Work[T], *, again: bool) -> T:
        started = self._clock.now()
        outcome = "rolled_back"
        try:
            async with self._units.open(tenant_id) as uow:
                result = await work(uow)
                await uow.commit()
            outcome = "committed"
        except _COLLISIONS:
            outcome = "retried" if again else outcome
            raise
        finally:
            seconds = (self._clock.now() - started).total_seconds()
            self._observe(name, outcome, seconds)
            _log.debug("transaction %s", outcome, extra={"duration_ms": round(seconds * 1000, 3)})
        return result
