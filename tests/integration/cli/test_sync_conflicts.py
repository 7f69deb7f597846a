"""What waits for a person is shown and decided."""

import asyncio
import re

import pytest
from tests.builders import a_lead
from tests.integration.cli.desk import Result, everything
from tests.integration.cli.quarrels import NORTH, SOUTH, Quarrel


@pytest.fixture
def asking(quarrel: Quarrel) -> Quarrel:
    """Whose e-mail address is right, a person decides."""
    quarrel.law("email=ask")
    quarrel.sync()
    quarrel.later()
    return quarrel


def conflicts(quarrel: Quarrel, *options: str) -> list[str]:
    return [one["id"] for one in quarrel.json("conflicts", *options)["conflicts"]]


def resolve(quarrel: Quarrel, *words: str) -> Result:
    return quarrel.desk("sync", "resolve", *words, *NORTH, environ={"LOGNAME": "berta"})


def test_a_run_says_that_somebody_must_decide(asking: Quarrel) -> None:
    asking.here(0, "here@example.org")
    asking.there(0, email="there@example.org")
    asking.later()
    result = asking.sync()
    assert result.code == 0
    assert "conflicts wait for you: tresen sync conflicts" in result.out
    assert "conflicts wait for you: tresen sync conflicts" in asking.desk("sync", "status", *NORTH).out


def test_a_run_that_opens_no_conflict_says_that_older_ones_are_open(asking: Quarrel) -> None:
    asking.disagree(0)
    asking.later()
    quiet = asking.sync().out
    assert "conflicts wait for you: tresen sync conflicts; 1 was open before\n" in quiet
    asking.here(1, "here1@example.org")
    asking.there(1, email="there1@example.org")
    asking.later()
    assert "conflicts wait for you: tresen sync conflicts; 1 was open before\n" in asking.sync().out
    assert "conflicts wait for you" not in asking.desk("sync", "run", "leads", *NORTH).out
    resolve(asking, "--all", "--theirs", "--yes")
    asking.later()
    assert "conflicts wait for you" not in asking.sync().out


def test_conflicts_are_listed_with_all_three_sides(asking: Quarrel) -> None:
    assert asking.desk("sync", "conflicts", *NORTH).out == "no conflict: nothing waits for you\n"
    (key,) = asking.disagree(0)
    line = asking.desk("sync", "conflicts", *NORTH).out.splitlines()[1]
    assert line.split()[:9] == [
        *(key, "memory/main", "member", "1001", "email"),
        *("ada@example.org", "here0@example.org", "there0@example.org", "open"),
    ]
    (one,) = asking.json("conflicts")["conflicts"]
    assert (one["base"], one["ours"], one["theirs"], one["state"], one["resolution"]) == (
        *("ada@example.org", "here0@example.org", "there0@example.org"),
        *("open", None),
    )
    assert one["ours_edited_at"] is not None


def test_an_edit_after_a_conflict_was_opened_is_told(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    assert "edited since" not in asking.desk("sync", "conflicts", *NORTH).out
    assert asking.json("conflicts", "show", key)["conflict"]["edited_since"] == []
    asking.later()
    asking.there(0, email="later@example.org")
    asking.sync()
    (one,) = asking.json("conflicts")["conflicts"]
    assert (one["id"], one["theirs"], one["edited_since"]) == (key, "later@example.org", ["theirs"])
    assert "open; theirs edited since" in asking.desk("sync", "conflicts", *NORTH).out
    shown = asking.desk("sync", "conflicts", "show", key, *NORTH).out
    (there,) = (line for line in shown.splitlines() if line.startswith("edited there"))
    (here,) = (line for line in shown.splitlines() if line.startswith("edited here"))
    assert there.endswith("; the record, after this conflict was opened")
    assert "after" not in here
    asking.later()
    resolve(asking, key, "--theirs")
    assert "edited since" not in asking.desk("sync", "conflicts", "--state", "resolved", *NORTH).out
    assert "after" not in asking.desk("sync", "conflicts", "show", key, *NORTH).out


def test_the_run_of_a_decision_says_who_decided_about_which_record(asking: Quarrel) -> None:
    (key,) = conflicts(asking)[:1] or asking.disagree(0)
    asking.desk("sync", "resolve", key, "--ours", "--by", "Eva", *NORTH)
    assert asking.json("runs", "--kind", "resolve")["runs"][0]["reason"] == "Eva decided about member 1001"


def test_conflicts_are_filtered_and_paged(asking: Quarrel) -> None:
    first, second, third = asking.disagree(0, 1, 2)
    assert asking.json("conflicts", "--limit", "2")["count"] == 3
    assert "1-2 of 3; more with --offset 2" in asking.desk("sync", "conflicts", "--limit", "2", *NORTH).out
    assert conflicts(asking, "--limit", "2", "--offset", "2") == [first]
    assert conflicts(asking, "--kind", "member", "--field", "email", "--account", "main") == [third, second, first]
    assert conflicts(asking, "--kind", "lead") == []
    assert conflicts(asking, "--field", "phone") == []
    assert "nothing fits" in asking.desk("sync", "conflicts", "--field", "phone", *NORTH).out
    resolve(asking, first, "--ours")
    assert conflicts(asking, "--state", "resolved") == [first]
    assert conflicts(asking) == [third, second]
    assert len(conflicts(asking, "--state", "all")) == 3
    assert asking.desk("sync", "conflicts", "--state", "settled", *NORTH).out == "no conflict of that state\n"


def test_a_conflict_is_shown_with_the_commands_that_decide_it(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    result = asking.desk("sync", "conflicts", "show", key, *NORTH)
    assert "both sides changed it: a person decides (ask)" in result.out
    assert f"take there0@example.org: tresen sync resolve {key} --theirs --tenant north" in result.out
    assert asking.json("conflicts", "show", key)["conflict"]["id"] == key
    command = re.search(r"take here0@example.org: tresen (.*)", result.out)
    assert command
    assert asking.desk(*command[1].split()).code == 0
    again = asking.desk("sync", "conflicts", "show", key, *NORTH).out
    assert f"decide it anew: tresen sync reopen {key} --tenant north" in again


@pytest.mark.parametrize(
    ("choice", "email", "pushed"),
    [
        (("--theirs",), "there0@example.org", []),
        (("--ours",), "here0@example.org", [{"email": "here0@example.org"}]),
        (("--value", "third@example.org"), "third@example.org", [{"email": "third@example.org"}]),
        (("--value", ""), None, [{"email": None}]),
    ],
)
def test_a_decision_is_written_here_and_waits_for_the_provider(
    asking: Quarrel, choice: tuple[str, ...], email: str | None, pushed: list[object]
) -> None:
    (key,) = asking.disagree(0)
    result = resolve(asking, key, *choice)
    assert result.code == 0
    assert "by berta" in result.out
    assert asking.members()["Ada"] == email
    assert [push["values"] for push in asking.json("pushes", "--state", "waiting")["pushes"]] == pushed
    assert conflicts(asking) == []
    asking.later()
    asking.sync()
    assert asking.desk.world.gym.books.members.get(asking.ids[0]).values["email"] == email


@pytest.mark.parametrize("which", ["one", "all"])
def test_a_decision_promises_no_write_where_writing_is_off(asking: Quarrel, which: str) -> None:
    (key,) = asking.disagree(0)
    asking.forbid_writes()
    out = resolve(asking, *((key,) if which == "one" else ("--all", "--yes")), "--ours").out
    assert "writing to memory/main is off: what differs in these fields stays so" in out
    assert "tresen provider set memory/main --enable-writes --tenant north" in out
    assert "the next run writes" not in out


@pytest.mark.parametrize("writes", [True, False])
def test_a_decision_where_both_sides_agree_by_then_promises_no_write(asking: Quarrel, writes: bool) -> None:
    (key,) = asking.disagree(0)
    resolve(asking, key, "--theirs")
    asking.desk("sync", "reopen", key, *NORTH)
    if not writes:
        asking.forbid_writes()
    out = resolve(asking, key, "--ours").out
    assert "nothing is to be written to the provider" in out
    assert not re.search("the next run writes|is off", out)
    assert asking.json("pushes", "--state", "waiting")["pushes"] == []


def test_ours_is_what_stands_here_when_it_is_decided(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    asking.here(0, "later@example.org")
    out = resolve(asking, key, "--ours").out
    assert re.search(r"^decided +ours later@example.org, by berta$", out, re.MULTILINE)
    assert "the next run writes to memory/main" in out
    (push,) = asking.json("pushes", "--state", "waiting")["pushes"]
    assert push["values"] == {"email": "later@example.org"}


def test_what_is_taken_from_the_provider_is_not_written_there(asking: Quarrel) -> None:
    first, second = asking.disagree(0, 1)
    assert "the next run writes" not in resolve(asking, first, "--theirs").out
    assert "the next run writes" not in resolve(asking, second, "--value", "there1@example.org").out


@pytest.mark.parametrize(
    ("choice", "decided"),
    [
        (("--theirs",), "theirs there0@example.org, by berta"),
        (("--ours",), "ours here0@example.org, by berta"),
        (("--value", "third@example.org"), "third@example.org, typed by berta"),
    ],
)
def test_a_decided_conflict_shows_the_value(asking: Quarrel, choice: tuple[str, ...], decided: str) -> None:
    (key,) = asking.disagree(0)
    for out in (resolve(asking, key, *choice).out, asking.desk("sync", "conflicts", "show", key, *NORTH).out):
        assert re.search(rf"^decided +{decided}$", out, re.MULTILINE)


def test_a_decision_is_told_to_programs(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    one = asking.json("resolve", key, "--value", "third@example.org", "--by", "Carla")["conflict"]
    assert (one["state"], one["resolution"]["choice"], one["resolution"]["value"], one["resolution"]["by"]) == (
        *("resolved", "value"),
        *("third@example.org", "Carla"),
    )


def test_a_conflict_is_decided_once(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    resolve(asking, key, "--ours")
    result = resolve(asking, key, "--theirs")
    assert (result.code, "this conflict was decided before" in result.err) == (1, True)
    assert f"reopen it to decide it anew: tresen sync reopen {key} --tenant north" in result.err
    assert asking.members()["Ada"] == "here0@example.org"


@pytest.fixture
def lost(asking: Quarrel) -> tuple[Quarrel, str]:
    """Bob left at the provider, and was edited here; the conflict's id."""
    asking.law("--deletes", "ask")
    asking.sync()
    asking.here(1, "here@example.org")
    asking.lose(1)
    asking.later()
    asking.sync()
    (key,) = conflicts(asking, "--kind", "member")
    return asking, key


def test_a_record_as_a_whole_is_kept_or_deleted(lost: tuple[Quarrel, str]) -> None:
    quarrel, key = lost
    shown = quarrel.desk("sync", "conflicts", "show", key, *NORTH).out
    assert "field         the record as a whole" in shown
    assert f"delete it here, as the provider did: tresen sync resolve {key} --theirs" in shown
    assert f"keep it here, pinned: tresen sync resolve {key} --ours" in shown
    row = quarrel.desk("sync", "conflicts", "--kind", "member", *NORTH).out.splitlines()[1]
    assert re.split(r" {2,}", row)[4:8] == ["* (as a whole)", "edited", "deleted", "open"]
    asked = quarrel.desk("sync", "resolve", "--all", "--theirs", *NORTH, stdin="n\n", typed=("",))
    assert "  member 1002 * would be deleted here" in asked.out
    out = resolve(quarrel, key, "--ours").out
    assert "it stays here (pinned, see tresen sync overrides); nothing is made at the provider" in out
    assert quarrel.members()["Bob"] == "here@example.org"
    assert [one["field"] for one in quarrel.json("overrides")["overrides"]] == ["*"]


def test_a_record_that_the_provider_lost_is_deleted_by_taking_theirs(lost: tuple[Quarrel, str]) -> None:
    quarrel, key = lost
    for membership in conflicts(quarrel, "--kind", "membership"):
        resolve(quarrel, membership, "--theirs")
    out = resolve(quarrel, key, "--theirs").out
    assert out.splitlines()[-1] == "decided: it was deleted here; the provider has it no more"
    assert "Bob" not in quarrel.members()


@pytest.mark.parametrize(
    ("choice", "told"),
    [("--theirs", "the next run makes it here anew"), ("--ours", "it stays away (pinned, see tresen sync overrides)")],
)
def test_a_record_that_we_deleted_is_told_apart(asking: Quarrel, choice: str, told: str) -> None:
    asking.law("--deletes", "ask")
    asking.sync()
    asking.delete_here(1)
    asking.there(1, email="there@example.org")
    asking.later()
    asking.sync()
    (key,) = conflicts(asking, "--kind", "member")
    row = asking.desk("sync", "conflicts", "--kind", "member", *NORTH).out.splitlines()[1]
    assert re.split(r" {2,}", row)[4:8] == ["* (as a whole)", "deleted", "edited", "open"]
    shown = asking.desk("sync", "conflicts", "show", key, *NORTH).out
    assert f"make it here anew, as the provider has it: tresen sync resolve {key} --theirs" in shown
    assert told in resolve(asking, key, choice).out


def test_of_a_whole_record_every_field_of_both_sides_is_shown(asking: Quarrel) -> None:
    asking.law("--deletes", "ask")
    asking.sync()
    asking.delete_here(1)
    asking.there(1, email="there@example.org")
    asking.later()
    asking.sync()
    (key,) = conflicts(asking, "--kind", "member")
    shown = asking.desk("sync", "conflicts", "show", key, *NORTH).out
    lines = shown.partition("the record:\n")[2].splitlines()
    assert lines[0].split() == ["field", "agreed", "ours", "theirs"]
    (email,) = (line for line in lines if line.startswith("email"))
    assert email.split() == ["email", "bob@example.org", "there@example.org"], "ours has none"
    sides = asking.json("conflicts", "show", key)["sides"]
    assert (sides["base"]["email"], sides["ours"], sides["theirs"]["email"]) == (
        *("bob@example.org", None),
        "there@example.org",
    )


def test_of_a_record_that_the_provider_lost_what_we_have_is_shown(lost: tuple[Quarrel, str]) -> None:
    quarrel, key = lost
    shown = quarrel.desk("sync", "conflicts", "show", key, *NORTH).out
    assert "the record:" in shown
    assert "kept no more" not in shown
    sides = quarrel.json("conflicts", "show", key)["sides"]
    assert sides["theirs"] is None
    assert sides["ours"]["email"] != sides["base"]["email"]


def test_a_decision_ends_in_what_it_did(asking: Quarrel) -> None:
    first, second, third = asking.disagree(0, 1, 2)
    theirs = resolve(asking, first, "--theirs").out.splitlines()
    assert theirs[-1] == "decided: the provider's value is here, too; nothing is to be written to the provider"
    assert resolve(asking, second, "--ours").out.splitlines()[-2] == "decided: our value stays"
    assert resolve(asking, third, "--value", "x@example.org").out.splitlines()[-2] == "decided: the typed value is here"


def test_a_typed_value_is_a_persons(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    resolve(asking, key, "--value", "third@example.org")
    shown = asking.desk("sync", "explain", "member", "memory/1001", "email", *NORTH).out
    assert re.search(r"^from +a person$", shown, re.MULTILINE)
    assert "(a person: resolved, berta decided it)" in asking.desk("sync", "history", "member", "1001", *NORTH).out


def test_an_emptied_name_is_shown_as_empty(asking: Quarrel) -> None:
    asking.law("last_name=ask")
    asking.sync()
    asking.here_name(0, "Here")
    asking.there(0, last_name="There")
    asking.later()
    asking.sync()
    (key,) = conflicts(asking, "--kind", "member")
    assert re.search(r"^decided +\(empty\), typed", resolve(asking, key, "--value", "").out, re.MULTILINE)
    shown = asking.desk("sync", "explain", "member", "memory/1001", "last_name", *NORTH).out
    assert re.search(r"^here +\(empty\)$", shown, re.MULTILINE)


def test_a_decision_that_the_conflict_does_not_offer_changes_nothing(lost: tuple[Quarrel, str]) -> None:
    quarrel, key = lost
    before = everything(quarrel.desk.world.store)
    result = resolve(quarrel, key, "--value", "x")
    assert (result.code, "a record as a whole: decide it by --theirs or --ours" in result.err) == (2, True)
    assert everything(quarrel.desk.world.store) == before


def test_a_candidate_decides_nothing_but_a_pairing(lost: tuple[Quarrel, str]) -> None:
    quarrel, whole = lost
    (field,) = quarrel.disagree(0)[-1:]
    before = everything(quarrel.desk.world.store)
    for key, options in ((whole, "--theirs or --ours"), (field, "--theirs, --ours or --value")):
        result = resolve(quarrel, key, "--candidate", "019cae6b-6600-7000-8000-0000000000ff")
        told = ("--candidate goes with a pairing only" in result.err, f"decide it by {options}\n" in result.err)
        assert (result.code, told) == (2, (True, True))
    assert everything(quarrel.desk.world.store) == before


def test_which_of_ours_a_new_record_is_is_told_by_its_id(quarrel: Quarrel) -> None:
    world = quarrel.desk.world
    twins = [a_lead(world.north.id, "Twin", email="twin@example.org") for _ in range(2)]
    asyncio.run(world.transactions.run(world.north.id, "test", lambda uow: uow.leads.add_many(twins)))
    there = world.attract("Twin")
    quarrel.desk("sync", "run", "leads", *NORTH)
    (key,) = conflicts(quarrel, "--kind", "lead")
    shown = quarrel.desk("sync", "conflicts", "show", key, *NORTH).out
    assert "field         which of ours it is" in shown
    it_is = f"it is Twin Hopper, twin@example.org ({twins[1].id}): "
    assert f"{it_is}tresen sync resolve {key} --candidate {twins[1].id} --tenant north" in shown
    table = {line.split()[0]: re.split(r" {2,}", line)[1:] for line in shown.partition("the record:\n")[2].splitlines()}
    assert table["field"] == ["at the provider", "candidate 1", "candidate 2"]
    assert table["email"] == ["twin@example.org"] * 3
    full = quarrel.json("conflicts", "show", key)
    assert [one["id"] for one in full["candidates"]] == [str(one.id) for one in twins]
    assert full["candidates"][0]["values"]["email"] == "twin@example.org"
    assert (full["sides"]["theirs"]["first_name"], full["sides"]["ours"]) == ("Twin", None)
    for words, code in (((key,), 2), (("--all", "--field", "?", "--yes"), 1)):
        refused = resolve(quarrel, *words, "--ours")
        assert (refused.code, "could not be decided: 1" in refused.out) == (code, code == 1)
        told = refused.out + refused.err
        assert f"say which of ours it is, by its id, {twins[0].id} or {twins[1].id}" in told
        assert ("name it by --candidate ID" in told) is (code == 2)
        assert "theirs makes a new one, and keeps both" in told
    typed = resolve(quarrel, key, "--value", str(twins[1].id))
    assert (typed.code, "decide it by --candidate ID, or --theirs for a new record" in typed.err) == (2, True)
    stranger = resolve(quarrel, key, "--candidate", "019cae6b-6600-7000-8000-0000000000ff", "--json")
    assert (stranger.code, stranger.error["details"]) == (2, {"field": "candidate"})
    done = resolve(quarrel, key, "--candidate", str(twins[1].id))
    assert (done.code, f"it is {twins[1].id}, by berta" in done.out) == (0, True)
    assert quarrel.json("explain", "lead", there)["records"][0]["local_id"] == str(twins[1].id)


def test_both_of_a_doubtful_pair_are_kept_by_taking_theirs(quarrel: Quarrel) -> None:
    world = quarrel.desk.world
    twins = [a_lead(world.north.id, "Twin", email="twin@example.org") for _ in range(2)]
    asyncio.run(world.transactions.run(world.north.id, "test", lambda uow: uow.leads.add_many(twins)))
    there = world.attract("Twin")
    quarrel.desk("sync", "run", "leads", *NORTH)
    (key,) = conflicts(quarrel, "--record", there, "--field", "?")
    shown = quarrel.desk("sync", "conflicts", "show", key, *NORTH).out
    assert f"it is a new one, keep both: tresen sync resolve {key} --theirs --tenant north" in shown
    done = resolve(quarrel, "--record", there, "--theirs", "--yes")
    assert (done.code, "decided: 1, taking theirs" in done.out) == (0, True)
    quarrel.desk("sync", "run", "leads", "--force", *NORTH)
    leads = quarrel.desk("leads", "list", "--json", *NORTH).json["leads"]
    assert len({one["id"] for one in leads if one["first_name"] == "Twin"}) == 3
    assert conflicts(quarrel) == []


def test_a_conflict_is_opened_again(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    resolve(asking, key, "--ours", "--by", "Berta")
    opened = asking.desk("sync", "reopen", key, "--by", "Carla", *NORTH).out
    assert "a person decides; opened again by Carla (ask)" in opened
    assert f"take here0@example.org: tresen sync resolve {key} --ours" in opened
    shown = asking.desk("sync", "conflicts", "show", key, *NORTH).out
    for told in (opened, shown):
        assert re.search(r"^was decided +ours here0@example.org, by Berta, 2026-03-02 \d\d:00 UTC$", told, re.MULTILINE)
    assert conflicts(asking) == [key]
    again = asking.desk("sync", "reopen", key, *NORTH)
    assert (again.code, "this conflict is open: there is nothing to reopen" in again.err) == (1, True)
    assert f"decide it: tresen sync conflicts show {key} --tenant north" in again.err
    asking.desk("sync", "resolve", key, "--theirs", *NORTH)
    again = asking.desk("sync", "reopen", key, "--json", *NORTH, environ={"LOGNAME": "berta"}).json["conflict"]
    assert (again["state"], again["reason"].endswith("; opened again by berta")) == ("open", True)


def test_opening_one_again_says_that_an_undos_pin_ends(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    resolve(asking, key, "--ours")
    assert asking.json("reopen", key)["released"] == []
    assert "no longer pinned" not in asking.desk("sync", "conflicts", "show", key, *NORTH).out
    resolve(asking, key, "--theirs")
    (run,) = asking.json("runs", "--kind", "resolve", "--limit", "1")["runs"]
    assert asking.desk("sync", "undo", "--run", run["id"], "--yes", "--by", "Berta", *NORTH).code == 0
    (pin,) = asking.json("overrides")["overrides"]
    out = asking.desk("sync", "reopen", key, *NORTH).out
    assert re.search(
        r"^no longer pinned: email \(Berta undid a change; 2026-\d\d-\d\d \d\d:00 UTC\)$", out, re.MULTILINE
    )
    assert asking.json("overrides")["overrides"] == []
    resolve(asking, key, "--theirs")
    (run,) = asking.json("runs", "--kind", "resolve", "--limit", "1")["runs"]
    asking.desk("sync", "undo", "--run", run["id"], "--yes", "--by", "Berta", *NORTH)
    told = asking.json("reopen", key)
    assert [{**each, "set_at": None} for each in told["released"]] == [
        {**pin, "set_at": None, "change_id": told["released"][0]["change_id"]}
    ]


def test_one_that_is_opened_again_with_equal_sides_is_settled_by_the_next_run(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    resolve(asking, key, "--theirs")
    out = asking.desk("sync", "reopen", key, *NORTH).out
    assert "both sides hold there0@example.org: the next run settles it" in out
    assert out.count("tresen sync resolve") == 1
    asking.later()
    asking.sync()
    assert asking.json("conflicts", "show", key)["conflict"]["state"] == "settled"


def test_many_are_decided_alike_after_a_question(asking: Quarrel) -> None:
    asking.disagree(0, 1, 2)
    many = ("sync", "resolve", "--all", "--kind", "member", "--field", "email", "--theirs", *NORTH)
    before = asking.members()
    refused = asking.desk(*many, stdin="n\n", typed=("",))
    assert (refused.code, refused.out.splitlines()[-1]) == (1, "nothing was changed")
    assert "decide 3 conflicts: take theirs? [y/N]" in refused.err
    assert asking.members() == before
    agreed = asking.desk(*many, stdin="y\n", typed=("",))
    assert agreed.code == 0
    assert "decided: 3, taking theirs; could not be decided: 0" in agreed.out
    assert "decided: conflicts 3 of 3" in agreed.err
    assert asking.members()["Bob"] == "there1@example.org"
    assert conflicts(asking) == []


def test_the_conflicts_of_a_record_are_listed(asking: Quarrel) -> None:
    first, second = asking.disagree(0, 1)
    (ours,) = (one["local_id"] for one in asking.json("conflicts")["conflicts"] if one["id"] == first)
    for named in ("1001", "memory/1001", "main/1001", ours):
        assert conflicts(asking, "--record", named) == [first], named
    assert conflicts(asking, "--record", "1002", "--kind", "member", "--field", "email") == [second]
    assert conflicts(asking, "--record", "1001", "--account", "main") == [first]
    assert "nothing fits" in asking.desk("sync", "conflicts", "--record", "1003", *NORTH).out
    assert conflicts(asking, "--record", "1001", "--state", "resolved") == []


@pytest.mark.parametrize(
    "words",
    [("100", *NORTH), ("memory/nope", *NORTH), ("1001", "--kind", "lead", *NORTH), ("1001", *SOUTH)],
    ids=" ".join,
)
def test_a_record_that_there_is_none_of_is_not_found(asking: Quarrel, words: tuple[str, ...]) -> None:
    asking.disagree(0)
    for command in (("conflicts",), ("resolve", "--ours", "--yes")):
        result = asking.desk("sync", *command, "--record", *words)
        assert (result.code, "is in step with a provider" in result.err) == (3, True), command


def test_a_record_that_was_asked_about_is_known_though_nothing_is_tied_to_it(asking: Quarrel) -> None:
    world = asking.desk.world
    twins = [a_lead(world.north.id, "Twin", email="twin@example.org") for _ in range(2)]
    asyncio.run(world.transactions.run(world.north.id, "test", lambda uow: uow.leads.add_many(twins)))
    there = world.attract("Twin")
    asking.desk("sync", "run", "leads", *NORTH)
    assert len(conflicts(asking, "--record", there, "--kind", "lead")) == 1
    assert conflicts(asking, "--record", there, "--kind", "lead", "--state", "resolved") == []


def test_a_whole_record_is_decided_after_a_question(asking: Quarrel) -> None:
    asking.law("email=ask", "last_name=ask")
    asking.sync()
    asking.here_name(0, "Here")
    asking.there(0, last_name="There")
    asking.disagree(0, 1)
    whole = ("sync", "resolve", "--record", "memory/1001", "--theirs", *NORTH)
    asked = asking.desk(*whole, stdin="n\n", typed=("",))
    assert (asked.code, asked.out.splitlines()[-1]) == (1, "nothing was changed")
    assert "  member 1001 email: here0@example.org here, there0@example.org there" in asked.out
    assert "  member 1001 last_name: Here here, There there" in asked.out
    assert "decide 2 conflicts: take theirs? [y/N]" in asked.err
    assert len(conflicts(asking)) == 3
    assert asking.desk(*whole, "--yes").code == 0
    assert asking.members()["Ada"] == "there0@example.org"
    (left,) = asking.json("conflicts")["conflicts"]
    assert left["external_id"] == "1002"
    done = asking.json("resolve", "--record", left["local_id"], "--ours", "--yes", "--by", "Carla")
    assert [(one["id"], one["resolution"]["by"]) for one in done["decided"]] == [(left["id"], "Carla")]
    again = resolve(asking, "--record", "1002", "--ours", "--yes")
    assert (again.code, "nothing is to be decided" in again.out) == (0, True)


def test_a_record_that_is_not_one_is_not_decided(asking: Quarrel) -> None:
    """The provider counts members and leads apart: both have a 1001."""
    world = asking.desk.world
    asking.disagree(0)
    twins = [a_lead(world.north.id, "Twin", email="twin@example.org") for _ in range(2)]
    asyncio.run(world.transactions.run(world.north.id, "test", lambda uow: uow.leads.add_many(twins)))
    assert world.attract("Twin") == "1001"
    asking.desk("sync", "run", "leads", *NORTH)
    before = everything(world.store)
    refused = resolve(asking, "--record", "memory/1001", "--theirs", "--yes")
    assert (refused.code, "1001 is a lead and a member: say which by --kind" in refused.err) == (2, True)
    assert everything(world.store) == before
    assert resolve(asking, "--record", "memory/1001", "--kind", "member", "--theirs", "--yes").code == 0
    assert [one["kind"] for one in asking.json("conflicts")["conflicts"]] == ["lead"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--ours",), "name a conflict by its id"),
        (("019cae6b-6600-7000-8000-0000000000ff", "--record", "1001", "--ours"), "one of the three"),
        (("019cae6b-6600-7000-8000-0000000000ff", "--kind", "member", "--ours"), "only go with --record and --all"),
        (("--record", "1001"), "choose one of --theirs"),
        (("--record", "1001", "--value", "x", "--yes"), "--record and --all go with --theirs or --ours"),
        (("--record", "", "--ours", "--yes"), "name the record"),
        (("--record", "memory/", "--ours", "--yes"), "name the record"),
        (("--record", "1001", "--kind", "goat", "--ours", "--yes"), "goat"),
    ],
)
def test_a_whole_record_is_decided_properly_or_not_at_all(asking: Quarrel, words: tuple[str, ...], told: str) -> None:
    asking.disagree(0)
    before = everything(asking.desk.world.store)
    result = resolve(asking, *words)
    assert (result.code, told in result.err) == (2, True), result.err
    assert everything(asking.desk.world.store) == before


def test_a_record_of_an_account_that_there_is_not_is_not_found(asking: Quarrel) -> None:
    assert resolve(asking, "--record", "wodify/1001", "--ours", "--yes").code == 3
    assert asking.desk("sync", "conflicts", "--record", "wodify/1001", *NORTH).code == 3


def test_nobody_is_asked_who_is_not_there(asking: Quarrel) -> None:
    asking.disagree(0)
    before = everything(asking.desk.world.store)
    assert "--yes" in resolve(asking, "--all", "--ours").err
    assert "--yes" in resolve(asking, "--all", "--ours", "--json").err
    assert everything(asking.desk.world.store) == before
    done = asking.json("resolve", "--all", "--ours", "--yes")
    assert (done["count"], done["refused"]) == (1, [])


def test_only_what_fits_is_decided(asking: Quarrel) -> None:
    asking.disagree(0)
    for unfit in (("--kind", "lead"), ("--field", "phone")):
        result = resolve(asking, "--all", *unfit, "--ours", "--yes")
        assert (result.code, "nothing is to be decided" in result.out) == (0, True)
    assert len(conflicts(asking)) == 1


def test_another_tenants_conflicts_are_not_found(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    before = everything(asking.desk.world.store)
    for command in (("conflicts", "show", key), ("resolve", key, "--ours"), ("reopen", key)):
        result = asking.desk("sync", *command, *SOUTH)
        assert (result.code, result.out) == (3, "")
        assert "tresen sync conflicts --state all" in result.err
    assert asking.desk("sync", "conflicts", "--json", *SOUTH).json["count"] == 0
    assert asking.desk("sync", "resolve", "--all", "--ours", "--yes", "--json", *SOUTH).json["count"] == 0
    assert everything(asking.desk.world.store) == before


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("conflicts", "--field", "zzz"), "no kind of record has a field 'zzz'; there are first_name, "),
        (("conflicts", "--kind", "lead", "--field", "born_on"), "a lead has no field 'born_on'; it has first_name, "),
        (("resolve", "--all", "--field", "zzz", "--ours", "--yes"), "no kind of record has a field 'zzz'"),
        (("resolve", "--record", "memory/1001", "--field", "zzz", "--ours", "--yes"), "has a field 'zzz'"),
    ],
)
def test_a_field_that_there_is_not_is_no_empty_answer(asking: Quarrel, words: tuple[str, ...], why: str) -> None:
    refused = asking.desk("sync", *words, *NORTH)
    assert (refused.code, refused.out) == (2, "")
    assert why in refused.err


@pytest.mark.parametrize("field", ["*", "?", "email"])
def test_a_field_that_nothing_is_about_is_an_empty_answer(asking: Quarrel, field: str) -> None:
    assert asking.desk("sync", "conflicts", "--field", field, "--kind", "lead", *NORTH).code == 0


def test_one_of_which_ours_was_edited_since_shows_what_it_is_now(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    assert asking.json("conflicts", "show", key)["is_edited"] is False
    edited = asking.desk("members", "edit", "memory/1001", "--email", "later@example.org", *NORTH)
    assert "a conflict about it is open, and shows this value from the next run on" in edited.out
    assert f"decide it: tresen sync conflicts show {key} --tenant north" in edited.out
    shown = asking.desk("sync", "conflicts", "show", key, *NORTH).out
    assert re.search(r"^ours +here0@example.org$", shown, re.MULTILINE)
    now = r"^ours now +later@example.org; the next run shows it to whoever decides$"
    assert re.search(now, shown, re.MULTILINE)
    assert f"take later@example.org: tresen sync resolve {key} --ours --tenant north" in shown
    assert "to decide otherwise, sync first: tresen sync run members --force --tenant north" in shown
    assert "--theirs" not in shown
    assert resolve(asking, key, "--theirs").code != 0, "which is why it is not offered"
    full = asking.json("conflicts", "show", key)
    assert (full["is_edited"], full["conflict"]["ours"], full["sides"]["ours"]["email"]) == (
        *(True, "here0@example.org"),
        "later@example.org",
    )
    asking.later()
    asking.sync()
    shown = asking.desk("sync", "conflicts", "show", key, *NORTH).out
    assert re.search(r"^ours +later@example.org$", shown, re.MULTILINE)
    assert "ours now" not in shown


def test_the_forecast_of_an_edit_names_the_conflict_about_its_field_alone(asking: Quarrel) -> None:
    (key,) = asking.disagree(0)
    words = ("members", "edit", "memory/1001", "--email", "later@example.org", "--last-name", "King")
    told = {one["field"]: one for one in asking.desk(*words, "--json", *NORTH).json["fields"]}
    assert {name: one["conflict_id"] for name, one in told.items()} == {"email": key, "last_name": None}
    assert ("conflict" in told["email"]["reason"], "conflict" in told["last_name"]["reason"]) == (True, False)
