"""Leads are brought in step with the provider (W20–W32)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import attrs

from ...ports.gym import GymGateway
from ...ports.phones import PhoneBook
from ..records.kinds import LEAD
from ..records.record_kind import RecordKind
from ..records.run_books import Opened
from .course import Course
from .lead_records import LeadRecords

LEADS = "leads"


@attrs.frozen
class LeadsCourse(Course):
    """Leads alone. ``left`` settles what is left of leads that somebody began to enter, and who are known."""

    _phones: PhoneBook
    _left: Callable[[Opened], Awaitable[None]]
    name: str = attrs.field(default=LEADS, init=False)
    kinds: tuple[str, ...] = attrs.field(default=(LEAD,), init=False)

    def records(self, opened: Opened) -> Sequence[RecordKind[Any]]:
        """Phone numbers are read by the tenant's region."""
        tenant = opened.tenant
        return (LeadRecords(tenant, opened.account.id, lambda raw: self._phones.read(raw, tenant.region)),)

    async def before(self, opened: Opened, /) -> None:
        """None of those is made that nobody sent."""
        await self._left(opened)

    async def after(self, opened: Opened, _: GymGateway, /) -> None:
        """By now it is known what there is of those that were sent."""
        await self._left(opened)
