"""Values of fields as people read them, and what becomes of them."""

import json

from ...domain.sync.canonical import Value
from ...domain.sync.journal import RESOLVED, WRITTEN_FIRST
from ...domain.sync.side import Side
from .lines import Span, Tone

EMPTY = "(empty)"
_ARROW = " -> "
_LONGEST, _BEFORE = 100, 20


def value_text(value: Value) -> str:
    """One value. A text is quoted where it could be taken for something else: for nothing, a number, a set."""
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _is_misleading(value) else value
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _is_misleading(text: str) -> bool:
    return text != text.strip() or text in {"", EMPTY, "true", "false"} or _ARROW in text or text.startswith(("[", '"'))


def short_text(value: Value) -> str:
    """A value, cut where it is long."""
    return _cut(value_text(value), 0)


def pair(old: Value, new: Value) -> tuple[str, str]:
    """Two values. Of long ones what is shown begins shortly before they differ."""
    before, after = value_text(old), value_text(new)
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    same = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(same - _BEFORE, 0)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + _LONGEST]
    return f"{'…' if start else ''}{shown}{'…' if start + _LONGEST < len(text) else ''}"


def change(old: Value, new: Value, tone: Tone = Tone.ADDED) -> tuple[Span, ...]:
    """``old -> new``."""
    before, after = pair(old, new)
    return Span(before, Tone.REMOVED), Span(_ARROW), Span(after, tone)


def whose(side: str, rule: str) -> str:
    """Whose value it is: what a person typed in is of neither side, and what came by way of the provider from
    an edit here is ours.
    """
    if rule == WRITTEN_FIRST:
        return "an edit here"
    return "a person" if (side, rule) == (Side.BOTH.value, RESOLVED) else side


def why(side: str, rule: str, reason: str) -> Span:
    """``(side: rule, reason)``."""
    return Span(f"  ({whose(side, rule)}: {rule}, {reason})", Tone.QUIET)
