"""``tresen members edit`` and ``tresen leads edit``."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.integration.cli.desk import Desk, everything

from tresen.adapters.memory.gym_habits import Habits
from tresen.entrypoints.api.answers.members import EditedMemberAnswer

NOBODY = "00000000-0000-0000-0000-000000000001"
NORTH = ("--tenant", "north")


@pytest.fixture
def synced(desk: Desk) -> Desk:
    """Ada, and Grace, a lead, in the north."""
    desk.world.enrol("Ada", city="Berlin")
    desk.world.attract("Grace")
    desk("sync", "run", *NORTH)
    return desk


def member(desk: Desk) -> Any:
    return desk("members", "show", "memory/1001", "--json", *NORTH).json["member"]


def test_an_edit_says_what_becomes_of_it_and_the_next_sync_does_it(synced: Desk) -> None:
    result = synced("members", "edit", "memory/1001", "--last-name", "King", "--clear", "city", "--by", "Eva", *NORTH)
    assert result.code == 0
    assert result.out.splitlines() == [
        "Ada King: changed last_name, city",
        "  last_name: written at the provider by the next run, unless it was changed there, too",
        "  city: written at the provider by the next run, unless it was changed there, too",
        "without waiting: tresen sync run members --force --tenant north",
    ]
    assert "last_name" in synced("sync", "pushes", *NORTH).out
    assert "Eva edited it here" in synced("sync", "explain", "member", "memory/1001", "last_name", *NORTH).out
    assert synced("sync", "run", "members", "--force", *NORTH).code == 0
    values = synced.world.gym.books.members.get("1001").values
    assert (values["last_name"], values["city"]) == ("King", None)
    assert member(synced)["last_name"] == "King"


def test_what_was_edited_is_shown_beside_what_it_was(synced: Desk) -> None:
    assert "no changes by syncs or people" in synced("members", "show", "memory/1001", *NORTH).out
    synced("members", "edit", "memory/1001", "--city", "Potsdam", "--phone", "030 5", "--by", "Eva", *NORTH)
    lines = synced("members", "show", "memory/1001", *NORTH).out.splitlines()
    title = "changes (holds now: what the record holds today):"
    table = lines[lines.index(title) + 1 :]
    assert table[0].split() == ["when", "field", "before", "here", "provider", "taken", "became", "holds", "now", "why"]
    rows = {line[table[0].index("field") :].split()[0]: line for line in table[1:]}
    column = table[0].index("holds now")
    assert rows["city"][column:].startswith("Potsdam ")
    assert rows["phone"][column:].startswith("030 5 ")
    assert rows["city"].count("Berlin") == 3


def test_each_of_several_edits_says_which_value_it_became(synced: Desk) -> None:
    for name, by in (("One", "Ann"), ("Two", "Bob")):
        synced("leads", "edit", "memory/1001", "--first-name", name, "--by", by, *NORTH)
    shown = synced("leads", "show", "memory/1001", *NORTH).out
    rows = [re.split(" {2,}", line) for line in shown.splitlines() if "edited it here" in line]
    assert [row[1:] for row in rows] == [
        ["first_name", "Grace", "Grace", "Grace", "ours", "One", "Two", "Ann edited it here"],
        ["first_name", "Grace", "One", "Grace", "ours", "Two", "Two", "Bob edited it here"],
    ]
    assert max(map(len, shown.splitlines())) <= 120
    told = synced("leads", "show", "memory/1001", "--json", *NORTH).json["overwritten"]
    assert [(each["ours"], each["value"]) for each in told] == [("Grace", "One"), ("One", "Two")]


def test_what_an_undo_put_back_is_shown(synced: Desk) -> None:
    synced.world.gym.books.leads.edit("1001", {"first_name": "Zzz"})
    run = synced("sync", "run", "leads", "--force", "--json", *NORTH).json["runs"][0]["id"]
    synced("sync", "undo", "--run", run, "--yes", *NORTH)
    synced("leads", "edit", "memory/1001", "--first-name", "Two", *NORTH)
    row = next(line for line in synced("leads", "show", "memory/1001", *NORTH).out.splitlines() if "undid it" in line)
    assert re.split(" {2,}", row)[1:-1] == ["first_name", "Zzz", "Zzz", "Zzz", "ours", "Grace", "Two"]


def test_what_the_next_run_decides_is_said_and_explained(synced: Desk) -> None:
    assert synced("sync", "policy", "set", "member", "city=ask", *NORTH).code == 0
    told = synced("members", "edit", "memory/1001", "--city", "Potsdam", "--phone", "030 5", *NORTH).out.splitlines()
    look = f"tresen sync explain member {member(synced)['id']} city --tenant north"
    assert f"what the next run decides is no push yet; see it: {look}" in told
    explain = ("sync", "explain", "member", "memory/1001")
    assert "waits          the next run decides" in synced(*explain, "city", *NORTH).out
    rows = {line.split()[0]: line for line in synced(*explain, *NORTH).out.splitlines() if line.strip()}
    assert {name for name, line in rows.items() if line.endswith("the next run decides")} == {"city"}
    assert rows["phone"].endswith("a push (waiting)")
    synced("sync", "run", "members", "--force", *NORTH)
    assert "the next run decides" not in synced(*explain, *NORTH).out


def test_what_the_provider_refuses_is_counted_by_the_run(synced: Desk) -> None:
    synced.world.gym.habits = Habits(refuses={"city": ["Potsdam"], "phone": ["030 5"]})
    synced("members", "edit", "memory/1001", "--city", "Potsdam", "--phone", "030 5", "--last-name", "King", *NORTH)
    told = synced("sync", "run", "members", "--force", *NORTH)
    assert told.code == 0
    assert "2 refused: tresen sync pushes --state refused --tenant north" in told.out.splitlines()
    run = synced("sync", "runs", "--kind", "members", "--json", *NORTH).json["runs"][0]["id"]
    assert "2 refused: " in synced("sync", "runs", "show", run, *NORTH).out
    assert synced("sync", "runs", "show", run, "--json", *NORTH).json["run"]["counts"]["refused"] == 2
    synced.world.clock.advance(timedelta(minutes=1))
    quiet = synced("sync", "run", "members", "--force", "--json", *NORTH)
    assert [each["counts"]["refused"] for each in quiet.json["runs"]] == [0]
    assert "refused" not in synced("sync", "run", "members", "--force", *NORTH).out


def test_what_is_decided_anew_is_counted_by_the_run(synced: Desk) -> None:
    synced("members", "edit", "memory/1001", "--city", "Potsdam", *NORTH)
    synced.world.gym.books.members.edit("1001", {"city": "Turin"})
    told = synced("sync", "run", "members", "--force", *NORTH)
    assert "1 dropped: tresen sync pushes --state dropped --tenant north" in told.out.splitlines()
    run = synced("sync", "runs", "--kind", "members", "--json", *NORTH).json["runs"][0]["id"]
    assert "1 dropped: " in synced("sync", "runs", "show", run, *NORTH).out
    counts = synced("sync", "runs", "show", run, "--json", *NORTH).json["run"]["counts"]
    assert (counts["refused"], counts["dropped"]) == (0, 1)
    synced.world.clock.advance(timedelta(minutes=1))
    quiet = synced("sync", "run", "members", "--force", "--json", *NORTH)
    assert [each["counts"]["dropped"] for each in quiet.json["runs"]] == [0]
    assert "dropped" not in synced("sync", "run", "members", "--force", *NORTH).out


def test_an_edit_that_is_undone_before_the_sync_promises_no_write(synced: Desk) -> None:
    synced("members", "edit", "memory/1001", "--city", "Potsdam", *NORTH)
    run = synced("sync", "runs", "--kind", "edit", "--json", *NORTH).json["runs"][0]["id"]
    told = synced("sync", "undo", "--run", run, "--yes", *NORTH).out.splitlines()
    assert told[-1] == "it never left the house: both sides agree again, and nothing is pinned"
    assert "nothing is pinned" in synced("sync", "overrides", *NORTH).out
    assert member(synced)["city"] == "Berlin"
    synced("members", "edit", "memory/1001", "--city", "Potsdam", *NORTH)
    synced("sync", "run", "members", "--force", *NORTH)
    run = synced("sync", "runs", "--kind", "edit", "--json", *NORTH).json["runs"][0]["id"]
    told = synced("sync", "undo", "--run", run, "--yes", *NORTH).out.splitlines()
    assert told[-2:] == [
        "it is pinned, so that no sync undoes it: tresen sync overrides",
        "the next run writes to memory/main what differs there: tresen sync run members --force --tenant north",
    ]


def test_programs_get_what_the_api_answers(synced: Desk) -> None:
    told = synced(
        "members", "edit", member(synced)["id"], "--born-on", "1990-12-31", "--no-sms-opt-in", "--json", *NORTH
    )
    assert told.code == 0
    answer = msgspec.convert(told.json, EditedMemberAnswer)
    assert msgspec.to_builtins(answer) == told.json
    assert told.json["member"]["sms_opt_in"] is False
    assert told.json["member"]["born_on"] is None, "the gym owns it and takes none"
    assert {each["field"]: each["fate"] for each in told.json["fields"]} == {"born_on": "task", "sms_opt_in": "push"}
    assert told.json["task"]["details"]["born_on"] == "1990-12-31"


def test_the_run_of_an_edit_says_who_edited_which_record(synced: Desk) -> None:
    synced("members", "edit", "memory/1001", "--last-name", "King", "--by", "Eva", *NORTH)
    assert "Eva edited member 1001" in synced("sync", "runs", "--kind", "edit", *NORTH).out
    (run,) = synced("sync", "runs", "--kind", "edit", "--json", *NORTH).json["runs"]
    assert (run["state"], run["reason"]) == ("completed", "Eva edited member 1001")
    assert "Eva edited member 1001" in synced("sync", "runs", "show", run["id"], *NORTH).out


def test_a_task_is_told_with_every_value(synced: Desk) -> None:
    synced.world.change_account(synced.world.account.id, writes_enabled=False)
    out = synced("members", "edit", "memory/1001", "--last-name", "King", *NORTH).out
    assert out.splitlines()[:3] == [
        "Ada Byron: nothing is changed here",
        "  last_name: the provider owns it, and writing there is switched off",
        "a person must do it (writes disabled): Change last_name of the member Ada Byron at the provider",
    ]
    assert "last name    King" in out


def test_a_lead_is_edited(synced: Desk) -> None:
    result = synced("leads", "edit", "memory/1001", "--phone", "030 5", "--json", *NORTH)
    assert result.json["lead"]["phone"] == "030 5"
    assert result.json["fields"][0]["fate"] == "push"
    synced("sync", "run", "leads", "--force", *NORTH)
    assert synced.world.gym.books.leads.get("1001").values["phone"] == "030 5"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("members", "edit", "memory/1001"), "nothing to change"),
        (("members", "edit", "memory/1001", "--email", "nobody"), "no e-mail address"),
        (("members", "edit", "memory/1001", "--clear", "status"), "choose from first_name, last_name"),
        (("members", "edit", "memory/1001", "--city", "Bonn", "--clear", "city"), "city is to be cleared, and given"),
        (("members", "edit", "memory/1001", "--clear", "first-name", "--clear", "last_name"), "without any name"),
        (
            ("members", "edit", "memory/1001", "--city", "Bonn", "--if-version", "7"),
            "is at version 1, not 7: load it again",
        ),
        (("members", "edit", "memory/4711", "--city", "Bonn"), "no member memory/4711"),
        (("members", "edit", "memory/1001", "--born-on", "2099-01-01"), "nobody was born after today"),
        (("members", "edit", "memory/1001", "--city", "x" * 5_000), "city must have at most 200 characters"),
        (("members", "edit", "memory/1001", "--email", "x" * 5_000), "email must have at most 200 characters"),
        (
            ("members", "edit", "memory/1001", "--city", "a\nb\x1b[31m"),
            "city must be a text without control characters",
        ),
        (("leads", "edit", "memory/1001", "--message", "x" * 5_001), "message must have at most 5000 characters"),
        (("leads", "create", "--first-name", "x" * 201, "--email", "a@b.de"), "first_name must have at most 200"),
        (("leads", "create", "--first-name", "x", "--email", "a@b.de", "--message", "x" * 5_001), "at most 5000"),
        (("leads", "update", NOBODY, "--notes", "x" * 5_001), "notes must have at most 5000 characters"),
        (("leads", "edit", "memory/1001", "--clear", "notes"), "choose from first_name, last_name"),
    ],
)
def test_what_cannot_be_done_changes_nothing(synced: Desk, words: tuple[str, ...], says: str) -> None:
    before = everything(synced.world.store)
    result = synced(*words, *NORTH)
    assert result.code != 0
    assert says in result.err
    assert everything(synced.world.store) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("leads", "edit", "x", "--status", "lost"), "--status. Status and notes are changed by: tresen leads update"),
        (("leads", "edit", "x", "--notes=called"), "--notes. Status and notes are changed by: tresen leads update"),
        (("members", "edit", "x", "--status", "active"), "--status. It is what the provider says: change it there"),
    ],
)
def test_what_another_command_changes_is_said(synced: Desk, words: tuple[str, ...], says: str) -> None:
    result = synced(*words, *NORTH)
    assert result.code == 2
    assert says in result.err
    assert "Did you mean" not in result.err


def test_records_of_another_tenant_are_not_found(synced: Desk) -> None:
    before = everything(synced.world.store)
    result = synced("members", "edit", member(synced)["id"], "--city", "Bonn", "--tenant", "south")
    assert result.code != 0
    assert "no member" in result.err
    assert everything(synced.world.store) == before
