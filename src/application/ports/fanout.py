"""What follows from events within the transaction that recorded them."""

from collections.abc import Awaitable, Callable, Sequence

from .events import StoredEvent
from .unit_of_work import UnitOfWork

# Told of the events of a transaction before it is committed: enqueues what follows from them, in that transaction.
Fanout = Callable[[UnitOfWork, Sequence[StoredEvent]], Awaitable[None]]


async def nothing_follows(uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
    """For tests and tools that want the events and nothing else."""
