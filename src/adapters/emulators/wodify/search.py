"""Wodify's query language: ``field|op|value`` clauses, joined by ``;`` which means "and".

Texts stand in single quotes, lists in braces, ``between`` takes two values. The signs ``' ; |`` cannot be escaped.
Texts compare without regard to case. That a clause on an unknown field, or a value of another type, is refused is this
emulator's choice: the real behaviour is unknown, and a client must not depend on it.
"""

import operator
import re
from collections.abc import Callable, Mapping

import attrs
import msgspec

from .shapes import NO_DATE, NO_DATETIME, Row

Scalar = str | int | float | bool
Test = Callable[[Scalar], bool]
Predicate = Callable[[Row], bool]
NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z?)?\Z")
STAMPS = {"created": "created_on_datetime", "updated": "updated_on_datetime"}


class BadQuery(ValueError):
    """A query, sort order or page that cannot be understood; the text says what is wrong with it."""


@attrs.frozen
class Field:
    """A field that may be searched and sorted by."""

    name: str
    type: type
    read: Callable[[Row], Scalar]


def searchable_fields(shape: type[Row], *, without: frozenset[str], renamed: Mapping[str, str]) -> Mapping[str, Field]:
    """The plain fields of ``shape`` except ``without``, as lists call them, and the nested stamps."""
    fields: dict[str, Field] = {}
    for info in msgspec.structs.fields(shape):
        if info.name in without:
            continue
        if info.type in {str, int, float, bool}:
            name = renamed.get(info.name, info.name)
            fields[name] = Field(name, info.type, operator.attrgetter(info.name))
        elif info.name in STAMPS:
            stamp = STAMPS[info.name]
            fields[stamp] = Field(stamp, str, operator.attrgetter(f"{info.name}.{stamp}"))
    return fields


def parse_query(query: str, fields: Mapping[str, Field]) -> Predicate:
    """A test for rows. Raises BadQuery."""
    clauses = [_parse_clause(clause, fields) for clause in query.split(";")]
    return lambda row: all(test(field.read(row)) for field, test in clauses)


def parse_sort(sort: str, fields: Mapping[str, Field]) -> tuple[Field, bool]:
    """The field of ``sort=<field>`` or ``sort=desc_<field>``, and whether it descends. Raises BadQuery."""
    name = sort.removeprefix("desc_")
    if name not in fields:
        raise BadQuery(f"cannot sort by {name}")
    return fields[name], sort.startswith("desc_")


def comparable(value: Scalar) -> Scalar:
    """``value`` as it is compared: texts without case."""
    return value.casefold() if isinstance(value, str) else value


def _parse_clause(clause: str, fields: Mapping[str, Field]) -> tuple[Field, Test]:
    name, *rest = clause.split("|")
    if name not in fields:
        raise BadQuery(f"cannot search by {name or 'nothing'}")
    if not rest or rest[0] not in OPERATORS:
        raise BadQuery(f"no such operator in {clause}")
    field, (count, build) = fields[name], OPERATORS[rest[0]]
    if len(rest) - 1 != count:
        raise BadQuery(f"{rest[0]} takes {count} values: {clause}")
    return field, build(field, rest[1:])


def _literal(text: str, field: Field) -> Scalar:
    value = _raw_literal(text)
    if isinstance(value, bool) != (field.type is bool) or isinstance(value, str) != (field.type is str):
        raise BadQuery(f"{field.name} cannot be compared with {text}")
    return comparable(value)


def _raw_literal(text: str) -> Scalar:
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    if text in {"true", "false"}:
        return text == "true"
    if DATE.match(text):
        return text
    if NUMBER.match(text):
        return float(text) if "." in text else int(text)
    raise BadQuery(f"{text} is no value (texts stand in single quotes)")


def _values(text: str, field: Field) -> frozenset[Scalar]:
    if not (text.startswith("{") and text.endswith("}")):
        raise BadQuery(f"a list stands in braces: {text}")
    return frozenset(_literal(item.strip(), field) for item in text[1:-1].split(","))


def _relation(relation: Callable[[Scalar, Scalar], bool]) -> tuple[int, Callable[[Field, list[str]], Test]]:
    def build(field: Field, texts: list[str]) -> Test:
        wanted = _literal(texts[0], field)
        return lambda value: relation(comparable(value), wanted)

    return 1, build


def _text_test(test: Callable[[str, str], bool]) -> tuple[int, Callable[[Field, list[str]], Test]]:
    def build(field: Field, texts: list[str]) -> Test:
        wanted = _literal(texts[0], field)
        if not isinstance(wanted, str):
            raise BadQuery(f"{field.name} is no text")
        return lambda value: isinstance(value, str) and test(value.casefold(), wanted)

    return 1, build


def _between(field: Field, texts: list[str]) -> Test:
    low, high = (_literal(text, field) for text in texts)
    return lambda value: operator.le(low, comparable(value)) and operator.le(comparable(value), high)


def _among(field: Field, texts: list[str]) -> Test:
    wanted = _values(texts[0], field)
    return lambda value: comparable(value) in wanted


def _not_among(field: Field, texts: list[str]) -> Test:
    wanted = _values(texts[0], field)
    return lambda value: comparable(value) not in wanted


def _is_null(field: Field, _texts: list[str]) -> Test:
    empty: frozenset[Scalar] = frozenset({"", NO_DATE, NO_DATETIME})
    return lambda value: value in empty or (value == 0 and field.name.endswith("_id"))


def _not_null(field: Field, texts: list[str]) -> Test:
    null = _is_null(field, texts)
    return lambda value: not null(value)


OPERATORS: Mapping[str, tuple[int, Callable[[Field, list[str]], Test]]] = {
    "eq": _relation(operator.eq),
    "neq": _relation(operator.ne),
    "lt": _relation(operator.lt),
    "lte": _relation(operator.le),
    "gt": _relation(operator.gt),
    "gte": _relation(operator.ge),
    "contains": _text_test(operator.contains),
    "starts_with": _text_test(str.startswith),
    "ends_with": _text_test(str.endswith),
    "between": (2, _between),
    "in": (1, _among),
    "not_in": (1, _not_among),
    "is_null": (0, _is_null),
    "not_null": (0, _not_null),
}
