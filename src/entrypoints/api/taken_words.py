"""The words that a place in a body takes, where it takes only some."""

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

_STEP = re.compile(r"\[[^\]]*\]|[^.\[\]]+")


def words_at(path: str, type_: Any) -> Sequence[str]:
    """Those at the decoder's ``path`` inside a value of this type, such as ``[0]`` or ``[...].deletes``; empty: the
    value itself.
    """
    types = list(_choices(type_))
    for step in _STEP.findall(path):
        types = [inner for each in types for inner in _inside(each, step)]
    return [word for each in types for word in _words(each)]


def _choices(type_: Any) -> Iterator[Any]:
    """A type without what is said about it; of a choice each."""
    origin = get_origin(type_)
    if origin is Annotated:
        yield from _choices(get_args(type_)[0])
    elif origin in {Union, UnionType}:
        for each in get_args(type_):
            yield from _choices(each)
    else:
        yield type_


def _inside(type_: Any, step: str) -> Iterator[Any]:
    """The types of an entry, or of a field."""
    origin = get_origin(type_)
    if not step.startswith("["):
        fields = msgspec.structs.fields(type_) if _is_a(type_, msgspec.Struct) else ()
        yield from (choice for field in fields if field.encode_name == step for choice in _choices(field.type))
    elif isinstance(origin, type):
        yield from _choices(get_args(type_)[-1 if issubclass(origin, Mapping) else 0])


def _words(type_: Any) -> Sequence[str]:
    if _is_a(type_, enum.Enum):
        return [str(each.value) for each in type_]
    return [str(each) for each in get_args(type_)] if get_origin(type_) is Literal else ()


def _is_a(type_: Any, kind: type) -> bool:
    return isinstance(type_, type) and issubclass(type_, kind)
