"""docs/reference/states.md says what the transition tables say.

Run this file as a script after a change of a table: it writes the page anew.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tresen.domain.leads import stage
from tresen.domain.membership import status
from tresen.domain.shared.errors import IllegalTransition
from tresen.domain.shared.ids import AccountId, PlanId, RunId, TenantId
from tresen.domain.sync import conflict
from tresen.domain.sync.guards import Trip
from tresen.domain.sync.kept_plan import KeptPlan, Part, PlanHeld, PlanStale, PlanState
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import RunState
from tresen.domain.webhooks import delivery, endpoint, message

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "states.md"

TEXT = """\
# States

Written from the transition tables by `python tests/unit/domain/test_states_page.py`; a test compares the two. Runs,
plans and pushes have no such table in the code: their steps stand in that test, which looks that no state is missing.

A step that a diagram does not show is refused with the code `illegal_transition`; its `details` name the present
state (`status`) and what would be possible (`allowed`).

## Memberships

`domain/membership/status.py`. `unknown`: the provider used a word that has no meaning here; the word is kept beside
the state. A sync takes the provider's state even where the table has no such step, and marks the event
`membership.status_changed` with `regular: false`.

{memberships}

## Leads

`domain/leads/stage.py`. A lead becomes `converted` by converting it, never by an update, and stays so. A lost lead may
come back, also to buy at once. `unknown`: the provider used a word that has no meaning here; the word is kept beside
the stage.

{leads}

## Conflicts

`domain/sync/conflict.py`. A conflict is `open` until a person decides (`resolved`), or the two sides come to agree by
themselves (`settled`). Either may be opened again: somebody decides otherwise, or the sides differ anew. A pairing that
a person opened again never settles by itself; its rule is `reopened`.

{conflicts}

## Runs of a sync

`domain/sync/run.py`. `held`: a guard stopped it before it wrote anything of its plan. `planned`: it only made a plan.
`skipped`: the hourly limit, another process was at it, or the plan that it was to apply is stale. `interrupted`: its
process died; the next run books that. Only `completed` counts as a success.

{runs}

## Plans

`domain/sync/kept_plan.py`. A plan is `broken` until all its steps are there, and becomes so again when the provider
failed while it was being made. `held`: a guard holds it until a person lets it through. `stale`: somebody tried to
apply it, and what it was computed from is another by now, or it is older than 24 hours.

{plans}

## Pushes

`domain/sync/push.py`. A push is `waiting` until the provider has answered; one of which no answer came goes on waiting,
and is looked up before it is written again. `refused`: not asked again with the same values. `unsure`: of one
that is to make a record, whether it did, nobody can tell; it is not tried again. `dropped`: the record changed
meanwhile, the policy does not want it there any more, or the account leads elsewhere, and it is decided anew; or it was
refused as a whole, and each of its values is a push of its own.

{pushes}

## Deliveries

`domain/webhooks/delivery.py`. What came in by a webhook is `received` until it has been looked at. Every end may be
replayed: then it is `received` again. `webhooks.md` says what leads to which end.

{deliveries}

## Webhook endpoints

`domain/webhooks/endpoint.py`. An endpoint is disabled by a person, by its receiver (410), or because it failed for too
long; only a person enables it again.

{endpoints}

## Messages

`domain/webhooks/message.py`. What goes out by a webhook is `pending` until it was delivered, failed for the last time,
or was cancelled because its endpoint was disabled. Every end may be replayed.

{messages}
"""


RUNS = {
    None: (RunState.RUNNING, RunState.SKIPPED),
    RunState.RUNNING: (
        RunState.COMPLETED,
        RunState.FAILED,
        RunState.HELD,
        RunState.PLANNED,
        RunState.SKIPPED,
        RunState.INTERRUPTED,
    ),
}
PLANS = {
    None: (PlanState.BROKEN,),
    PlanState.BROKEN: (PlanState.PLANNED, PlanState.HELD),
    PlanState.PLANNED: (PlanState.APPLIED, PlanState.STALE, PlanState.BROKEN),
    PlanState.HELD: (PlanState.PLANNED, PlanState.BROKEN),
}
PUSHES = {
    None: (PushState.WAITING,),
    PushState.WAITING: (PushState.DONE, PushState.REFUSED, PushState.UNSURE, PushState.DROPPED),
    PushState.REFUSED: (PushState.DROPPED,),
    PushState.UNSURE: (PushState.DROPPED,),
}


def steps(table: Mapping[Any, Sequence[enum.Enum]]) -> str:
    """The diagram of a table that is kept here; None is the beginning."""
    return diagram(
        f"{'[*]' if source is None else source.value} --> {target.value}"
        for source, targets in table.items()
        for target in targets
    )


def diagram(edges: Iterable[str]) -> str:
    """A Mermaid state diagram, which code hosts draw in place."""
    return "\n".join(("```mermaid", "stateDiagram-v2", *(f"    {edge}" for edge in edges), "```"))


def page() -> str:
    """The whole page as the tables have it now."""
    memberships = [
        f"{source.value} --> {target.value}: {step.value}"
        for source, steps in status.TRANSITIONS.items()
        for step, target in steps.items()
    ]
    leads = [
        f"{source.value} --> {target.value}"
        for source, targets in stage.TRANSITIONS.items()
        for target in sorted(targets, key=list(stage.Stage).index)
    ]
    conflicts = [
        f"{source.value} --> {target.value}"
        for source, targets in conflict.TRANSITIONS.items()
        for target in sorted(targets, key=list(conflict.ConflictState).index)
    ]
    deliveries = [
        f"{source.value} --> {target.value}"
        for source, targets in delivery.TRANSITIONS.items()
        for target in sorted(targets, key=list(delivery.DeliveryState).index)
    ]
    endpoints = [
        f"{source.value} --> {target.value}" for source, targets in endpoint.TRANSITIONS.items() for target in targets
    ]
    messages = [
        f"{source.value} --> {target.value}"
        for source, targets in message.TRANSITIONS.items()
        for target in sorted(targets, key=list(message.MessageState).index)
    ]
    return TEXT.format(
        memberships=diagram(["[*] --> pending", *memberships]),
        leads=diagram(["[*] --> new", *leads]),
        conflicts=diagram(["[*] --> open", *conflicts]),
        runs=steps(RUNS),
        plans=steps(PLANS),
        pushes=steps(PUSHES),
        deliveries=diagram(["[*] --> received", *deliveries]),
        endpoints=diagram(["[*] --> active", *endpoints]),
        messages=diagram(["[*] --> pending", *messages]),
    )


def test_the_page_says_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_state_and_every_step_is_on_the_page() -> None:
    words = page().replace(":", " ").split()
    for name in (
        *status.Status,
        *status.Step,
        *stage.Stage,
        *conflict.ConflictState,
        *RunState,
        *PlanState,
        *PushState,
        *delivery.DeliveryState,
        *endpoint.EndpointState,
        *message.MessageState,
    ):
        assert name.value in words


@pytest.mark.parametrize(("table", "states"), [(RUNS, RunState), (PLANS, PlanState), (PUSHES, PushState)])
def test_a_table_that_is_kept_here_misses_no_state(
    table: Mapping[Any, Sequence[enum.Enum]], states: type[enum.Enum]
) -> None:
    assert {target for targets in table.values() for target in targets} == set(states)


def test_a_plan_takes_the_steps_of_the_page() -> None:
    plan = KeptPlan(
        id=PlanId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        account_id=AccountId(UUID(int=3)),
        kind="members",
        run_id=RunId(UUID(int=4)),
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    with pytest.raises(IllegalTransition):
        plan.ensure_appliable()
    plan.finish(
        (Part(kind="member", policy_version=0, trips=(Trip(guard="deleted", count=9, shared=9, message="m"),)),)
    )
    with pytest.raises(PlanHeld):
        plan.ensure_appliable()
    plan.accept("Ada")
    plan.ensure_appliable()
    plan.end(PlanState.STALE, now=plan.created_at)
    with pytest.raises(PlanStale):
        plan.ensure_appliable()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
