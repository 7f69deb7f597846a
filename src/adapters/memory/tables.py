"""Tables in memory: committed rows, and the draft of a transaction over them."""

from collections.abc import Callable, Hashable, Iterator
from itertools import chain
from typing import Generic, TypeVar

from ...domain.shared.errors import StorageUnavailable

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Groupings = dict[str, Callable[[V], Hashable]]


class Table(Generic[K, V]):
    """Rows by key, found also by what their groupings say of them.

    ``copy`` makes a row that shares nothing changeable with the original.
    """

    def __init__(self, copy: Callable[[V], V], groupings: Groupings[V] | None = None) -> None:
        self.copy = copy
        self.groupings = groupings or {}
        self._rows: dict[K, V] = {}
        self._groups: dict[tuple[str, Hashable], dict[K, None]] = {}
        self._nothing: Table[K, V] | None = None

    @property
    def nothing(self) -> "Table[K, V]":
        """An empty table of the same form, always the same one: it is only looked at."""
        if self._nothing is None:
            self._nothing = Table(self.copy, self.groupings)
        return self._nothing

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def find(self, key: K) -> V | None:
        """The row as it lies here: to be looked at, not handed out."""
        return self._rows.get(key)

    def items(self) -> Iterator[tuple[K, V]]:
        """All rows as they lie here."""
        return iter(self._rows.items())

    def rows(self) -> Iterator[V]:
        """All rows as they lie here, without their keys."""
        return iter(self._rows.values())

    def among(self, grouping: str, value: Hashable) -> Iterator[tuple[K, V]]:
        """The rows of which the grouping says that value, as they lie here."""
        return ((key, self._rows[key]) for key in self._groups.get((grouping, value), ()))

    def put(self, key: K, row: V) -> None:
        """Insert or replace; the table keeps this very row."""
        old = self._rows.get(key)
        for name, says in self.groupings.items():
            if old is not None:
                self._groups[name, says(old)].pop(key, None)
            self._groups.setdefault((name, says(row)), {})[key] = None
        self._rows[key] = row

    def remove(self, key: K) -> None:
        """Forget a row; nothing happens when there is none."""
        row = self._rows.pop(key, None)
        if row is not None:
            for name, says in self.groupings.items():
                self._groups[name, says(row)].pop(key, None)


class Draft(Generic[K, V]):
    """What one transaction sees and writes: its own rows over the committed ones."""

    def __init__(self, table: Table[K, V], *, read_only: bool) -> None:
        self._table = table
        self._read_only = read_only
        self._open = True
        self._written = table.nothing
        self._removed: set[K] = set()

    def __contains__(self, key: K) -> bool:
        return self.find(key) is not None

    def find(self, key: K) -> V | None:
        """A row as it lies here."""
        self._ensure_open()
        if key in self._removed:
            return None
        row = self._written.find(key)
        return self._table.find(key) if row is None else row

    def all(self) -> Iterator[V]:
        """All rows as they lie here; in an append-only table oldest first."""
        return self._visible(self._table.items(), self._written.items())

    def among(self, grouping: str, value: Hashable) -> Iterator[V]:
        """The rows of which the grouping says that value, as they lie here."""
        return self._visible(self._table.among(grouping, value), self._written.among(grouping, value))

    def copy(self, row: V) -> V:
        """The caller's own."""
        return self._table.copy(row)

    def put(self, key: K, row: V) -> None:
        """Write a copy. Raises StorageUnavailable in a transaction for reading."""
        self._ensure_writable()
        self._removed.discard(key)
        if self._written is self._table.nothing:
            self._written = Table(self._table.copy, self._table.groupings)
        self._written.put(key, self._table.copy(row))

    def remove(self, key: K) -> None:
        """Forget a row. Raises StorageUnavailable in a transaction for reading."""
        self._ensure_writable()
        self._written.remove(key)
        self._removed.add(key)

    def next_number(self) -> int:
        """The next key of a table whose rows are numbered from 0."""
        return len(self._table) + len(self._written)

    def commit(self) -> None:
        """Make the written rows the committed ones."""
        if not self._removed and self._written is self._table.nothing:
            return
        for key in self._removed:
            self._table.remove(key)
        for key, row in self._written.items():
            self._table.put(key, row)
        self._forget()

    def close(self) -> None:
        """Forget the written rows; from now on every use raises RuntimeError."""
        self._forget()
        self._open = False

    def _forget(self) -> None:
        self._written = self._table.nothing
        self._removed.clear()

    def _ensure_open(self) -> None:
        if not self._open:
            raise RuntimeError("this unit of work is closed")

    def _ensure_writable(self) -> None:
        self._ensure_open()
        if self._read_only:
            raise StorageUnavailable("this unit of work was opened for reading only")

    def _visible(self, committed: Iterator[tuple[K, V]], written: Iterator[tuple[K, V]]) -> Iterator[V]:
        self._ensure_open()
        own, gone = self._written, self._removed
        return chain((row for key, row in committed if key not in own and key not in gone), (row for _, row in written))
