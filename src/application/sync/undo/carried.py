"""Which lines of a run tell only what it carried: a person did it here, and the run brought it to the provider."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from ....domain.sync.decision import WHOLE
from ....domain.sync.journal import LOCAL_EDIT, NORMALISED, PUSHED, RESOLVED, UNDONE, Change
from ...ports.unit_of_work import UnitOfWork

# What people do, each in a run of its own; what your own programs edit is told by a run that found it.
_BY_PEOPLE = frozenset({LOCAL_EDIT, RESOLVED, UNDONE})
# A value gets there, and back in the provider's own form: neither says who chose it.
_CARRIES = frozenset({PUSHED, NORMALISED})


async def without_carried(uow: UnitOfWork, changes: Sequence[Change]) -> Sequence[Change]:
    """The lines of one run, without those: that a value was written there, and in which form the provider keeps it.

    A value that a law chose is the run's own doing, also where our side is what it chose.
    """
    carried: set[tuple[UUID, str]] = set()
    for kind, local_id in {(line.kind, line.local_id) for line in changes if _is_write(line)}:
        written = [line for line in changes if _is_write(line) and line.local_id == local_id]
        every = await uow.journal.of_record(kind, local_id)
        carried |= {(local_id, line.field) for line in written if _chosen_by(every, line) in _BY_PEOPLE}
    return [line for line in changes if line.rule not in _CARRIES or (line.local_id, line.field) not in carried]


def _is_write(line: Change) -> bool:
    return line.rule == PUSHED and line.field != WHOLE


def _chosen_by(every: Iterable[Change], written: Change) -> str | None:
    """The rule of the last line before it that gave our record this value; None: no line tells."""
    rule = None
    for line in every:
        if line.id == written.id:
            break
        if line.field == written.field and line.value == written.ours and line.rule not in _CARRIES:
            rule = line.rule
    return rule
