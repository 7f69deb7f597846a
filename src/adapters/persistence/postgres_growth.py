"""Tables that grew from little to much: PostgreSQL is told at once, rather than by its own look in some minutes.

Until it knows, it plans for an empty table: a look for 500 links of 100,000 read all of them, member by member, and
took 0.8 s instead of 5 ms.
"""

from collections import Counter
from collections.abc import Sequence

# With fewer rows no plan is slow.
MANY = 5_000
_FURTHER = 10


class Growth:
    """Of the tables of one database, as far as this process fills them in bulk."""

    def __init__(self) -> None:
        self._added: Counter[str] = Counter()
        self._next: dict[str, int] = {}

    def add(self, table: str, rows: int) -> None:
        """So many rows came in."""
        self._added[table] += rows

    def due(self) -> Sequence[str]:
        """The tables to be looked at now, each once: at some thousand new rows, and at every ten times as many."""
        due = [table for table, rows in self._added.items() if rows >= self._next.get(table, MANY)]
        for table in due:
            self._next[table] = self._added[table] * _FURTHER
        return due
