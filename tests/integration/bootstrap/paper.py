"""A screen that keeps what is said on it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tresen.application.sync.runs.sync_account import Progress, no_progress
from tresen.entrypoints.runtime import Screen


class Paper(Screen):
    """Shows no progress."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def progress(self, title: str) -> AbstractAsyncContextManager[Progress]:
        return _unseen()


@asynccontextmanager
async def _unseen() -> AsyncIterator[Progress]:
    yield no_progress
