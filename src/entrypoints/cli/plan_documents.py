"""Plans, their steps, and what would be otherwise, as JSON."""

from collections import Counter
from typing import TYPE_CHECKING

from ...domain.sync.step import is_shown
from .documents import fields, plain, row

if TYPE_CHECKING:
    from ...domain.sync.decision import Decision, FieldDecision
    from ...domain.sync.kept_plan import KeptPlan
    from ...domain.sync.plan import Difference
    from ...domain.sync.step import Step


def plan_document(plan: "KeptPlan") -> dict[str, object]:
    """A plan without its steps."""
    actions = Counter[str]()
    for part in plan.parts:
        actions.update(part.actions)
    return {
        **fields(plan, "id", "account_id", "kind", "run_id", "state"),
        "steps": actions.total(),
        "actions": dict(actions),
        "parts": [
            {
                **fields(part, "kind", "policy_version", "fingerprint", "seen", "shared", "complete", "actions"),
                "trips": [row(trip) for trip in part.trips],
            }
            for part in plan.parts
        ],
        **fields(plan, "accepted_by", "reason", "created_at", "applied_at"),
    }


def step_document(number: int, kind: str, step: "Step") -> dict[str, object]:
    """One record's part of a plan; a side is null that does not have the record."""
    sides = {"ours": step.inputs.ours, "theirs": step.inputs.theirs}
    decision = decision_document(step.decision)
    return {
        "number": number,
        "kind": kind,
        **fields(step, "external_id", "local_id"),
        **{name: decision[name] for name in ("action", "rule", "reason")},
        "proof": step.proof,
        **{name: plain(shown) if is_shown(shown) else None for name, shown in sides.items()},
        "fields": decision["fields"],
        "pushes": plain(step.pushes),
        "candidates": list(step.inputs.candidates),
    }


def decision_document(decision: "Decision") -> dict[str, object]:
    """What one record gets."""
    return {
        **fields(decision, "action", "rule", "reason"),
        "fields": [_field(made) for made in decision.fields],
    }


def difference_document(kind: str, each: "Difference") -> dict[str, object]:
    """A record that would have been treated otherwise."""
    return {
        "kind": kind,
        **fields(each.step, "external_id", "local_id"),
        "differing": list(each.fields),
        "was": decision_document(each.step.decision),
        "would_be": decision_document(each.instead.decision),
    }


def _field(made: "FieldDecision") -> dict[str, object]:
    return fields(made, "field", "base", "ours", "theirs", "value", "side", "rule", "reason")
