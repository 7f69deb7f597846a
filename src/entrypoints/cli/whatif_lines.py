"""What another policy would have done, for people."""

from collections.abc import Iterator

from ...application.sync.views.what_if import WhatIfReport
from ...domain.sync.action import Action
from ...domain.sync.decision import FieldDecision
from ...domain.sync.plan import Difference
from ...domain.sync.side import Side
from .answer import Part
from .diffs import short_text
from .lines import Line, Span, Tone, line, title
from .step_lines import field_line, name_of


def report_parts(report: WhatIfReport) -> list[Part]:
    """What would have come out otherwise, record by record."""
    plan = report.plan
    looked = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in report.steps.items())
    parts: list[Part] = [
        title(f"plan {plan.id} ({plan.kind}): {report.different} would come out otherwise; of {looked}")
    ]
    for kind, each in report.differences:
        parts += difference_lines(kind, each)
    parts += _guards(report)
    parts += _own_laws(report)
    if len(report.differences) < report.different:
        parts.append(f"{len(report.differences)} of {report.different} shown; more with --limit")
    return parts


def _guards(report: WhatIfReport) -> Iterator[Line]:
    before = len(report.plan.trips)
    if before and not report.trips:
        guards = "the guard that held it" if before == 1 else "the guards that held it"
        yield line(Span(f"{guards} would let it through", Tone.ADDED))
    still = "still " if before else ""
    for kind, trip in report.trips:
        yield line(Span(f"a guard would {still}hold it: {trip.message} ({kind}s)", Tone.ASKED))


def _own_laws(report: WhatIfReport) -> Iterator[str]:
    """Why another default changes nothing for some fields."""
    for kind, laws in report.own_laws.items():
        told = ", ".join(f"{name} ({law})" for name, law in laws.items())
        what = f"the default of {kind}s does not reach what has a law of its own in the policy"
        yield f"{what}: {told}; change one by --set"


def difference_lines(kind: str, each: Difference) -> Iterator[Line]:
    """A record, what was done with it, and what would be."""
    was, would = each.step.decision, each.instead.decision
    record = f"{kind} {each.step.external_id or each.step.local_id} {name_of(each.step)}".rstrip()
    if was.action is not would.action:
        yield line(
            Span("~ ", Tone.ASKED),
            Span(record, Tone.TITLE),
            ": ",
            *(Span(_words(was.action), Tone.REMOVED), " -> ", Span(_words(would.action), Tone.ADDED)),
            Span(f"  ({would.rule}: {would.reason})", Tone.QUIET),
        )
    else:
        yield line(Span("~ ", Tone.ASKED), Span(record, Tone.TITLE))
    before, after = ({made.field: made for made in decision.fields} for decision in (was, would))
    for name in each.fields:
        old, new = _outcome(before.get(name)), _outcome(after.get(name))
        told = (Span(old, Tone.REMOVED), " -> ", Span(new, Tone.ADDED))
        because = after.get(name)
        reason = "" if because is None else f"  ({because.side.value}: {because.rule}, {because.reason})"
        yield field_line("~", Tone.ASKED, name, *told, Span(reason, Tone.QUIET))


def _outcome(made: FieldDecision | None) -> str:
    if made is None:
        return "left alone"
    return "asks a person" if made.side is Side.NEITHER else f"{short_text(made.value)} ({made.side.value})"


def _words(action: Action) -> str:
    return action.value.replace("_", " ")
