"""Which revision the schema has, without loading the migration tool."""

from sqlalchemy import Column, MetaData, Table, Text, select

from ...domain.shared.errors import StorageUnavailable
from .connection import Connection

HEAD = "0003"

_ALEMBIC = Table("alembic_version", MetaData(), Column("version_num", Text))
_REVISION = select(_ALEMBIC.c.version_num)


async def current_revision(connection: Connection) -> str | None:
    """The schema's revision. Raises StorageUnavailable when there is no schema."""
    rows = await connection.fetch(_REVISION)
    return str(rows[0][0]) if rows else None


def require_current(revision: str | None, name: str) -> None:
    """Raises StorageUnavailable, with what to do, unless it is the one that this version needs."""
    if revision != HEAD:
        raise StorageUnavailable(
            f"{name} has schema revision {revision}, this version needs {HEAD}: upgrade the schema first",
            revision=revision,
            needed=HEAD,
        )
