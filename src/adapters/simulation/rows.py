"""What is stored, to see later what of it was written."""

from collections.abc import Collection, Mapping

from ..memory.store import Room

# By tenant and table, the rows by their keys.
Rows = Mapping[str, Mapping[object, object]]
_NO_TABLES = frozenset({"tenant", "audit"})


def rows_of(room: Room, *, without: Collection[str] = ()) -> Rows:
    """All tables of a tenant but for those."""
    return {
        f"{room.tenant.slug} {name}": dict(table.items())
        for name, table in vars(room).items()
        if name not in _NO_TABLES and name not in without
    }


def changed(before: Rows, after: Rows) -> list[str]:
    """Tables in which a row was written, even if it is equal: rows are replaced by whoever writes them."""
    return [name for name, rows in after.items() if not _untouched(before[name], rows)]


def _untouched(before: Mapping[object, object], after: Mapping[object, object]) -> bool:
    return before.keys() == after.keys() and all(row is before[key] for key, row in after.items())
