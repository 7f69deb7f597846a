"""What the databases are told about conditions."""

from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class few(FunctionElement[bool]):  # noqa: N801 - read as a word: few(column == value)
    """The condition holds for few of the rows that are looked at.

    Without statistics SQLite takes a tenant to have ten rows in all, and would read them in the order of the primary
    key rather than follow an index to a few. PostgreSQL knows better.
    """

    # As a truth value, SQLAlchemy would compare it with 1, and SQLite not see through that.
    type = Integer()  # type: ignore[assignment]  # see above
    inherit_cache = True

    def __init__(self, condition: ColumnElement[bool]) -> None:
        super().__init__(condition)


@compiles(few)
def _plain(element: few, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(few, "sqlite")
def _unlikely(element: few, compiler: SQLCompiler, **options: Any) -> str:
    return f"likelihood({compiler.process(element.clauses, **options)}, 0.0001)"
