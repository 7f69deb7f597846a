"""Scripts as JSON: read back equal."""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.sync.schema import Value
from .script import STEPS, AccountSpec, Fault, Meanwhile, Script, Step

_STEPS_WITHIN = {"meanwhile", "overtaken"}
_NAMES = {kind: name for name, kind in STEPS.items()}


def script_document(script: Script) -> dict[str, object]:
    """As ``read_script`` takes it. What is as usual is left out."""
    return {
        "seed": script.seed,
        "accounts": [_slim(account) for account in script.accounts],
        "courses": list(script.courses),
        "steps": [step_document(step) for step in script.steps],
    }


def step_document(step: Step) -> dict[str, object]:
    """``do`` says which."""
    document = {"do": _NAMES[type(step)], **_slim(step)}
    for name in _STEPS_WITHIN & document.keys():
        document[name] = [{"at": each.at, "step": step_document(each.step)} for each in getattr(step, name)]
    return document


def read_script(text: str) -> Script:
    """Raises InvalidValue for anything but a script."""
    try:
        return _script(json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidValue(f"this is no script of a simulation: {error!r}", field="script") from None


def _script(document: Any) -> Script:
    script = Script(
        seed=int(document["seed"]),
        accounts=tuple(_account(each) for each in document["accounts"]),
        courses=tuple(map(str, document["courses"])),
        steps=tuple(_step(each) for each in document["steps"]),
    )
    if not script.accounts:
        raise ValueError("a script needs an account")
    return script


def _account(document: Mapping[str, Any]) -> AccountSpec:
    return AccountSpec(**{**document, "habits": tuple(document.get("habits", ()))})


def _step(document: Mapping[str, Any]) -> Step:
    given = dict(document)
    kind = STEPS[given.pop("do")]
    if "values" in given:
        given["values"] = {name: _value(value) for name, value in given["values"].items()}
    if "faults" in given:
        given["faults"] = tuple(Fault(**each) for each in given["faults"])
    for name in _STEPS_WITHIN & given.keys():
        given[name] = tuple(Meanwhile(at=each["at"], step=_step(each["step"])) for each in given[name])
    return kind(**given)


def _value(value: Any) -> Value:
    read: Value = tuple(value) if isinstance(value, list) else value
    return read


def _slim(thing: Any) -> dict[str, object]:
    """Its attributes but for those that are as usual."""
    given = attrs.asdict(thing)
    usual = {field.name: field.default for field in attrs.fields(type(thing))}
    return {name: value for name, value in given.items() if value != usual[name] and not _is_empty(value)}


def _is_empty(value: object) -> bool:
    return value in ((), {}, [])
