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
    """A record as it was from ``at`` on (None: from when it was made), with the lines that made it so."""

    number: int
    at: datetime | None
    values: Values
    changes: tuple[Change, ...]


def versions(current: Values, version: int, changes: Iterable[Change]) -> Sequence[Version]:
    """All versions that the journal can tell apart, the latest first. ``changes``: the record's lines, oldest first.

    Each line that wrote our record keeps the value before it, so that one version is read back from the next.
    """
    values: dict[str, Value] = dict(current)
    found: list[Version] = []
    for lines in reversed(_by_version(changes)):
        found.append(Version(number=lines[0].version, at=lines[0].at, values=dict(values), changes=lines))
        for line in reversed(lines):
            if line.field != WHOLE:
                values[line.field] = line.ours
    first = min((each.number for each in found), default=version + 1) - 1
    found.append(Version(number=max(first, 1), at=None, values=values, changes=()))
    return found


def versions_of_gone(changes: Sequence[Change]) -> Sequence[Version]:
    """All versions of a record that is no more, the latest first: its end, which has no values, and those before.

    ``changes``: the record's lines, oldest first; nothing is given for lines that tell of no end.
    """
    ends = [line for line in changes if line.field == WHOLE and is_end(line)]
    if not ends:
        return ()
    last = tuple(line for line in changes if line.run_id == ends[-1].run_id and is_end(line))
    held = {line.field: line.ours for line in last if line.field != WHOLE}
    number = max((line.version for line in changes), default=0) or 1
    end = Version(number=number + 1, at=last[0].at, values={}, changes=last)
    return [end, *versions(held, number, [line for line in changes if line not in last])]


def is_end(line: Change) -> bool:
    """Whether a line tells that the record, or a value with it, went away here."""
    return line.side is Side.THEIRS and line.value is None and line.version == 0


def _by_version(changes: Iterable[Change]) -> Sequence[tuple[Change, ...]]:
    groups: dict[int, list[Change]] = {}
    for change in changes:
        if change.wrote_ours and change.version:
            groups.setdefault(change.version, []).append(change)
    return [tuple(groups[number]) for number in sorted(groups)]
