"""Every version of a record, read back from its journal."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from .canonical import Value, Values
from .decision import WHOLE
from .journal import Change
from .side import Side


@attrs.frozen(kw_only=True)
class Version:
    """A record as it was from ``at`` on (None: from when it was made), with the lines that made it so.

    ``values`` name no field of which nothing was known then. ``released`` tell who took an override away while it was
    so, oldest first.
    """

    number: int
    at: datetime | None
    values: Values
    changes: tuple[Change, ...]
    released: tuple[Change, ...] = ()


def versions(current: Values, version: int, changes: Sequence[Change]) -> Sequence[Version]:
    """All versions that the journal can tell apart, the latest first. ``changes``: the record's lines, oldest first.

    Each line that wrote our record keeps the value before it, so that one version is read back from the next; before
    what was first seen of a field that is unknown. An end after which the record came back is a version without values.
    """
    values: dict[str, Value] = dict(current)
    found: list[Version] = []
    for number, lines in reversed(_by_version(changes)):
        ended = not lines[0].version
        found.append(Version(number=number, at=lines[0].at, values={} if ended else dict(values), changes=lines))
        if ended:
            values = dict.fromkeys([*current, *values])
        for line in reversed(lines):
            if line.is_first_seen:
                values.pop(line.field, None)
            elif line.field != WHOLE:
                values[line.field] = line.ours
    first = min((each.number for each in found), default=version + 1) - 1
    found.append(Version(number=max(first, 1), at=None, values=values, changes=()))
    return _with_releases(found, changes)


def versions_of_gone(changes: Sequence[Change]) -> Sequence[Version]:
    """All versions of a record that is no more, the latest first: its end, which has no values, and those before.

    ``changes``: the record's lines, oldest first; nothing is given for lines that tell of no end. One that somebody
    deleted here, and the sync then at the provider, held what the provider did, as far as anybody knows.
    """
    last = tuple(_last_end(changes) or end_there(changes))
    if not last:
        return ()
    held = {line.field: line.theirs if line.side is Side.OURS else line.ours for line in last if line.field != WHOLE}
    number = max((line.version for line in changes), default=0) or 1
    end = Version(number=number + 1, at=last[0].at, values={}, changes=last)
    before = versions(held, number, [line for line in changes if line not in last])
    return _with_releases([end, *before], changes)


def end_there(changes: Sequence[Change]) -> Sequence[Change]:
    """The lines that tell that a record was deleted at the provider because it was deleted here, with what it held
    there; nothing where none do, or where it ended here later.
    """
    wholes = [line for line in changes if line.field == WHOLE and line.value is None and not line.is_release]
    if not wholes or wholes[-1].side is not Side.OURS or wholes[-1].version:
        return ()
    lost = [
        line
        for line in changes
        if line.run_id == wholes[-1].run_id
        and line.field != WHOLE
        and line.side is Side.OURS
        and line.value is None
        and line.theirs is not None
    ]
    # One that is made there anew is told as a whole, too, but it loses nothing.
    return [wholes[-1], *lost] if lost else ()


def _last_end(changes: Sequence[Change]) -> Sequence[Change]:
    ends = [line for line in changes if line.field == WHOLE and is_end(line)]
    return [line for line in changes if line.run_id == ends[-1].run_id and is_end(line)] if ends else ()


def _with_releases(found: Sequence[Version], changes: Iterable[Change]) -> Sequence[Version]:
    """``found``: the latest first; the first one has always been there."""
    released: dict[int, list[Change]] = {}
    for line in changes:
        if line.is_release:
            stood = next(place for place, each in enumerate(found) if each.at is None or each.at <= line.at)
            released.setdefault(stood, []).append(line)
    return [attrs.evolve(each, released=tuple(released.get(place, ()))) for place, each in enumerate(found)]


def is_end(line: Change) -> bool:
    """Whether a line tells that the record, or a value with it, went away here."""
    return line.side is Side.THEIRS and line.value is None and line.version == 0


def since(changes: Sequence[Change], version: int) -> Sequence[Change]:
    """The lines that tell what became of a version, oldest first as they are given; also how a later life ended."""
    found: list[Change] = []
    began = version + 1
    for change in reversed(changes):
        # An end has no version; what came back after it has.
        began = change.version or began
        if change.version > version or (is_end(change) and began > version):
            found.append(change)
    return found[::-1]


def before_next_life(changes: Iterable[Change], version: int) -> int:
    """The version that a record has before it is stored again: the one after its last, which is that of its end.

    ``version`` is one that it is known to have had, 0 where none is.
    """
    return max((1, version, *(change.version for change in changes))) + 1


def _by_version(changes: Iterable[Change]) -> Sequence[tuple[int, tuple[Change, ...]]]:
    groups: dict[int, list[Change]] = {}
    ended: list[Change] = []
    for change in changes:
        if change.wrote_ours and change.version:
            if ended and any(line.field == WHOLE for line in ended):
                groups[change.version - 1] = ended
            groups.setdefault(change.version, []).append(change)
            ended = []
        elif is_end(change):
            ended.append(change)
    return [(number, tuple(groups[number])) for number in sorted(groups)]
