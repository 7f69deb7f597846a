"""Care of the store: what operators do with it."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class Upgraded:
    """From which schema revision (None: a new store) to which, and the backup that was made before."""

    old: str | None
    new: str
    backup: Path | None = None


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that was looked at. ``advice`` says what to do when it is not ``ok``."""

    name: str
    ok: bool
    detail: str
    advice: str | None = None


class StoreCare(Protocol):
    """Upgrade, back up, check."""

    @abstractmethod
    async def upgrade(self) -> Upgraded:
        """Bring the schema up to date; an existing file is copied first. Raises StorageUnavailable."""

    @abstractmethod
    async def backup(self, target: Path | None = None) -> Path:
        """A consistent copy while others go on working. Raises NotConfigured where the database has its own tool."""

    @abstractmethod
    async def check(self) -> Sequence[Finding]:
        """Integrity, schema, readability, writability. Changes nothing, raises nothing."""
