"""Renders the part of docs/reference/cli.md that the commands themselves tell.

``python -m tests.integration.cli.reference`` (from the root of the project) writes it anew.
"""

import enum
import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args, get_origin

from cyclopts import App
from cyclopts.argument import Argument

from tresen.entrypoints.cli.app import create_cli
from tresen.entrypoints.cli.exit_codes import MEANINGS

PAGE = Path(__file__).parents[3] / "docs/reference/cli.md"
BEGIN = "<!-- what follows is told by the commands themselves -->\n"


def rendered() -> str:
    """Exit codes and every command, as Markdown."""
    codes = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in MEANINGS.items())
    sections = _sections(list(commands(create_cli())))
    return f"\n## Exit codes\n\n| code | meaning |\n|---|---|\n{codes}\n## Commands\n\n" + "\n".join(sections)


def _sections(found: Sequence[tuple[tuple[str, ...], App]]) -> Iterator[str]:
    """What two names call is told once."""
    first: dict[object, str] = {}
    for words, command in found:
        name = first.setdefault(command.default_command, " ".join(words))
        yield (
            _section(words, command) if name == " ".join(words) else f"### {' '.join(words)}\n\nThe same as `{name}`.\n"
        )


def commands(app: App, words: tuple[str, ...] = ("tresen",)) -> Iterator[tuple[tuple[str, ...], App]]:
    """Every command that does something, with the words that call it."""
    for name, inner in app.resolved_commands().items():
        if name.startswith("-"):
            continue
        if inner.default_command is not None:
            yield (*words, name), inner
        yield from commands(inner, (*words, name))


def _section(words: tuple[str, ...], command: App) -> str:
    about = " ".join((inspect.getdoc(command.default_command) or "").split())
    arguments = [a for a in command.assemble_argument_collection() if a.show]
    rows = "".join(f"| {_call(a)} | {_meaning(a)} |\n" for a in arguments)
    table = f"\n| option | meaning |\n|---|---|\n{rows}" if rows else ""
    return f"### {' '.join(words)}\n\n{about}\n{table}"


def _call(argument: Argument) -> str:
    name = argument.names[0]
    kind = argument.hint
    if argument.index is None and _is_flag(kind):
        return ", ".join(f"`{each}`" for each in argument.names)
    if argument.index is not None:
        return f"`{name}`"
    return f"`{name} {argument.parameter.metavar or _word(kind)}`"


def _is_flag(kind: object) -> bool:
    return kind is bool or set(get_args(kind)) == {bool, type(None)}


def _word(kind: object) -> str:
    if isinstance(kind, type) and not get_args(kind):
        return {"str": "TEXT", "int": "NUMBER"}.get(kind.__name__, kind.__name__.upper())
    plain = next((a for a in get_args(kind) if a is not type(None)), str)
    return _word(plain)


def _meaning(argument: Argument) -> str:
    text = str(argument.parameter.help)
    kind = next((a for a in (argument.hint, *get_args(argument.hint)) if isinstance(a, type)), None)
    if get_origin(argument.hint) is Literal:
        text += f" One of: {', '.join(get_args(argument.hint))}."
    elif kind is not None and issubclass(kind, enum.Enum):
        text += f" One of: {', '.join(str(word.value) for word in kind)}."
    default = argument.field_info.default
    if default is inspect.Parameter.empty:
        default = None
    if argument.required:
        text += " Required."
    elif (
        argument.parameter.show_default is not False and default is not None and default is not False and default != ""
    ):
        text += f" Default: {default}."
    return re.sub(r"\|", r"\\|", text)


def main() -> None:
    """Write the page anew, below its hand-written part."""
    head, _, _ = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(head + BEGIN + rendered(), encoding="utf-8")


if __name__ == "__main__":
    main()
