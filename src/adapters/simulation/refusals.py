"""What a provider refused is not asked again as long as things are as they were."""

from collections.abc import Iterable, Iterator

from ...domain.sync.push import Push, PushState
from ...domain.sync.run import EDIT, PUSH, RESOLVE, UNDO, Run
from ..memory.store import Room
from .broken import Broken

_BY_HAND = frozenset({RESOLVE, UNDO, EDIT})
_ENDED = {PushState.REFUSED, PushState.UNSURE}


def asked_again(room: Room, pushes: Iterable[Push]) -> Iterator[Broken]:
    """Those of the new ``pushes``, decided by a run, that ask what was refused before. The parts of one that a person
    decided, and that was refused as a whole, are that person's; and so is what somebody has made at the counter.
    """
    for push in pushes:
        run = room.runs.find(push.run_id)
        if run is not None and _is_by_hand(push, run):
            continue
        key = (push.account_id, push.kind, push.external_id)
        refused = [row for _, row in room.pushes.among("record", key) if row.state in _ENDED]
        for row in refused:
            if row.id != push.id and row.local_id == push.local_id and _repeats(push, row):
                where = f"{push.kind} {push.external_id or push.local_id}"
                asked = dict(row.values) or "its deletion"
                yield Broken("refusals", f"{asked} of {where} was refused, and is asked again")


def _is_by_hand(push: Push, run: Run) -> bool:
    """A write at the counter is a run, too, in which other fields may be decided: of that, only a record that is to be
    made is somebody's wish.
    """
    return run.kind in _BY_HAND or (run.kind == PUSH and push.external_id is None)


def _repeats(push: Push, row: Push) -> bool:
    """Whether all that was refused is asked again, over the same values: which of them was wrong, nobody knows."""
    if push.external_id is None or not push.values:
        # To be made, or to be deleted: as a whole.
        return (push.values, push.expected) == (row.values, row.expected)
    asked = {name: (value, push.expected[name]) for name, value in push.values.items()}
    return bool(row.values) and all(
        asked.get(name) == (value, row.expected.get(name)) for name, value in row.values.items()
    )
