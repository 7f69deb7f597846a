"""What becomes of a record that one side does not have."""

import attrs

from .action import Action
from .canonical import Values
from .policy import Deletes, Policy
from .schema import Schema
from .side import Presence, Shown


@attrs.frozen
class Fate:
    """The action, the stable name of its rule, and why."""

    action: Action
    rule: str
    reason: str


@attrs.frozen
class _Words:
    """One direction of everything: ``keeper`` still has the record, ``loser`` does not."""

    keeper: str
    loser: str
    create: Action
    delete: Action
    restore: Action


_OURS_KEPT = _Words("we", "the provider", Action.CREATE_THERE, Action.DELETE_HERE, Action.RESTORE_THERE)
_THEIRS_KEPT = _Words("the provider", "we", Action.CREATE_HERE, Action.DELETE_THERE, Action.RESTORE_HERE)


def fate(schema: Schema, policy: Policy, *, base: Values | None, ours: Shown, theirs: Shown, pinned: bool) -> Fate:
    """Neither side is unknown, and at least one is gone. ``pinned``: a person decided that it stays so."""
    if isinstance(ours, Presence) and isinstance(theirs, Presence):
        return Fate(Action.FORGET, "both_gone", "neither side has it any more")
    kept_by_us = isinstance(theirs, Presence)
    words = _OURS_KEPT if kept_by_us else _THEIRS_KEPT
    values = ours if kept_by_us else theirs
    assert not isinstance(values, Presence)  # noqa: S101 - for the type checker: exactly one is gone
    create, delete = _allowed(policy, kept_by_us)
    if pinned:
        return Fate(Action.APART, "override", "a person decided that it stays as it is")
    if base is None:
        return _new(words, create)
    if schema.same(base, values):
        return _unedited(words, delete)
    return _edited(words, policy.deletes, create, delete)


def _allowed(policy: Policy, kept_by_us: bool) -> tuple[bool, bool]:
    """Whether the loser's side may be created at, and the keeper's be deleted from."""
    if kept_by_us:
        return policy.create_there, policy.delete_here
    return policy.create_here, policy.delete_there


def _new(words: _Words, create: bool) -> Fate:
    if create:
        return Fate(words.create, "only_one_side", f"only {words.keeper} have it")
    return Fate(Action.APART, "only_one_side", f"only {words.keeper} have it, and the policy does not create it there")


def _unedited(words: _Words, delete: bool) -> Fate:
    if delete:
        return Fate(words.delete, "deleted", f"{words.loser} deleted it, and nobody edited it since")
    return Fate(Action.APART, "deleted", f"{words.loser} deleted it, and the policy does not delete it on this side")


def _edited(words: _Words, deletes: Deletes, create: bool, delete: bool) -> Fate:
    rule, what = deletes.value, f"{words.loser} deleted what {words.keeper} edited"
    if deletes is Deletes.DELETE and delete:
        return Fate(words.delete, rule, f"{what}; the deletion wins, the edit is journalled")
    if deletes is Deletes.KEEP_EDITED and create:
        return Fate(words.restore, rule, f"{what}; the edited record is restored")
    return Fate(Action.ASK, rule, f"{what}; it is kept until a person decides")
