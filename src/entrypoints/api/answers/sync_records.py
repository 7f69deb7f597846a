"""Why records are as they are, what they were, and what is put back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ....application.sync.undo.undo import Undone
from ....application.sync.undo.undo_plan import RecordUndo
from ....application.sync.views.explain import FieldExplanation, RecordExplanation
from ....domain.sync.history import Version
from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ....domain.sync.undo import Rollback
from .conflicts import ConflictAnswer, conflict
from .sync import RunAnswer, run
from .sync_books import OverrideAnswer, PushAnswer, override, push
from .values import Answer, JsonValue, json_value, json_values


class LinkAnswer(Answer):
    """A record at a provider account (``external_id``) and here (``local_id``), as of ``synced_at``."""

    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID
    synced_at: datetime


class LinksAnswer(Answer):
    """Every record of that id, of one account each."""

    records: list[LinkAnswer]
    count: int


class ChangeAnswer(Answer):
    """A line of the journal: ``ours`` and ``theirs`` are what the sides held before, ``value`` what was taken.
    ``field`` ``*``: the record as a whole. ``version`` is our record's afterwards, 0 where ours was not written."""

    id: UUID
    run_id: UUID
    external_id: str
    field: str
    base: JsonValue
    ours: JsonValue
    theirs: JsonValue
    value: JsonValue
    side: str
    rule: str
    reason: str
    version: int
    at: datetime


class FieldExplanationAnswer(Answer):
    """``ours`` stands here, ``base`` is what the provider was last seen to hold (``agreed`` false: nothing ever was).
    ``origin``: created (the provider made it so), edited (somebody here did, since) or journal: then ``change`` is the
    line; where that tells only that our value went to the provider, ``edit`` is the one that tells whose value it was.
    ``law`` holds now, by ``law_from``: override, policy or schema. ``released``: who took an override of the field away
    last. ``waiting`` is on its way to the provider; ``undecided``: edited here, and the next run decides."""

    field: str
    ours: JsonValue
    base: JsonValue
    agreed: bool
    origin: str
    run_id: UUID
    law: str
    law_from: str
    change: ChangeAnswer | None
    edit: ChangeAnswer | None
    override: OverrideAnswer | None
    released: ChangeAnswer | None
    conflict: ConflictAnswer | None
    waiting: list[PushAnswer]
    undecided: bool


class RecordExplanationAnswer(Answer):
    """One record with respect to one account. ``override`` pins it as a whole; ``kept_here``: because the provider lost
    it, so that what is edited stays here. ``changes`` are the journal's lines about it as a whole, oldest first: that a
    side lost it, that it came back, that an override was taken away. ``is_here``: we have it; where it is deleted here,
    ``ended`` is the line that tells when and why, null where none does."""

    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID
    override: OverrideAnswer | None
    kept_here: bool
    is_here: bool
    ended: ChangeAnswer | None
    changes: list[ChangeAnswer]
    fields: list[FieldExplanationAnswer]


class ExplanationsAnswer(Answer):
    """One for each account that knows the record."""

    records: list[RecordExplanationAnswer]
    count: int


class VersionAnswer(Answer):
    """A record as it was from ``at`` on (null: from when it was made), with the lines that made it so. ``released``:
    who took an override away while it was so."""

    number: int
    at: datetime | None
    values: dict[str, JsonValue]
    changes: list[ChangeAnswer]
    released: list[ChangeAnswer]


class HistoryAnswer(Answer):
    """Every version, latest first."""

    versions: list[VersionAnswer]
    count: int


class RollbackAnswer(Answer):
    """A field that gets an earlier value back. ``overtaken``: somebody edited it since, so that it is put back only
    when that is wanted expressly."""

    field: str
    now: JsonValue
    back: JsonValue
    overtaken: bool
    change_id: UUID


class RecordUndoAnswer(Answer):
    """``action``: edit (``fields`` go back), delete (it was made, and goes away again; ``overtaken``: somebody edited
    it since) or restore (it comes back with these ``values``, without what is ``not_kept``). ``refused``: why it cannot
    be done, and is left out. ``undone``: the runs that put fields back already, which are left alone; under ``*`` the
    one that brought the record back. ``tied`` false: ours is tied to no record at the provider any more, so that it is
    put back here alone, and ``external_id`` is the last one. ``for_staff``: fields that go back, of which the provider
    takes no value: a staff task asks somebody to change them there. ``first_seen``: fields that are left as they are,
    for all that was done to them is that they were first seen, and what they were before is not known."""

    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID
    action: str
    overtaken: bool
    tied: bool
    refused: str | None
    fields: list[RollbackAnswer]
    undone: dict[str, UUID]
    values: dict[str, JsonValue]
    not_kept: list[str]
    for_staff: list[str]
    first_seen: list[str]


class PlannedUndoAnswer(Answer):
    """What an undo would do, in its order."""

    records: list[RecordUndoAnswer]
    count: int


class UndoneAnswer(Answer):
    """What was put back; ``run`` is the undo's own, null when there was nothing to do."""

    run: RunAnswer | None
    records: list[RecordUndoAnswer]
    count: int


def links(found: Sequence[SyncRecord]) -> LinksAnswer:
    """What is linked."""
    records = [
        LinkAnswer(
            account_id=one.account_id,
            kind=one.kind,
            external_id=one.external_id,
            local_id=one.local_id,
            synced_at=one.synced_at,
        )
        for one in found
    ]
    return LinksAnswer(records=records, count=len(records))


def explanation(record: RecordExplanation) -> RecordExplanationAnswer:
    """A record's fields."""
    return RecordExplanationAnswer(
        account_id=record.account_id,
        kind=record.kind,
        external_id=record.external_id,
        local_id=record.local_id,
        override=None if record.override is None else override(record.override),
        kept_here=record.kept_here,
        is_here=record.is_here,
        ended=None if record.ended is None else change(record.ended),
        changes=[change(one) for one in record.changes],
        fields=[_field(field) for field in record.fields],
    )


def version(one: Version) -> VersionAnswer:
    """A version with its lines."""
    return VersionAnswer(
        number=one.number,
        at=one.at,
        values=json_values(one.values),
        changes=[change(line) for line in one.changes],
        released=[change(line) for line in one.released],
    )


def record_undo(record: RecordUndo) -> RecordUndoAnswer:
    """One record's part of an undo."""
    return RecordUndoAnswer(
        account_id=record.account_id,
        kind=record.kind,
        external_id=record.external_id,
        local_id=record.local_id,
        action=record.action.value,
        overtaken=record.overtaken,
        tied=record.tied,
        refused=record.refused or None,
        fields=[_rollback(one) for one in record.rollbacks],
        undone=dict(record.undone),
        values=json_values(record.values),
        not_kept=list(record.not_kept),
        for_staff=list(record.for_staff),
        first_seen=list(record.first_seen),
    )


def undone(result: Undone) -> UndoneAnswer:
    """What an undo did."""
    records = [record_undo(one) for one in result.records]
    return UndoneAnswer(run=None if result.run is None else run(result.run), records=records, count=len(records))


def change(line: Change) -> ChangeAnswer:
    """A line of the journal."""
    return ChangeAnswer(
        id=line.id,
        run_id=line.run_id,
        external_id=line.external_id,
        field=line.field,
        base=json_value(line.base),
        ours=json_value(line.ours),
        theirs=json_value(line.theirs),
        value=json_value(line.value),
        side=line.side.value,
        rule=line.rule,
        reason=line.reason,
        version=line.version,
        at=line.at,
    )


def _field(field: FieldExplanation) -> FieldExplanationAnswer:
    return FieldExplanationAnswer(
        field=field.field,
        ours=json_value(field.ours),
        base=json_value(field.base),
        agreed=field.agreed,
        origin=field.origin.value,
        run_id=field.run_id,
        law=field.law,
        law_from=field.law_from,
        change=None if field.change is None else change(field.change),
        edit=None if field.edit is None else change(field.edit),
        override=None if field.override is None else override(field.override),
        released=None if field.released is None else change(field.released),
        conflict=None if field.conflict is None else conflict(field.conflict),
        waiting=[push(one) for one in field.waiting],
        undecided=field.undecided,
    )


def _rollback(one: Rollback) -> RollbackAnswer:
    return RollbackAnswer(
        field=one.field,
        now=json_value(one.now),
        back=json_value(one.back),
        overtaken=one.overtaken,
        change_id=one.change.id,
    )
