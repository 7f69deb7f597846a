"""Tables that are too wide for a terminal: what does not fit beside goes below its row."""

import textwrap
from collections.abc import Iterator, Sequence

import attrs

from .columns import text_width

# A cell that is broken into more lines than this is read more easily below its row.
_LINES = 3
_INDENT = "    "
# What tells nothing below a row: an empty cell, and a count of nothing.
_SILENT = frozenset({"", "0"})


@attrs.frozen
class Folded:
    """The columns that stay side by side, and for each row the lines below it."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    below: Sequence[Sequence[str]]


def folded(
    columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], *, room: int, gap: int
) -> Folded | None:
    """The first columns as far as they fit, the others below; None where the table is good as it is.

    ``widths`` are those that it would get side by side in ``room`` cells, with ``gap`` between columns.
    """
    if not _is_cramped([columns, *rows], widths, room, gap):
        return None
    kept = _kept(columns, rows, room, gap)
    return Folded(
        columns[:kept],
        [row[:kept] for row in rows],
        [list(_below(columns[kept:], row[kept:], room)) for row in rows],
    )


def _is_cramped(lines: Sequence[Sequence[str]], widths: Sequence[int], room: int, gap: int) -> bool:
    if sum(widths) + gap * (len(widths) - 1) > room:
        return True
    return any(_is_broken(text, width) for line in lines for text, width in zip(line, widths, strict=True))


def _is_broken(text: str, width: int) -> bool:
    return text_width(text) > _LINES * width or any(text_width(word) > width for word in text.split())


def _kept(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int, gap: int) -> int:
    used = kept = 0
    for index, column in enumerate(columns):
        used += max(text_width(text) for text in (column, *(row[index] for row in rows))) + gap * (index > 0)
        if used > room:
            break
        kept = index + 1
    return max(kept, 1)


def _below(columns: Sequence[str], cells: Sequence[str], room: int) -> Iterator[str]:
    told = [f"{column}: {text}" for column, text in zip(columns, cells, strict=True) if text not in _SILENT]
    yield from textwrap.wrap(
        "; ".join(told),
        room,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
