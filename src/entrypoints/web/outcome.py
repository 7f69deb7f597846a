"""What a manual sync has to tell beyond its runs."""

from collections.abc import Sequence

import attrs

from ...domain.sync.run import Run, RunState
from .rendering import told, why_not


@attrs.frozen(kw_only=True)
class Notice:
    """Shown once above the page. ``is_failure``: in the colours of trouble."""

    text: str
    is_failure: bool = False


def outcome_of(runs: Sequence[Run]) -> Notice | None:
    """None when every run was completed: the page shows them."""
    if all(run.state is RunState.COMPLETED for run in runs):
        return None
    if all(run.state is RunState.SKIPPED for run in runs):
        return Notice(text=f"Nothing was done. {_why(runs)}.")
    is_failure = any(run.state is not RunState.SKIPPED for run in runs if run.state is not RunState.COMPLETED)
    return Notice(text=f"Not everything was synced. {'; '.join(told(run) for run in runs)}.", is_failure=is_failure)


def _why(runs: Sequence[Run]) -> str:
    kinds: dict[str, list[str]] = {}
    for run in runs:
        names = kinds.setdefault(why_not(run), [])
        if run.kind not in names:
            names.append(run.kind)
    return "; ".join(f"{' and '.join(names).capitalize()}: {reason}" for reason, names in kinds.items())
