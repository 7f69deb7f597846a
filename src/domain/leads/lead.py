"""A lead: somebody interested who is not a customer yet."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..shared.contact import EmailAddress, PhoneNumber
from ..shared.errors import IllegalTransition
from ..shared.events import Recorder
from ..shared.ids import LeadId, MemberId, TenantId
from ..shared.unset import UNSET, Unset
from .details import LeadDetails
from .events import LeadCaptured, LeadChanged, LeadConverted, LeadStageChanged
from .stage import Stage, ensure_leads_to


@attrs.define(eq=False, kw_only=True)
class Lead(Recorder):
    """``stage_text`` keeps the provider's word when ``stage`` is unknown; ``member_id`` is set by conversion."""

    id: LeadId
    tenant_id: TenantId
    first_name: str
    last_name: str
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    stage: Stage = Stage.NEW
    stage_text: str | None = None
    source: str | None = None
    interested_in: str | None = None
    message: str | None = None
    notes: str | None = None
    location: str | None = None
    member_id: MemberId | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def name(self) -> str:
        """First and last name as one text."""
        return f"{self.first_name} {self.last_name}".strip()

    def capture(self, *, now: datetime) -> None:
        """Record that this lead is new to us."""
        self.record(LeadCaptured(subject_id=self.id, occurred_at=now))

    def hear_again(self, later: "Lead", *, now: datetime) -> None:
        """Take over what somebody who is known already wrote this time, and what was not known yet; nothing of what is
        here is lost.
        """
        message = _both(self.message, later.message)
        interested_in = _both(self.interested_in, later.interested_in)
        filled = {name: getattr(later, name) for name in _FILLED if getattr(later, name) and not getattr(self, name)}
        self._write({"message": message, "interested_in": interested_in, **filled}, now=now)

    def update(self, *, stage: Stage | Unset = UNSET, notes: str | None | Unset = UNSET, now: datetime) -> None:
        """Change what is given; UNSET leaves, None clears. Raises IllegalTransition and changes nothing.

        ``updated_at`` moves only when a value does: an echo must not look like a newer edit.
        """
        if not isinstance(stage, Unset) and stage is not self.stage:
            if stage is Stage.CONVERTED:
                raise IllegalTransition("a lead becomes converted by converting it, not by an update")
            self._move(stage, now=now)
            self.updated_at = now
        if not isinstance(notes, Unset):
            self._write({"notes": notes}, now=now)

    def edit(self, details: LeadDetails, *, now: datetime) -> tuple[str, ...]:
        """Change what is set; the names of what is another value by that. Raises InvalidValue and changes nothing."""
        return self._write(details.changes(self), now=now)

    def ensure_convertible(self) -> None:
        """Raises IllegalTransition when it is converted already, with the member that it is."""
        if self.stage is Stage.CONVERTED:
            who = "the provider did that" if self.member_id is None else f"it is the member {self.member_id}"
            known = {} if self.member_id is None else {"member_id": str(self.member_id)}
            raise IllegalTransition(
                f"{self.name or 'this lead'} is converted already: {who}", status=self.stage.value, allowed=[], **known
            )
        ensure_leads_to(self.stage, Stage.CONVERTED)

    def convert(self, member_id: MemberId, *, now: datetime, is_there: bool = False) -> None:
        """It became this member. Raises IllegalTransition when it is converted already.

        ``is_there``: the provider made it the member already, whatever stage it was in by then; so only one that is
        another member's is refused.
        """
        if not is_there or self.member_id is not None:
            self.ensure_convertible()
        if self.stage is not Stage.CONVERTED:
            self._step(Stage.CONVERTED, now=now)
        self.member_id = member_id
        self.updated_at = now
        self.record(LeadConverted(subject_id=self.id, occurred_at=now, member_id=member_id))

    def _write(self, values: Mapping[str, object], *, now: datetime) -> tuple[str, ...]:
        changed = tuple(name for name, value in values.items() if getattr(self, name) != value)
        for name in changed:
            setattr(self, name, values[name])
        if changed:
            self.updated_at = now
            self.record(LeadChanged(subject_id=self.id, occurred_at=now, fields=changed))
        return changed

    def _move(self, stage: Stage, *, now: datetime) -> None:
        ensure_leads_to(self.stage, stage)
        self._step(stage, now=now)

    def _step(self, stage: Stage, *, now: datetime) -> None:
        self.record(LeadStageChanged(subject_id=self.id, occurred_at=now, old=self.stage, new=stage))
        self.stage, self.stage_text = stage, None


# What they say of these is taken where nothing is known.
_FILLED = ("phone", "source", "notes", "location")


def _both(here: str | None, later: str | None) -> str | None:
    if not here or not later:
        return here or later
    return here if later in here else f"{here}\n{later}"
