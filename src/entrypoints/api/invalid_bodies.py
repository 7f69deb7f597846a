"""Everything that is wrong with a body at once; the decoder itself stops at the first."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args

import msgspec

from .errors import FieldProblem, InvalidRequest
from .taken_words import words_at
from .wording import wording

_PATH = re.compile(r" - at `(key` in `)?\$\.?(.*)`$")
_FIRST = re.compile(r"^[^.\[]*")  # the field's own name
_UNKNOWN = re.compile(r"unknown field `(.*?)`")
_MISSING = re.compile(r"missing required field `(.*?)`")


def problems_of(raw: object, type_: Any, first: msgspec.ValidationError) -> list[FieldProblem]:
    """All problems of a decoded body that does not fit; ``first`` is what the decoder stopped at."""
    struct = _struct_of(type_)
    if struct is None or not isinstance(raw, Mapping):
        return [_problem(str(first))]
    return list(_all(raw, struct)) or [_problem(str(first))]


def ensure_each_once(raw: bytes) -> None:
    """No name is there twice in one object of a body that was read already. Raises InvalidRequest."""
    json.loads(raw, object_pairs_hook=_each_once, parse_int=_passed_over, parse_float=_passed_over)


def _each_once(pairs: Sequence[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1)
        raise InvalidRequest([FieldProblem(field=name, code="invalid_value", message=f"{name} is given twice")])


def _passed_over(number: str) -> None:
    """Of how many digits it is does not matter here."""


def _all(raw: Mapping[str, object], struct: type[msgspec.Struct]) -> Iterator[FieldProblem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name in raw.keys() - fields.keys():
        known = f"; there are {', '.join(fields)}" if fields else ""
        known = getattr(struct, "elsewhere", {}).get(name, known)
        yield FieldProblem(field=name, code="unknown_field", message=f"there is no field {name!r} here{known}")
    for name, field in fields.items():
        if name not in raw:
            if field.required:
                yield FieldProblem(field=name, code="missing_field", message=f"{name} is needed")
            continue
        said = _said_of(name, raw[name], struct)
        if said is not None:
            yield from _one_by_one(name, raw[name], struct, said, field.type)


def _said_of(name: str, value: object, struct: type[msgspec.Struct]) -> str | None:
    """What the decoder says about that field, None when it fits."""
    try:
        msgspec.json.decode(msgspec.json.encode({name: value}), type=_alone(struct, name))
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _one_by_one(
    name: str, value: object, struct: type[msgspec.Struct], said: str, type_: Any
) -> Iterator[FieldProblem]:
    """The decoder does not say which value of a mapping it means."""
    if f"`$.{name}[...]" not in said or not isinstance(value, Mapping):
        yield _problem(said, type_)
        return
    for key, one in value.items():
        about = _said_of(name, {key: one}, struct)
        if about is not None:
            yield _problem(about, type_, str(key))


@cache
def _alone(struct: type[msgspec.Struct], name: str) -> type[msgspec.Struct]:
    """A struct that has only this field."""
    field = next(f for f in msgspec.structs.fields(struct) if f.encode_name == name)
    return msgspec.defstruct(f"{struct.__name__}_{name}", [(name, field.type)])


def _struct_of(type_: Any) -> type[msgspec.Struct] | None:
    choices = (type_, *get_args(type_))
    return next((c for c in choices if isinstance(c, type) and issubclass(c, msgspec.Struct)), None)


def _problem(text: str, type_: Any = None, entry: str | None = None) -> FieldProblem:
    """What the decoder says of a field of that type; ``entry``: which one of the mapping it is about."""
    at = _PATH.search(text)
    path, message = (at[2], text[: at.start()]) if at else ("", text)
    where = path if entry is None else path.replace("[...]", f".{entry}", 1)
    for code, pattern, told in (
        ("unknown_field", _UNKNOWN, "there is no field {!r} here"),
        ("missing_field", _MISSING, "{} is needed"),
    ):
        named = pattern.search(text)
        if named:
            field = ".".join(part for part in (where, named[1]) if part)
            return FieldProblem(field=field, code=code, message=told.format(named[1]))
    if at and at[1]:
        return FieldProblem(field=where, code="invalid_value", message=f"a name in {wording(message, where)}")
    said = wording(message, where, words_at(_FIRST.sub("", path), type_))
    return FieldProblem(field=where, code="invalid_value", message=said)
