"""What becomes of a record that one side does not have."""

from collections.abc import Collection

import attrs

from .action import Action
from .canonical import Values
from .policy import Deletes, Policy
from .schema import Schema
from .side import Presence, Shown

# The rule by which a person is asked about one of two that were linked, and of which this was never agreed on: nothing
# at all, or a value that one side alone knows.
NEVER_AGREED = "never_agreed"


@attrs.frozen
class Fate:
    """The action, the stable name of its rule, and why."""

    action: Action
    rule: str
    reason: str


@attrs.frozen
class _Direction:
    """One direction of everything: one side still has the record (``has_it``), the other deleted it (``lost_it``)."""

    has_it: str
    lost_it: str
    edited_it: str
    holds: str
    create: Action
    delete: Action
    restore: Action


_OURS_KEPT = _Direction(
    has_it="only we have it",
    lost_it="the provider deleted it",
    edited_it="the provider deleted what we edited",
    holds="ours holds",
    create=Action.CREATE_THERE,
    delete=Action.DELETE_HERE,
    restore=Action.RESTORE_THERE,
)
_THEIRS_KEPT = _Direction(
    has_it="only the provider has it",
    lost_it="we deleted it",
    edited_it="we deleted what the provider edited",
    holds="the provider's holds",
    create=Action.CREATE_HERE,
    delete=Action.DELETE_THERE,
    restore=Action.RESTORE_HERE,
)


def fate(
    schema: Schema,
    policy: Policy,
    *,
    base: Values | None,
    ours: Shown,
    theirs: Shown,
    pinned: bool,
    untouched: Collection[str],
) -> Fate:
    """Neither side is unknown, and at least one is gone. ``pinned``: a person decided that it stays so; ``untouched``
    as in ``decide``.
    """
    if not isinstance(ours, Presence):
        values = ours
        way, create, delete = _OURS_KEPT, policy.create_there, policy.delete_here
    elif not isinstance(theirs, Presence):
        values = theirs
        way, create, delete = _THEIRS_KEPT, policy.create_here, policy.delete_there
    else:
        return Fate(Action.FORGET, "both_gone", "neither side has it any more")
    if pinned:
        return Fate(Action.APART, "override", "a person decided that it stays as it is")
    if base is None:
        return _new(way, create)
    if not any(field.name in base and field.name in values for field in schema.fields):
        # Such as two that a person paired: that nobody edited the one since means nothing.
        return Fate(Action.ASK, NEVER_AGREED, f"{way.lost_it}{_NOTHING if base else _BEFORE}; a person decides")
    if not schema.same(base, values):
        return _edited(way, policy.deletes, create, delete)
    return _unedited(way, policy.deletes, delete, knows_alone=_knows_alone(schema, {*base, *untouched}, values))


_BEFORE = " before anything was agreed on"
_NOTHING = ", and nothing is shown of what was agreed on"


def _knows_alone(schema: Schema, known: Collection[str], values: Values) -> bool:
    """Whether it holds a value that was never agreed on, such as one that the other side has no field for or that is
    asked about, and of which it is not ``known`` either that nobody edited it. It is nowhere else.
    """
    return any(
        field.name in values and field.name not in known and not field.same(values[field.name], None)
        for field in schema.fields
    )


def _new(way: _Direction, create: bool) -> Fate:
    if create:
        return Fate(way.create, "only_one_side", way.has_it)
    return Fate(Action.APART, "only_one_side", f"{way.has_it}, and the policy does not create it on the other side")


def _unedited(way: _Direction, deletes: Deletes, delete: bool, *, knows_alone: bool) -> Fate:
    """In nothing that was agreed on."""
    if not delete:
        return Fate(Action.APART, "deleted", f"{way.lost_it}, and the policy does not delete it on this side")
    if knows_alone:
        return _known_to_one(way, deletes)
    return Fate(way.delete, "deleted", f"{way.lost_it}, and nobody edited it since")


def _known_to_one(way: _Direction, deletes: Deletes) -> Fate:
    """It is not made anew, either: where the other side cannot hold the value, no deletion there would ever end."""
    what = f"{way.lost_it}, and {way.holds} what was never agreed on"
    if deletes is Deletes.DELETE:
        return Fate(way.delete, deletes.value, f"{what}; the deletion wins, that is journalled")
    return Fate(Action.ASK, NEVER_AGREED, f"{what}; a person decides")


def _edited(way: _Direction, deletes: Deletes, create: bool, delete: bool) -> Fate:
    rule = deletes.value
    if deletes is Deletes.DELETE and delete:
        return Fate(way.delete, rule, f"{way.edited_it}; the deletion wins, the edit is journalled")
    if deletes is Deletes.KEEP_EDITED and create:
        return Fate(way.restore, rule, f"{way.edited_it}; the edited record is restored")
    return Fate(Action.ASK, rule, f"{way.edited_it}; it is kept until a person decides")
