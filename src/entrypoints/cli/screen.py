"""Shows how a long command goes: bars on a terminal, a line now and then otherwise."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import attrs

from ..runtime import Screen
from .pace import Pace
from .terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from ...application.sync.runs.sync_account import Progress
    from ...domain.sync.run import Counts

LINE_EVERY_S = 5.0
LINE_EVERY = 5_000


@attrs.define
class ConsoleScreen(Screen):
    """Progress goes to the error stream, so that the output stays the answer.

    ``totals``: about how many records of each kind there are, by the kind's name in progress reports.
    """

    _terminal: Terminal
    _totals: Mapping[str, int] = attrs.field(factory=dict)
    _watchers: int = attrs.field(default=0, init=False)
    _drawn: RichProgress | None = attrs.field(default=None, init=False)

    def say(self, line: str) -> None:
        """A line on the output."""
        self._terminal.say(line)

    @asynccontextmanager
    async def progress(self, title: str) -> AsyncIterator[Progress]:
        """Bars where a person sees them, else lines. Several may be under way at once."""
        if self._terminal.err.isatty():
            with self._display() as drawn:
                bars = _Bars(title, self._totals, self._terminal, drawn)
                yield bars.report
                bars.end()
            return
        lines = _Lines(title, self._totals, self._terminal)
        try:
            yield lines.report
        except BaseException:
            lines.stop()
            raise
        lines.end()

    @contextmanager
    def _display(self) -> Iterator[RichProgress]:
        """One for all that are under way: two would draw over each other."""
        if self._drawn is None:
            self._drawn = _console_progress(self._terminal)
            self._drawn.start()
        self._watchers += 1
        try:
            yield self._drawn
        finally:
            self._watchers -= 1
            if not self._watchers:
                self._drawn.stop()
                self._drawn = None


@attrs.define
class _Course:
    """One kind's way so far."""

    kind: str
    began: float
    total: int | None
    seen: int = 0
    told: int = 0
    told_at: float = 0.0

    def pace(self, now: float) -> Pace:
        return Pace(done=self.seen, seconds=now - self.began, total=self.total)

    def end(self) -> None:
        """Nobody need guess any more how many there are: those that were expected and did not come are not there."""
        self.total = self.seen if self.total and self.seen <= self.total else None


@attrs.define
class _Lines:
    _title: str
    _totals: Mapping[str, int]
    _terminal: Terminal
    _course: _Course | None = None

    def report(self, kind: str, counts: Counts) -> None:
        now = self._terminal.monotonic()
        if self._course is None or self._course.kind != kind:
            self.end()
            self._course = _Course(kind, now, self._totals.get(kind), told_at=now)
        course = self._course
        course.seen = counts.seen
        if course.seen - course.told >= LINE_EVERY or now - course.told_at >= LINE_EVERY_S:
            self._tell(course, now)

    def end(self) -> None:
        """The last line of a kind, unless it was told already."""
        if self._course is not None:
            self._course.end()
        self.stop()

    def stop(self) -> None:
        """How far it came."""
        course = self._course
        if course is not None and (course.told != course.seen or not course.seen):
            self._tell(course, self._terminal.monotonic())

    def _tell(self, course: _Course, now: float) -> None:
        course.told, course.told_at = course.seen, now
        self._terminal.complain(f"{self._title}: {_plural(course.kind)} {course.pace(now)}")


@attrs.define
class _Bars:
    _title: str
    _totals: Mapping[str, int]
    _terminal: Terminal
    _progress: RichProgress
    _courses: dict[str, tuple[_Course, TaskID]] = attrs.field(factory=dict)
    _last: str | None = None

    def report(self, kind: str, counts: Counts) -> None:
        now = self._terminal.monotonic()
        if kind != self._last:
            self.end()
            self._last = kind
        if kind not in self._courses:
            course = _Course(kind, now, self._totals.get(kind))
            self._courses[kind] = course, self._progress.add_task(f"{self._title}: {_plural(kind)}", pace="")
        course, task = self._courses[kind]
        course.seen = counts.seen
        pace = course.pace(now)
        self._progress.update(task, completed=pace.done, total=pace.known_total, pace=str(pace))

    def end(self) -> None:
        """The kind that was told last is through: its bar is full."""
        if self._last is not None:
            course, task = self._courses[self._last]
            course.end()
            pace = course.pace(self._terminal.monotonic())
            # A bar of nothing would move for ever.
            self._progress.update(task, completed=max(pace.done, 1), total=max(pace.done, 1), pace=str(pace))


def _console_progress(terminal: Terminal) -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(file=terminal.err, no_color=not terminal.colours, highlight=False, emoji=False)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[pace]}", markup=False),
        console=console,
    )


def _plural(kind: str) -> str:
    return f"{kind}es" if kind.endswith("sh") else f"{kind}s"
