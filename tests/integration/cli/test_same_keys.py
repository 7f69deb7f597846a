"""What programs get from a command about syncs is what the API answers."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import attrs
import msgspec
import pytest
from tests.integration.cli.quarrels import NORTH, Quarrel

from tresen.application.sync.desk import SyncDesk
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.ids import ConflictId, PlanId, RunId, TenantId
from tresen.entrypoints.api.answers import conflicts, sync, sync_books, sync_plans, sync_policies, sync_records
from tresen.entrypoints.api.answers import sync_states as states

ROOT = Path(__file__).parents[3]
T = TypeVar("T")
ADA = ("member", "1001")


def wait(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def plain(answer: msgspec.Struct) -> Any:
    return msgspec.to_builtins(answer)


@pytest.fixture
def busy(quarrel: Quarrel) -> Quarrel:
    """Something of everything: conflicts open and decided, a push, an override, a policy, a plan of each sort."""
    quarrel.law("email=ask", "--guard", "deleted=20%")
    quarrel.sync()
    first, _ = quarrel.disagree(0, 1)
    quarrel.desk("sync", "resolve", first, "--ours", *NORTH)
    quarrel.there(4, phone="030 99")
    quarrel.later()
    quarrel.sync()
    quarrel.desk("sync", "undo", "--record", "member", quarrel.ids[4], "--to-version", "1", "--yes", *NORTH)
    quarrel.there(2, phone=None)
    quarrel.lose(3)
    quarrel.desk.world.enrol("Ivy")
    quarrel.later()
    quarrel.json("plan", "members")
    return quarrel


@pytest.fixture
def use(busy: Quarrel) -> SyncDesk:
    return busy.desk.world.use_cases.sync


@pytest.fixture
def home(busy: Quarrel) -> TenantId:
    return busy.desk.world.north.id


def test_plans(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    listed = busy.json("plan", "list")["plans"]
    assert listed == [plain(sync_plans.plan(each)) for each in wait(use.plans(home, limit=50))]
    shown = busy.json("plan", "show", listed[0]["id"], "--offset", "1")
    found = wait(use.show_plan(home, PlanId(UUID(listed[0]["id"])), offset=1))
    assert shown["plan"] == plain(sync_plans.plan(found.plan))
    assert len(shown["steps"]) > 2
    assert {"steps": shown["steps"], "count": shown["count"]} == plain(sync_plans.steps(found, 1))


def test_a_plan_that_is_made_is_what_the_api_tells_in_three_answers(
    busy: Quarrel, use: SyncDesk, home: TenantId
) -> None:
    made = busy.json("plan", "members", "--limit", "2")
    assert set(made) == {"run", "plan", "steps", "count"}
    key = PlanId(UUID(made["plan"]["id"]))
    kept, page = wait(use.show_run(home, RunId(UUID(made["run"]["id"])))), wait(use.show_plan(home, key, limit=2))
    assert made["run"] == plain(sync.run(kept.run))
    assert (made["run"]["plan_id"], made["plan"]) == (str(key), plain(sync_plans.plan(page.plan)))
    assert {"steps": made["steps"], "count": made["count"]} == plain(sync_plans.steps(page, 0))
    assert made["count"] > len(made["steps"])
    both = busy.json("plan")
    assert (set(both), both["count"]) == ({"plans", "count"}, 2)
    assert set(both["plans"][0]) == set(made)
    page_text = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    told = page_text.partition("**Plans.**")[2].partition("**Guards.**")[0]
    assert all(f"`{key}`" in told or f'"{key}"' in told for key in (*made, "held"))


def test_runs(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    run = busy.json("runs")["runs"][0]["id"]
    assert busy.json("runs", "show", run) == plain(sync.shown_run(wait(use.show_run(home, RunId(UUID(run))))))


def test_states(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    assert busy.json("status")["states"] == [plain(states.sync_state(each)) for each in wait(use.states(home))]


def test_conflicts(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    listed = busy.json("conflicts", "--state", "all")["conflicts"]
    assert {one["state"] for one in listed} >= {"open"}
    for one in listed:
        assert one == plain(conflicts.conflict(wait(use.conflict(home, ConflictId(UUID(one["id"]))))))


def test_explanations_and_history(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    records = busy.json("explain", *ADA)["records"]
    key = UUID(records[0]["local_id"])
    assert records == [plain(sync_records.explanation(one)) for one in wait(use.explain(home, "member", key))]
    versions = wait(use.history(home, "member", key))
    assert busy.json("history", *ADA)["versions"] == [plain(sync_records.version(one)) for one in versions]


def test_the_explanation_of_a_record_that_came_back(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    busy.sync()
    busy.json("undo", "--run", busy.json("runs", "--limit", "1")["runs"][0]["id"], "--yes")
    (record,) = busy.json("explain", "member", busy.ids[3])["records"]
    assert record["override"]
    assert [one["rule"] for one in record["changes"]] == ["deleted", "undone"]
    (kept,) = wait(use.explain(home, "member", UUID(record["local_id"])))
    assert record == plain(sync_records.explanation(kept))


def test_undos(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    run = next(one["id"] for one in busy.json("runs")["runs"] if one["kind"] == "undo")
    planned = wait(use.plan_undo(home, UndoTarget(run_id=RunId(UUID(run)))))
    assert planned
    assert busy.json("undo", "--run", run, "--dry-run")["records"] == [
        plain(sync_records.record_undo(one)) for one in planned
    ]


def test_overrides_and_pushes(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    overrides = wait(use.overrides(home))
    assert overrides
    gone = attrs.evolve(overrides[0], field="nickname")
    wait(busy.desk.world.transactions.run(home, "test", lambda uow: uow.overrides.put_many([gone])))
    why = "a member has no field nickname any more"
    assert busy.json("overrides")["overrides"] == [
        plain(sync_books.override(gone, why)),
        *(plain(sync_books.override(one)) for one in overrides),
    ]
    assert f"{gone.because}; passed over: {why}" in busy.desk("sync", "overrides", *NORTH).out
    pushes = wait(busy.desk.world.use_cases.readers.pushes(home, limit=50)).items
    assert pushes
    assert busy.json("pushes")["pushes"] == [plain(sync_books.push(one)) for one in pushes]


def test_policies(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    shown = wait(use.show_policy(home, "member"))
    assert busy.json("policy", "show", "member")["policy"] == plain(sync_policies.policy(shown))
    versions = wait(use.policy_versions(home, "member"))
    assert busy.json("policy", "versions", "member")["versions"] == [
        plain(sync_policies.policy_layer(one)) for one in versions
    ]


def test_what_would_be_otherwise(busy: Quarrel, use: SyncDesk, home: TenantId) -> None:
    plan = busy.json("plan", "list")["plans"][0]["id"]
    policies = {kind: {"default": "ours"} for kind in use.kinds}
    report = wait(use.what_if(home, policies, plan_id=PlanId(UUID(plan))))
    assert report.different
    assert busy.json("whatif", plan, "--default", "ours") == plain(sync_plans.what_if(report))
