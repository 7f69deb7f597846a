"""What syncs are about, as JSON."""

from typing import TYPE_CHECKING

from .documents import fields, plain, row
from .step_lines import name_of, whole_values

if TYPE_CHECKING:
    from ...domain.sync.conflict import Conflict
    from ...domain.sync.decision import FieldDecision
    from ...domain.sync.journal import Change
    from ...domain.sync.kept_plan import KeptPlan
    from ...domain.sync.push import Push
    from ...domain.sync.run import Run
    from ...domain.sync.step import Step

_THREE = ("base", "ours", "theirs")


def run_document(run: "Run") -> dict[str, object]:
    """A run with its counts."""
    return {
        **fields(run, "id", "account_id", "kind", "state", "forced"),
        "counts": row(run.counts),
        **fields(run, "reason", "plan_id", "started_at", "finished_at"),
    }


def plan_document(plan: "KeptPlan") -> dict[str, object]:
    """A plan without its steps."""
    return {
        **fields(plan, "id", "account_id", "kind", "run_id", "state"),
        "trips": [row(trip) for trip in plan.trips],
        "parts": [
            {**fields(part, "kind", "policy_version", "shared", "seen", "actions", "complete")} for part in plan.parts
        ],
        **fields(plan, "accepted_by", "created_at", "applied_at"),
    }


def step_document(kind: str, step: "Step") -> dict[str, object]:
    """One record's part of a plan; ``values`` are those of a record that is made, lost or brought back as a whole."""
    return {
        "kind": kind,
        **fields(step, "external_id", "local_id"),
        "name": name_of(step),
        "action": step.decision.action.value,
        **fields(step.decision, "rule", "reason"),
        "proof": step.proof,
        "candidates": list(step.inputs.candidates),
        "values": plain(whole_values(step)),
        "fields": [
            {**field_document(made), "pushed": made.field in step.pushes, "asked": made in step.decision.asked}
            for made in step.decision.fields
        ],
    }


def field_document(made: "FieldDecision") -> dict[str, object]:
    """What one field gets."""
    return fields(made, "field", *_THREE, "value", "side", "rule", "reason")


def conflict_document(conflict: "Conflict") -> dict[str, object]:
    """A conflict, with the decision once there is one."""
    return {
        **fields(conflict, "id", "account_id", "kind", "external_id", "local_id", "field", *_THREE, "candidates"),
        "edited": fields(conflict.edited, "ours_at", "theirs_at"),
        **fields(conflict, "rule", "reason", "run_id", "state"),
        "resolution": None if conflict.resolution is None else row(conflict.resolution),
        **fields(conflict, "opened_at", "updated_at"),
    }


def change_document(change: "Change") -> dict[str, object]:
    """A line of the journal."""
    return fields(
        change,
        *("id", "run_id", "kind", "external_id", "local_id", "field", *_THREE, "value", "side", "rule", "reason"),
        *("version", "at"),
    )


def push_document(push: "Push") -> dict[str, object]:
    """What is on its way to the provider, or was."""
    return fields(
        push,
        *("id", "account_id", "kind", "external_id", "local_id", "state", "values", "expected", "attempts", "why"),
        *("run_id", "created_at", "updated_at"),
    )
