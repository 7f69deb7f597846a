"""An undo that takes much away, or nothing, says so before and after."""

from uuid import UUID

import pytest
from tests.integration.cli.desk import everything
from tests.integration.cli.quarrels import NORTH, Quarrel


@pytest.fixture
def loaded(quarrel: Quarrel) -> tuple[Quarrel, str]:
    """The run that made all eight members."""
    return quarrel, quarrel.json("runs")["runs"][-1]["id"]


def test_an_undo_that_a_guard_holds_says_what_lets_it_through(loaded: tuple[Quarrel, str]) -> None:
    quarrel, run = loaded
    before = everything(quarrel.desk.world.store)
    result = quarrel.desk("sync", "undo", "--run", run, "--yes", *NORTH)
    assert (result.code, result.out) == (7, "")
    assert result.err.startswith("error: a guard holds this undo: 8 of 8 records would be deleted")
    assert "let it through: the same command with --accept-guard" in result.err
    assert everything(quarrel.desk.world.store) == before
    error = quarrel.desk("sync", "undo", "--run", run, "--yes", "--json", *NORTH).error
    assert error["code"] == "plan_held"
    assert error["details"] == {"guard": "deleted", "count": 8, "shared": 8}
    assert quarrel.desk("sync", "undo", "--run", run, "--yes", "--accept-guard", *NORTH).code == 0
    assert quarrel.members() == {}


def test_a_guard_speaks_before_anybody_is_asked(loaded: tuple[Quarrel, str]) -> None:
    quarrel, run = loaded
    undo = ("sync", "undo", "--run", run, *NORTH)
    held = "a guard holds it: 8 of 8 records would be deleted; 10 % and at least 5 are allowed; --accept-guard"
    before = everything(quarrel.desk.world.store)
    shown = quarrel.desk(*undo, "--dry-run")
    assert (shown.code, held in shown.out) == (0, True)
    assert quarrel.json("undo", "--run", run, "--dry-run")["trips"][0]["count"] == 8
    asked = quarrel.desk(*undo, stdin="y\n", typed=("",))
    assert (asked.code, held in asked.out, "[y/N]" in asked.err) == (7, True, False)
    assert everything(quarrel.desk.world.store) == before
    agreed = quarrel.desk(*undo, "--accept-guard", stdin="n\n", typed=("",))
    assert (agreed.code, held in agreed.out) == (1, False)
    assert agreed.err == "delete 16 records here? [y/N] "


def test_a_long_undo_is_counted_and_cut(quarrel: Quarrel) -> None:
    for number in range(60):
        quarrel.desk.world.enrol(f"New{number}")
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    undo = ("sync", "undo", "--run", run, "--accept-guard", "--dry-run", *NORTH)
    out = quarrel.desk(*undo).out.splitlines()
    assert out[-2:] == [
        "and 71 more; --all shows them, or --json",
        "of 121 records: values of 1 put back, 120 deleted here",
    ]
    assert len([line for line in out if line.startswith("- ")]) == 50
    every = quarrel.desk(*undo, "--all").out
    assert every.count("delete here") == 120
    assert "more;" not in every
    asked = quarrel.desk("sync", "undo", "--run", run, "--accept-guard", *NORTH, stdin="n\n", typed=("",))
    assert asked.err == "delete 120 records here, and put the rest back? [y/N] "
    done = quarrel.desk("sync", "undo", "--run", run, "--accept-guard", "--yes", *NORTH).out.splitlines()
    assert "and 71 more; --all shows them, or --json" in done
    assert len(done) < 60


def test_an_undo_of_what_was_all_edited_since_says_that_nothing_was_changed(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    quarrel.here(0, "here@example.org")
    result = quarrel.desk("sync", "undo", "--run", run, "--yes", *NORTH)
    assert result.code == 0
    assert result.out.splitlines()[-1] == "nothing was changed: all of it was edited since"
    assert "nothing was changed" not in quarrel.desk("sync", "undo", "--run", run, "--dry-run", *NORTH).out


def test_a_second_undo_says_that_it_is_undone_already(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    undo = ("sync", "undo", "--run", run, "--overtaken", "--yes", *NORTH)
    assert quarrel.desk(*undo).code == 0
    undone = quarrel.json("runs", "--kind", "undo")["runs"][0]["id"]
    quarrel.later()
    quarrel.here(0, "later@example.org")
    out = quarrel.desk(*undo).out.splitlines()
    assert f": undone already by run {undone}" in out[0]
    assert out[-1] == "nothing was changed: all of it is undone already"
    assert "later@example.org" in quarrel.members().values()


@pytest.mark.parametrize(
    ("words", "listing"),
    [
        (("undo", "--run"), "tresen sync runs lists runs"),
        (("undo", "lead", "X"), "--record KIND ID --to-version N"),
        (
            ("undo", "--record", "lead", "memory/1001"),
            "--to-version N is missing: the version to go back to, see tresen sync history lead memory/1001",
        ),
        (("undo", "--run", str(UUID(int=1)), "--to-version", "1"), "--to-version goes with --record KIND ID only"),
        (("undo", "--run", str(UUID(int=1)), "--record", "lead", "memory/1001"), "name one of --run"),
        (("undo",), "tresen sync runs lists them"),
        (("undo", "--change", "12"), "tresen sync history KIND ID changes"),
        (("runs", "show"), "tresen sync runs lists them"),
        (("conflicts", "show", "x"), "tresen sync conflicts lists them"),
        (("resolve",), "tresen sync conflicts lists them"),
        (("apply",), "tresen sync plan list lists them"),
        (("history", "lead"), "tresen leads list show ids"),
    ],
)
def test_who_lacks_an_id_is_told_where_it_is_from(quarrel: Quarrel, words: tuple[str, ...], listing: str) -> None:
    result = quarrel.desk("sync", *words)
    assert (result.code, listing in result.err) == (2, True)


def test_a_version_that_there_is_not_is_refused_with_those_that_there_are(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.sync()
    undo = ("sync", "undo", "--record", "member", "memory/1001", "--to-version")
    for version in ("3", "99"):
        result = quarrel.desk(*undo, version, "--dry-run", *NORTH)
        assert (result.code, result.out) == (2, "")
        assert f"this member has no version {version}: its versions are 1 to 2" in result.err
    assert quarrel.desk(*undo, "2", "--dry-run", *NORTH).out == "there is nothing to put back\n"
    assert "new@example.org -> ada@example.org" in quarrel.desk(*undo, "1", "--dry-run", *NORTH).out
    untouched = quarrel.desk("sync", "undo", "--record", "member", "memory/1002", "--to-version", "2", *NORTH)
    assert "there is only version 1" in untouched.err


def test_a_record_that_was_deleted_comes_back_from_a_version_that_it_had(quarrel: Quarrel) -> None:
    key = quarrel.desk("members", "list", "--q", "bob", "--json", *NORTH).json["members"][0]["id"]
    quarrel.lose(1)
    quarrel.later()
    quarrel.sync()
    last = quarrel.json("history", "member", key)["versions"][0]["number"]
    undo = ("sync", "undo", "--record", "member", key, "--to-version")
    assert quarrel.desk(*undo, str(last + 1), "--dry-run", *NORTH).code == 2
    assert ": bring back here" in quarrel.desk(*undo, "1", "--dry-run", *NORTH).out


def test_an_undo_of_a_decision_says_how_it_is_decided_anew(quarrel: Quarrel) -> None:
    quarrel.law("email=ask")
    quarrel.sync()
    first, second = quarrel.disagree(0, 1)
    quarrel.desk("sync", "resolve", first, "--ours", *NORTH)
    quarrel.later()
    quarrel.desk("sync", "resolve", second, "--theirs", *NORTH)
    run = next(one["id"] for one in quarrel.json("runs")["runs"] if one["kind"] == "resolve")
    undo = ("sync", "undo", "--run", run, "--dry-run", *NORTH)
    told = "an undo puts the values back and pins them. To be asked again: tresen sync reopen"
    out = quarrel.desk(*undo).out
    assert f"{told} {second} --tenant north" in out
    assert first not in out
    other = next(one["id"] for one in quarrel.json("runs")["runs"] if one["kind"] == "members")
    assert told not in quarrel.desk("sync", "undo", "--run", other, "--dry-run", *NORTH).out
    quarrel.desk("sync", "reopen", second, *NORTH)
    assert told not in quarrel.desk(*undo).out


def test_an_undo_of_one_record_is_counted_as_one_of_many(quarrel: Quarrel) -> None:
    quarrel.there(0, email="new@example.org")
    quarrel.later()
    quarrel.sync()
    undo = ("sync", "undo", "--record", "member", "memory/1001", "--to-version", "1")
    assert quarrel.desk(*undo, "--dry-run", *NORTH).out.splitlines()[-1] == "of 1 record: values of 1 put back"
    quarrel.desk(*undo, "--yes", *NORTH)
    run = quarrel.json("runs")["runs"][1]["id"]
    out = quarrel.desk("sync", "undo", "--run", run, "--dry-run", *NORTH).out
    assert out.splitlines()[-1] == "of 1 record: 1 undone already"


def test_what_was_first_seen_since_a_version_is_said_to_stay(quarrel: Quarrel) -> None:
    desk = quarrel.desk
    desk.world.gym._lists_lack = frozenset({"notes"})
    grace = f"memory/{desk.world.attract('Grace', notes='CrossFit Basics')}"
    desk("sync", "run", "leads", *NORTH)
    quarrel.later()
    assert desk("leads", "update", grace, "--status", "lost", *NORTH).code == 0
    back = ("sync", "undo", "--record", "lead", grace, "--to-version", "1")
    shown = [line.split() for line in desk(*back, "--dry-run", *NORTH).out.splitlines()]
    assert ["~", "status", "lost", "->", "new"] in shown
    stays = "first seen then, and left as it is: what it was before is not known"
    assert ["=", "notes", *stays.split()] in shown
    assert desk(*back, "--dry-run", "--json", *NORTH).json["records"][0]["first_seen"] == ["notes"]
    assert desk(*back, "--yes", *NORTH).code == 0
    desk("sync", "run", "leads", "--force", *NORTH)
    there = desk.world.gym.books.leads.get(grace.removeprefix("memory/")).values
    assert (there["status"], there["notes"]) == ("new", "CrossFit Basics")
    history = desk("sync", "history", "lead", grace, "--json", *NORTH).json["versions"]
    assert ["notes" in version["values"] for version in history] == [True, True, False]
    learned = next(line["id"] for line in history[1]["changes"] if line["field"] == "notes")
    nothing = desk("sync", "undo", "--change", learned, "--yes", *NORTH)
    assert nothing.code == 0
    told = nothing.out.splitlines()
    assert (told[0].endswith(": nothing to put back"), told[1].endswith(stays)) == (True, True)
    assert nothing.out.splitlines()[-2:] == [
        "of 1 record: 1 first seen then",
        "nothing was changed: what was first seen then stays",
    ]
