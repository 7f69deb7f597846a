"""Runs for people: a line each, or one in full."""

from collections.abc import Mapping, Sequence

from ...domain.shared.ids import AccountId
from ...domain.sync.run import Counts, Run
from .answer import Table, cell
from .members import about
from .spans import took
from .sync_held import command

COUNTS = ("created", "updated", "deleted", "pushed", "conflicts", "errors")


def runs_table(runs: Sequence[Run], names: Mapping[AccountId, str], zone: str, *, empty: str) -> Table:
    """Runs by their accounts' names; the id, with which each is looked at, first."""
    return Table(
        columns=("id", "account", "kind", "state", "started", "duration", *COUNTS, "reason"),
        rows=[
            (
                *(str(r.id), names.get(r.account_id, str(r.account_id)), r.kind, r.state.value),
                *(cell(r.started_at, zone), took(r.duration), *counted(r), cell(r.reason)),
            )
            for r in runs
        ],
        empty=empty,
    )


def counted(run: Run) -> tuple[str, ...]:
    """The counts, as ``COUNTS`` names them."""
    return tuple(str(getattr(run.counts, name)) for name in COUNTS)


def unmet_lines(counts: Counts, tenant: str | None) -> list[str]:
    """What the provider did not take, what was not given to it after all, and where that is explained. ``tenant`` is
    how it was named.
    """
    ends = {"refused": counts.refused, "dropped": counts.dropped}
    return [f"{many:,} {end}: {command(f'sync pushes --state {end}', tenant)}" for end, many in ends.items() if many]


def run_lines(run: Run, names: Mapping[AccountId, str], zone: str) -> list[str]:
    """Everything that is known of a run."""
    return about(
        {
            "run": run.id,
            "account": names.get(run.account_id, str(run.account_id)),
            "kind": run.kind,
            "state": run.state.value,
            "reason": run.reason,
            "started": run.started_at,
            "finished": run.finished_at,
            "duration": took(run.duration) or None,
            **{name: getattr(run.counts, name) for name in (*COUNTS, "unchanged")},
            "plan": run.plan_id,
        },
        zone,
    )
