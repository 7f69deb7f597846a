"""What an undo would do, before it is done."""

import enum
from collections.abc import Mapping
from uuid import UUID

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.shared.ids import AccountId, EntryId, RunId
from ....domain.sync.canonical import Values
from ....domain.sync.journal import Change
from ....domain.sync.record import SyncRecord
from ....domain.sync.undo import Rollback
from ..records.kinds import LEAD


@attrs.frozen(kw_only=True)
class UndoTarget:
    """Exactly one of: a line of the journal; a run; a record (``kind`` and ``local_id``) back to a ``version``."""

    change_id: EntryId | None = None
    run_id: RunId | None = None
    kind: str | None = None
    local_id: UUID | None = None
    version: int | None = None

    def __attrs_post_init__(self) -> None:
        record = (self.kind, self.local_id, self.version)
        whole = all(each is not None for each in record)
        if (
            any(each is not None for each in record) != whole
            or [
                self.change_id is not None,
                self.run_id is not None,
                whole,
            ].count(True)
            != 1
        ):
            raise InvalidValue("name a change, a run, or a record with its kind and a version", field="target")


class UndoAction(enum.Enum):
    """What happens to a record: values go back, it goes away again, it comes back."""

    EDIT = "edit"
    DELETE = "delete"
    RESTORE = "restore"


@attrs.frozen(kw_only=True)
class RecordUndo:
    """One record's part. ``values`` are what a record that comes back will hold, ``gone_by`` is the journal line that
    tells that it went; ``rollbacks`` are the fields that go back, of one that comes back those in which it was another
    when it went; ``overtaken``: one that would go was edited since it was made; ``refused``: why it cannot be
    done at all, and is left out (empty: it can). ``undone``: fields that an undo put back already, each with its run,
    and are left alone; ``*`` for a record that it brought back. ``tied``: whether a record at the provider is tied to
    ours; without it only ours is put back, and ``external_id`` is the last one. ``untaken``: fields that go back, and
    of which the provider takes no value; ``for_staff``: those of them of which it shows another one, so that a person
    must change it there. ``first_seen``: fields that are left as they are, for all that is told of them is what was
    first seen; what they were before nobody knows.
    """

    account_id: AccountId
    kind: str
    external_id: str
    local_id: UUID
    action: UndoAction
    rollbacks: tuple[Rollback, ...] = ()
    values: Values = attrs.field(factory=dict)
    overtaken: bool = False
    gone_by: EntryId | None = None
    refused: str = ""
    undone: Mapping[str, RunId] = attrs.field(factory=dict)
    tied: bool = True
    untaken: tuple[str, ...] = ()
    for_staff: tuple[str, ...] = ()
    first_seen: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """For people: that it is ``refused``, and why."""
        left = "be put back" if self.action is UndoAction.EDIT else "come back"
        return f"cannot {left}: {self.refused}" if self.refused else ""

    @property
    def is_undone(self) -> bool:
        """Whether nothing is left of it that was not undone already."""
        return bool(self.undone) and not self.rollbacks

    @property
    def is_first_seen(self) -> bool:
        """Whether there is nothing of it that could be put back."""
        nothing_else = self.action is UndoAction.EDIT and not self.rollbacks and not self.undone
        return bool(self.first_seen) and nothing_else

    @property
    def not_kept(self) -> tuple[str, ...]:
        """What no sync compares of a record that comes back, so that nobody kept it: it counts as made when it comes
        back, and a lead that became a member does not say any more which.
        """
        if self.action is not UndoAction.RESTORE:
            return ()
        return ("created_at", "member_id") if self.kind == LEAD else ("created_at",)


def record_undo(
    account_id: AccountId, link: SyncRecord | None, line: Change, action: UndoAction, *, values: Values | None = None
) -> RecordUndo:
    """By the id that the record has at the provider today; without a link by the one that it had in that line."""
    return RecordUndo(
        account_id=account_id,
        kind=line.kind,
        external_id=line.external_id if link is None else link.external_id,
        local_id=line.local_id,
        action=action,
        values=values or {},
        tied=link is not None,
    )
