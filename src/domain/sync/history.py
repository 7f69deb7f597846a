"""Every version of a record, read back from its journal."""

from collections.abc import Iterable, Iterator, Sequence
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

    Each line that wrote our record keeps the value before it, so that one version is read back from the next. One in
    which the record was gone has no values.
    """
    values: dict[str, Value] = dict(current)
    found: list[Version] = []
    for number, lines in reversed(_by_version(changes)):
        gone = is_end(lines[0])
        found.append(Version(number=number, at=lines[0].at, values={} if gone else dict(values), changes=lines))
        if gone:
            values = {}
        values.update({line.field: line.ours for line in reversed(lines) if line.field != WHOLE})
    first = min((each.number for each in found), default=version + 1) - 1
    found.append(Version(number=max(first, 1), at=None, values=values, changes=()))
    return found


def versions_of_gone(changes: Sequence[Change]) -> Sequence[Version]:
    """All versions of a record that is no more, the latest first: its end, which has no values, and those before.

    ``changes``: the record's lines, oldest first; nothing is given for lines that tell of no end.
    """
    ends = [index for index, line in enumerate(changes) if line.field == WHOLE and is_end(line)]
    if not ends:
        return ()
    over = changes[ends[-1]].run_id
    return versions({}, 0, [line for n, line in enumerate(changes) if n <= ends[-1] or line.run_id == over])


def numbered(changes: Iterable[Change]) -> Iterator[tuple[int, Change]]:
    """Each line of a record, oldest first, with the number of the version that it made; 0: it wrote nothing here.

    Our record counts its own versions from 1; where it went and came back, the numbers go on behind those before.
    """
    top, before, end = 1, 0, None
    for line in changes:
        if is_end(line):
            if line.run_id != end:
                top += 1
            before, end = top, line.run_id
            yield top, line
            continue
        number = before + line.version if line.version else 0
        if number:
            top, end = max(top, number), None
        yield number, line


def latest_number(changes: Iterable[Change], version: int | None) -> int:
    """The number of a record's present version. ``version`` is our record's own; None: it is no more, which is its last
    version.
    """
    lines = list(numbered(changes))
    top = max((number for number, _ in lines), default=0) or 1
    before = max((number for number, line in lines if is_end(line)), default=0)
    return top if version is None else max(top, before + version)


def is_end(line: Change) -> bool:
    """Whether a line tells that the record, or a value with it, went away here."""
    return line.side is Side.THEIRS and line.value is None and line.version == 0


def _by_version(changes: Iterable[Change]) -> Sequence[tuple[int, tuple[Change, ...]]]:
    groups: dict[int, list[Change]] = {}
    for number, change in numbered(changes):
        if change.wrote_ours and number:
            groups.setdefault(number, []).append(change)
    return [(number, tuple(groups[number])) for number in sorted(groups)]
