"""Writes lines: with colours on a terminal that wants them, else as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lines import Line
    from .terminal import Terminal


def paint(lines: Sequence[Line], terminal: Terminal) -> None:
    """One after the other, on the output. A line that is too long is left to the terminal: cut off it would be lost."""
    if not terminal.out.isatty():
        terminal.write("".join(f"{line.text}\n" for line in lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=terminal.out, no_color=not terminal.colours, highlight=False, emoji=False)
    with console.capture() as captured:
        for line in lines:
            console.print(Text.assemble(*((span.text, span.tone.value) for span in line.spans)), soft_wrap=True)
    terminal.write(captured.get())
