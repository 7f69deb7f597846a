"""How syncs stand, which runs there were, and what is on its way to providers."""

import asyncio
import re
from datetime import timedelta

import attrs
import pytest
from tests.builders import a_run
from tests.integration.cli.desk import Desk
from tests.integration.cli.quarrels import NORTH, SOUTH, Quarrel

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable
from tresen.domain.sync.run import RunState
from tresen.domain.sync.state import Phase


def test_every_kind_at_every_account_has_a_line(quarrel: Quarrel) -> None:
    quarrel.law("email=ask")
    quarrel.sync()
    quarrel.disagree(0)
    quarrel.desk.world.clock.advance(timedelta(minutes=5))
    lines = [line.split() for line in quarrel.desk("sync", "status", *NORTH).out.splitlines()]
    (members,) = (line for line in lines if line[:2] == ["memory/main", "member"])
    assert members == [
        *("memory/main", "member", "idle", "2026-03-02", "16:00", "UTC", "5", "min", "5", "min"),
        *("8", "1", "0", "ok"),
    ]
    (leads,) = (line for line in lines if line[:2] == ["memory/main", "lead"])
    assert leads == ["memory/main", "lead", "idle", "never", "0", "0", "0", "ok"]


def test_wide_tables_are_folded_on_a_narrow_terminal(quarrel: Quarrel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    quarrel.law("email=ask")
    quarrel.sync()
    quarrel.disagree(0)
    run, conflict = quarrel.json("runs")["runs"][0]["id"], quarrel.json("conflicts")["conflicts"][0]["id"]
    for command, told in (
        (
            "runs",
            (
                f"{run}  memory/main  members  completed",
                "    started: 2026-03-02 16:00 UTC; duration: 0.0 s; conflicts: 1",
            ),
        ),
        ("conflicts", ("    base: ada@example.org; ours: here0@example.org; theirs: there0@example.org;",)),
        ("status", ("    open conflicts: 1; credentials: ok",)),
    ):
        result = quarrel.desk("sync", command, *NORTH, tty=True, environ={"NO_COLOR": "1"})
        lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in result.out.splitlines()]
        assert set(told) <= set(lines), lines
        assert max(map(len, lines)) <= 80, lines
    assert conflict in quarrel.desk("sync", "conflicts", *NORTH, tty=True).out


def test_the_state_is_told_to_programs(quarrel: Quarrel) -> None:
    quarrel.desk.world.clock.advance(timedelta(minutes=5))
    states = quarrel.json("status")["states"]
    assert [one["kind"] for one in states] == ["member", "membership", "lead"]
    assert states[0] == {
        "account_id": str(quarrel.desk.world.account.id),
        "account": "main",
        "provider": "memory",
        "kind": "member",
        "phase": "idle",
        "run_id": states[0]["run_id"],
        "seen": states[0]["seen"],
        "linked": 8,
        "open_conflicts": 0,
        "waiting_pushes": 0,
        "last_success": "2026-03-02T12:00:00Z",
        "lag_s": 7500,
        "complete_at": "2026-03-02T12:00:00Z",
        "cursor_age_s": 7500,
        "credential_state": "ok",
    }
    assert states[2]["lag_s"] is None


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (Phase.OBSERVING, "observing, 1,234 seen"),
        (Phase.APPLYING, "applying, 1,234 seen"),
        (Phase.PUSHING, "pushing, 1,234 seen"),
        (Phase.IDLE, "idle"),
        (Phase.HELD, "held"),
        (Phase.FAILED, "failed"),
    ],
)
def test_a_sync_that_runs_says_how_far_it_is(quarrel: Quarrel, phase: Phase, told: str) -> None:
    world = quarrel.desk.world

    async def at_work(uow: UnitOfWork) -> None:
        state = await uow.sync_states.get(world.account.id, "member")
        await uow.sync_states.put(attrs.evolve(state, phase=phase, seen=1_234))

    asyncio.run(world.transactions.run(world.north.id, "test", at_work))
    lines = [re.split(r" {2,}", line) for line in quarrel.desk("sync", "status", *NORTH).out.splitlines()]
    assert [line[2] for line in lines if line[:2] == ["memory/main", "member"]] == [told]
    assert quarrel.json("status")["states"][0]["seen"] == 1_234


def test_what_stands_still_says_so(quarrel: Quarrel) -> None:
    quarrel.lose(*range(1, 8))
    quarrel.later()
    quarrel.sync()
    assert quarrel.json("status")["states"][0]["phase"] == "held"
    quarrel.desk.world.gym.faults.outage = CredentialsRefused("401")
    quarrel.sync()
    state = quarrel.json("status")["states"][0]
    assert (state["phase"], state["credential_state"]) == ("failed", "blocked")


def test_runs_are_filtered(quarrel: Quarrel) -> None:
    quarrel.desk.world.gym.faults.outage = GatewayUnavailable("no route")
    quarrel.desk("sync", "run", "leads", *NORTH)

    def kinds(*options: str) -> list[tuple[str, str]]:
        return [(run["kind"], run["state"]) for run in quarrel.json("runs", *options)["runs"]]

    assert kinds() == [("leads", "failed"), ("members", "completed")]
    assert kinds("--kind", "leads") == [("leads", "failed")]
    assert kinds("--state", "all") == kinds()
    assert kinds("--state", "completed") == [("members", "completed")]
    assert kinds("--account", "memory", "--limit", "1") == [("leads", "failed")]
    assert kinds("--kind", "leads", "--state", "completed") == []
    assert quarrel.desk("sync", "runs", "--state", "held", *NORTH).out == "nothing fits what was asked for\n"


def test_every_run_can_be_reached(quarrel: Quarrel) -> None:
    for _ in range(2):
        quarrel.later()
        quarrel.sync()
    every = quarrel.json("runs")
    assert (len(every["runs"]), every["has_more"]) == (3, False)
    first = quarrel.json("runs", "--limit", "2")
    assert (first["runs"], first["count"], first["has_more"]) == (every["runs"][:2], 2, True)
    last = quarrel.json("runs", "--limit", "2", "--offset", "2")
    assert (last["runs"], last["has_more"]) == (every["runs"][2:], False)

    def told(*options: str) -> str:
        return quarrel.desk("sync", "runs", *options, *NORTH).out.splitlines()[-1]

    assert told("--limit", "2") == "more with --offset 2"
    assert every["runs"][2]["id"] in told("--limit", "2", "--offset", "2")
    assert told("--offset", "3") == "nothing from offset 3 on"
    for offset in ("-1", "99999999999999999999"):
        refused = quarrel.desk("sync", "runs", "--offset", offset, *NORTH)
        assert (refused.code, "--offset" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("state", "seconds", "told", "duration_s"),
    [
        (RunState.COMPLETED, 0.26, "0.3 s", 0.26),
        (RunState.COMPLETED, 59.94, "59.9 s", 59.94),
        (RunState.FAILED, 59.96, "1 min", 59.96),
        (RunState.COMPLETED, 754.3, "12 min 34 s", 754.3),
        (RunState.INTERRUPTED, 9_000, None, None),
        (RunState.RUNNING, None, None, None),
    ],
)
def test_a_run_tells_how_long_it_took(
    quarrel: Quarrel, state: RunState, seconds: float | None, told: str | None, duration_s: float | None
) -> None:
    world = quarrel.desk.world
    run = a_run(world.account, started_at=world.clock.now())
    if seconds is not None:
        run.finish(state, now=run.started_at + timedelta(seconds=seconds))
    asyncio.run(world.transactions.run(world.north.id, "test", lambda uow: uow.runs.add(run)))
    assert quarrel.json("runs")["runs"][0]["duration_s"] == duration_s
    assert quarrel.json("runs", "show", str(run.id))["run"]["duration_s"] == duration_s
    head, line = quarrel.desk("sync", "runs", *NORTH).out.splitlines()[:2]
    at = head.index("duration")
    assert line[at : head.index("created")].strip() == (told or "")
    shown = quarrel.desk("sync", "runs", "show", str(run.id), *NORTH).out
    assert re.findall(r"^duration +(.+)$", shown, re.MULTILINE) == ([told] if told else [])


def test_a_run_is_shown_with_what_came_of_it(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.desk.world.gym.books.members.spoil(quarrel.ids[1])
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]
    out = quarrel.desk("sync", "runs", "show", run["id"], *NORTH).out
    for told in (
        *("updated    1", "errors     1", f"plan       {run['plan_id']}", "record 1002 makes no sense"),
        f"record by record: tresen sync plan show {run['plan_id']} --tenant north",
    ):
        assert told in out
    shown = quarrel.json("runs", "show", run["id"])
    assert (shown["run"], shown["plan"]["id"]) == (run, run["plan_id"])
    assert [error["external_id"] for error in shown["errors"]] == ["1002"]
    assert quarrel.desk("sync", "runs", "show", run["id"], *SOUTH).code == 3


def test_a_held_run_says_what_lets_it_through(quarrel: Quarrel) -> None:
    quarrel.lose(*range(1, 8))
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    assert "let it through: tresen sync apply " in quarrel.desk("sync", "runs", "show", run, *NORTH).out


def test_runs_by_hand_and_writes_are_kinds_of_their_own(quarrel: Quarrel) -> None:
    quarrel.law("email=ask")
    quarrel.sync()
    (key,) = quarrel.disagree(0)
    quarrel.desk("sync", "resolve", key, "--ours", *NORTH)
    quarrel.desk("leads", "create", "--first-name", "Eva", "--email", "eva@example.org", *NORTH)
    assert len(quarrel.json("runs", "--kind", "resolve")["runs"]) == 1
    assert len(quarrel.json("runs", "--kind", "push")["runs"]) == 1


def test_the_counts_tell_what_was_deleted_and_pushed(quarrel: Quarrel) -> None:
    quarrel.law("email=newest")
    quarrel.sync()
    quarrel.later()
    quarrel.here(0, "here@example.org")
    quarrel.lose(1)
    quarrel.later()
    result = quarrel.sync()
    header, line = result.out.splitlines()[:2]
    told = dict(zip(header.split(), line.split(), strict=False))
    assert (told["deleted"], told["pushed"], told["conflicts"]) == ("2", "1", "0")
    (run,) = quarrel.json("runs", "--limit", "1")["runs"]
    assert (run["counts"]["deleted"], run["counts"]["pushed"]) == (2, 1)


def test_pushes_are_told_value_by_value(quarrel: Quarrel) -> None:
    assert quarrel.desk("sync", "pushes", *NORTH).out == "no push to show\n"
    quarrel.law("email=ask")
    quarrel.sync()
    for key in quarrel.disagree(0, 1):
        quarrel.desk("sync", "resolve", key, "--ours", *NORTH)
    out = quarrel.desk("sync", "pushes", *NORTH).out
    assert "> member 1001: waiting at memory/main, 2026-03-02 16:00 UTC" in out.splitlines()
    assert "    > email         there0@example.org -> here0@example.org" in out.splitlines()
    assert "1-1 of 2; more with --offset 1" in quarrel.desk("sync", "pushes", "--limit", "1", *NORTH).out
    assert "tresen sync pushes --state waiting" in quarrel.desk("sync", "status", *NORTH).out
    quarrel.desk.world.gym.faults.fail_next("members.push", GatewayUnavailable("503"))
    quarrel.sync()
    told = quarrel.desk("sync", "pushes", *NORTH).out.splitlines()
    assert "> member 1001: done at memory/main, 2026-03-02 16:00 UTC, tried 2 times" in told
    assert "> member 1002: done at memory/main, 2026-03-02 16:00 UTC, tried once" in told
    pushes = quarrel.json("pushes", "--state", "done")
    assert (pushes["count"], {push["state"] for push in pushes["pushes"]}) == (2, {"done"})
    assert quarrel.json("pushes", "--state", "waiting")["count"] == 0
    assert quarrel.json("pushes", "--state", "all") == quarrel.json("pushes")
    assert quarrel.json("pushes", "--offset", "1")["count"] == 2
    assert "nothing from offset 5 on; there are 2" in quarrel.desk("sync", "pushes", "--offset", "5", *NORTH).out


def test_the_books_are_of_one_tenant(desk: Desk) -> None:
    desk.world.enrol()
    desk("sync", "run", *NORTH)
    assert desk("sync", "runs", "--json", *SOUTH).json["runs"] == []
    assert [one["linked"] for one in desk("sync", "status", "--json", *SOUTH).json["states"]] == [0, 0, 0]
    assert desk("sync", "pushes", "--json", *SOUTH).json["count"] == 0
    assert desk("sync", "runs", "--account", str(desk.world.account.id), *SOUTH).code == 3
