"""The command that syncs now, however short ago the last time was."""

from collections.abc import Iterable

from .sync_held import command

# Which run brings a kind of record in step.
_RUNS = {"member": "members", "membership": "members", "lead": "leads"}


def kinds_of(run: str) -> list[str]:
    """The kinds of record that such a run brings in step."""
    return [kind for kind, name in _RUNS.items() if name == run]


def next_run(kinds: Iterable[str], tenant: str | None) -> str:
    """For these kinds of record, or of syncs. ``tenant`` is how it was named."""
    runs = sorted({_RUNS.get(kind, kind) for kind in kinds})
    return command(f"sync run {runs[0]} --force" if len(runs) == 1 else "sync run --force", tenant)
