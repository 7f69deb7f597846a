"""How each sync stands, in a line of the status page."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import attrs

from ...application.sync.overview import SyncOverview
from ...domain.sync.state import Phase

_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


@attrs.frozen(kw_only=True)
class SyncLine:
    """``name`` is the kind of record, after its account's name where there are several."""

    name: str
    text: str


def sync_lines(states: Sequence[SyncOverview]) -> Sequence[SyncLine]:
    """A line for each."""
    several = len({one.account.id for one in states}) > 1
    return [
        SyncLine(
            name=f"{one.account.name}: {one.state.kind}s" if several else f"{one.state.kind}s",
            text=", ".join(_parts(one)),
        )
        for one in states
    ]


def _parts(one: SyncOverview) -> Iterator[str]:
    if one.state.phase is Phase.HELD:
        yield "held by a guard"
    if one.open_conflicts:
        yield f"{one.open_conflicts:,} open {'conflict' if one.open_conflicts == 1 else 'conflicts'}"
    if one.waiting_pushes:
        yield f"{one.waiting_pushes:,} waiting {'push' if one.waiting_pushes == 1 else 'pushes'}"
    yield "never in step" if one.lag is None else f"in step {_ago(one.lag)}"


def _ago(span: timedelta) -> str:
    for unit, length in _UNITS:
        if span >= length:
            return f"{span // length} {unit} ago"
    return "just now"
