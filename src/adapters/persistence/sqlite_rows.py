"""Rows in the form that SQLite stores, column by column: a tenth of the cost of doing it value by value."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Table

from .mappers.values import Row
from .statements import Writing
from .types import Stored

_NOTHING = object()


@lru_cache(maxsize=64)
def writing_of(table: Table) -> Writing:
    """The table's statements."""
    return Writing(table, "?")


def encoded(table: Table, rows: Iterable[Row]) -> Iterable[Row]:
    """The rows with ids, instants and dates as SQLite holds them. Raises TypeError for a naive instant."""
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    if columns:
        for position, encode in _encoders(table):
            columns[position] = _column(columns[position], encode)
    return zip(*columns, strict=True)


@lru_cache(maxsize=64)
def _encoders(table: Table) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    return tuple(
        (position, column.type.to_sqlite)
        for position, column in enumerate(table.columns)
        if isinstance(column.type, Stored)
    )


def _column(values: Iterable[Any], encode: Callable[[Any], Any]) -> list[Any]:
    # A batch has one tenant and mostly one instant: the same object again needs no second look.
    stored: list[Any] = []
    last, form = _NOTHING, None
    for value in values:
        if value is not last:
            last, form = value, None if value is None else encode(value)
        stored.append(form)
    return stored
