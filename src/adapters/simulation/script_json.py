"""Scripts as JSON: read back equal."""

from collections.abc import Mapping
from typing import Any

import attrs

from ...application.strict_json import NoJson, read_json
from ...application.sync.records.kinds import MEMBERSHIP
from ...domain.shared.errors import InvalidValue
from ...domain.sync.schema import Value
from .script import STEPS, AccountSpec, Script
from .script_checks import ensure_allowed
from .steps.edits import CreateThere
from .steps.runs import Fault, Meanwhile
from .steps.step import Step
from .words import COURSE_NAMES

_STEPS_WITHIN = {"meanwhile", "overtaken"}
_LARGEST_SEED = 2**63 - 1
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
    """A script, or the whole document of ``tresen simulate --json``: then the first seed that failed.

    ``seed`` may be missing. Raises InvalidValue for anything else, in words.
    """
    try:
        return _script(_script_in(read_json(text)))
    except NoJson as error:
        raise _refused(f"it {error}") from None
    except ValueError as error:
        raise _refused(str(error)) from None
    except (KeyError, TypeError, AttributeError):
        raise _refused("a value in it has a form that no script has") from None


def _script_in(document: Any) -> Mapping[str, Any]:
    if isinstance(document, Mapping) and "failed" in document:
        if not document["failed"]:
            raise _refused("it is the answer of a simulation in which no seed failed")
        document = document["failed"][0]
    if isinstance(document, Mapping) and "script" in document:
        document = document["script"]
    if not isinstance(document, Mapping):
        raise _refused("it is no JSON object")
    return document


def _script(document: Mapping[str, Any]) -> Script:
    missing = [name for name in ("accounts", "courses", "steps") if name not in document]
    if missing:
        raise _refused(f"it has no {' and no '.join(missing)}")
    seed = document.get("seed", 0)
    if type(seed) is not int or not 0 <= seed <= _LARGEST_SEED:
        raise _refused(f"seed must be a whole number from 0 to {_LARGEST_SEED:,}")
    script = Script(
        seed=seed,
        accounts=tuple(_account(each, f"account {n}") for n, each in enumerate(document["accounts"])),
        courses=tuple(map(str, document["courses"])),
        steps=tuple(_step(each, f"step {n}", document) for n, each in enumerate(document["steps"], 1)),
    )
    if not script.accounts:
        raise _refused("it has no account")
    unknown = [name for name in script.courses if name not in COURSE_NAMES]
    if unknown:
        raise _refused(f"courses has no {unknown[0]!r}, only {', '.join(COURSE_NAMES)}")
    return script


def _account(document: Mapping[str, Any], where: str) -> AccountSpec:
    _ensure_attributes(AccountSpec, document, where)
    return AccountSpec(**{**document, "habits": tuple(document.get("habits", ()))})


def _step(document: Mapping[str, Any], where: str, script: Mapping[str, Any]) -> Step:
    given = dict(_object(document, where))
    word = given.pop("do", None)
    if not isinstance(word, str) or word not in STEPS:
        raise _refused(f"{where} does {word!r}; it can do {', '.join(STEPS)}")
    kind, about = STEPS[word], f"{where} ({word})"
    _ensure_attributes(kind, given, about)
    accounts = len(script["accounts"])
    if given.get("account", 0) >= accounts > 0:
        there = "there is only account 0" if accounts == 1 else f"there are accounts 0 to {accounts - 1}"
        raise _refused(f"{about} is about account {given['account']}; {there}")
    if "values" in given:
        given["values"] = {name: _value(value) for name, value in given["values"].items()}
    if kind is CreateThere and given["kind"] == MEMBERSHIP and not given["values"].get("member"):
        raise _refused(f"values of {about} needs 'member', the name of whose it is")
    if "faults" in given:
        given["faults"] = tuple(_fault(each, f"faults of {about}") for each in given["faults"])
    for name in _STEPS_WITHIN & given.keys():
        given[name] = tuple(_meanwhile(each, f"{name} of {about}", script) for each in given[name])
    return kind(**given)


def _fault(document: Mapping[str, Any], where: str) -> Fault:
    _ensure_attributes(Fault, document, where)
    return Fault(**document)


def _meanwhile(document: Mapping[str, Any], where: str, script: Mapping[str, Any]) -> Meanwhile:
    _ensure_attributes(Meanwhile, document, where)
    return Meanwhile(at=document["at"], step=_step(document["step"], where, script))


def _object(document: object, where: str) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise _refused(f"{where} is no JSON object")
    return document


def _ensure_attributes(kind: type[Any], document: object, where: str) -> None:
    given = _object(document, where)
    known = {field.name: field for field in attrs.fields(kind)}
    for name in given:
        if name not in known:
            raise _refused(f"{where} has no {name!r}; it has {', '.join(known) or 'nothing'}")
    for name, field in known.items():
        if name not in given and field.default is attrs.NOTHING:
            raise _refused(f"{where} needs {name!r}")
    about = getattr(kind, "kind", None)
    ensure_allowed({"kind": about, **given} if isinstance(about, str) else given, where)


def _refused(why: str) -> InvalidValue:
    return InvalidValue(f"this is no script of a simulation: {why}", field="script")


def _value(value: Any) -> Value:
    read: Value = tuple(value) if isinstance(value, list) else value
    return read


def _slim(thing: Any) -> dict[str, object]:
    """Its attributes but for those that are as usual."""
    given = attrs.asdict(thing)
    usual = {field.name: field.default for field in attrs.fields(type(thing))}
    return {name: value for name, value in given.items() if not _is_usual(value, usual[name])}


def _is_usual(value: object, usual: object) -> bool:
    """What has no usual value is told, even if it is empty; what has one that is made anew each time is empty then."""
    return value == usual or (usual is not attrs.NOTHING and value in ((), {}, []))
