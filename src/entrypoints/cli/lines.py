"""Lines for people that say by colour, too, what they say in words."""

import enum
from collections.abc import Iterable

import attrs

from .terminal import visible


class Tone(enum.Enum):
    """What a piece of a line is about; a terminal shows each in a style of its own."""

    PLAIN = ""
    TITLE = "bold"
    ADDED = "green"
    REMOVED = "red"
    PUSHED = "cyan"
    ASKED = "yellow"
    QUIET = "dim"


@attrs.frozen
class Span:
    """A piece of a line."""

    text: str
    tone: Tone = Tone.PLAIN


def _visible(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(Span(visible(span.text), span.tone) for span in spans)


@attrs.frozen
class Line:
    """Pieces side by side. Nothing in them can steer a terminal."""

    spans: tuple[Span, ...] = attrs.field(converter=_visible)

    @property
    def text(self) -> str:
        """Without tones."""
        return "".join(span.text for span in self.spans).rstrip()


def line(*pieces: str | Span) -> Line:
    """A line of these."""
    return Line(Span(piece) if isinstance(piece, str) else piece for piece in pieces)


def title(text: str) -> Line:
    """A heading."""
    return line(Span(text, Tone.TITLE))


def joined(pieces: Iterable[Span], by: str) -> list[Span]:
    """Pieces with a separator between them."""
    found: list[Span] = []
    for piece in pieces:
        found += [Span(by), piece] if found else [piece]
    return found
