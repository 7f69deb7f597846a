"""Open conflicts of which what was shown tells nothing: they stay as they are, until somebody looks closer."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from ....domain.shared.errors import TresenError
from ....domain.sync.action import Action
from ....domain.sync.conflict import Conflict
from ....domain.sync.decision import WHOLE
from ....domain.sync.record import SyncRecord
from ....domain.sync.schema import Schema
from ....domain.sync.step import Step, values_of
from ...ports.sources import Observed, Reading
from ...ports.unit_of_work import UnitOfWork
from ..records.reading import is_text, read
from ..records.scope import Scope
from .partly_shown import hides_agreed


def is_untold(schema: Schema, step: Step, conflict: Conflict) -> bool:
    """Whether the step does not tell what became of an open conflict of its record: the field is on its way there, or a
    side does not show it. One of a field that the kind does not have any more is told: nobody is asked about that.
    """
    name, inputs = conflict.field, step.inputs
    if name in inputs.in_flight:
        return True
    if step.decision.action is not Action.MERGE or name not in schema.by_name:
        return False
    return name not in values_of(inputs.theirs) or name not in values_of(inputs.ours)


@attrs.frozen
class OpenQuestions:
    """External ids of records that are shown, by what their open conflicts call for, however little changed there.

    ``hidden``: they are about what is not shown here, and may have come to be answered since; only a single look tells.
    ``whole``: one is about the whole of a record that we deleted, of which less is shown than was agreed on, and what
    was asked still stands. ``void``: one is about a field that the kind does not have any more, and ends when its
    record is compared.
    """

    hidden: Collection[str] = ()
    whole: Collection[str] = ()
    void: Collection[str] = ()


NO_QUESTIONS = OpenQuestions()


async def open_questions(
    uow: UnitOfWork, schema: Schema, scope: Scope, observed: Iterable[Observed], *, edited: Collection[str]
) -> OpenQuestions:
    """A hidden one may have come to be answered where ours was edited (``edited``), where the rules are others, or
    where the provider does not say that its record is as it was when the question was last seen.
    """
    latest = {one.external_id: one for one in observed if is_text(one.external_id)}
    asked = await uow.conflicts.open_of(scope.account_id, schema.kind, latest.keys())
    links = await uow.sync_records.by_external_ids(scope.account_id, schema.kind, asked.keys()) if asked else {}
    found: set[str] = set()
    whole: set[str] = set()
    for external_id, link in links.items():
        reading = _reading(latest[external_id])
        hidden = [] if reading is None else _hidden(schema, link, reading, asked[external_id])
        if reading is None or not hidden:
            continue
        stamp = link.edited_there_at(reading.edited_at)
        if scope.anew or external_id in edited or any(_may_be_edited(each, stamp, scope) for each in hidden):
            found.add(external_id)
        elif any(_is_of_deleted(each) for each in hidden):
            whole.add(external_id)
    void = {key for key, conflicts in asked.items() if any(is_void(schema, each) for each in conflicts)}
    return OpenQuestions(hidden=found, whole=whole, void=void)


def is_void(schema: Schema, conflict: Conflict) -> bool:
    """Whether it is about a field that a later version of the kind does not have: there is nothing to decide."""
    return conflict.is_about_field and conflict.field not in schema.by_name


def _reading(one: Observed) -> Reading | None:
    """None: it cannot be read, which is told where it is compared."""
    try:
        return read(one)
    except TresenError:
        return None


def _hidden(schema: Schema, link: SyncRecord, reading: Reading, asked: Sequence[Conflict]) -> Sequence[Conflict]:
    lacks = hides_agreed(schema, base=link.base, shown=reading.values)
    return [
        each
        for each in asked
        if (each.field in schema.by_name and each.field not in reading.values) or (lacks and _is_of_deleted(each))
    ]


def _is_of_deleted(conflict: Conflict) -> bool:
    """Whether a person is asked what becomes of a record that we deleted."""
    return conflict.field == WHOLE and not conflict.local_version


def _may_be_edited(conflict: Conflict, stamp: datetime | None, scope: Scope) -> bool:
    """Within one moment of the provider's clock, an equal stamp does not tell two edits apart."""
    if stamp is None or stamp != conflict.edited.theirs_at:
        return True
    return conflict.updated_at - stamp <= timedelta(seconds=scope.resolution_s)
