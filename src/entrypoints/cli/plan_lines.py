"""A plan for people: what it is, its steps, and what can be done with it."""

from collections.abc import Mapping, Sequence

from ...application.sync.views.look_at_plans import ShownPlan
from ...domain.sync.kept_plan import KeptPlan, PlanState
from ...domain.sync.run import Run, RunState
from .answer import Part, cell
from .lines import title
from .step_lines import step_lines
from .sync_held import command, held_lines


def plan_parts(shown: ShownPlan, offset: int, account: str, zone: str, tenant: str | None) -> Sequence[Part]:
    """A window of its steps that begins at ``offset``. ``tenant`` is how it was named."""
    plan = shown.plan
    about = f"plan {plan.id}: {plan.kind} at {account}, {plan.state.value}, made {cell(plan.created_at, zone)}"
    parts: list[Part] = [title(about)]
    parts += [f"{part.kind}s: {_actions(part.actions)} (the provider showed {part.seen})" for part in plan.parts]
    for kind, step in shown.steps:
        parts += step_lines(kind, step)
    last = offset + len(shown.steps)
    more = f"; more: {command(f'sync plan show {plan.id} --offset {last}', tenant)}" if last < shown.count else ""
    if shown.are_kept:
        parts.append(f"{last - offset} of {shown.count} records shown{more}")
    else:
        parts.append("the plan is so old that its steps are not kept any more")
    return [*parts, *_next(plan, account, tenant)]


def waiting_lines(run: Run) -> Sequence[Part]:
    """What was decided before the plan was made, and still has to be written to the provider."""
    return [run.reason] if run.state is RunState.PLANNED and run.reason else []


def _actions(actions: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in actions.items()) or "nothing to do"


def _next(plan: KeptPlan, account: str, tenant: str | None) -> Sequence[Part]:
    if plan.state is PlanState.HELD:
        return held_lines(plan, account, tenant, is_shown=True)
    if plan.state is PlanState.PLANNED:
        return [f"apply it: {command(f'sync apply {plan.id}', tenant)}"]
    return stale_lines(plan, tenant)


def stale_lines(plan: KeptPlan, tenant: str | None) -> Sequence[Part]:
    """Why it may not be applied, and the next command; nothing for a plan that is not stale."""
    if plan.state is not PlanState.STALE:
        return []
    return [
        f"it is stale, and nothing of it was written: {plan.reason or 'what it was made from has changed'}",
        f"a new one: {command(f'sync plan {plan.kind}', tenant)}",
    ]
