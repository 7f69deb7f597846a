"""What waits for a person, and what did."""

from datetime import datetime
from uuid import UUID

from ....application.sync.conflicts.reopen_conflict import Reopened
from ....application.sync.conflicts.resolve_conflicts import Resolved
from ....application.sync.views.conflict_in_full import ConflictInFull
from ....domain.shared.errors import TresenError
from ....domain.shared.ids import ConflictId
from ....domain.sync.canonical import Values
from ....domain.sync.conflict import Conflict, Resolution
from .sync_books import OverrideAnswer, override
from .values import Answer, JsonValue, json_value, json_values


class ResolutionAnswer(Answer):
    """Who chose what: theirs, ours or ``value``; of a former decision about a field, ``value`` is what was taken."""

    choice: str
    value: JsonValue
    by: str
    at: datetime


class ConflictAnswer(Answer):
    """``field`` is a field's name, ``*`` for a record as a whole (one side deleted what the other edited), ``?`` for a
    new record of which nobody can tell which of ours it is: ``candidates`` are their ids. ``base`` is what the sides
    agreed on last; ``ours_edited_at`` and ``theirs_edited_at`` are null where a side does not say. ``edited_since``:
    the sides (ours, theirs) on which the record was edited after the conflict was opened, or last decided, as
    far as they say when.
    ``state``: open, resolved (somebody decided) or settled (the sides came to agree by themselves). ``former``: what
    was decided before somebody opened it again, until it is decided anew."""

    id: UUID
    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID | None
    field: str
    base: JsonValue
    ours: JsonValue
    theirs: JsonValue
    ours_edited_at: datetime | None
    theirs_edited_at: datetime | None
    edited_since: list[str]
    candidates: list[str]
    rule: str
    reason: str
    run_id: UUID
    state: str
    resolution: ResolutionAnswer | None
    former: ResolutionAnswer | None
    opened_at: datetime
    updated_at: datetime
    version: int


class ConflictsAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    conflicts: list[ConflictAnswer]
    count: int


class OneConflictAnswer(Answer):
    """One conflict."""

    conflict: ConflictAnswer


class ReopenedConflictAnswer(Answer):
    """A conflict that is open again. ``released``: the overrides that ended with it."""

    conflict: ConflictAnswer
    released: list[OverrideAnswer]


class SidesAnswer(Answer):
    """Every field of the record: as it was agreed on last, as it is here now, and as the provider showed it when a run
    asked last. null: that side has no such record; of ``theirs`` also that what it was is kept no more."""

    base: dict[str, JsonValue] | None
    ours: dict[str, JsonValue] | None
    theirs: dict[str, JsonValue] | None


class CandidateAnswer(Answer):
    """One of ours that the provider's record may be; ``values`` null: it is no more."""

    id: UUID
    values: dict[str, JsonValue] | None


class ConflictInFullAnswer(Answer):
    """A conflict with the record that it is about. ``candidates`` only for a pairing. ``is_edited``: of an open one
    about a field, ``sides.ours`` holds another value by now than ``conflict.ours``, which the next sync brings up to
    date; until then only ours can be chosen."""

    conflict: ConflictAnswer
    sides: SidesAnswer
    is_edited: bool
    candidates: list[CandidateAnswer]


class RefusedConflictAnswer(Answer):
    """A conflict that was not decided, and why: a code of an error and its message."""

    id: UUID
    code: str
    message: str


class ResolvedConflictsAnswer(Answer):
    """``decided`` with their number in ``count``; ``refused`` stay open, and so do the ``remaining`` ones that the
    filter matches afterwards, the refused among them that nobody else decided."""

    decided: list[ConflictAnswer]
    count: int
    refused: list[RefusedConflictAnswer]
    remaining: int


def conflict(entity: Conflict) -> ConflictAnswer:
    """A conflict from its entity."""
    return ConflictAnswer(
        id=entity.id,
        account_id=entity.account_id,
        kind=entity.kind,
        external_id=entity.external_id,
        local_id=entity.local_id,
        field=entity.field,
        base=json_value(entity.base),
        ours=json_value(entity.ours),
        theirs=json_value(entity.theirs),
        ours_edited_at=entity.edited.ours_at,
        theirs_edited_at=entity.edited.theirs_at,
        edited_since=[side.value for side in entity.edited_since],
        candidates=list(entity.candidates),
        rule=entity.rule,
        reason=entity.reason,
        run_id=entity.run_id,
        state=entity.state.value,
        resolution=None if entity.resolution is None else _resolution(entity.resolution),
        former=None if entity.former is None else _resolution(entity.former),
        opened_at=entity.opened_at,
        updated_at=entity.updated_at,
        version=entity.version,
    )


def reopened(opened: Reopened) -> ReopenedConflictAnswer:
    """A conflict that is open again."""
    return ReopenedConflictAnswer(
        conflict=conflict(opened.conflict), released=[override(each) for each in opened.released]
    )


def in_full(found: ConflictInFull) -> ConflictInFullAnswer:
    """A conflict with its record."""
    return ConflictInFullAnswer(
        conflict=conflict(found.conflict),
        sides=SidesAnswer(base=_values(found.base), ours=_values(found.ours), theirs=_values(found.theirs)),
        is_edited=found.is_edited,
        candidates=[CandidateAnswer(id=UUID(one.id), values=_values(one.values)) for one in found.candidates],
    )


def _values(values: Values | None) -> dict[str, JsonValue] | None:
    return None if values is None else json_values(values)


def resolved(result: Resolved, remaining: int) -> ResolvedConflictsAnswer:
    """What became of many; ``remaining``: how many of them are open now."""
    return ResolvedConflictsAnswer(
        decided=[conflict(one) for one in result.decided],
        count=len(result.decided),
        refused=[_refused(key, error) for key, error in result.refused],
        remaining=remaining,
    )


def _resolution(made: Resolution) -> ResolutionAnswer:
    return ResolutionAnswer(choice=made.choice.value, value=json_value(made.value), by=made.by, at=made.at)


def _refused(key: ConflictId, error: TresenError) -> RefusedConflictAnswer:
    return RefusedConflictAnswer(id=key, code=error.code, message=error.message)
