"""How each sync stands, in a line of the status page."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import attrs

from ...application.sync.views.overview import SyncOverview
from ...domain.sync.run import Run
from ...domain.sync.state import Phase

_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


@attrs.frozen(kw_only=True)
class SyncLine:
    """``name`` is the kind of record, after its account's name where there are several."""

    name: str
    text: str


@attrs.frozen(kw_only=True)
class NextCommand:
    """What is in the way, and the command that shows it."""

    text: str
    command: str


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
    if one.lag is None:
        yield "never in step"
    else:
        yield f"{'last ' if one.state.phase is Phase.HELD else ''}in step {_ago(one.lag)}"


def next_commands(states: Sequence[SyncOverview], runs: Sequence[Run]) -> Sequence[NextCommand]:
    """What to do about held runs and open conflicts; a plan is known for as long as its run is among the latest."""
    held = {one.state.run_id for one in states if one.state.phase is Phase.HELD}
    plans = [run.plan_id for run in runs if run.id in held and run.plan_id is not None]
    found = [NextCommand(text=f"Plan {plan} is held.", command=f"tresen sync plan show {plan}") for plan in plans]
    if any(one.open_conflicts for one in states):
        found.append(NextCommand(text="Conflicts wait for a decision.", command="tresen sync conflicts"))
    return found


def _ago(span: timedelta) -> str:
    for unit, length in _UNITS:
        if span >= length:
            return f"{span // length} {unit} ago"
    return "just now"
