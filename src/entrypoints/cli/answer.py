"""What a command answers: one JSON document, or tables and lines for people."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from .columns import column_widths
from .exit_codes import ExitCode
from .folding import Folded, folded
from .lines import Line
from .paint import paint
from .terminal import Terminal, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

_GAP = "  "


@attrs.frozen(kw_only=True)
class Table:
    """Columns and rows of texts.

    ``empty`` is said instead of a table without rows: that, and what to do next. ``title`` and ``footer`` are lines
    around one with rows.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str = "nothing here"
    title: str | None = None
    footer: str | None = None


Part = Table | str | Line


@attrs.frozen(kw_only=True)
class Answer:
    """``document`` is the whole answer for programs, ``parts`` the same for people."""

    document: Mapping[str, object]
    parts: Sequence[Part]
    as_json: bool
    code: ExitCode = ExitCode.OK


def show(answer: Answer, terminal: Terminal) -> None:
    """Write it to the terminal's output: with ``as_json`` one document, keys in the order in which they are given."""
    if answer.as_json:
        terminal.write(json.dumps(answer.document, ensure_ascii=False, indent=2) + "\n")
        return
    show_parts(answer.parts, terminal)


def show_parts(parts: Sequence[Part], terminal: Terminal) -> None:
    """Write tables and lines for people."""
    for part in parts:
        if isinstance(part, str):
            terminal.say(part)
        elif isinstance(part, Line):
            paint([part], terminal)
        elif not part.rows:
            terminal.say(part.empty)
        else:
            _show_table(part, terminal)


def page_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    count: int,
    offset: int,
    empty: str,
    filtered: bool = False,
) -> Table:
    """One window of a list of ``count`` things, with a line that tells how to see the rest.

    ``empty`` is said where there is nothing at all; ``filtered``: what was asked for may be why there is nothing.
    """
    if filtered:
        empty = "nothing fits what was asked for"
    if not rows and count:
        empty = f"nothing from offset {offset} on; there are {count}"
    return Table(columns=columns, rows=rows, empty=empty, footer=window_footer(offset, len(rows), count))


def one_window(table: Table, *, offset: int, has_more: bool) -> Table:
    """A table as one window of a list that nobody counts, with a line that tells how to see what comes after it."""
    if not table.rows:
        return attrs.evolve(table, empty=f"nothing from offset {offset} on") if offset else table
    footer = f"more with --offset {offset + len(table.rows)}" if has_more else table.footer
    return attrs.evolve(table, footer=footer)


def window_footer(offset: int, shown: int, count: int) -> str:
    """The line that tells how to see the rest of a list."""
    last = offset + shown
    return f"{offset + 1}-{last} of {count}; more with --offset {last}" if last < count else f"{count} in all"


def cell(value: object, zone: str = "UTC", *, seconds: bool = False) -> str:
    """A value as a table shows it: instants in the zone, nothing for None, yes or no for a truth value.

    ``seconds``: instants to the second, for whoever compares them with a log; else to the minute.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        form = "%Y-%m-%d %H:%M:%S %Z" if seconds else "%Y-%m-%d %H:%M %Z"
        return value.astimezone(ZoneInfo(zone)).strftime(form)
    return str(value)


def _show_table(table: Table, terminal: Terminal) -> None:
    rows = [[visible(text) for text in row] for row in table.rows]
    if table.title:
        terminal.say(table.title)
    if terminal.out.isatty():
        _show_rich(table.columns, rows, terminal)
    else:
        terminal.write("".join(f"{line}\n" for line in aligned(table.columns, rows)))
    if table.footer:
        terminal.say(table.footer)


def aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[str]:
    """Lines with every column as wide as its widest text, counted in terminal cells."""
    from rich.cells import cell_len

    lines = [columns, *rows]
    widths = [max(cell_len(line[i]) for line in lines) for i in range(len(columns))]
    padded = (
        [text + " " * (width - cell_len(text)) for text, width in zip(line, widths, strict=True)] for line in lines
    )
    return [_GAP.join(line).rstrip() for line in padded]


def _show_rich(columns: Sequence[str], rows: Sequence[Sequence[str]], terminal: Terminal) -> None:
    from rich.console import Console

    # No colours here, only bold: NO_COLOR asks for nothing.
    console = Console(file=terminal.out, highlight=False, emoji=False)
    gaps = len(_GAP) * (len(columns) - 1)
    widths = column_widths(columns, rows, room=console.width - gaps)
    fold = folded(columns, rows, widths, room=console.width, gap=len(_GAP))
    if fold is not None:
        _show_folded(fold, console, terminal)
        return
    # What is too wide even then is left to the terminal: cut off it would be lost.
    console.width = max(console.width, sum(widths) + gaps)
    with console.capture() as captured:
        console.print(_rich_table(columns, rows, widths))
    terminal.write(captured.get())


def _show_folded(fold: Folded, console: "Console", terminal: Terminal) -> None:
    from rich.text import Text

    head, *lines = aligned(fold.columns, fold.rows)
    with console.capture() as captured:
        console.print(Text(head, "bold"), soft_wrap=True)
        console.print("─" * console.width)
        for line, below in zip(lines, fold.below, strict=True):
            for each in (line, *below):
                console.print(Text(each), soft_wrap=True)
    terminal.write(captured.get())


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> "RichTable":
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False, collapse_padding=True)
    for column, width in zip(columns, widths, strict=True):
        drawn.add_column(column, width=width, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(text) for text in row))
    return drawn
