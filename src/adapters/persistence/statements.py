"""The texts of the statements that write, one set per table, the same words in both databases.

The texts are put together from names in ``tables``, never from values. Values are numbered (``?3`` in SQLite,
``$3`` in PostgreSQL) by the position of their column.
"""

from functools import cached_property

import attrs
from sqlalchemy import Table, UniqueConstraint

# Rows that one statement inserts in bulk.
MANY = 50


@attrs.frozen(slots=False)
class Writing:
    """What can be written into a table. ``mark`` is the sign before a value's number."""

    table: Table
    mark: str

    @cached_property
    def insert(self) -> str:
        """Insert, and do nothing where any unique key is taken."""
        return f"{self._into} VALUES ({self._values}) ON CONFLICT DO NOTHING"

    @cached_property
    def insert_many(self) -> str:
        """``insert`` for ``MANY`` rows, whose values are given one after the other."""
        row = ", ".join("?" * len(self.names))
        return f"{self._into} VALUES {', '.join([f'({row})'] * MANY)} ON CONFLICT DO NOTHING"

    @cached_property
    def upsert(self) -> str:
        """Insert or replace, by the primary key."""
        return f"{self._into} VALUES ({self._values}) {self._replace}"

    @cached_property
    def update(self) -> str:
        """Replace the row with that primary key."""
        return f"UPDATE {self.table.name} SET {self._set} WHERE {self._same_key}"  # noqa: S608 - names only

    @cached_property
    def update_version(self) -> str:
        """Replace the row with that primary key if it has the version before the one given."""
        return f"{self.update}{self._is_next}"

    @cached_property
    def in_place(self) -> str | None:
        """``update``, or ``update_version`` where there are versions, of a row whose indexed columns stay as they are;
        None where no column has an index, or each.

        SQLite writes the entries of an index anew when a statement sets one of its columns, also to the same value:
        that takes six times as long (1,000 links of 100,000: 100 ms, and 15 ms in place).
        """
        indexed = {column.name for index in self.table.indexes for column in index.columns}
        free = [name for name in self._others if name not in indexed]
        kept = [name for name in self._others if name in indexed]
        if not free or not kept:
            return None
        changes = ", ".join(f"{name} = {self._number(name)}" for name in free)
        same = " AND ".join(f"{name} IS {self._number(name)}" for name in kept)
        update = f"UPDATE {self.table.name} SET {changes} WHERE {self._same_key} AND {same}"  # noqa: S608 - names only
        return f"{update}{self._is_next}" if self.is_versioned else update

    def upsert_from(self, source: str) -> str:
        """``upsert`` for all rows of another table with the same columns."""
        return f"{self._into} SELECT {self._columns} FROM {source} {self._replace}"  # noqa: S608 - names only

    def update_version_from(self, source: str) -> str:
        """``update_version`` for all rows of another table with the same columns."""
        changes = ", ".join(f"{name} = new.{name}" for name in self._others)
        same = " AND ".join(f"old.{name} = new.{name}" for name in self._key)
        is_next = "old.version = new.version - 1"
        return f"UPDATE {self.table.name} old SET {changes} FROM {source} new WHERE {same} AND {is_next}"  # noqa: S608 - names only

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns in order."""
        return tuple(column.name for column in self.table.columns)

    @property
    def is_versioned(self) -> bool:
        """Whether lost updates are noticed."""
        return "version" in self.names

    @cached_property
    def has_rivals(self) -> bool:
        """Whether something other than the primary key is unique."""
        constraints = any(isinstance(constraint, UniqueConstraint) for constraint in self.table.constraints)
        return constraints or any(index.unique for index in self.table.indexes)

    @cached_property
    def _key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.primary_key)

    @cached_property
    def _others(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name not in self._key)

    def _number(self, name: str) -> str:
        return f"{self.mark}{self.names.index(name) + 1}"

    @property
    def _columns(self) -> str:
        return ", ".join(self.names)

    @property
    def _values(self) -> str:
        return ", ".join(self._number(name) for name in self.names)

    @property
    def _into(self) -> str:
        return f"INSERT INTO {self.table.name} ({self._columns})"

    @property
    def _replace(self) -> str:
        changes = ", ".join(f"{name} = excluded.{name}" for name in self._others)
        return f"ON CONFLICT ({', '.join(self._key)}) DO UPDATE SET {changes}"

    @property
    def _set(self) -> str:
        return ", ".join(f"{name} = {self._number(name)}" for name in self._others)

    @property
    def _is_next(self) -> str:
        return f" AND version = CAST({self._number('version')} AS BIGINT) - 1"

    @property
    def _same_key(self) -> str:
        return " AND ".join(f"{name} = {self._number(name)}" for name in self._key)
