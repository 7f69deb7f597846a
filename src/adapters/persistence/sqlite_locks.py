"""Locks as files: the operating system frees them when their holder dies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout


@asynccontextmanager
async def hold_file(database: Path, key: str) -> AsyncIterator[bool]:
    """Hold the file for that key, beside the database's; it stays there afterwards, which is harmless."""
    digest = sha256(key.encode()).hexdigest()[:16]
    lock = FileLock(database.with_name(f"{database.name}-{digest}.lock"), blocking=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
