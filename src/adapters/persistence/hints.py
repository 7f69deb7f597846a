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


class unsought(FunctionElement[Any]):  # noqa: N801 - read as a word: unsought(column) == value
    """The column, but no index is chosen for what is said of it.

    Where rows are only counted, SQLite would go through the wide primary key, which has all of the condition, rather
    than through an index a tenth as large that has all of the columns. PostgreSQL knows better.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unsought, "sqlite")
def _by_itself(element: unsought, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(unsought)
@compiles(few)
def _plain(element: few | unsought, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(few, "sqlite")
def _unlikely(element: few, compiler: SQLCompiler, **options: Any) -> str:
    return f"likelihood({compiler.process(element.clauses, **options)}, 0.0001)"
