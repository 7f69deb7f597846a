"""The steps of a plan as they are kept, some hundreds at once."""

import json
from collections.abc import Collection, Sequence

import attrs

from ....domain.shared.errors import InvalidValue
from ....domain.sync.documents import read_step
from ....domain.sync.kept_plan import KeptPlan, PlanStale
from ....domain.sync.laws import Laws
from ....domain.sync.schema import NOT_FIELDS, Schema
from ....domain.sync.step import Step

# Steps with their kinds, in order.
Steps = Sequence[tuple[str, Step]]

AT_ONCE = 500
# How JSON escapes half a character, which no store of UTF-8 takes, and no answer.
_HALF = "\\ud"


def read_steps(plan: KeptPlan, rows: Sequence[tuple[int, str, str]], laws: Laws) -> Steps:
    """From rows of number, kind and line. Raises PlanStale for a line that cannot be read: by a law that is not there
    any more, or because something else is kept than was written.
    """
    return [(kind, _read(plan, number, text, laws)) for number, kind, text in rows]


def _read(plan: KeptPlan, number: int, text: str, laws: Laws) -> Step:
    try:
        step = read_step(text, laws)
        if _HALF in text:
            json.dumps(json.loads(text), ensure_ascii=False).encode()
    except (InvalidValue, UnicodeEncodeError) as error:
        is_law = isinstance(error, InvalidValue) and error.details.get("field") == "law"
        raise stale_plan(plan, f"its step {number} cannot be read any more{f': {error}' if is_law else ''}") from None
    return step


def of_todays_fields(step: Step, schema: Schema) -> Step:
    """Without what it says of fields that the kind does not have any more, by which nothing can be decided."""
    known, inputs, decision = {*schema.by_name, *NOT_FIELDS}, step.inputs, step.decision
    decided = {made.field for made in decision.fields}
    if {*inputs.overrides, *inputs.in_flight, *decided} <= known:
        return step
    return attrs.evolve(
        step,
        inputs=attrs.evolve(
            inputs,
            overrides={name: law for name, law in inputs.overrides.items() if name in known},
            in_flight={name: value for name, value in inputs.in_flight.items() if name in known},
        ),
        decision=attrs.evolve(decision, fields=tuple(made for made in decision.fields if made.field in known)),
    )


def stale_plan(plan: KeptPlan, why: str, **details: object) -> PlanStale:
    """Of a plan that is not what should be done now, and why."""
    return PlanStale(f"{why}; make a new plan", plan=str(plan.id), kind=plan.kind, **details)


def ensure_own(plan: KeptPlan, steps: Steps, kinds: Collection[str]) -> None:
    """Raises PlanStale for a step of none of the plan's kinds of record."""
    other = next((kind for kind, _ in steps if kind not in kinds), None)
    if other is not None:
        raise stale_plan(plan, f"it has a step of the kind {other}, which is none of its own")


def grouped(steps: Steps) -> list[tuple[str, list[Step]]]:
    """Those of one kind that follow each other, in order."""
    groups: list[tuple[str, list[Step]]] = []
    for kind, step in steps:
        if not groups or groups[-1][0] != kind:
            groups.append((kind, []))
        groups[-1][1].append(step)
    return groups
