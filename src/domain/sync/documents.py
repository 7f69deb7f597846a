"""Steps as JSON, each on a line of its own: equal steps give equal bytes, and are read back equal."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from ..shared.errors import InvalidValue
from .action import Action
from .canonical import Value, Values
from .decision import Decision, FieldDecision
from .laws import Edited, Laws
from .policy import Policy, policy_document
from .side import Presence, Shown, Side
from .step import Inputs, Step

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
Document = Mapping[str, object]


def line(document: object) -> str:
    """One line of JSON with its keys in order."""
    return _ENCODER.encode(document) + "\n"


def policy_line(policy: Policy) -> str:
    """A policy with its version."""
    return line({**policy_document(policy), "version": policy.version})


def step_line(step: Step) -> str:
    """A step. Fields of the decision name what they do; their three values stand with the inputs."""
    inputs, decision = step.inputs, step.decision
    return line(
        {
            "external_id": step.external_id,
            "local_id": None if step.local_id is None else str(step.local_id),
            "local_version": step.local_version,
            "fingerprint": step.fingerprint.hex(),
            "proof": step.proof,
            "pushes": step.pushes,
            "base": inputs.base,
            "ours": _shown(inputs.ours),
            "theirs": _shown(inputs.theirs),
            "edited": _edited(inputs.edited),
            "overrides": {name: law.name for name, law in inputs.overrides.items()},
            "in_flight": inputs.in_flight,
            "action": decision.action.value,
            "rule": decision.rule,
            "reason": decision.reason,
            "fields": [[d.field, d.side.value, d.value, d.rule, d.reason] for d in decision.fields],
        }
    )


def read_step(text: str, laws: Laws) -> Step:
    """The step of a line. Raises InvalidValue for a law that is not there any more, and for anything but a step."""
    try:
        return _read(json.loads(text), laws)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidValue(f"this is no step of a plan: {error}") from None


def _read(document: dict[str, object], laws: Laws) -> Step:
    base = document["base"]
    inputs = Inputs(
        base=None if base is None else _values(base),
        ours=_read_shown(document["ours"]),
        theirs=_read_shown(document["theirs"]),
        edited=_read_edited(cast("list[str | int | None]", document["edited"])),
        overrides={name: laws.named(law) for name, law in cast("dict[str, str]", document["overrides"]).items()},
        in_flight=_values(document["in_flight"]),
    )
    local_id = document["local_id"]
    return Step(
        external_id=cast("str | None", document["external_id"]),
        local_id=None if local_id is None else UUID(str(local_id)),
        local_version=cast("int", document["local_version"]),
        fingerprint=bytes.fromhex(str(document["fingerprint"])),
        proof=cast("str | None", document["proof"]),
        pushes=_values(document["pushes"]),
        inputs=inputs,
        decision=Decision(
            action=Action(document["action"]),
            rule=str(document["rule"]),
            reason=str(document["reason"]),
            fields=tuple(_read_field(row, inputs) for row in cast("list[list[object]]", document["fields"])),
        ),
    )


def _read_field(row: list[object], inputs: Inputs) -> FieldDecision:
    name, side, value, rule, reason = row
    field, ours, theirs = str(name), cast("Values", inputs.ours), cast("Values", inputs.theirs)
    return FieldDecision(
        field=field,
        base=(inputs.base or {}).get(field),
        ours=ours.get(field),
        theirs=theirs[field],
        value=_value(value),
        side=Side(side),
        rule=str(rule),
        reason=str(reason),
    )


def _shown(shown: Shown) -> object:
    return shown.value if isinstance(shown, Presence) else shown


def _read_shown(document: object) -> Shown:
    return Presence(document) if isinstance(document, str) else _values(document)


def _values(document: object) -> Values:
    return {name: _value(value) for name, value in cast("dict[str, object]", document).items()}


def _value(document: object) -> Value:
    return tuple(document) if isinstance(document, list) else cast("Value", document)


def _edited(edited: Edited) -> list[str | int | None]:
    times = [None if t is None else t.isoformat() for t in (edited.ours_at, edited.theirs_at)]
    return [*times, edited.resolution_s, edited.skew_s]


def _read_edited(row: list[str | int | None]) -> Edited:
    ours_at, theirs_at, resolution_s, skew_s = row
    return Edited(
        ours_at=None if ours_at is None else datetime.fromisoformat(str(ours_at)),
        theirs_at=None if theirs_at is None else datetime.fromisoformat(str(theirs_at)),
        resolution_s=int(resolution_s or 1),
        skew_s=int(skew_s or 0),
    )
