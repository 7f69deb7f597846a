"""Runs, conflicts, pushes and overrides as JSON."""

from typing import TYPE_CHECKING

from .documents import fields, row
from .spans import seconds_of

if TYPE_CHECKING:
    from ...domain.sync.conflict import Conflict
    from ...domain.sync.override import Override
    from ...domain.sync.push import Push
    from ...domain.sync.run import Run

_ABOUT = ("account_id", "kind", "external_id", "local_id")


def run_document(run: "Run") -> dict[str, object]:
    """A run with its counts."""
    return {
        **fields(run, "id", "account_id", "kind", "state", "forced"),
        "counts": row(run.counts),
        **fields(run, "reason", "plan_id", "started_at", "finished_at", "allowed_at"),
        "duration_s": seconds_of(run.duration),
    }


def conflict_document(conflict: "Conflict") -> dict[str, object]:
    """A conflict, with the decision once there is one, and the former one of one that was reopened."""
    edited = fields(conflict.edited, "ours_at", "theirs_at")
    return {
        **fields(conflict, "id", *_ABOUT, "field", "base", "ours", "theirs"),
        "ours_edited_at": edited["ours_at"],
        "theirs_edited_at": edited["theirs_at"],
        "edited_since": [side.value for side in conflict.edited_since],
        **fields(conflict, "candidates", "rule", "reason", "run_id", "state"),
        "resolution": None if conflict.resolution is None else row(conflict.resolution),
        "former": None if conflict.former is None else row(conflict.former),
        **fields(conflict, "opened_at", "updated_at", "version"),
    }


def push_document(push: "Push") -> dict[str, object]:
    """What is on its way to the provider, or was."""
    return fields(
        push,
        *("id", *_ABOUT, "values", "expected", "run_id", "state", "attempts", "why", "created_at", "updated_at"),
    )


def override_document(override: "Override", passed_over: str | None = None) -> dict[str, object]:
    """What is pinned."""
    return {**row(override), "passed_over": passed_over}
