"""What becomes of a record that one side does not have."""

import attrs

from .action import Action
from .canonical import Values
from .policy import Deletes, Policy
from .schema import Schema
from .side import Presence, Shown

# The rule by which a person is asked about one of two that were linked and never compared.
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
    create: Action
    delete: Action
    restore: Action


_OURS_KEPT = _Direction(
    has_it="only we have it",
    lost_it="the provider deleted it",
    edited_it="the provider deleted what we edited",
    create=Action.CREATE_THERE,
    delete=Action.DELETE_HERE,
    restore=Action.RESTORE_THERE,
)
_THEIRS_KEPT = _Direction(
    has_it="only the provider has it",
    lost_it="we deleted it",
    edited_it="we deleted what the provider edited",
    create=Action.CREATE_HERE,
    delete=Action.DELETE_THERE,
    restore=Action.RESTORE_HERE,
)


def fate(schema: Schema, policy: Policy, *, base: Values | None, ours: Shown, theirs: Shown, pinned: bool) -> Fate:
    """Neither side is unknown, and at least one is gone. ``pinned``: a person decided that it stays so."""
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
    if not base:
        # Such as two that a person paired: that nobody edited the one since means nothing.
        return Fate(Action.ASK, NEVER_AGREED, f"{way.lost_it} before anything was agreed on; a person decides")
    if schema.same(base, values):
        return _unedited(way, delete)
    return _edited(way, policy.deletes, create, delete)


def _new(way: _Direction, create: bool) -> Fate:
    if create:
        return Fate(way.create, "only_one_side", way.has_it)
    return Fate(Action.APART, "only_one_side", f"{way.has_it}, and the policy does not create it on the other side")


def _unedited(way: _Direction, delete: bool) -> Fate:
    if delete:
        return Fate(way.delete, "deleted", f"{way.lost_it}, and nobody edited it since")
    return Fate(Action.APART, "deleted", f"{way.lost_it}, and the policy does not delete it on this side")


def _edited(way: _Direction, deletes: Deletes, create: bool, delete: bool) -> Fate:
    rule = deletes.value
    if deletes is Deletes.DELETE and delete:
        return Fate(way.delete, rule, f"{way.edited_it}; the deletion wins, the edit is journalled")
    if deletes is Deletes.KEEP_EDITED and create:
        return Fate(way.restore, rule, f"{way.edited_it}; the edited record is restored")
    return Fate(Action.ASK, rule, f"{way.edited_it}; it is kept until a person decides")
