"""``tresen sync whatif``: what another policy would have done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from cyclopts import Parameter

from ...application.sync.views.what_if import WhatIfReport
from ...domain.shared.errors import InvalidValue, NotFound
from ...domain.shared.ids import PlanId, RunId
from .answer import Answer
from .call import Given, in_tenant
from .documents import listed, row
from .options import JsonOption, LimitOption, TenantOption
from .plan_documents import difference_document
from .policy_options import RuleOptions, field_laws, merged, read_document
from .sync_options import kind_of_record
from .whatif_lines import report_parts

if TYPE_CHECKING:
    from ...domain.tenancy.tenant import Tenant
    from ..use_cases import UseCases

_SUCH_AS = '{"member": {"default": "ask"}}'


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
            show_default=False,
            help="A law, such as member.email=ours. Repeat for more.",
        ),
    ] = (),
    rules: RuleOptions | None = None,
    policy: Annotated[
        Path | None,
        Parameter(metavar="FILE.json", help=f"Policies by kind of record, such as {_SUCH_AS}."),
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
    files = {} if policy is None else read_document(policy, _SUCH_AS)
    if not (laws or shared or files):
        raise InvalidValue("say what would be otherwise: --set, an option such as --default, or --policy", field="set")
    async with in_tenant(call, tenant) as (use, home):
        report = await _report(use, home, id_, _policies(use, laws, shared, files), limit)
        passed_over = _passed_over(use, report, files, [name.partition(".")[0] for name in laws])
    document = {
        "plan_id": str(report.plan.id),
        "steps": dict(report.steps),
        "own_laws": {kind: dict(laws) for kind, laws in report.own_laws.items()},
        "trips": [{"kind": kind, **row(trip)} for kind, trip in report.trips],
        **listed(
            "differences", [difference_document(kind, each) for kind, each in report.differences], report.different
        ),
    }
    return Answer(document=document, parts=[*passed_over, *report_parts(report)], as_json=as_json)


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
            raise InvalidValue(error.message, field="id") from None
        raise NotFound("run or plan", which) from None


def _policies(
    use: "UseCases", laws: Mapping[str, str], shared: Mapping[str, object], files: Mapping[str, object]
) -> dict[str, Mapping[str, object]]:
    found: dict[str, Mapping[str, object]] = {kind: dict(shared) for kind in use.sync.kinds}
    for word, document in files.items():
        kind = kind_of_record(use, word)
        if not isinstance(document, Mapping):
            raise InvalidValue(f"the policy of {kind} is no JSON object", field=kind)
        found[kind] = merged(document, found[kind])
    for name, law in laws.items():
        word, dot, field = name.partition(".")
        if not dot:
            raise InvalidValue(f"write --set KIND.FIELD=LAW, such as member.{name}={law}", field="set")
        kind = kind_of_record(use, word)
        found[kind] = merged(found[kind], {"fields": {field: law}})
    return found


def _passed_over(use: "UseCases", report: WhatIfReport, filed: Collection[str], named: Iterable[str]) -> Sequence[str]:
    """What is told of a file's kinds that the plan has none of. Raises InvalidValue where nothing else is left, and for
    those that are named one by one.
    """
    absent = [kind for kind in (kind_of_record(use, word) for word in filed) if kind not in report.steps]
    kinds = [kind for kind in (kind_of_record(use, word) for word in named) if kind not in report.steps]
    if absent and len(absent) == len(filed):
        kinds += absent
    if kinds:
        raise InvalidValue(f"this plan has no {kinds[0]}; it has {', '.join(report.steps)}", field="set")
    return [f"passed over: this plan has no {', '.join(absent)}"] if absent else []
