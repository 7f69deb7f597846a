"""A member: a customer with a membership."""

from datetime import date, datetime

import attrs

from ..shared.contact import EmailAddress, PhoneNumber
from ..shared.events import Recorder
from ..shared.ids import MemberId, TenantId
from .details import MemberDetails
from .events import MemberChanged
from .status import Status

_WORDS = {s.value: s for s in Status if s is not Status.UNKNOWN}


def read_status(word: str | None) -> tuple[Status, str | None]:
    """Our state for a word, and the word itself where we have no state for it: nothing is guessed."""
    if word is None:
        return Status.UNKNOWN, None
    known = _WORDS.get(word)
    return (known, None) if known else (Status.UNKNOWN, word)


@attrs.define(eq=False, kw_only=True)
class Member(Recorder):
    """A customer who has or had a membership.

    ``status_text`` keeps the provider's word when ``status`` is unknown. ``location`` is the provider's id of the
    site. ``joined_on`` and ``born_on`` are civil dates; instants are UTC. ``version`` grows with every save.
    ``id`` and ``tenant_id`` never change; no guard holds them, for it would cost a bulk load 10 µs a member.
    """

    id: MemberId
    tenant_id: TenantId
    first_name: str
    last_name: str
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    status: Status = Status.UNKNOWN
    status_text: str | None = None
    location: str | None = None
    joined_on: date | None = None
    born_on: date | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str | None = None
    email_opt_in: bool | None = None
    sms_opt_in: bool | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def name(self) -> str:
        """First and last name as one text."""
        return f"{self.first_name} {self.last_name}".strip()

    def edit(self, details: MemberDetails, *, now: datetime) -> tuple[str, ...]:
        """Change what is set; the names of what is another value by that. Raises InvalidValue and changes nothing.

        ``updated_at`` moves only when a value does.
        """
        changes = details.changes(self)
        for name, value in changes.items():
            setattr(self, name, value)
        if changes:
            self.updated_at = now
            self.record(MemberChanged(subject_id=self.id, occurred_at=now, fields=tuple(changes)))
        return tuple(changes)
