"""Why records are as they are, what they were, and how they are put back."""

import asyncio
import re

import pytest
from tests.builders import an_account
from tests.integration.cli.desk import everything
from tests.integration.cli.quarrels import NORTH, SOUTH, Quarrel

ADA = ("member", "memory/1001")


@pytest.fixture
def moved(quarrel: Quarrel) -> Quarrel:
    """The provider changed Ada's address twice."""
    for number in (1, 2):
        quarrel.there(0, email=f"ada{number}@example.org")
        quarrel.later()
        quarrel.sync()
    return quarrel


def ours(quarrel: Quarrel) -> str:
    return str(quarrel.desk("members", "list", "--q", "ada", "--json", *NORTH).json["members"][0]["id"])


def emails(quarrel: Quarrel) -> list[str]:
    return [one["values"]["email"] for one in quarrel.json("history", *ADA)["versions"]]


def test_every_field_is_explained(moved: Quarrel) -> None:
    out = moved.desk("sync", "explain", *ADA, *NORTH).out
    heading, columns = out.splitlines()[:2]
    assert heading == f"member {ours(moved)} is memory/main/1001"
    assert columns.split() == ["field", "here", "agreed", "from", "since", "why", "law", "waits"]
    (email,) = (line for line in out.splitlines() if line.startswith("email "))
    assert re.split(r" {2,}", email) == [
        *("email", "ada2@example.org", "ada2@example.org", "theirs", "2026-03-02 18:00 UTC"),
        *("only the provider changed it", "theirs (policy)"),
    ]
    assert re.search(r"^first_name +Ada +Ada +the provider, when it was linked", out, re.MULTILINE)


def test_one_field_is_explained_in_full(moved: Quarrel) -> None:
    out = moved.desk("sync", "explain", *ADA, "email", *NORTH).out
    for told in (
        *(
            "agreed         ada2@example.org",
            "here           ada2@example.org",
            "here then      ada1@example.org",
            "rule           only_theirs_changed",
        ),
        *("why            only the provider changed it", "law            theirs, by policy"),
    ):
        assert told in out
    (record,) = moved.json("explain", *ADA, "email")["records"]
    (field,) = record["fields"]
    assert (field["ours"], field["base"], field["origin"]) == ("ada2@example.org", "ada2@example.org", "journal")
    assert (field["change"]["ours"], field["change"]["rule"]) == ("ada1@example.org", "only_theirs_changed")


def test_what_waits_is_explained(quarrel: Quarrel) -> None:
    quarrel.law("email=ask")
    quarrel.sync()
    (key,) = quarrel.disagree(0)
    in_full = quarrel.desk("sync", "explain", *ADA, "email", *NORTH).out
    for told in (
        rf"^conflict +{key}: ours here0@example.org, theirs there0@example.org$",
        r"^agreed +ada@example.org$",
        r"^provider +there0@example.org$",
    ):
        assert re.search(told, in_full, re.MULTILINE)
    assert "a person: the provider has there0@example.org" in quarrel.desk("sync", "explain", *ADA, *NORTH).out
    quarrel.desk("sync", "resolve", key, "--ours", *NORTH)
    assert "waiting: here0@example.org; not tried yet" in quarrel.desk("sync", "explain", *ADA, "email", *NORTH).out
    assert "a push (waiting)" in quarrel.desk("sync", "explain", *ADA, *NORTH).out


def test_a_record_is_named_by_our_id_or_by_the_providers(moved: Quarrel) -> None:
    wanted = moved.json("explain", *ADA)
    for words in (
        *(("member", ours(moved)), ("member", "1001"), ("member", "memory/main/1001"), ("member", "main/1001")),
        *(("member", "1001", "--account", "main"), ("member", f"{moved.desk.world.account.id}/1001")),
    ):
        assert moved.json("explain", *words) == wanted


def test_an_id_that_several_accounts_have_must_be_told_apart(moved: Quarrel) -> None:
    moved.desk("provider", "connect", "memory", "--name", "second", "--key-stdin", *NORTH, stdin="k")
    moved.sync("--account", "second")
    result = moved.desk("sync", "explain", "member", "1001", *NORTH)
    assert "write memory/main/1001 or memory/second/1001" in result.err
    assert moved.desk("sync", "explain", "member", "main/1001", *NORTH).code == 0


def test_an_unknown_field_names_those_that_there_are(moved: Quarrel) -> None:
    result = moved.desk("sync", "explain", *ADA, "emil", *NORTH)
    assert (result.code, "a member has no field 'emil'; it has first_name, last_name, email" in result.err) == (2, True)


def test_versions_are_told_as_diffs(moved: Quarrel) -> None:
    out = moved.desk("sync", "history", *ADA, *NORTH).out
    assert re.findall(r"^version \d", out, re.MULTILINE) == ["version 3", "version 2", "version 1"]
    assert "    ~ email         ada1@example.org -> ada2@example.org  (theirs: only_theirs_changed" in out
    assert "    + email         ada@example.org" in out
    assert f"tresen sync undo --record member {ours(moved)} --to-version N" in out
    assert emails(moved) == ["ada2@example.org", "ada1@example.org", "ada@example.org"]
    window = moved.json("history", *ADA, "--limit", "1", "--offset", "1")
    assert ([one["number"] for one in window["versions"]], window["count"]) == ([2], 3)
    assert "more with --offset 1" in moved.desk("sync", "history", *ADA, "--limit", "1", *NORTH).out


def test_an_undo_is_shown_and_asked_for_first(moved: Quarrel) -> None:
    change = moved.json("history", *ADA)["versions"][0]["changes"][0]["id"]
    before = everything(moved.desk.world.store)
    undo = ("sync", "undo", "--change", change, *NORTH)
    shown = moved.desk(*undo, "--dry-run").out
    assert "    ~ email         ada2@example.org -> ada1@example.org" in shown
    refused = moved.desk(*undo, stdin="\n", typed=("",))
    assert (refused.code, refused.out) == (1, f"{shown}nothing was changed\n")
    assert moved.desk(*undo).code == 2
    assert moved.desk(*undo, "--json").code == 2
    assert everything(moved.desk.world.store) == before
    agreed = moved.desk(*undo, stdin="yes\n", typed=("",))
    assert agreed.code == 0
    assert agreed.out.startswith(shown)
    assert "put back: 1 updated" in agreed.out
    written = "the next run writes to memory/main what differs there"
    assert f"{written}: tresen sync run members --force --tenant north" in agreed.out
    assert moved.members()["Ada"] == "ada1@example.org"


def test_an_undo_promises_no_write_where_writing_is_off(moved: Quarrel) -> None:
    moved.forbid_writes()
    out = moved.desk("sync", "undo", "--record", *ADA, "--to-version", "1", "--yes", *NORTH).out
    assert "writing to memory/main is off: what differs in these fields stays so" in out
    assert "tresen provider set memory/main --enable-writes --tenant north" in out
    assert "the next run writes" not in out


def test_an_undo_stays_undone(moved: Quarrel) -> None:
    change = moved.json("history", *ADA)["versions"][0]["changes"][0]["id"]
    done = moved.json("undo", "--change", change, "--yes", "--by", "Carla")
    assert (done["run"]["kind"], done["count"], done["records"][0]["fields"][0]["back"]) == (
        *("undo", 1),
        "ada1@example.org",
    )
    moved.later()
    moved.sync()
    assert moved.members()["Ada"] == "ada1@example.org"
    assert "root" not in moved.desk("sync", "overrides", *NORTH).out
    assert "Carla undid a change" in moved.desk("sync", "overrides", *NORTH).out


def test_a_run_is_undone(quarrel: Quarrel) -> None:
    for number in (0, 1):
        quarrel.there(number, email=f"new{number}@example.org")
    quarrel.desk.world.enrol("Ivy")
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    out = quarrel.desk("sync", "undo", "--run", run, "--dry-run", *NORTH).out
    assert "    ~ email         new1@example.org -> bob@example.org" in out
    assert re.search(r"^- member 1009 \([0-9a-f-]{36}\): delete here: it was made by the run$", out, re.MULTILINE)
    planned = quarrel.json("undo", "--run", run, "--dry-run")
    assert (planned["run"], planned["count"]) == (None, 4)
    assert quarrel.desk("sync", "undo", "--run", run, "--yes", *NORTH).code == 0
    assert quarrel.members()["Ada"] == "ada@example.org"
    assert "Ivy" not in quarrel.members()


def test_what_a_run_deleted_comes_back(quarrel: Quarrel) -> None:
    quarrel.lose(1)
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    assert "Bob" not in quarrel.members()
    out = quarrel.desk("sync", "undo", "--run", run, "--yes", *NORTH).out
    assert ": bring back here" in out
    assert "what was brought back stays here, whether the provider has it or not" in out
    assert "the next run writes" not in out
    assert "    + email         bob@example.org" in out
    assert quarrel.members()["Bob"] == "bob@example.org"


def test_a_record_goes_back_to_a_version(moved: Quarrel) -> None:
    done = moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes")
    assert done["count"] == 1
    assert moved.members()["Ada"] == "ada@example.org"
    again = moved.desk("sync", "undo", "--record", "member", ours(moved), "--to-version", "1", *NORTH)
    assert (again.code, again.out) == (0, "there is nothing to put back\n")


def test_what_was_edited_since_stays_unless_it_is_wanted(moved: Quarrel) -> None:
    change = moved.json("history", *ADA)["versions"][0]["changes"][0]["id"]
    moved.here(0, "here@example.org")
    kept = moved.desk("sync", "undo", "--change", change, *NORTH)
    assert (kept.code, "here@example.org stays: somebody edited it since; --overtaken" in kept.out) == (0, True)
    assert moved.members()["Ada"] == "here@example.org"
    assert moved.desk("sync", "undo", "--change", change, "--overtaken", "--yes", *NORTH).code == 0
    assert moved.members()["Ada"] == "ada1@example.org"


@pytest.fixture
def back(moved: Quarrel) -> Quarrel:
    """The provider lost Ada, so that she went here, too; an undo brought her back."""
    moved.lose(0)
    moved.later()
    run = moved.sync("--json").json["runs"][0]["id"]
    moved.json("undo", "--run", run, "--yes", "--by", "Carla")
    return moved


def test_a_record_that_came_back_says_what_became_of_it_as_a_whole(back: Quarrel) -> None:
    heading, *lines = back.desk("sync", "explain", *ADA, *NORTH).out.splitlines()
    unpin = "tresen sync overrides remove member memory/main/1001 '*' --tenant north"
    holds = "no sync makes or deletes it; the provider does not have it, so what is edited stays here"
    assert lines[:3] == [
        "2026-03-02 20:00 UTC: the provider deleted it, and nobody edited it since (deleted)",
        "2026-03-02 20:00 UTC: Carla undid that it was deleted (undone)",
        f"pinned as a whole by Carla: Carla undid a change; {holds}. To end that: {unpin}",
    ]
    (record,) = back.json("explain", *ADA)["records"]
    assert record["kept_here"] is True
    assert (record["override"]["field"], record["override"]["set_by"]) == ("*", "Carla")
    assert [(one["rule"], one["field"]) for one in record["changes"]] == [("deleted", "*"), ("undone", "*")]
    assert heading == f"member {ours(back)} is memory/main/1001"


def test_what_is_edited_of_a_record_that_came_back_stays_here_and_is_told(back: Quarrel) -> None:
    key = ours(back)
    told = back.desk("members", "edit", key, "--first-name", "Ghost", "--by", "Eva", *NORTH).out.splitlines()
    assert told[1:] == ["  first_name: stays here: the provider does not have the record"]
    (run,) = back.json("runs", "--kind", "edit")["runs"]
    assert run["reason"] == "Eva edited member 1001"
    (record,) = back.json("explain", *ADA, "first_name")["records"]
    (field,) = record["fields"]
    assert (field["change"]["reason"], field["undecided"], field["waiting"]) == ("Eva edited it here", False, [])
    assert "the next run decides" not in back.desk("sync", "explain", *ADA, *NORTH).out
    back.later()
    version = str(field["change"]["version"] - 1)
    undone = back.desk("sync", "undo", "--record", "member", key, "--to-version", version, "--yes", *NORTH)
    assert undone.code == 0
    assert "Ada" in back.desk("members", "show", key, *NORTH).out.splitlines()[0]


def test_a_person_who_kept_what_the_provider_deleted_is_named_with_that(quarrel: Quarrel) -> None:
    quarrel.law("--deletes", "ask")
    quarrel.later()
    quarrel.sync()
    quarrel.here(0, "here@example.org")
    quarrel.lose(0)
    quarrel.later()
    quarrel.sync()
    (conflict,) = quarrel.json("conflicts")["conflicts"]
    quarrel.json("resolve", conflict["id"], "--ours", "--by", "Carla")
    told = quarrel.desk("sync", "explain", *ADA, *NORTH).out
    assert "by Carla: Carla decided a conflict: the provider deleted it, and it stays here; no sync makes or" in told


def test_the_history_tells_that_a_record_went_and_came_back(back: Quarrel) -> None:
    out = back.desk("sync", "history", *ADA, *NORTH).out
    assert [line.split(",")[0] for line in out.splitlines() if line.startswith("version ")] == [
        *(f"version {number}" for number in (5, 4, 3, 2, 1)),
    ]
    assert "5 in all" in out
    assert "(empty) -> (empty)" not in out
    assert re.search(r"^    - \(all\) +it went  \(theirs: deleted, the provider deleted it", out, re.MULTILINE)
    assert re.search(r"^    \+ \(all\) +it came back  \(theirs: undone, Carla undid", out, re.MULTILINE)


def test_a_deleted_record_is_found_by_our_id_which_is_said(moved: Quarrel) -> None:
    key = ours(moved)
    moved.lose(0)
    moved.later()
    run = moved.sync("--json").json["runs"][0]["id"]
    for words in (("history",), ("explain",)):
        result = moved.desk("sync", *words, *ADA, *NORTH)
        assert result.code == 3
        assert "no member memory/1001 is in step with a provider; should it have been deleted here: " in result.err
        assert moved.desk("sync", *words, "member", key, *NORTH).code == 0
    assert key in moved.desk("sync", "undo", "--run", run, "--dry-run", *NORTH).out


def test_one_that_was_deleted_says_when_and_why(moved: Quarrel) -> None:
    key = ours(moved)
    assert "it is deleted here" not in moved.desk("sync", "explain", "member", key, *NORTH).out
    moved.lose(0)
    moved.later()
    run = moved.sync("--json").json["runs"][0]["id"]
    why = "the provider deleted it, and nobody edited it since (deleted)"
    told = f"it is deleted here, since 2026-03-02 20:00 UTC: {why}; run {run}"
    assert told in moved.desk("sync", "explain", "member", key, *NORTH).out.splitlines()
    record = moved.json("explain", "member", key)["records"][0]
    assert (record["is_here"], record["ended"]["run_id"]) == (False, run)


def test_who_edited_what_went_to_the_provider_is_named(quarrel: Quarrel) -> None:
    quarrel.law("last_name=ours")
    assert quarrel.desk("members", "edit", "memory/1001", "--last-name", "King", "--by", "Eva", *NORTH).code == 0
    quarrel.later()
    quarrel.sync()
    assert "Eva edited it here; the provider was given our value" in quarrel.desk("sync", "explain", *ADA, *NORTH).out
    told = quarrel.desk("sync", "explain", *ADA, "last_name", *NORTH).out
    assert re.search(r"^edited +2026-03-02 \d\d:00 UTC: Eva edited it here; run [0-9a-f-]{36}$", told, re.MULTILINE)


def test_a_field_of_a_record_that_came_back_has_no_empty_sides(back: Quarrel) -> None:
    out = back.desk("sync", "explain", *ADA, "email", *NORTH).out
    assert "(empty)" not in out
    assert re.search(r"^change  +[0-9a-f-]{36}, of the record as a whole$", out, re.MULTILINE)
    assert "the record as a whole" not in back.desk("sync", "explain", "member", "memory/1002", "email", *NORTH).out


def test_the_command_after_a_removed_override_runs_within_the_hour(moved: Quarrel) -> None:
    moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes")
    out = moved.desk("sync", "overrides", "remove", *ADA, "email", *NORTH).out
    anew = "the next run looks at it anew: tresen sync run members --force --tenant north"
    assert out.splitlines()[0] == f"no longer pinned: member 1001 email; {anew}"


def test_who_lets_go_before_the_next_run_is_told_that_it_is_not_written_there(moved: Quarrel) -> None:
    moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes")
    removed = moved.desk("sync", "overrides", "remove", *ADA, "email", "--by", "Carla", *NORTH)
    assert removed.out.splitlines()[1:] == ["not written there any more: email ada@example.org"]
    (push,) = moved.json("pushes")["pushes"]
    assert (push["state"], push["why"]) == (
        "dropped",
        "Carla took away the override for which it waited; it is decided anew",
    )
    moved.later()
    assert moved.sync("--json").json["runs"][0]["counts"]["pushed"] == 0
    assert moved.members()["Ada"] != "ada@example.org"


def test_what_may_be_there_or_goes_there_all_the_same_is_told_too(moved: Quarrel) -> None:
    moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes")
    moved.law("email=newest")
    removed = moved.json("overrides", "remove", *ADA, "email")
    assert removed["withdrawn"] == []
    assert [push["values"] for push in removed["waiting"]] == [{"email": "ada@example.org"}]


def test_who_took_an_override_away_is_told_by_explain_and_history(moved: Quarrel) -> None:
    moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes", "--by", "Max")
    moved.json("overrides", "remove", *ADA, "email", "--by", "Carla")
    assert moved.json("runs", "--kind", "release")["runs"][0]["reason"] == "Carla released member 1001"
    why = "Carla took away the override ours of Max: Max undid a change"
    assert re.search(
        f"^let go  +2026-03-02 .*: {why}$", moved.desk("sync", "explain", *ADA, "email", *NORTH).out, re.MULTILINE
    )
    (field,) = moved.json("explain", *ADA, "email")["records"][0]["fields"]
    assert (field["released"]["rule"], field["released"]["reason"], field["override"]) == ("released", why, None)
    assert re.search(f"^ +email +2026-03-02 .*: {why}$", moved.desk("sync", "history", *ADA, *NORTH).out, re.MULTILINE)
    latest, *older = moved.json("history", *ADA)["versions"]
    assert [line["reason"] for line in latest["released"]] == [why]
    assert not any(version["released"] for version in older)
    (run,) = moved.json("runs", "--kind", "release")["runs"]
    assert (run["id"], run["state"]) == (field["released"]["run_id"], "completed")


def test_who_takes_an_override_away_is_the_login_unless_said(back: Quarrel) -> None:
    back.desk("sync", "overrides", "remove", *ADA, "*", *NORTH, environ={"LOGNAME": "berta"})
    assert "UTC: berta took away the override ours of Carla" in back.desk("sync", "explain", *ADA, *NORTH).out
    assert "(all)" in [line.split()[0] for line in back.desk("sync", "history", *ADA, *NORTH).out.splitlines() if line]


def test_an_override_is_listed_and_removed(moved: Quarrel) -> None:
    assert moved.desk("sync", "overrides", *NORTH).out == "nothing is pinned\n"
    moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes")
    (pinned,) = moved.json("overrides")["overrides"]
    assert (pinned["kind"], pinned["external_id"], pinned["field"], pinned["law"]) == (
        "member",
        "1001",
        "email",
        "ours",
    )
    assert "memory/main/1001" in moved.desk("sync", "overrides", *NORTH).out
    missing = moved.desk("sync", "overrides", "remove", *ADA, "phone", *NORTH)
    assert missing.code == 3
    assert missing.err.startswith("error: no override of phone of member 1001; pinned there: email\n")
    removed = moved.json("overrides", "remove", "member", ours(moved), "email")["removed"]
    assert (removed["external_id"], removed["field"]) == ("1001", "email")
    assert "pinned there: nothing" in moved.desk("sync", "overrides", "remove", *ADA, "email", *NORTH).err
    assert moved.json("overrides")["overrides"] == []
    moved.later()
    moved.sync()
    moved.there(0, email="ada3@example.org")
    moved.later()
    moved.sync()
    assert moved.members()["Ada"] == "ada3@example.org"


def test_who_lets_a_record_go_is_told_that_the_next_run_deletes_it(quarrel: Quarrel) -> None:
    quarrel.lose(1)
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    quarrel.json("undo", "--run", run, "--yes")
    quarrel.later()
    quarrel.sync()
    assert "Bob" in quarrel.members()
    for pin in quarrel.json("overrides")["overrides"]:
        out = quarrel.desk("sync", "overrides", "remove", pin["kind"], pin["external_id"], "*", *NORTH).out
        assert "the provider does not have it: the next run deletes it here" in out
    quarrel.later()
    quarrel.sync()
    assert "Bob" not in quarrel.members()


def test_who_lets_a_record_in_is_told_that_the_next_run_makes_it(quarrel: Quarrel) -> None:
    quarrel.desk.world.enrol("Ivy")
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    quarrel.json("undo", "--run", run, "--yes")
    removed = quarrel.json("overrides", "remove", "member", "memory/1009", "*")
    assert removed["outlook"] == "makes"
    quarrel.later()
    quarrel.sync()
    assert "Ivy" in quarrel.members()


def test_overrides_are_paged(moved: Quarrel) -> None:
    moved.there(1, email="new@example.org")
    moved.later()
    run = moved.sync("--json").json["runs"][0]["id"]
    moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes")
    moved.json("undo", "--run", run, "--yes")
    assert moved.json("overrides", "--limit", "1")["has_more"] is True
    assert "more with --offset 1" in moved.desk("sync", "overrides", "--limit", "1", *NORTH).out
    assert moved.json("overrides", "--limit", "1", "--offset", "1")["has_more"] is False
    assert "nothing from offset 5" in moved.desk("sync", "overrides", "--offset", "5", *NORTH).out


def test_another_tenants_records_are_not_found(moved: Quarrel) -> None:
    key, run = ours(moved), moved.json("runs")["runs"][0]["id"]
    change = moved.json("history", *ADA)["versions"][0]["changes"][0]["id"]
    moved.json("undo", "--record", *ADA, "--to-version", "1", "--yes")
    before = everything(moved.desk.world.store)
    for command in (
        ("explain", "member", key),
        ("explain", "member", f"{moved.desk.world.account.id}/1001"),
        ("history", "member", key),
        ("undo", "--change", change, "--yes"),
        ("undo", "--run", run, "--yes"),
        ("overrides", "remove", "member", key, "email"),
        ("overrides", "remove", "member", "1001", "email"),
    ):
        result = moved.desk("sync", *command, *SOUTH)
        assert (result.code, result.out) == (3, ""), command
    assert moved.desk("sync", "overrides", "--json", *SOUTH).json["overrides"] == []
    assert everything(moved.desk.world.store) == before


@pytest.mark.parametrize("command", ["explain", "history"])
def test_an_account_is_looked_at_beside_an_id_of_ours_too(moved: Quarrel, command: str) -> None:
    words = ("sync", command, "member", ours(moved))
    assert moved.desk(*words, "--account", "memory", *NORTH).code == 0
    unknown = moved.desk(*words, "--account", "zzz", *NORTH)
    assert (unknown.code, unknown.out) == (3, "")
    assert "no account zzz" in unknown.err
    world = moved.desk.world
    asyncio.run(
        world.transactions.run(
            world.north.id,
            "test",
            lambda uow: uow.accounts.add(an_account(world.north.id, "second", provider="memory")),
        )
    )
    elsewhere = moved.desk(*words, "--account", "memory/second", *NORTH)
    assert (elsewhere.code, "is in step with a provider at memory/second" in elsewhere.err) == (3, True)
    assert moved.desk(*words, "--account", "memory/main", *NORTH).code == 0
