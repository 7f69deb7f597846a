"""A kept plan of which something else is in the store than was put there is stale, in words, whoever looks at it."""

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.sync.kept_plan import KeptPlan, PlanStale, PlanState
from tresen.domain.sync.run import RunState

from ..studio import BOOKS, Studio
from .scene import applied, forgotten, planned, plans, synced_crowd


async def with_a_plan(studio: Studio) -> KeptPlan:
    ids = await synced_crowd(studio, 3)
    await forgotten(studio)
    studio.books.members.edit(ids[0], {"last_name": "King"})
    await planned(studio)
    (plan,) = plans(studio)
    return plan


def rewrite(studio: Studio, *, kind: str | None = None, line: Callable[[str], str] = str) -> None:
    """The kept step's kind or line is another from now on."""
    steps = studio.store.room(studio.tenant.id).plan_steps
    ((key, (owner, (number, was, text))),) = list(steps.items())
    steps.put(key, (owner, (number, kind or was, line(text))))


def altered(**values: object) -> Callable[[str], str]:
    return lambda text: json.dumps({**json.loads(text), **values})


def keep(studio: Studio, plan: KeptPlan, **values: Any) -> None:
    studio.store.room(studio.tenant.id).plans.put(plan.id, attrs.evolve(plan, **values))


async def is_stale(studio: Studio, plan: KeptPlan, why: str, *, accepted_by: str | None = None) -> None:
    before = studio.rows(without=BOOKS)
    for _ in range(2):
        with pytest.raises(PlanStale, match=why) as refused:
            await applied(studio, plan.id, accepted_by=accepted_by)
        assert refused.value.details["plan"] == str(plan.id)
    assert studio.rows(without=BOOKS) == before
    (now,) = plans(studio)
    assert (now.state, now.accepted_by) == (PlanState.STALE, None)
    assert now.reason


@pytest.mark.parametrize("kind", [LEAD, "goat"])
async def test_a_step_of_a_kind_that_is_none_of_the_plans(studio: Studio, kind: str) -> None:
    plan = await with_a_plan(studio)
    rewrite(studio, kind=kind)
    why = f"it has a step of the kind {kind}, which is none of its own"
    with pytest.raises(PlanStale, match=why):
        await studio.desk.what_if(studio.tenant.id, {}, plan_id=plan.id)
    await is_stale(studio, plan, why)


async def test_a_plan_without_parts(studio: Studio) -> None:
    plan = await with_a_plan(studio)
    keep(studio, plan, parts=())
    await is_stale(studio, plan, "nothing is kept of what it was made of")


@pytest.mark.parametrize(("course", "kind"), [("members", "goat"), ("leads", MEMBER), ("goats", MEMBER)])
@pytest.mark.parametrize("state", [PlanState.PLANNED, PlanState.HELD])
async def test_a_part_that_is_none_of_what_was_asked_for(
    studio: Studio, course: str, kind: str, state: PlanState
) -> None:
    plan = await with_a_plan(studio)
    parts = tuple(attrs.evolve(part, kind=kind if part.kind == MEMBER else part.kind) for part in plan.parts)
    keep(studio, plan, kind=course, parts=parts, state=state)
    if kind == "goat":
        with pytest.raises(PlanStale, match="no kind of record that is synced"):
            await studio.desk.what_if(studio.tenant.id, {}, plan_id=plan.id)
    await is_stale(studio, plan, f"a plan for {course} has no {kind}s")


LINES: dict[str, tuple[Callable[[str], str], str]] = {
    "cut": (lambda text: text[:40], "its step 0 cannot be read any more"),
    "a list": (lambda _: "[]", "its step 0 cannot be read any more"),
    "deep": (lambda _: "[" * 100_000, "its step 0 cannot be read any more"),
    "a law that is gone": (altered(overrides={"last_name": "oldest"}), "any more: there is no law 'oldest'"),
    "an odd action": (altered(action="jump"), "its step 0 cannot be read any more"),
    "half a character": (altered(external_id="\ud800"), "its step 0 cannot be read any more"),
}


@pytest.mark.parametrize("damage", LINES)
async def test_a_step_that_cannot_be_read(studio: Studio, damage: str) -> None:
    change, why = LINES[damage]
    plan = await with_a_plan(studio)
    rewrite(studio, line=change)
    with pytest.raises(PlanStale, match=why) as refused:
        await studio.desk.show_plan(studio.tenant.id, plan.id)
    assert refused.value.message.endswith("; make a new plan")
    with pytest.raises(PlanStale, match=why):
        await studio.desk.what_if(studio.tenant.id, {}, plan_id=plan.id)
    await is_stale(studio, plan, why)


async def test_what_is_said_of_half_a_character_harms_none_that_is_whole(studio: Studio) -> None:
    ids = await synced_crowd(studio, 3)
    await forgotten(studio)
    studio.books.members.edit(ids[0], {"last_name": "King \\ud800 \u2028 \U0001f600"})
    await planned(studio)
    (plan,) = plans(studio)
    assert (await studio.desk.show_plan(studio.tenant.id, plan.id)).count == 1
    assert (await applied(studio, plan.id)).state is RunState.COMPLETED


async def test_one_that_was_applied_stays_so(studio: Studio) -> None:
    plan = await with_a_plan(studio)
    await applied(studio, plan.id)
    rewrite(studio, line=lambda text: text[:40])
    with pytest.raises(PlanStale, match="its step 0 cannot be read any more"):
        await studio.desk.show_plan(studio.tenant.id, plan.id)
    (now,) = plans(studio)
    assert now.state is PlanState.APPLIED
