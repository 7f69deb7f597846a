"""The numbers of transactions, by which the event log is read without missing one that commits late.

SQLite has one writer at a time, so that the order of numbers is the order of commits: there, all is transaction 0.
"""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class this_transaction(FunctionElement[int]):  # noqa: N801 - reads as the function that it is
    """The number of the transaction that asks."""

    type = BigInteger()
    inherit_cache = True


class first_open_transaction(FunctionElement[int]):  # noqa: N801 - reads as the function that it is
    """The least number of a transaction that is still open: all below are over, for this statement and later ones."""

    type = BigInteger()
    inherit_cache = True


@compiles(this_transaction, "postgresql")
def _this_in_postgres(_: this_transaction, __: SQLCompiler, **___: Any) -> str:
    return "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"


@compiles(this_transaction, "sqlite")
def _this_in_sqlite(_: this_transaction, __: SQLCompiler, **___: Any) -> str:
    return "0"


@compiles(first_open_transaction, "postgresql")
def _first_open_in_postgres(_: first_open_transaction, __: SQLCompiler, **___: Any) -> str:
    return "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)"


@compiles(first_open_transaction, "sqlite")
def _first_open_in_sqlite(_: first_open_transaction, __: SQLCompiler, **___: Any) -> str:
    return "1"
