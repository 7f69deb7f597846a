"""What the journal's lines of a record tell of it as it is now."""

from collections.abc import Mapping, Sequence

from ....domain.sync.decision import WHOLE
from ....domain.sync.history import end_there, is_end
from ....domain.sync.journal import LOCAL_EDIT, NORMALISED, PUSHED, RESOLVED, UNDONE, WRITTEN_FIRST, Change
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ..links.former_ids import links_by_former_ids

_GIVEN = frozenset({PUSHED, NORMALISED})
_BY_PEOPLE = frozenset({LOCAL_EDIT, RESOLVED, UNDONE, WRITTEN_FIRST})


async def about(uow: UnitOfWork, link: SyncRecord, lines: Sequence[Change]) -> Sequence[Change]:
    """Those that tell of the record at this account, also under an id that it had there before."""
    ids = {line.external_id for line in lines} - {link.external_id}
    before = await links_by_former_ids(uow, link.account_id, link.kind, ids)
    its_own = {link.external_id, *(key for key, today in before.items() if today.local_id == link.local_id)}
    return [line for line in lines if line.external_id in its_own]


def latest(lines: Sequence[Change]) -> Mapping[str, Change]:
    """The latest line of each field; that the record came back counts for every field that had gone with it."""
    found: dict[str, Change] = {}
    for line in lines:
        if line.is_release:
            continue
        if line.field == WHOLE and not is_end(line):
            found = {name: line if is_end(each) else each for name, each in found.items()}
        found[line.field] = line
    return found


def people_behind(lines: Sequence[Change]) -> Mapping[str, Change]:
    """Of each field whose latest line tells only that our value went to the provider: the line that tells whose that
    value was.
    """
    by_people = {line.field: line for line in lines if line.rule in _BY_PEOPLE}
    return {
        name: by_people[name]
        for name, line in latest(lines).items()
        if line.rule in _GIVEN and name in by_people and by_people[name].value == line.ours
    }


def end_of(lines: Sequence[Change]) -> Change | None:
    """The line that tells that the record went away here; None: none does, as somebody deleted it and no run has looked
    since, or none had anything to do about that.
    """
    wholes = [line for line in lines if line.field == WHOLE and not line.is_release]
    if wholes and is_end(wholes[-1]):
        return wholes[-1]
    return next(iter(end_there(lines)), None)
