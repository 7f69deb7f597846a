"""The care of a store, as operators see it."""

from collections.abc import Sequence
from pathlib import Path

from ...application.ports.store import Finding, StoreCare, Upgraded
from ...domain.shared.errors import StorageUnavailable
from . import schema
from .connection import Database
from .sqlite import SqliteDatabase


class SqlStoreCare(StoreCare):
    """Over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upgrade(self) -> Upgraded:
        """Bring the schema up to date; a SQLite file is copied first."""
        done = await schema.upgrade(self._database)
        return Upgraded(old=done.before, new=done.after, backup=done.backup)

    async def backup(self, target: Path | None = None) -> Path:
        """Copy everything to a new file, without ``target`` beside the database."""
        return await schema.backup(self._database, target or self._beside())

    async def check(self) -> Sequence[Finding]:
        """Reachability, schema, health; a finding for each."""
        try:
            found = await schema.check(self._database)
        except StorageUnavailable as error:
            return (Finding(name="reachable", ok=False, detail=error.message, advice="make the database reachable"),)
        is_current = found.state is schema.State.CURRENT
        return (
            Finding(name="reachable", ok=True, detail=found.database),
            Finding(
                name="schema",
                ok=is_current,
                detail=f"{found.state.value} ({found.revision or 'no revision'})",
                advice=None if is_current else "run: tresen db upgrade",
            ),
            *(Finding(name=k.name, ok=k.problem is None, detail=k.problem or "fine") for k in found.looks),
        )

    def _beside(self) -> Path:
        return self._database.path.parent if isinstance(self._database, SqliteDatabase) else Path()
