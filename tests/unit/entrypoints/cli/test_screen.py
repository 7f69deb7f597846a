"""Progress on paper: when a line is told."""

import io
import re
from collections.abc import Mapping

import attrs
import pytest
from rich.progress import Progress as RichProgress

from tresen.domain.sync.run import Counts
from tresen.entrypoints.cli.screen import LINE_EVERY, LINE_EVERY_S, ConsoleScreen
from tresen.entrypoints.cli.terminal import Terminal


@attrs.define
class Paper:
    """A screen that nobody sees, and its clock."""

    totals: Mapping[str, int] = attrs.field(factory=dict)
    now: float = 100.0
    out: io.StringIO = attrs.field(factory=io.StringIO)
    err: io.StringIO = attrs.field(factory=io.StringIO)

    def screen(self) -> ConsoleScreen:
        terminal = Terminal(out=self.out, err=self.err, source=io.StringIO(), environ={}, monotonic=lambda: self.now)
        return ConsoleScreen(terminal, self.totals)

    @property
    def lines(self) -> list[str]:
        return self.err.getvalue().splitlines()


async def test_a_line_is_told_after_some_seconds() -> None:
    paper = Paper({"member": 1000})
    async with paper.screen().progress("main") as progress:
        progress("member", Counts())
        paper.now += LINE_EVERY_S - 0.1
        progress("member", Counts(created=50))
        assert paper.lines == []
        paper.now += 0.1
        progress("member", Counts(created=60, unchanged=40))
        assert paper.lines == ["main: members 100 of 1,000, 20/s, about 45 s left"]


async def test_a_line_is_told_after_many_records() -> None:
    paper = Paper()
    async with paper.screen().progress("main") as progress:
        progress("lead", Counts())
        paper.now += 1
        progress("lead", Counts(unchanged=LINE_EVERY - 1))
        assert paper.lines == []
        progress("lead", Counts(unchanged=LINE_EVERY))
        assert paper.lines == ["main: leads 5,000, 5,000/s"]


async def test_each_kind_ends_with_its_count_told_once() -> None:
    paper = Paper()
    async with paper.screen().progress("main") as progress:
        progress("member", Counts())
        paper.now += LINE_EVERY_S
        progress("member", Counts(created=7))
        progress("membership", Counts())
        paper.now += 1
        progress("membership", Counts(created=9))
    assert paper.lines == ["main: members 7, 1/s", "main: memberships 9, 9/s"]


async def test_what_was_expected_and_did_not_come_is_not_waited_for() -> None:
    paper = Paper({"lead": 30})
    async with paper.screen().progress("main") as progress:
        progress("lead", Counts())
        paper.now += LINE_EVERY_S
        progress("lead", Counts(unchanged=20))
        paper.now += 1
        progress("lead", Counts(unchanged=22))
    assert paper.lines == ["main: leads 20 of 30, 4/s, about 2 s left", "main: leads 22 of 22, 4/s"]


class Glass(io.StringIO):
    """A terminal's error stream."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("kinds", [("lead",), ("lead", "step")])
async def test_a_bar_is_full_at_the_end_of_its_kind(kinds: tuple[str, ...]) -> None:
    paper = Paper({"lead": 30}, err=Glass())
    async with paper.screen().progress("main") as progress:
        for kind in kinds:
            progress(kind, Counts(unchanged=22))
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", paper.err.getvalue()).replace("\r", "\n").splitlines()
    last = [line.strip() for line in shown if "leads" in line][-1]
    assert re.fullmatch(r"main: leads +━+ +22 of 22", last), shown


async def test_the_count_so_far_is_told_when_something_fails() -> None:
    paper = Paper({"lead": 30})

    async def sync() -> None:
        async with paper.screen().progress("main") as progress:
            progress("lead", Counts(created=3))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await sync()
    assert paper.lines == ["main: leads 3 of 30"]


async def test_two_that_are_under_way_at_once_are_told_apart() -> None:
    paper = Paper()
    screen = paper.screen()
    async with screen.progress("main") as main, screen.progress("second") as second:
        main("member", Counts())
        second("member", Counts())
        paper.now += LINE_EVERY_S
        second("member", Counts(created=50))
        main("member", Counts(created=5))
    assert paper.lines == ["second: members 50, 10/s", "main: members 5, 1/s"]


async def test_bars_of_two_are_drawn_by_one_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two displays draw over each other."""
    begun: list[RichProgress] = []
    start = RichProgress.start

    def begin(progress: RichProgress) -> None:
        begun.append(progress)
        start(progress)

    monkeypatch.setattr(RichProgress, "start", begin)
    paper = Paper(err=Glass())
    screen = paper.screen()
    async with screen.progress("main") as main:
        main("member", Counts(created=1))
        async with screen.progress("second") as second:
            second("member", Counts(created=2))
        main("member", Counts(created=3))
    assert [[task.description for task in each.tasks] for each in begun] == [["main: members", "second: members"]]
    assert begun[0].finished
    async with screen.progress("again") as again:
        again("member", Counts(created=1))
    assert len(begun) == 2, "the next command has its own"


async def test_nothing_is_told_where_nothing_began() -> None:
    paper = Paper()
    async with paper.screen().progress("main"):
        pass
    assert paper.lines == []


def test_what_is_said_goes_to_the_output() -> None:
    paper = Paper()
    paper.screen().say("hello")
    assert (paper.out.getvalue(), paper.err.getvalue()) == ("hello\n", "")
