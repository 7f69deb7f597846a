"""What a sync would do is shown before it is done; a guard is passed by a person only."""

import re

import pytest
from tests.integration.cli.desk import everything
from tests.integration.cli.quarrels import NORTH, SOUTH, Quarrel

from tresen.domain.shared.errors import GatewayUnavailable


def plan_id(quarrel: Quarrel) -> str:
    return str(quarrel.json("plan", "members")["plan"]["id"])


def test_a_plan_shows_each_record_field_by_field_with_the_reason(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org", phone=None)
    quarrel.desk.world.enrol("Ivy")
    quarrel.later()
    result = quarrel.desk("sync", "plan", "members", *NORTH)
    assert result.code == 0
    lines = result.out.splitlines()
    assert "~ member 1001 Ada Byron: update here" in lines
    assert (
        "    ~ email         ada@example.org -> new@example.org  "
        "(theirs: only_theirs_changed, only the provider changed it)" in lines
    )
    assert any(line.startswith("    ~ phone         030 123456 -> (empty)") for line in lines)
    assert any(line.startswith("+ member 1009 Ivy Byron: create here") for line in lines)
    assert "    + first_name    Ivy" in lines
    assert re.search(r"apply it: tresen sync apply [0-9a-f-]{36} --tenant north", result.out)


def test_who_switches_writing_is_told_what_becomes_of_what_waits(quarrel: Quarrel) -> None:
    undo_the_first_move(quarrel)
    switch = ("provider", "set", "memory/main")
    world = quarrel.desk.world
    world.change_account(world.account.id, settings={})
    off = quarrel.desk(*switch, "--disable-writes", *NORTH)
    assert off.out.splitlines() == [
        "changed memory/main",
        "writes: on -> off",
        "1 push waits: the next run drops it; of what somebody edited here staff get a task",
    ]
    assert quarrel.desk("members", "edit", "memory/1002", "--city", "Bonn", *NORTH).code == 0
    on = quarrel.desk(*switch, "--enable-writes", *NORTH)
    pushes, tasks = on.out.splitlines()[2:]
    assert pushes == (
        "1 push waits: the next run writes it: tresen sync run --force --tenant north; "
        "look first: tresen sync plan --account memory/main --tenant north"
    )
    assert tasks == (
        "1 staff task is open there: tresen tasks list --tenant north; no run does it: do it there, which the next run "
        "sees, or edit the field here again, which replaces the task"
    )
    told = quarrel.desk(*switch, "--disable-writes", "--json", *NORTH).json
    assert told["waiting"] == {"pushes": 1, "tasks": 1}
    quarrel.sync()
    assert quarrel.desk(*switch, "--disable-writes", "--json", *NORTH).json["waiting"]["pushes"] == 0


@pytest.mark.parametrize("words", [(), ("all",)], ids=["nothing said", "all"])
def test_everything_is_planned_as_everything_is_synced(quarrel: Quarrel, words: tuple[str, ...]) -> None:
    quarrel.there(0, email="new@example.org")
    assert quarrel.desk("sync", "run", "leads", *NORTH).code == 0
    quarrel.desk.world.attract("Grace")
    quarrel.later()
    made = quarrel.json("plan", *words)
    assert [(each["run"]["kind"], each["plan"]["kind"], each["count"]) for each in made["plans"]] == [
        ("members", "members", 1),
        ("leads", "leads", 1),
    ]
    assert made["count"] == 2
    out = quarrel.desk("sync", "plan", *words, *NORTH).out
    assert out.index("~ member 1001 Ada Byron: update here") < out.index("+ lead 1001 Grace Hopper: create here")
    assert out.splitlines()[-1] == "each kind has a plan of its own, which is applied by itself"
    for plan in re.findall(r"tresen sync apply ([0-9a-f-]{36})", out):
        assert quarrel.desk("sync", "apply", plan, *NORTH).code == 0
    assert quarrel.members()["Ada"] == "new@example.org"
    assert quarrel.desk("leads", "list", "--json", *NORTH).json["count"] == 1


def test_of_everything_what_needs_nothing_is_said_too_and_the_worst_end_counts(quarrel: Quarrel) -> None:
    quarrel.lose(*range(6))
    quarrel.later()
    result = quarrel.desk("sync", "plan", *NORTH)
    assert result.code == 7
    assert result.out.splitlines()[-1].startswith("leads at memory/main: planned; ")
    assert len(quarrel.json("plan")["plans"]) == 2


def test_making_a_plan_changes_no_record(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    before = quarrel.members()
    plan_id(quarrel)
    assert quarrel.members() == before


def test_a_plan_is_the_same_for_programs(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    made = quarrel.json("plan", "members")
    (step,) = made["steps"]
    assert (made["run"]["state"], made["plan"]["state"], made["count"]) == ("planned", "planned", 1)
    assert (step["kind"], step["external_id"], step["action"], step["pushes"]) == ("member", "1001", "merge", {})
    assert step["fields"] == [
        {
            "field": "email",
            "base": "ada@example.org",
            "ours": "ada@example.org",
            "theirs": "new@example.org",
            "value": "new@example.org",
            "side": "theirs",
            "rule": "only_theirs_changed",
            "reason": "only the provider changed it",
        }
    ]
    shown = quarrel.json("plan", "show", made["plan"]["id"])
    assert (shown["plan"], shown["steps"]) == (made["plan"], made["steps"])


def test_what_would_be_pushed_and_asked_is_shown_too(quarrel: Quarrel) -> None:
    quarrel.law("email=newest")
    quarrel.later()
    quarrel.sync()
    quarrel.here(0, "here@example.org")
    quarrel.later()
    out = quarrel.desk("sync", "plan", "members", *NORTH).out
    assert "> member 1001 Ada Byron: push" in out
    assert "> email         ada@example.org -> here@example.org  (ours: only_ours_changed, only we changed it)" in out
    quarrel.law("email=ask")
    quarrel.there(0, email="there@example.org")
    quarrel.later()
    out = quarrel.desk("sync", "plan", "members", *NORTH).out
    assert "? member 1001 Ada Byron: ask a person" in out
    assert "? email         base ada@example.org, ours here@example.org, theirs there@example.org  (neither: ask" in out


def test_nothing_to_do_is_said(quarrel: Quarrel) -> None:
    assert quarrel.desk("sync", "plan", "members", *NORTH).out == (
        "members at memory/main: planned; there is nothing to do\n"
    )
    made = quarrel.json("plan", "members")
    assert (made["plan"], made["steps"], made["count"]) == (None, [], 0)


def undo_the_first_move(quarrel: Quarrel) -> None:
    """The provider's edit is put back, so that our value waits to be written there."""
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    quarrel.sync()
    run = quarrel.json("runs", "--limit", "1")["runs"][0]["id"]
    quarrel.json("undo", "--run", run, "--yes")


def test_what_waits_to_be_written_is_no_plan_but_is_said(quarrel: Quarrel) -> None:
    undo_the_first_move(quarrel)
    waits = "1 push waits, and is written by the next run, or as a plan is applied: member 1001 (email)"
    told = f"nothing is to be decided; {waits}"
    assert quarrel.desk("sync", "plan", "members", *NORTH).out == f"members at memory/main: planned; {told}\n"
    assert quarrel.json("plan", "members")["run"]["reason"] == told
    quarrel.there(1, email="bob2@example.org")
    quarrel.later()
    out = quarrel.desk("sync", "plan", "members", *NORTH).out
    assert out.splitlines()[-1] == waits
    quarrel.forbid_writes()
    told = quarrel.json("plan", "members")["run"]["reason"]
    assert told == "1 push waits; writing is off, so that the next run drops it"


def test_a_push_that_would_be_dropped_is_foreseen(quarrel: Quarrel) -> None:
    undo_the_first_move(quarrel)
    quarrel.there(0, email="third@example.org")
    quarrel.later()
    told = (
        "1 push waits; would be dropped by the next run, and decided anew: "
        "member 1001 (email): the provider's value changed meanwhile"
    )
    pushes = quarrel.json("pushes")
    out = quarrel.desk("sync", "plan", "members", *NORTH).out
    assert out.strip().endswith(told)
    assert quarrel.json("pushes") == pushes, "a plan drops nothing"
    quarrel.lose(0)
    assert "the provider has the record no more" in quarrel.json("plan", "members")["run"]["reason"]
    quarrel.sync()
    assert [each["state"] for each in quarrel.json("pushes")["pushes"]] == ["dropped"]


def test_one_push_that_stands_is_told_beside_one_that_does_not(quarrel: Quarrel) -> None:
    undo_the_first_move(quarrel)
    assert quarrel.desk("members", "edit", "memory/1002", "--city", "Bonn", *NORTH).code == 0
    quarrel.there(1, city="Kiel")
    quarrel.later()
    told = quarrel.json("plan", "members")["run"]["reason"]
    assert "2 pushes wait; would be dropped by the next run, and decided anew: member 1002 (city): " in told
    assert told.endswith("; 1 would be written: member 1001 (email)")


def test_a_plan_that_cannot_be_made_exits_with_1(quarrel: Quarrel) -> None:
    quarrel.desk.world.gym.faults.outage = GatewayUnavailable("no route")
    result = quarrel.desk("sync", "plan", "leads", *NORTH)
    assert (result.code, "no route" in result.out) == (1, True)


def test_a_long_plan_is_shown_in_windows(quarrel: Quarrel) -> None:
    for number in range(3):
        quarrel.there(number, email=f"new{number}@example.org")
    quarrel.later()
    first = quarrel.desk("sync", "plan", "members", "--limit", "2", *NORTH).out
    made = re.search(r"2 of 3 records shown; more: tresen (sync plan show [0-9a-f-]{36} --offset 2) ", first)
    assert made
    rest = quarrel.desk(*made[1].split(), *NORTH).out
    assert "member 1003" in rest
    assert "member 1001" not in rest


def test_a_plan_is_applied_exactly_once(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    made = plan_id(quarrel)
    applied = quarrel.json("apply", made)
    assert [(run["state"], run["counts"]["updated"], run["plan_id"]) for run in applied["runs"]] == [
        ("completed", 1, made)
    ]
    assert quarrel.members()["Ada"] == "new@example.org"
    again = quarrel.desk("sync", "apply", made, *NORTH)
    run = applied["runs"][0]["id"]
    told = f"since 2026-03-02 16:00:00 UTC by run {run}: tresen sync runs show {run} --tenant north"
    assert (again.code, again.err) == (1, f"error: this plan is applied {told}\n")


def test_a_stale_plan_is_refused_and_the_next_command_is_told(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    made = plan_id(quarrel)
    quarrel.here(0, "here@example.org")
    result = quarrel.desk("sync", "apply", made, *NORTH)
    assert result.code == 1
    assert "make a new plan" in result.err
    assert "hint: make a new one: tresen sync plan members;" in result.err
    assert "or sync again: tresen sync run members --force" in result.err
    assert quarrel.members()["Ada"] == "here@example.org"
    assert quarrel.desk("sync", "apply", made, "--json", *NORTH).error["code"] == "plan_stale"


@pytest.fixture
def pushing(quarrel: Quarrel) -> tuple[Quarrel, str]:
    """Two new addresses of ours that a plan would write at the provider."""
    quarrel.law("email=newest")
    quarrel.later()
    quarrel.sync()
    for number in range(2):
        quarrel.here(number, f"here{number}@example.org")
    quarrel.later()
    return quarrel, plan_id(quarrel)


def last_shown(err: str, title: str) -> str:
    """What a bar says in the end, without its pace."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", err)
    return str(re.findall(rf"{title} +[━╸╺]+ (\d+(?: of \d+)?)", plain)[-1])


def test_applying_shows_steps_and_pushes_on_a_terminal(pushing: tuple[Quarrel, str]) -> None:
    quarrel, made = pushing
    result = quarrel.desk("sync", "apply", made, *NORTH, tty=True)
    assert result.code == 0
    assert last_shown(result.err, "applied: steps") == "2 of 2"
    assert last_shown(result.err, "applied: member pushes") == "2"
    assert "━" not in result.out


@pytest.mark.parametrize("options", [{}, {"tty": True, "json": True}])
def test_applying_shows_nothing_where_nobody_sees_it(pushing: tuple[Quarrel, str], options: dict[str, bool]) -> None:
    quarrel, made = pushing
    as_json = ["--json"] if options.get("json") else []
    result = quarrel.desk("sync", "apply", made, *as_json, *NORTH, tty=options.get("tty", False))
    assert (result.code, result.err) == (0, "")


def test_a_run_shows_what_it_applies_and_pushes(pushing: tuple[Quarrel, str]) -> None:
    quarrel, _ = pushing
    result = quarrel.desk("sync", "run", "members", "--force", *NORTH, tty=True)
    told = {name: last_shown(result.err, f"main: {name}") for name in ("members", "steps", "member pushes")}
    assert told == {"members": "2 of 2", "steps": "2", "member pushes": "2"}


def test_why_a_plan_is_stale_is_told_wherever_it_is_looked_at(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    made = plan_id(quarrel)
    quarrel.here(0, "here@example.org")
    why = "1 of its records changed here since, such as 1001; make a new plan"
    first, second = (quarrel.desk("sync", "apply", made, *NORTH).err for _ in range(2))
    assert first.startswith(f"error: {why}\n")
    assert second.startswith(f"error: this plan is stale: {why}\n")
    refused = quarrel.json("runs")["runs"][0]
    assert (refused["state"], refused["reason"]) == ("skipped", f"the plan is stale: {why}")
    told = [f"it is stale, and nothing of it was written: {why}", "a new one: tresen sync plan members --tenant north"]
    for command in (("runs", "show", refused["id"]), ("plan", "show", made)):
        assert quarrel.desk("sync", *command, *NORTH).out.splitlines()[-2:] == told
    assert quarrel.json("plan", "show", made)["plan"]["reason"] == why
    accepted = quarrel.desk("sync", "apply", made, "--accept-guard", *NORTH)
    assert accepted.err.startswith(f"error: this plan is stale: {why}\n")


def test_plans_are_listed(quarrel: Quarrel) -> None:
    assert "make one: tresen sync plan\n" in quarrel.desk("sync", "plan", "list", *NORTH).out
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    made = plan_id(quarrel)
    (listed,) = quarrel.json("plan", "list", "--account", "main")["plans"]
    assert (listed["id"], listed["state"], listed["steps"]) == (made, "planned", 1)
    assert made in quarrel.desk("sync", "plan", "list", *NORTH).out


@pytest.fixture
def held(quarrel: Quarrel) -> Quarrel:
    """Seven of eight members are gone at the provider."""
    quarrel.lose(*range(1, 8))
    quarrel.later()
    return quarrel


def test_a_held_run_has_its_own_exit_code_and_says_what_it_saw_and_what_lets_it_through(held: Quarrel) -> None:
    result = held.sync()
    assert result.code == 7
    assert "  members: 7 of 8 records would be deleted; 10 % and at least 5 are allowed" in result.out
    accept = re.search(
        r"^let it through: tresen (sync apply [0-9a-f-]{36} --accept-guard --tenant north)$", result.out, re.MULTILINE
    )
    assert accept
    assert len(held.members()) == 8
    assert held.desk(*accept[1].split()).code == 0
    assert list(held.members()) == ["Ada"]


def test_every_plan_can_be_reached(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    for _ in range(3):
        quarrel.desk("sync", "plan", "members", *NORTH)
    every = quarrel.json("plan", "list")
    assert (len(every["plans"]), every["has_more"]) == (3, False)
    first = quarrel.json("plan", "list", "--limit", "2")
    assert (first["plans"], first["has_more"]) == (every["plans"][:2], True)
    assert quarrel.json("plan", "list", "--limit", "2", "--offset", "2")["plans"] == every["plans"][2:]
    assert "more with --offset 2" in quarrel.desk("sync", "plan", "list", "--limit", "2", *NORTH).out
    assert quarrel.desk("sync", "plan", "list", "--offset", "3", *NORTH).out == "nothing from offset 3 on\n"


def test_plans_are_listed_by_their_state(held: Quarrel) -> None:
    held.sync()
    waits = held.json("runs", "--state", "held")["runs"][0]["plan_id"]
    assert [one["id"] for one in held.json("plan", "list", "--state", "held")["plans"]] == [waits]
    assert len(held.json("plan", "list", "--state", "all")["plans"]) == len(held.json("plan", "list")["plans"])
    none = held.desk("sync", "plan", "list", "--state", "broken", *NORTH)
    assert none.out == "nothing fits what was asked for\n"
    wrong = held.desk("sync", "plan", "list", "--state", "done", *NORTH)
    assert (wrong.code, "choose from planned, held, applied, stale, broken, all" in wrong.err) == (2, True)


def test_a_held_plan_that_is_shown_does_not_point_at_itself(held: Quarrel) -> None:
    made = held.sync("--json").json["runs"][0]["plan_id"]
    out = held.desk("sync", "plan", "show", made, *NORTH).out
    assert "members: 7 delete here (the provider showed 1)" in out.splitlines()
    assert f"let it through: tresen sync apply {made} --accept-guard" in out
    assert "sync plan show" not in out


def test_a_held_run_is_told_to_programs_too(held: Quarrel) -> None:
    result = held.sync("--json")
    (run,) = result.json["runs"]
    (told,) = result.json["held"]
    assert (result.code, run["state"], told["plan_id"]) == (7, "held", run["plan_id"])
    assert told["accept"] == f"tresen sync apply {run['plan_id']} --accept-guard --tenant north"
    assert [(trip["kind"], trip["guard"], trip["count"]) for trip in told["trips"]] == [
        ("member", "deleted", 7),
        ("membership", "deleted", 7),
    ]


def test_a_held_plan_is_not_applied_without_the_word(held: Quarrel) -> None:
    made = held.sync("--json").json["runs"][0]["plan_id"]
    before = held.members()
    result = held.desk("sync", "apply", made, *NORTH)
    assert result.code == 7
    assert f"let it through: tresen sync apply {made} --accept-guard" in result.err
    assert held.members() == before
    assert held.desk("sync", "apply", made, "--json", *NORTH).error["code"] == "plan_held"


def test_a_run_lets_one_plan_through_in_the_name_of_who_sits_here(held: Quarrel) -> None:
    made = held.sync("--json").json["runs"][0]["plan_id"]
    result = held.desk("sync", "run", "--accept-guard", made, *NORTH, environ={"LOGNAME": "berta"})
    assert result.code == 0
    assert list(held.members()) == ["Ada"]
    assert held.json("plan", "list")["plans"][0]["accepted_by"] == "berta"


def test_a_plan_that_would_be_held_is_shown_as_one(held: Quarrel) -> None:
    result = held.desk("sync", "plan", "members", *NORTH)
    assert result.code == 7
    assert "- member 1002 Bob Byron: delete here" in result.out
    assert "    - email         bob@example.org" in result.out
    assert "let it through: " in result.out


def test_another_tenants_plan_is_not_found(held: Quarrel) -> None:
    made = held.sync("--json").json["runs"][0]["plan_id"]
    before = everything(held.desk.world.store)
    for command in (
        ("plan", "show", made),
        ("apply", made, "--accept-guard"),
        ("run", "--accept-guard", made),
        ("whatif", made, "--default", "ours"),
    ):
        result = held.desk("sync", *command, *SOUTH)
        assert (result.code, result.out) == (3, "")
        assert "tresen sync plan list" in result.err
    assert held.desk("sync", "plan", "list", "--json", *SOUTH).json["count"] == 0
    assert everything(held.desk.world.store) == before


@pytest.mark.parametrize("more", [("leads",), ("--force",), ("--account", "main")])
def test_a_plan_that_is_let_through_with_more_is_refused_with_the_command_that_works(
    held: Quarrel, more: tuple[str, ...]
) -> None:
    made = held.desk("sync", "plan", "members", "--json", *NORTH).json["plan"]["id"]
    refused = held.desk("sync", "run", *more, "--accept-guard", made, *NORTH)
    assert refused.code == 2
    command = f"tresen sync apply {made} --accept-guard --tenant north"
    assert refused.err.splitlines()[0].endswith(f"whose kind and account are its own: {command}")
    assert held.desk(*command.split()[1:]).code == 0


def test_several_accounts_must_be_told_apart(quarrel: Quarrel) -> None:
    quarrel.desk("provider", "connect", "memory", "--name", "second", "--key-stdin", *NORTH, stdin="k")
    result = quarrel.desk("sync", "plan", "members", *NORTH)
    assert (result.code, "memory/main" in result.err, "memory/second" in result.err) == (2, True, True)


def test_diffs_are_coloured_on_a_terminal_that_wants_it(quarrel: Quarrel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    quarrel.there(0, email="new@example.org\x1b[31m")
    quarrel.later()
    made, colour = plan_id(quarrel), re.compile(r"\x1b\[(3[0-8]|9[0-7])m")
    show = ("sync", "plan", "show", made, *NORTH)
    coloured = quarrel.desk(*show, tty=True).out
    assert "\x1b[31mada@example.org\x1b[0m -> \x1b[32mnew@example.org [31m\x1b[0m" in coloured
    assert not colour.search(quarrel.desk(*show, tty=True, environ={"NO_COLOR": "1"}).out)
    assert "\x1b" not in quarrel.desk(*show).out


def test_everything_is_listed_when_it_is_asked_for(quarrel: Quarrel) -> None:
    quarrel.sync()
    quarrel.later()
    assert quarrel.sync("--json").json["runs"][0]["counts"]["unchanged"] == 0
    assert quarrel.sync("--whole", "--json").json["runs"][0]["counts"]["unchanged"] == 16


def test_a_plan_that_is_not_applied_because_another_process_syncs_counts_as_failed(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    made = plan_id(quarrel)
    quarrel.desk.world.sync_elsewhere("members")
    result = quarrel.desk("sync", "apply", made, *NORTH)
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines() == [
        "error: another process is syncing this account now: this plan was not applied; try again when it is done",
        "hint: tresen sync status shows how far it is",
    ]
    told = quarrel.desk("sync", "apply", made, "--json", *NORTH)
    assert (told.code, told.error["code"], told.error["details"]["plan"]) == (1, "sync_running", made)
    assert quarrel.json("plan", "show", made)["plan"]["state"] == "planned"
    assert quarrel.members()["Ada"] == "ada@example.org"
    assert quarrel.sync().code == 0, "a run that is skipped counts as done: the other one does its work"


def test_a_plan_that_is_not_made_because_another_process_syncs_counts_as_failed(quarrel: Quarrel) -> None:
    quarrel.desk.world.attract("Grace")
    quarrel.desk.world.sync_elsewhere("members")
    alone = quarrel.desk("sync", "plan", "members", *NORTH)
    assert (alone.code, alone.out.splitlines()) == (
        1,
        ["members at memory/main: skipped; another process is syncing this account now; try again when it is done"],
    )
    both = quarrel.desk("sync", "plan", *NORTH)
    assert both.code == 1
    assert "+ lead 1001 Grace Hopper: create here" in both.out
    told = quarrel.desk("sync", "plan", "--json", *NORTH)
    assert told.code == 1
    assert [(each["run"]["state"], each["plan"] is None) for each in told.json["plans"]] == [
        ("skipped", True),
        ("planned", False),
    ]
