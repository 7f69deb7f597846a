"""What a provider refused is not asked again as long as things are as they were."""

from collections.abc import Iterable, Iterator

from ...domain.sync.push import Push, PushState
from ..memory.store import Room
from .broken import Broken


def asked_again(room: Room, pushes: Iterable[Push]) -> Iterator[Broken]:
    """Those of the new ``pushes``, decided by a run, that ask what was refused before."""
    for push in pushes:
        key = (push.account_id, push.kind, push.external_id)
        refused = [row for _, row in room.pushes.among("record", key) if row.state is PushState.REFUSED]
        for name in _repeated(push, [row for row in refused if row.local_id == push.local_id]):
            where = f"{push.kind} {push.external_id or push.local_id}"
            yield Broken("refusals", f"{name} of {where} was refused, and is asked again: {push.values.get(name)!r}")


def _repeated(push: Push, refused: Iterable[Push]) -> Iterator[str]:
    for row in refused:
        if push.external_id is None or not push.values:
            # To be made, or to be deleted: as a whole.
            if (push.values, push.expected) == (row.values, row.expected):
                yield "all"
            continue
        for name, value in push.values.items():
            if name in row.values and (value, push.expected[name]) == (row.values[name], row.expected.get(name)):
                yield name
