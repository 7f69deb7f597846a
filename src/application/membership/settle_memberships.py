"""Time passes: memberships whose terms say something else today get their new state."""

from datetime import date, datetime

from ..ports.unit_of_work import UnitOfWork

_AT_ONCE = 500


async def settle_due(uow: UnitOfWork, today: date, *, now: datetime) -> int:
    """Settle up to 500 that are due by that civil day of the tenant; how many. Call again until it gives 0."""
    due = await uow.memberships.turning_by(today, limit=_AT_ONCE)
    for membership in due:
        membership.settle(today, now=now)
    if due:
        await uow.memberships.save_many(due)
    return len(due)
