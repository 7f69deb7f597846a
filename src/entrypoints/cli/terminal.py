"""The streams, environment and clock of one call of the command line."""

import io
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TextIO

import attrs

from ...domain.shared.errors import InvalidValue

_LONGEST_SECRET = 10_000
_LONGEST_ANSWER = 100


def visible(text: str) -> str:
    """The text on one line, without characters that could steer a terminal (names come from outside)."""
    return "".join(c if c.isprintable() else " " for c in text)


class ReaderGone(Exception):
    """Whoever read our output has read enough: no failure of ours."""


def _ask(prompt: str) -> str:
    from getpass import getpass

    return getpass(prompt)


def _user_of_process() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError, ImportError):  # a container's user without a name
        return "operator"


@attrs.frozen(kw_only=True)
class Terminal:
    """Where a command reads and writes. ``monotonic`` gives seconds; ``ask_secret`` reads without an echo."""

    out: TextIO
    err: TextIO
    source: TextIO
    environ: Mapping[str, str]
    monotonic: Callable[[], float] = time.monotonic
    ask_secret: Callable[[str], str] = _ask

    @classmethod
    def of_process(cls) -> "Terminal":
        """The process's own; characters that its encoding lacks are written as escapes instead of failing."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return cls(out=sys.stdout, err=sys.stderr, source=sys.stdin, environ=os.environ)

    @property
    def colours(self) -> bool:
        """Whether colours are welcome (no-color.org)."""
        return not self.environ.get("NO_COLOR")

    @property
    def login_name(self) -> str:
        """Who sits here, as the environment or else the operating system tells it."""
        names = (self.environ.get(variable) for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"))
        return next((name for name in names if name), None) or _user_of_process()

    def say(self, line: str) -> None:
        """One line for people or pipes, at once. Raises ReaderGone."""
        self.write(f"{visible(line)}\n")

    def write(self, text: str) -> None:
        """A text as it is, at once. Raises ReaderGone."""
        try:
            self.out.write(text)
            self.out.flush()
        except BrokenPipeError as error:
            raise ReaderGone from error

    def complain(self, line: str) -> None:
        """One line on the error stream; when nobody reads that, the work goes on."""
        with suppress(BrokenPipeError):
            print(visible(line), file=self.err, flush=True)

    def read_secret(self) -> str:
        """The first line of the standard input, for secrets handed over by another program; all of it when it begins
        like a JSON document, as key files do."""
        line = self.source.readline(_LONGEST_SECRET)
        if line.startswith("{"):
            return line + self.source.read(_LONGEST_SECRET)
        return line.rstrip("\r\n")

    def ask_for(self, what: str, *, otherwise: str) -> str:
        """Ask the person at the terminal for a secret. Raises InvalidValue when nobody is there to be asked.

        ``otherwise`` says how else the secret can be given.
        """
        if not self.source.isatty():
            raise InvalidValue(
                f"no terminal to ask for the {what} on: {otherwise}", field=what.lower().replace(" ", "_")
            )
        return self.ask_secret(f"{what[0].upper()}{what[1:]}: ")

    def confirm(self, question: str, *, otherwise: str) -> bool:
        """Whether the person at the terminal says yes. Raises InvalidValue when nobody is there to be asked.

        ``otherwise`` says how else it can be said.
        """
        if not self.source.isatty():
            raise InvalidValue(f"no terminal to ask on: {otherwise}", field="yes")
        with suppress(BrokenPipeError):
            print(f"{visible(question)} [y/N] ", end="", file=self.err, flush=True)
        return self.source.readline(_LONGEST_ANSWER).strip().casefold() in {"y", "yes"}
