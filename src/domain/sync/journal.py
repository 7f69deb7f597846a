"""The journal: every value that a sync, a person or an undo wrote or passed over, with all three sides and why."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from ..shared.ids import EntryId, RunId
from .action import Action
from .canonical import Value, Values
from .decision import ONLY_OURS_CHANGED, ONLY_OURS_KNOWN, ONLY_THEIRS_KNOWN, WHOLE, Decision, FieldDecision
from .side import Presence, Shown, Side

# Rules of lines that no decision made.
PUSHED = "pushed"  # the provider was given our value
NORMALISED = "normalised"  # the provider keeps what we gave it in another form, which we take over
LOCAL_EDIT = "local_edit"  # somebody edited our record
WRITTEN_FIRST = "written_first"  # somebody changed it through us, at the provider first; its answer was taken over
UNDONE = "undone"  # an undo put an earlier value back
RESOLVED = "resolved"  # a person settled a conflict
RELEASED = "released"  # an override ended, by whatever a person did; no value is told, as none was changed


@attrs.frozen(kw_only=True)
class Change:
    """One field of one record in one run: base, ours, theirs, what was taken, by which rule and why.

    ``field`` is ``*`` for a line about the record as a whole. ``ours`` and ``theirs`` are what the sides held before,
    ``value`` what was taken. ``version`` is that of our record afterwards, 0 where ours was not written. ``at`` is when
    the run began, so it does not tell which of two lines came first: see ``in_order``.
    """

    id: EntryId
    run_id: RunId
    kind: str
    external_id: str
    local_id: UUID
    field: str
    base: Value
    ours: Value
    theirs: Value
    value: Value
    side: Side
    rule: str
    reason: str
    version: int = 0
    at: datetime

    @property
    def wrote_ours(self) -> bool:
        """Whether our value was overwritten."""
        return self.side in {Side.THEIRS, Side.BOTH} or self.rule in _WRITES_OURS

    @property
    def wrote_theirs(self) -> bool:
        """Whether the provider's value was overwritten."""
        return self.rule == PUSHED

    @property
    def is_release(self) -> bool:
        """Whether it tells only that an override ended, and nothing of values."""
        return self.rule == RELEASED

    @property
    def is_first_seen(self) -> bool:
        """Whether it tells what was first seen of a field of which nothing was known or agreed on: unknown before, and
        not empty.
        """
        return self.rule == ONLY_THEIRS_KNOWN

    @property
    def before(self) -> Value:
        """The value that was overwritten."""
        return self.theirs if self.wrote_theirs else self.ours


_WRITES_OURS = frozenset({NORMALISED, LOCAL_EDIT, UNDONE, RESOLVED})


def in_order(lines: Iterable[Change]) -> Sequence[Change]:
    """One record's lines as they were written, oldest first: by the version of our record, else by id.

    What somebody wrote while a run was under way has the later instant, but may be the earlier line. Ids grow in each
    process, also when a clock is set back, but not over processes; a version, over all lives of a record, always does.
    A line without one stays behind the last version that was told before it.
    """
    found: list[tuple[int, Change]] = []
    reached = 0
    for line in sorted(lines, key=lambda line: line.id):
        reached = max(reached, line.version)
        found.append((line.version or reached, line))
    return [line for _, line in sorted(found, key=lambda each: each[0])]


@attrs.frozen(kw_only=True)
class Subject:
    """What journal lines are about: a record, in a run, at an instant. ``version``: as in ``Change``."""

    run_id: RunId
    kind: str
    external_id: str
    local_id: UUID
    version: int
    at: datetime

    def line(self, key: EntryId, made: FieldDecision) -> Change:
        """A field's line."""
        return Change(
            id=key,
            run_id=self.run_id,
            kind=self.kind,
            external_id=self.external_id,
            local_id=self.local_id,
            field=made.field,
            base=made.base,
            ours=made.ours,
            theirs=made.theirs,
            value=made.value,
            side=made.side,
            rule=made.rule,
            reason=made.reason,
            version=self.version if made.changes_ours else 0,
            at=self.at,
        )


def told(decision: Decision, *, base: Values | None, ours: Shown, theirs: Shown) -> Sequence[FieldDecision]:
    """What of a decision is worth a line.

    A field that we keep is told when the provider's new value is passed over; when only we changed it, nothing was
    lost and nothing is written, so that a quiet sync stays quiet. What waits for a person is told by its conflict. A
    record that goes is told value by value, so that it can come back.
    """
    if decision.action is Action.MERGE:
        return [made for made in decision.fields if _is_worth_a_line(made)]
    going = {Action.DELETE_HERE: (ours, Side.THEIRS), Action.DELETE_THERE: (theirs, Side.OURS)}.get(decision.action)
    if going is not None:
        shown, side = going
        return [_whole(decision, side), *_lost(decision, base, shown, side)]
    side = {Action.RESTORE_HERE: Side.THEIRS, Action.RESTORE_THERE: Side.OURS}.get(decision.action, Side.NEITHER)
    return [] if side is Side.NEITHER else [_whole(decision, side)]


def _is_worth_a_line(made: FieldDecision) -> bool:
    quiet = {ONLY_OURS_CHANGED, ONLY_OURS_KNOWN}
    return made.side is not Side.NEITHER and (made.changes_ours or made.rule not in quiet)


def _whole(decision: Decision, side: Side) -> FieldDecision:
    return FieldDecision(
        field=WHOLE,
        base=None,
        ours=None,
        theirs=None,
        value=None,
        side=side,
        rule=decision.rule,
        reason=decision.reason,
    )


def _lost(decision: Decision, base: Values | None, shown: Shown, side: Side) -> Iterable[FieldDecision]:
    values: Mapping[str, Value] = {} if isinstance(shown, Presence) else shown
    agreed = base or {}
    for name, value in values.items():
        if value is not None:
            ours, theirs = (value, None) if side is Side.THEIRS else (None, value)
            yield FieldDecision(
                field=name,
                base=agreed.get(name),
                ours=ours,
                theirs=theirs,
                value=None,
                side=side,
                rule=decision.rule,
                reason=decision.reason,
            )
