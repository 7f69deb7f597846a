"""The statements that create what revision 0003 adds, made from the tables that those before do not have.

Write them anew: ``python -m tests.integration.persistence.revision``. What 0003 changes in tables that were there is
written by hand beside them. Once a version with 0003 is out, this page has done its duty: released statements do not
change.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from tresen.adapters.persistence import migrations
from tresen.adapters.persistence.tables import METADATA

VERSIONS = Path(migrations.__file__).with_name("versions")
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call] # SQLAlchemy has no types for this one
}
_CREATED = re.compile(r"CREATE TABLE (\w+)")


def tables_of(dialect: str) -> list[Table]:
    """The tables of that database, those that others refer to first."""
    return [table for table in METADATA.sorted_tables if table.info.get("only", dialect) == dialect]


def file_of(dialect: str) -> Path:
    """Where the statements for that database are kept."""
    return VERSIONS / f"r0003_{dialect}.sql"


def script(dialect: str) -> str:
    """The statements for that database."""
    before = [VERSIONS / f"{number}_{dialect}.sql" for number in ("r0001", "r0002")]
    known = {name for file in before for name in _CREATED.findall(file.read_text(encoding="utf-8"))}
    new = [table for table in tables_of(dialect) if table.name not in known]
    return "\n\n".join(statement for table in new for statement in _statements(table, DIALECTS[dialect])) + "\n"


def _statements(table: Table, dialect: Dialect) -> Iterator[str]:
    yield _tidy(str(CreateTable(table).compile(dialect=dialect)))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield _tidy(str(CreateIndex(index).compile(dialect=dialect)))


def _tidy(statement: str) -> str:
    lines = (line.rstrip() for line in statement.replace("\t", "    ").splitlines())
    return "\n".join(line for line in lines if line).replace("\n WITHOUT", " WITHOUT") + ";"


def main() -> None:
    for dialect in DIALECTS:
        file_of(dialect).write_text(script(dialect), encoding="utf-8")


if __name__ == "__main__":
    main()
