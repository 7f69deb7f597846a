"""One membership of a member: what was sold, for which time, and how it stands."""

from datetime import date, datetime

import attrs

from ..shared.events import Recorder
from ..shared.ids import MemberId, MembershipId, TenantId
from ..shared.money import Money
from .events import MembershipStatusChanged
from .status import Status, Step, Terms, after, leads_to


@attrs.define(eq=False, kw_only=True)
class Membership(Recorder):
    """``status`` is what ``terms`` say on the last day they were looked at; ``status_changes_on`` is the next day
    on which they will say something else by themselves (None: never).

    ``price`` is per month. Instants are UTC, dates civil dates of the tenant.
    """

    id: MembershipId
    tenant_id: TenantId
    member_id: MemberId
    name: str
    kind: str | None = None
    terms: Terms
    price: Money | None = None
    auto_renew: bool | None = None
    status: Status = Status.UNKNOWN
    status_changes_on: date | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 0

    def settle(self, day: date, *, now: datetime) -> bool:
        """Bring ``status`` up to a civil day. True when it changed."""
        new = self.terms.status_on(day)
        self.status_changes_on = self.terms.next_change_after(day)
        if new is self.status:
            return False
        self.record(
            MembershipStatusChanged(
                subject_id=self.id,
                occurred_at=now,
                old=self.status,
                new=new,
                regular=leads_to(self.status, new),
            )
        )
        self.status = new
        self.updated_at = now
        return True

    def ensure_can(self, step: Step) -> None:
        """Raises IllegalTransition when the table does not allow the step now."""
        after(self.status, step)
