"""One step of a plan for people: what would be done with a record, field by field, and why."""

from collections.abc import Iterator, Sequence

import attrs

from ...domain.sync.action import Action
from ...domain.sync.canonical import Value, Values
from ...domain.sync.decision import FieldDecision
from ...domain.sync.step import Step, values_of
from .diffs import change, short_text, why
from .lines import Line, Span, Tone, joined, line

# A sign, what is done in words, and the tone of both, for what is done with a record as a whole.
_WHOLE: dict[Action, tuple[str, str, Tone]] = {
    Action.CREATE_HERE: ("+", "create here", Tone.ADDED),
    Action.CREATE_THERE: (">", "create at the provider", Tone.PUSHED),
    Action.DELETE_HERE: ("-", "delete here", Tone.REMOVED),
    Action.DELETE_THERE: ("-", "delete at the provider", Tone.REMOVED),
    Action.RESTORE_HERE: ("+", "bring back here", Tone.ADDED),
    Action.RESTORE_THERE: (">", "bring back at the provider", Tone.PUSHED),
    Action.APART: ("=", "leave on one side", Tone.QUIET),
    Action.FORGET: ("-", "forget the link: both sides lost it", Tone.QUIET),
    Action.WAIT: ("=", "wait", Tone.QUIET),
    Action.ASK: ("?", "ask a person", Tone.ASKED),
}
_OURS_GOES = frozenset({Action.DELETE_HERE, Action.CREATE_THERE, Action.RESTORE_THERE})
_WIDTH = 12


def step_lines(kind: str, step: Step) -> Iterator[Line]:
    """The record, then its fields."""
    if step.decision.action is Action.MERGE:
        yield from _merge(kind, step)
        return
    sign, words, tone = _WHOLE[step.decision.action]
    decision = step.decision
    yield _head(kind, step, Span(f"{sign} ", tone), Span(words, tone), Span(f"  ({decision.rule}: {decision.reason})"))
    for name, value in whole_values(step).items():
        yield field_line(sign, tone, name, Span(short_text(value), tone))
    for candidate in step.inputs.candidates:
        yield line(Span("    ? ", Tone.ASKED), f"perhaps {candidate}")


def whole_values(step: Step) -> Values:
    """What a record holds that is made, lost or brought back as a whole; what is empty is left out."""
    action = step.decision.action
    if action in {Action.MERGE, Action.APART, Action.FORGET, Action.WAIT}:
        return {}
    shown = values_of(step.inputs.ours if action in _OURS_GOES else step.inputs.theirs)
    return {name: value for name, value in shown.items() if value is not None}


def name_of(step: Step) -> str:
    """How a person would call the record."""
    sides = (values_of(step.inputs.ours), values_of(step.inputs.theirs), step.inputs.base or {})
    return next((found for found in map(_name, sides) if found), "")


def _name(values: Values) -> str:
    parts: Sequence[Value] = [values.get("first_name"), values.get("last_name")]
    return " ".join(str(part) for part in parts if part) or str(values.get("name") or "")


def _head(kind: str, step: Step, sign: Span, *rest: Span) -> Line:
    told = f"{kind} {step.external_id or step.local_id}"
    name = name_of(step)
    return line(sign, Span(told, Tone.TITLE), f" {name}: " if name else ": ", *rest)


@attrs.frozen
class _Made:
    """What becomes of one field: a sign, the same in words, its tone, and what follows the field's name."""

    sign: str
    words: str
    tone: Tone
    field: str
    rest: tuple[str | Span, ...]


def _merge(kind: str, step: Step) -> Iterator[Line]:
    found = [each for made in step.decision.fields for each in _made(step, made)]
    kinds = {each.sign: each for each in reversed(found)}
    words = joined((Span(kinds[sign].words, kinds[sign].tone) for sign in _ORDER if sign in kinds), ", ")
    first = next((kinds[sign] for sign in _ORDER if sign in kinds), None)
    sign = Span("= ", Tone.QUIET) if first is None else Span(f"{first.sign} ", first.tone)
    yield _head(kind, step, sign, *(words or [Span("remember what both sides hold")]))
    for each in found:
        yield field_line(each.sign, each.tone, each.field, *each.rest)


_ORDER = ("?", "~", ">", "=")


def _made(step: Step, made: FieldDecision) -> Iterator[_Made]:
    name, reason = made.field, why(made.side.value, made.rule, made.reason)
    if made.changes_ours:
        yield _Made("~", "update here", Tone.ADDED, name, (*change(made.ours, made.value), reason))
    if name in step.pushes:
        yield _Made(">", "push", Tone.PUSHED, name, (*change(made.theirs, made.value, Tone.PUSHED), reason))
    elif made.diverges:
        apart = f"{short_text(made.value)} here, {short_text(made.theirs)} at the provider"
        yield _Made("=", "leave apart", Tone.QUIET, name, (apart, reason))
    if made in step.decision.asked:
        yield _Made("?", "ask a person", Tone.ASKED, name, (*three_sides(made.base, made.ours, made.theirs), reason))


def three_sides(base: Value, ours: Value, theirs: Value) -> tuple[Span, ...]:
    """``base …, ours …, theirs …``."""
    return (
        Span(f"base {short_text(base)}, "),
        Span(f"ours {short_text(ours)}", Tone.ADDED),
        Span(", "),
        Span(f"theirs {short_text(theirs)}", Tone.PUSHED),
    )


def field_line(sign: str, tone: Tone, name: str, *rest: str | Span) -> Line:
    """A field's line below its record's."""
    return line(Span(f"    {sign} ", tone), f"{name:<{_WIDTH}}  ", *rest)
