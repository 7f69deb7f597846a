"""``tresen sync whatif``: what another policy would have done."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from cyclopts import Parameter

from ...application.sync.what_if import WhatIfReport
from ...domain.shared.errors import InvalidValue, NotFound
from ...domain.shared.ids import PlanId, RunId
from ...domain.sync.action import Action
from ...domain.sync.decision import FieldDecision
from ...domain.sync.plan import Difference
from ...domain.sync.side import Side
from .answer import Answer, Part
from .call import Given, in_tenant
from .diffs import short_text
from .documents import listed, row
from .lines import Line, Span, Tone, line, title
from .options import JsonOption, LimitOption, TenantOption
from .policy_options import RuleOptions, field_laws, merged, read_document
from .step_lines import field_line, name_of
from .sync_documents import field_document, plan_document
from .sync_options import ensure_kind

if TYPE_CHECKING:
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases


async def whatif(
    id_: Annotated[UUID, Parameter(name="RUN_OR_PLAN", help="A run that had something to decide, or a plan.")],
    /,
    *,
    set_: Annotated[
        Sequence[str],
        Parameter(
            name="--set",
            metavar="KIND.FIELD=LAW",
            negative=(),
            help="A law, such as member.email=ours. Repeat for more.",
        ),
    ] = (),
    rules: RuleOptions | None = None,
    policy: Annotated[
        Path | None,
        Parameter(metavar="FILE.json", help='Policies by kind of record, such as {"member": {"default": "ask"}}.'),
    ] = None,
    limit: LimitOption = 50,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Tell what a run or plan would have done under another policy: decided anew from what it saw, without asking the
    provider. Nothing is changed. Options without a kind are meant for all kinds.
    """
    laws, shared = field_laws(set_, "member.email=ours"), (rules or RuleOptions()).document()
    files = {} if policy is None else read_document(policy)
    if not (laws or shared or files):
        raise InvalidValue("say what would be otherwise: --set, an option such as --default, or --policy", field="set")
    async with in_tenant(call, tenant) as (use, home):
        report = await _report(use, home, id_, _policies(use, laws, shared, files), limit)
    _ensure_there(report, [*files, *(name.partition(".")[0] for name in laws)])
    document = {
        "plan": plan_document(report.plan),
        "steps": dict(report.steps),
        "trips": [row(trip) for trip in report.trips],
        **listed("differences", [_document(kind, each) for kind, each in report.differences], report.different),
    }
    return Answer(document=document, parts=report_parts(report), as_json=as_json)


def report_parts(report: WhatIfReport) -> list[Part]:
    """What would have come out otherwise, record by record."""
    plan, looked = report.plan, ", ".join(f"{count} {kind}" for kind, count in report.steps.items())
    parts: list[Part] = [
        title(f"plan {plan.id} ({plan.kind}): {report.different} would come out otherwise; of {looked}")
    ]
    for kind, each in report.differences:
        parts += difference_lines(kind, each)
    parts += [line(Span(f"a guard would hold it: {trip.message}", Tone.ASKED)) for trip in report.trips]
    if len(report.differences) < report.different:
        parts.append(f"{len(report.differences)} of {report.different} shown; more with --limit")
    return parts


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


async def _report(
    use: "UseCases", tenant: "Tenant", which: UUID, policies: Mapping[str, Mapping[str, object]], limit: int
) -> WhatIfReport:
    try:
        return await use.sync.what_if(tenant.id, policies, plan_id=PlanId(which), limit=limit)
    except NotFound as error:
        if error.details["key"] != str(which):
            raise
    try:
        return await use.sync.what_if(tenant.id, policies, run_id=RunId(which), limit=limit)
    except NotFound as error:
        if error.details["kind"] == "plan of run":
            raise InvalidValue("this run had nothing to decide: name one that changed something", field="id") from None
        raise NotFound("run or plan", which) from None


def _policies(
    use: "UseCases", laws: Mapping[str, str], shared: Mapping[str, object], files: Mapping[str, object]
) -> dict[str, Mapping[str, object]]:
    found: dict[str, Mapping[str, object]] = {kind: dict(shared) for kind in use.sync.kinds}
    for kind, document in files.items():
        ensure_kind(use, kind)
        if not isinstance(document, Mapping):
            raise InvalidValue(f"the policy of {kind} is no JSON object", field=kind)
        found[kind] = merged(document, found[kind])
    for name, law in laws.items():
        kind, dot, field = name.partition(".")
        if not dot:
            raise InvalidValue(f"write --set KIND.FIELD=LAW, such as member.{name}={law}", field="set")
        ensure_kind(use, kind)
        found[kind] = merged(found[kind], {"fields": {field: law}})
    return found


def _ensure_there(report: WhatIfReport, kinds: Sequence[str]) -> None:
    for kind in kinds:
        if kind not in report.steps:
            raise InvalidValue(f"this plan has no {kind}; it has {', '.join(report.steps)}", field="set")


def _document(kind: str, each: Difference) -> dict[str, object]:
    was, would = each.step.decision, each.instead.decision
    return {
        "kind": kind,
        "external_id": each.step.external_id,
        "local_id": None if each.step.local_id is None else str(each.step.local_id),
        "name": name_of(each.step),
        "differs": list(each.fields),
        **{
            name: {
                "action": decision.action.value,
                "rule": decision.rule,
                "reason": decision.reason,
                "fields": [field_document(made) for made in decision.fields],
            }
            for name, decision in (("was", was), ("would", would))
        },
    }
