"""Overrides, and pushes to providers."""

from datetime import datetime
from uuid import UUID

from ....application.sync.edits.overrides import Released
from ....domain.sync.override import Override
from ....domain.sync.push import Push
from .values import Answer, JsonValue, json_values


class OverrideAnswer(Answer):
    """A person's law for one field of one record (``*``: the record as a whole), stronger than any policy until it is
    taken away. ``change_id``: the journal line that was undone by it; of a record that an undo took away, the line that
    tells so. ``passed_over``: why it does nothing, as its kind has no such field any more; else null."""

    account_id: UUID
    kind: str
    external_id: str
    local_id: UUID
    field: str
    law: str
    because: str
    change_id: UUID | None
    set_by: str
    set_at: datetime
    passed_over: str | None


class OverridesAnswer(Answer):
    """A window of the list; ``has_more``: there are others after it."""

    overrides: list[OverrideAnswer]
    has_more: bool


class PushAnswer(Answer):
    """Our ``values`` on their way to the provider, decided against its ``expected`` ones. ``external_id`` null: a
    record that is to be made there; no values: one that is to be deleted there. ``state``: waiting, done, refused (the
    provider does not take it), unsure (of one that is to make a record: no answer came, and nobody can tell whether it
    was made; look there) or dropped (the record changed meanwhile, or each of its values is a push of its own).
    ``why`` says what came of the last of ``attempts``."""

    id: UUID
    account_id: UUID
    kind: str
    external_id: str | None
    local_id: UUID
    values: dict[str, JsonValue]
    expected: dict[str, JsonValue]
    run_id: UUID
    state: str
    attempts: int
    why: str | None
    created_at: datetime
    updated_at: datetime


class PushesAnswer(Answer):
    """A window of the list; ``count`` is everything that the filter matches."""

    pushes: list[PushAnswer]
    count: int


class ReleasedAnswer(Answer):
    """What an override ended with. ``outlook``: what the next run may do to the record as a whole, null: nothing but
    what it would do anyway; ``withdrawn``: what waited to be written to the field only because it was pinned, and was
    never sent; ``waiting``: what waits to be written to it all the same, as a person edited it since, the law of the
    field wants it there, too, or it was sent, and no answer came (``attempts`` above 0)."""

    outlook: str | None
    withdrawn: list[PushAnswer]
    waiting: list[PushAnswer]


def override(value: Override, passed_over: str | None = None) -> OverrideAnswer:
    """An override, and why it does nothing, if so."""
    return OverrideAnswer(
        account_id=value.account_id,
        kind=value.kind,
        external_id=value.external_id,
        local_id=value.local_id,
        field=value.field,
        law=value.law,
        because=value.because,
        change_id=value.change_id,
        set_by=value.set_by,
        set_at=value.set_at,
        passed_over=passed_over,
    )


def push(entity: Push) -> PushAnswer:
    """A push from its entity."""
    return PushAnswer(
        id=entity.id,
        account_id=entity.account_id,
        kind=entity.kind,
        external_id=entity.external_id,
        local_id=entity.local_id,
        values=json_values(entity.values),
        expected=json_values(entity.expected),
        run_id=entity.run_id,
        state=entity.state.value,
        attempts=entity.attempts,
        why=entity.why,
        created_at=entity.created_at,
        updated_at=entity.updated_at,
    )


def released(value: Released) -> ReleasedAnswer:
    """What becomes of it."""
    return ReleasedAnswer(
        outlook=None if value.outlook is None else value.outlook.value,
        withdrawn=[push(one) for one in value.withdrawn],
        waiting=[push(one) for one in value.waiting],
    )
