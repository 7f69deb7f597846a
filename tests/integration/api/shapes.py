"""Whether a JSON value fits a schema of the description; only what our description uses of JSON Schema."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

Json = Any  # a decoded JSON value
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_FORMATS: dict[str, Callable[[str], object]] = {
    "uuid": UUID,
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
}


def misfits(value: Json, schema: Json, document: Json, at: str = "$") -> Iterator[str]:
    """Where and why the value does not fit; properties that the schema does not know are misfits too."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    choices = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    if choices:
        tried = [list(misfits(value, choice, document, at)) for choice in choices]
        if all(tried):
            yield f"{at}: fits none of its choices: {tried}"
    elif not _is_of_type(value, schema):
        yield f"{at}: {value!r} is no {schema['type']}"
    elif isinstance(value, dict):
        yield from _object_misfits(value, schema, document, at)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from misfits(item, schema.get("items", {}), document, f"{at}[{number}]")
    else:
        yield from _word_misfits(value, schema, at)


def _is_of_type(value: Json, schema: Json) -> bool:
    kinds = schema.get("type", list(_TYPES))
    return any(_is(value, name) for name in ([kinds] if isinstance(kinds, str) else kinds))


def _word_misfits(value: Json, schema: Json, at: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and schema.get("format") in _FORMATS:
        _FORMATS[schema["format"]](value)  # raises


def _object_misfits(value: dict[str, Json], schema: Json, document: Json, at: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: lacks {name}"
    for name, item in value.items():
        if name in properties:
            yield from misfits(item, properties[name], document, f"{at}.{name}")
        elif isinstance(others, dict):
            yield from misfits(item, others, document, f"{at}.{name}")
        elif not others:
            yield f"{at}: {name} is not described"


def _is(value: Json, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
