"""Steps as JSON, each on a line of its own: equal steps give equal bytes, and are read back equal."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs

from ..shared.errors import InvalidValue
from .action import Action
from .canonical import Value, Values
from .decision import Decision, FieldDecision
from .laws import Edited, Laws
from .policy import Policy, policy_document, read_policy
from .schema import Schema
from .side import Presence, Shown, Side
from .step import Inputs, Step

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
# What JSON lets stand, but would end a line for some readers, or is no UTF-8: lone surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
Document = Mapping[str, object]


def line(document: object) -> str:
    """One line of JSON with its keys in order, which every reader of lines and every store of UTF-8 keeps as it is.

    The halves of one character, given as two, are read back as one: JSON knows no other way to write it.
    """
    text = _ENCODER.encode(document)
    # Nearly every line has nothing but signs that are seen; to look for others by the pattern takes as long as to
    # encode it.
    if not text.isprintable():
        text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text + "\n"


def policy_line(policy: Policy) -> str:
    """A policy with its version."""
    return line({**policy_document(policy), "version": policy.version})


def read_policy_line(text: str, schema: Schema, laws: Laws) -> Policy:
    """The policy of a line. Raises InvalidValue, also for a law that is not there any more."""
    try:
        document = dict(json.loads(text))
        version = _number(document.pop("version"))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(f"this is no policy: {error}") from None
    return attrs.evolve(read_policy(document, schema, laws), version=version)


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
            "candidates": inputs.candidates,
            **_untouched(inputs),
            "action": decision.action.value,
            "rule": decision.rule,
            "reason": decision.reason,
            "apart": sorted(decision.apart),
            "fields": [[d.field, d.side.value, d.value, d.rule, d.reason] for d in decision.fields],
        }
    )


def read_step(text: str, laws: Laws) -> Step:
    """The step of a line. Raises InvalidValue for a law that is not there any more, and for anything but a step."""
    try:
        return _read(json.loads(text), laws)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InvalidValue(f"this is no step of a plan: {error}") from None


def _read(document: Any, laws: Laws) -> Step:
    base, local_id = document["base"], document["local_id"]
    inputs = Inputs(
        base=None if base is None else _values(base),
        ours=_read_shown(document["ours"]),
        theirs=_read_shown(document["theirs"]),
        edited=_read_edited(*document["edited"]),
        overrides={name: laws.named(law) for name, law in document["overrides"].items()},
        in_flight=_values(document["in_flight"]),
        candidates=tuple(map(_text, document["candidates"])),
        untouched=frozenset(map(_text, document.get("untouched", ()))),
    )
    return Step(
        external_id=_optional(document["external_id"]),
        local_id=None if local_id is None else UUID(local_id),
        local_version=_number(document["local_version"]),
        fingerprint=bytes.fromhex(document["fingerprint"]),
        proof=_optional(document["proof"]),
        pushes=_values(document["pushes"]),
        inputs=inputs,
        decision=Decision(
            action=Action(document["action"]),
            rule=_text(document["rule"]),
            reason=_text(document["reason"]),
            fields=tuple(_read_field(inputs, *row) for row in document["fields"]),
            apart=frozenset(map(_text, document["apart"])),
        ),
    )


def _read_field(
    inputs: Inputs, name: object, side: object, value: object, rule: object, reason: object
) -> FieldDecision:
    if isinstance(inputs.ours, Presence) or isinstance(inputs.theirs, Presence):
        raise TypeError("fields are decided where both sides show them")
    field = _text(name)
    return FieldDecision(
        field=field,
        base=(inputs.base or {}).get(field),
        ours=inputs.ours[field],
        theirs=inputs.theirs[field],
        value=_value(value),
        side=Side(side),
        rule=_text(rule),
        reason=_text(reason),
    )


def _untouched(inputs: Inputs) -> Document:
    """Told of the few steps that have some."""
    return {"untouched": sorted(inputs.untouched)} if inputs.untouched else {}


def _shown(shown: Shown) -> object:
    return shown.value if isinstance(shown, Presence) else shown


def _read_shown(document: object) -> Shown:
    return Presence(document) if isinstance(document, str) else _values(document)


def _values(document: Any) -> Values:
    return {name: _value(value) for name, value in document.items()}


def _value(document: object) -> Value:
    if document is None or isinstance(document, str | int):
        return document
    if isinstance(document, list):
        return tuple(map(_text, document))
    raise TypeError(f"{document!r} is no value of a field")


def _text(document: object) -> str:
    if isinstance(document, str):
        return document
    raise TypeError(f"{document!r} is no text")


def _optional(document: object) -> str | None:
    return None if document is None else _text(document)


def _number(document: object) -> int:
    if isinstance(document, int) and not isinstance(document, bool):
        return document
    raise TypeError(f"{document!r} is no number")


def _edited(edited: Edited) -> list[str | int | None]:
    times = [None if t is None else t.isoformat() for t in (edited.ours_at, edited.theirs_at)]
    return [*times, edited.resolution_s, edited.skew_s]


def _read_edited(ours_at: object, theirs_at: object, resolution_s: object, skew_s: object) -> Edited:
    return Edited(
        ours_at=None if ours_at is None else datetime.fromisoformat(_text(ours_at)),
        theirs_at=None if theirs_at is None else datetime.fromisoformat(_text(theirs_at)),
        resolution_s=_number(resolution_s),
        skew_s=_number(skew_s),
    )
