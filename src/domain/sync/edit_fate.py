"""What becomes of a field that somebody edited here."""

import enum

import attrs

from ..shared.ids import ConflictId
from .laws import Law
from .side import Side

_WRITTEN = "written at the provider by the next run"
# What was changed there before the edit, and is not synced yet, stands as much as what is changed there after it.
_UNLESS = ", unless it was changed there, too"
_NEVER_SEEN = "the provider was never seen to hold it"


class Fate(enum.Enum):
    """``push``: it is on its way to the provider. ``sync``: the next run decides by its law. ``here``: it stays here.
    ``task``: it is not changed here, for the provider owns the field and takes no value; a person must do it there.
    ``written``: it was written at the provider at once.
    """

    PUSH = "push"
    SYNC = "sync"
    HERE = "here"
    TASK = "task"
    WRITTEN = "written"


class Absence(enum.Enum):
    """Why nothing of an edit goes to the provider: it lost the record, which a person's override keeps here; no record
    of its is linked; or it lost it, and nobody pinned or decided yet what becomes of ours.
    """

    LOST = "stays here: the provider does not have the record"
    UNLINKED = "stays here: no record of the provider's is linked to it"
    OPEN = "the next run decides what becomes of the record, which the provider may not have"


@attrs.frozen
class Prospect:
    """Of one field: what becomes of it, and why, in words that a person reads. ``conflict_id``: the open conflict that
    is about it.
    """

    field: str
    fate: Fate
    reason: str
    conflict_id: ConflictId | None = None

    def contested(self, conflict_id: ConflictId) -> "Prospect":
        """A conflict about it is open."""
        told = f"{self.reason}; a conflict about it is open, and shows this value from the next run on, if it goes on"
        return attrs.evolve(self, reason=told, conflict_id=conflict_id)


def apart(field: str, absence: Absence) -> Prospect:
    """Of a field of a record that stands apart from the provider, whatever the field's law."""
    return Prospect(field, Fate.SYNC if absence is Absence.OPEN else Fate.HERE, absence.value)


def written(field: str, *, over: bool, seen: bool, stands: bool) -> Prospect:
    """Of what the provider was given at once. ``over``: another value stood there, and no sync had seen that;
    ``seen``: a sync had seen the field before, so that somebody changed it since; ``stands``: it is what our record
    holds since.
    """
    reason = "written at the provider"
    if over:
        reason += f", over a {'change' if seen else 'value'} there that no sync had seen; the journal has it"
    if not stands:
        reason += "; it is another value by now"
    return Prospect(field, Fate.WRITTEN, reason)


def not_taken_over(field: str, why: str) -> Prospect:
    """Of what the provider was given at once, while its answer could not be taken over here."""
    return Prospect(field, Fate.WRITTEN, f"written at the provider, but not taken over here: {why}")


def unwritten(field: str, why: str) -> Prospect:
    """Of what the provider was not given at once."""
    return Prospect(field, Fate.TASK, f"the provider is changed first, and a person must do it there: {why}")


def said_again(field: str, *, taken: bool, shown: bool, known: bool) -> Prospect:
    """Of what somebody said who is known already. ``taken``: it was not known yet; ``shown``: the provider was seen to
    have such a field; ``known``: what is known is what they said, or has it by now.
    """
    if not known:
        return Prospect(field, Fate.TASK, "not changed here: it is known otherwise, and a person asks which holds")
    if not taken:
        return Prospect(field, Fate.HERE, "known already")
    if not shown:
        return Prospect(field, Fate.HERE, f"{_NEVER_SEEN}, and a person notes it there")
    return Prospect(field, Fate.PUSH, f"{_WRITTEN}{_UNLESS}, or by a person where it takes no value")


def prospect(
    field: str, law: Law, *, shown: bool, same: bool, hindrance: str | None, compared: bool = True
) -> Prospect:
    """``shown``: the provider was seen to hold a value of it, or none; ``same``: that means the same as what was
    written; ``hindrance``: why nothing can be written there, None where it can; ``compared``: the two records were
    compared since they are one, so that what was not shown then is not there.

    A field that the provider owns would be taken back by the next run if it was changed here alone. So it is pushed
    with the edit, or not changed at all.
    """
    if not shown:
        return _unseen(field, hindrance) if compared else _uncompared(field, law, hindrance)
    if same:
        return Prospect(field, Fate.HERE, "the provider holds the same")
    if law.owner is Side.THEIRS:
        if hindrance is None:
            return Prospect(field, Fate.PUSH, f"{_WRITTEN}{_UNLESS}")
        return _for_the_staff(field, hindrance)
    if hindrance is not None:
        return Prospect(field, Fate.HERE, f"{hindrance}; law {law.name}")
    unless = "" if law.owner is Side.OURS else _UNLESS
    return Prospect(field, Fate.SYNC, f"{_WRITTEN}{unless}; law {law.name}")


def _for_the_staff(field: str, hindrance: str) -> Prospect:
    return Prospect(field, Fate.TASK, f"the provider owns it, and {hindrance}")


def _uncompared(field: str, law: Law, hindrance: str | None) -> Prospect:
    if law.owner is Side.THEIRS and hindrance is not None:
        return _for_the_staff(field, hindrance)
    return Prospect(field, Fate.SYNC, f"the two sides were not compared yet: the next run decides; law {law.name}")


def _unseen(field: str, hindrance: str | None) -> Prospect:
    if hindrance is None:
        return Prospect(field, Fate.SYNC, f"{_NEVER_SEEN}; offered there by the next run")
    return Prospect(field, Fate.HERE, _NEVER_SEEN)
