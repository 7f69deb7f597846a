"""What the tables have in common."""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import PrimaryKeyConstraint, SchemaItem

from ..types import Id

METADATA = MetaData()

# Compared byte by byte in both databases, so that both order alike, and as Python orders code points.
BINARY_TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

_DERIVED = "derived"


def required(name: str, kind: Any) -> Column[Any]:
    """A column that always has a value."""
    return Column(name, kind, nullable=False)


def optional(name: str, kind: Any) -> Column[Any]:
    """A column that may be NULL."""
    return Column(name, kind, nullable=True)


def derived(name: str, *, nullable: bool = False) -> Column[Any]:
    """A text that is computed from other columns to search or to order by; no entity reads it back."""
    return Column(name, BINARY_TEXT, nullable=nullable, info={_DERIVED: True})


def entity_columns(table: Table) -> list[Column[Any]]:
    """The columns that an entity is made of, in the table's order."""
    return [column for column in table.columns if _DERIVED not in column.info]


def tenant_table(name: str, *items: SchemaItem, key: tuple[str, ...] = ("id",)) -> Table:
    """A table of rows that belong to a tenant, keyed within it.

    Rows that refer to another row of the tenant (``refers_to``) need no reference to the tenant beside it, which
    would cost a look-up for each.

    In SQLite the rows lie in the primary key's own tree: one look-up instead of two, and one tree less to write.
    """
    refers = any(isinstance(item, ForeignKeyConstraint) for item in items)
    tenant = () if refers else (ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=f"fk_{name}_tenant"),)
    return Table(
        name,
        METADATA,
        required("tenant_id", Id),
        *items,
        PrimaryKeyConstraint("tenant_id", *key, name=f"pk_{name}"),
        *tenant,
        sqlite_with_rowid=False,
    )


def refers_to(table: str, column: str, *, source: str) -> ForeignKeyConstraint:
    """The column holds the id of a row of that table, of the same tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], name=f"fk_{source}_{table}"
    )
