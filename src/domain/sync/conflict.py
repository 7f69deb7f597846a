"""Conflicts: what a person must decide, with everything that is needed to decide it."""

import enum
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import attrs

from ..shared.errors import IllegalTransition
from ..shared.events import Recorder
from ..shared.ids import AccountId, ConflictId, RunId, TenantId
from .canonical import Value
from .decision import WHOLE
from .events import ConflictOpened, ConflictResolved, ConflictSettled
from .laws import NEVER_EDITED, Edited, encoded
from .side import Side

# What a conflict is about, when it is not a field: the record as a whole, or which of ours a new record is.
PAIRING = "?"

# The rule of a conflict that a push opens: the provider lost the record, and does not take ours back.
REFUSED = "refused"

# The rule of a pairing that a person opened again: no match key answers it from then on.
REOPENED = "reopened"


class ConflictState(enum.Enum):
    """``settled``: the sides came to agree by themselves, nobody had to decide."""

    OPEN = "open"
    RESOLVED = "resolved"
    SETTLED = "settled"


# Code, tests and the diagram in docs/reference/states.md read this one table.
TRANSITIONS: dict[ConflictState, frozenset[ConflictState]] = {
    ConflictState.OPEN: frozenset({ConflictState.RESOLVED, ConflictState.SETTLED}),
    ConflictState.RESOLVED: frozenset({ConflictState.OPEN}),
    ConflictState.SETTLED: frozenset({ConflictState.OPEN}),
}

_AGAIN = "; opened again by "
_REFUSALS = {
    (ConflictState.RESOLVED, ConflictState.RESOLVED): "this conflict was decided before; reopen it to decide it anew",
    (ConflictState.SETTLED, ConflictState.RESOLVED): "this conflict settled by itself: the sides agree; reopen it to "
    "decide it all the same",
    (ConflictState.OPEN, ConflictState.OPEN): "this conflict is open: there is nothing to reopen; decide it",
}


class Choice(enum.Enum):
    """``theirs`` and ``ours`` take a side; ``value`` is typed in by a person.

    For a record as a whole, ``theirs`` lets the deletion happen or brings the deleted record back, as the provider has
    it; ``ours`` keeps what we have. For a pairing, ``ours`` links it to one of our records, ``theirs`` makes it a new
    one.
    """

    THEIRS = "theirs"
    OURS = "ours"
    VALUE = "value"


@attrs.frozen(kw_only=True)
class Resolution:
    """Who chose what, and when. ``value`` counts with ``Choice.VALUE``; for a pairing it is the id of our record. Of a
    former one about a field it is what was taken.
    """

    choice: Choice
    value: Value = None
    by: str
    at: datetime


class _About(TypedDict):
    """What every event of a conflict says."""

    subject_id: UUID
    occurred_at: datetime
    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID | None
    field: str


@attrs.define(eq=False, kw_only=True)
class Conflict(Recorder):
    """``field`` is a field's name, ``*`` for a record as a whole, ``?`` for a pairing, whose ``candidates`` are the
    ids of ours that it may be. ``edited`` is the side data: when either side was last edited, as far as it says.

    ``local_id`` is None for a pairing. ``local_version`` is the version of our record that was last seen with it, where
    it is about a record as a whole; 0: we have none, or it is about something else. ``former`` is what was decided
    before somebody opened it again, until it is decided anew. ``version`` grows with every save.
    """

    id: ConflictId
    tenant_id: TenantId
    account_id: AccountId
    kind: str
    external_id: str
    local_id: UUID | None
    local_version: int = 0
    field: str
    base: Value = None
    ours: Value = None
    theirs: Value = None
    edited: Edited = NEVER_EDITED
    candidates: tuple[str, ...] = ()
    rule: str
    reason: str
    run_id: RunId
    state: ConflictState = ConflictState.OPEN
    resolution: Resolution | None = None
    former: Resolution | None = None
    opened_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def is_about_field(self) -> bool:
        """Whether it is about one field, and not about a record as a whole."""
        return self.field not in {WHOLE, PAIRING}

    @property
    def whole_records(self) -> tuple[UUID, ...]:
        """Ours that it is about as a whole: what becomes of one, or whether it is the provider's."""
        if self.field == PAIRING:
            return tuple(map(UUID, self.candidates))
        return (self.local_id,) if self.field == WHOLE and self.local_id is not None else ()

    @property
    def waits_for_person(self) -> bool:
        """Whether nothing but a person's decision ends it: which of ours a record is, where a person took an answer
        back.
        """
        return self.state is ConflictState.OPEN and self.field == PAIRING and self.rule == REOPENED

    @property
    def lost_by(self) -> Side | None:
        """Which side deleted the record, where it is about a record as a whole; else None."""
        if self.field != WHOLE:
            return None
        # Ours always says when it was edited, as long as it is here.
        return Side.OURS if self.edited.ours_at is None and self.rule != REFUSED else Side.THEIRS

    @property
    def edited_since(self) -> tuple[Side, ...]:
        """The sides on which the record was edited after this was opened, or after a person last decided it: as far as
        they say when.
        """
        decided = self.resolution or self.former
        since = self.opened_at if decided is None else decided.at
        sides = ((Side.OURS, self.edited.ours_at), (Side.THEIRS, self.edited.theirs_at))
        return tuple(side for side, at in sides if at is not None and at > since)

    def announce(self) -> None:
        """It is new: from now on a person is asked."""
        self.record(ConflictOpened(again=False, **self._about(self.opened_at)))

    def consider(self, local_id: UUID, *, now: datetime) -> None:
        """Of a pairing: it may be this one of ours, too."""
        if str(local_id) not in self.candidates:
            self.candidates, self.updated_at = (*self.candidates, str(local_id)), now

    def resolve(self, resolution: Resolution) -> None:
        """A person decided. Raises IllegalTransition unless it is open."""
        self._enter(ConflictState.RESOLVED, now=resolution.at)
        self.resolution, self.former = resolution, None
        about = self._about(resolution.at)
        self.record(ConflictResolved(choice=resolution.choice.value, by=resolution.by, **about))

    def settle(self, *, now: datetime) -> None:
        """The sides agree. Nothing happens to one that is not open."""
        if self.state is ConflictState.OPEN:
            self._enter(ConflictState.SETTLED, now=now)
            self.record(ConflictSettled(**self._about(now)))

    def reopen(self, *, by: str, now: datetime) -> None:
        """Decide it anew; the reason says who wants it, and of a pairing the rule. What was decided is the former
        decision. Raises IllegalTransition when it is open.
        """
        self._enter(ConflictState.OPEN, now=now)
        if self.field == PAIRING:
            self.rule = REOPENED
        self.reason = f"{self.reason.partition(_AGAIN)[0]}{_AGAIN}{by}"
        if self.resolution is not None:
            self.former, self.resolution = self._taken(self.resolution), None
        self.record(ConflictOpened(again=True, **self._about(now)))

    def _taken(self, made: Resolution) -> Resolution:
        """With the value, which the sides do not tell any more once they are looked at anew."""
        if not self.is_about_field or made.choice is Choice.VALUE:
            return made
        return attrs.evolve(made, value=self.ours if made.choice is Choice.OURS else self.theirs)

    def _about(self, at: datetime) -> _About:
        return _About(
            subject_id=self.id,
            occurred_at=at,
            account_id=self.account_id,
            kind=self.kind,
            external_id=self.external_id,
            local_id=self.local_id,
            field=self.field,
        )

    def _enter(self, state: ConflictState, *, now: datetime) -> None:
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(
                _REFUSALS.get((self.state, state), f"a {self.state.value} conflict cannot become {state.value}"),
                status=self.state.value,
                allowed=sorted(each.value for each in TRANSITIONS[self.state]),
            )
        self.state, self.updated_at = state, now

    def see(
        self,
        *,
        base: Value,
        ours: Value,
        theirs: Value,
        edited: Edited,
        local_version: int = 0,
        run_id: RunId,
        now: datetime,
    ) -> bool:
        """It came up again, perhaps with other values. True when anything of it is another."""
        before = (encoded(self.base), encoded(self.ours), encoded(self.theirs), self.edited, self.local_version)
        if before == (encoded(base), encoded(ours), encoded(theirs), edited, local_version):
            return False
        self.base, self.ours, self.theirs, self.edited = base, ours, theirs, edited
        self.local_version = local_version
        self.run_id, self.updated_at = run_id, now
        return True
