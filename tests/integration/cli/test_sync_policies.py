"""By which laws records are merged is shown and changed; what other laws would have done is told."""

import json
from pathlib import Path

import pytest
from tests.integration.cli.desk import Desk, everything
from tests.integration.cli.quarrels import NORTH, SOUTH, Quarrel


def laws(desk: Desk, *options: str) -> dict[str, str]:
    found: dict[str, str] = desk("sync", "policy", "show", "member", *options, "--json", *NORTH).json["policy"]["laws"]
    return found


def test_what_is_built_in_is_shown(desk: Desk) -> None:
    out = desk("sync", "policy", "show", "member", *NORTH).out
    assert out.startswith("policy of members for the tenant, version 0\n")
    for told in ("default          theirs (built in)", "guard deleted    10%, at least 5 (built in)"):
        assert told in out
    policy = desk("sync", "policy", "show", "member", "--json", *NORTH).json["policy"]
    assert (policy["version"], policy["document"]["default"], policy["laws"]["email"], policy["layers"]) == (
        *(0, "theirs"),
        *("theirs", []),
    )


def test_what_is_not_named_stays_as_it_was_set(desk: Desk) -> None:
    desk("sync", "policy", "set", "member", "email=ours", "--guard", "deleted=5%,3", "--no-create-here", *NORTH)
    result = desk("sync", "policy", "set", "member", "phone=newest", "--deletes", "ask", "--create-there", *NORTH)
    assert result.code == 0
    assert "version 2, set by " in result.out
    for told in (
        *("deletes          ask (tenant)", "create here      no (tenant)", "create there     yes (tenant)"),
        *("guard deleted    5%, at least 3 (tenant)",),
    ):
        assert told in result.out
    assert (laws(desk)["email"], laws(desk)["phone"], laws(desk)["city"]) == ("ours", "newest", "theirs")


@pytest.mark.parametrize(
    "words",
    [
        ("member", "email=ours", "--default", "newest", "phone=ask", "city=ask"),
        ("member", "--no-create-there", "email=ours", "phone=ask", "--default", "newest", "city=ask"),
        ("--default", "newest", "member", "email=ours", "phone=ask", "city=ask"),
        ("member", "email=ours", "phone=ask", "city=ask", "--default", "newest"),
    ],
)
def test_laws_of_fields_are_taken_wherever_they_stand(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk("sync", "policy", "set", *words, *NORTH).code == 0
    document = desk("sync", "policy", "versions", "member", "--json", *NORTH).json["versions"][0]["document"]
    assert document["fields"] == {"email": "ours", "phone": "ask", "city": "ask"}
    assert document["default"] == "newest"


def test_a_law_of_a_field_is_taken_away_again(desk: Desk) -> None:
    desk("sync", "policy", "set", "member", "email=ours", "phone=ours", *NORTH)
    desk("sync", "policy", "set", "member", "email=", *NORTH)
    assert (laws(desk)["email"], laws(desk)["phone"]) == ("theirs", "ours")


def test_an_account_has_a_policy_on_top_of_the_tenants(desk: Desk) -> None:
    desk("sync", "policy", "set", "member", "email=ours", "phone=ours", *NORTH)
    desk("sync", "policy", "set", "member", "email=ask", "--account", "main", *NORTH)
    assert (laws(desk)["email"], laws(desk, "--account", "main")["email"]) == ("ours", "ask")
    out = desk("sync", "policy", "show", "member", "--account", "main", *NORTH).out
    assert out.startswith("policy of members for memory/main, version 2\n")
    assert ["email", "ask", "account"] in [line.split() for line in out.splitlines()]
    assert ["phone", "ours", "tenant"] in [line.split() for line in out.splitlines()]


def test_what_does_not_count_at_an_account_says_why(quarrel: Quarrel) -> None:
    """The memory gym deletes leads, and no members."""
    desk = quarrel.desk
    for kind in ("member", "lead"):
        desk("sync", "policy", "set", kind, "--delete-there", *NORTH)
    shown = ("sync", "policy", "show", "member", "--account", "main")
    told = "but it does not count at this account: no member can be deleted there"
    assert f"delete there     yes (tenant), {told}" in desk(*shown, *NORTH).out
    assert desk(*shown, "--json", *NORTH).json["policy"]["held_back"] == {
        "delete_there": "no member can be deleted there"
    }
    assert "does not count" not in desk("sync", "policy", "show", "lead", "--account", "main", *NORTH).out
    assert "does not count" not in desk("sync", "policy", "show", "member", *NORTH).out
    quarrel.forbid_writes()
    out = desk("sync", "policy", "show", "lead", "--account", "main", *NORTH).out
    assert "but it does not count at this account: writing there is switched off" in out


def test_a_file_replaces_everything(desk: Desk, tmp_path: Path) -> None:
    desk("sync", "policy", "set", "member", "email=ours", *NORTH)
    file = tmp_path / "policy.json"
    file.write_text('{"default": "newest", "guards": {"blanked": {"percent": 50}}}')
    answer = desk("sync", "policy", "set", "member", "--file", str(file), "--by", "Carla", "--json", *NORTH).json
    assert answer["layer"]["document"] == {"default": "newest", "guards": {"blanked": {"percent": 50}}}
    assert (answer["layer"]["set_by"], answer["layer"]["version"]) == ("Carla", 2)
    assert set(laws(desk).values()) == {"newest"}


def test_what_is_shown_can_be_set_again(desk: Desk, tmp_path: Path) -> None:
    desk("sync", "policy", "set", "member", "email=ours", "--delete-there", *NORTH)
    policy = desk("sync", "policy", "show", "member", "--json", *NORTH).json["policy"]
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy["document"]))
    desk("sync", "policy", "set", "member", "--file", str(file), *NORTH)
    assert desk("sync", "policy", "show", "member", "--json", *NORTH).json["policy"]["document"] == policy["document"]


@pytest.mark.parametrize("text", ["{", "[]", '{"defaults": "ours"}', '{"fields": {"emil": "ours"}}', '{"default": 3}'])
def test_a_file_that_makes_no_policy_changes_nothing(desk: Desk, tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.json"
    file.write_text(text)
    before = everything(desk.world.store)
    assert desk("sync", "policy", "set", "member", "--file", str(file), *NORTH).code == 2
    assert desk("sync", "policy", "set", "member", "email=ours", "--file", str(file), *NORTH).code == 2
    assert desk("sync", "policy", "set", "member", "--file", str(tmp_path / "none"), *NORTH).code == 3
    assert everything(desk.world.store) == before


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("order", "email=ours"), "there are member, membership, lead"),
        (("member", "emil=ours"), "it has first_name, last_name, email"),
        (("member", "email=mine"), "there are theirs, ours, newest, union, ask"),
        (("member", "--deletes", "never"), "keep_edited, delete, ask"),
        (("member", "--guard", "renamed=5%"), "it has deleted, blanked, conflicts"),
    ],
)
def test_a_word_that_is_none_is_answered_with_those_that_there_are(
    desk: Desk, words: tuple[str, ...], named: str
) -> None:
    assert named in desk("sync", "policy", "set", *words, *NORTH).err


def test_versions_tell_who_changed_what(desk: Desk) -> None:
    assert "nothing was set for member" in desk("sync", "policy", "versions", "member", *NORTH).out
    told = desk("sync", "policy", "set", "member", "email=ours", "--by", "Ada", *NORTH).out
    assert told.startswith("version 1, set by Ada; the next run looks at all records anew\n")
    again = desk("sync", "policy", "set", "member", "email=ours", "--by", "Bob", *NORTH).out
    assert again.startswith("version 1, set by Ada; it says so already: nothing is changed\n")
    desk("sync", "policy", "set", "member", "email=ask", "--create-there", "--by", "Bob", *NORTH)
    out = desk("sync", "policy", "versions", "member", *NORTH).out
    assert out.splitlines() == [
        "version 2 by Bob, 2026-03-02 12:00 UTC",
        "    ~ create_there  (empty) -> yes",
        "    ~ fields.email  ours -> ask",
        "version 1 by Ada, 2026-03-02 12:00 UTC",
        "    ~ fields.email  (empty) -> ours",
    ]
    found = desk("sync", "policy", "versions", "member", "--json", *NORTH).json
    assert ([one["version"] for one in found["versions"]], found["count"]) == ([2, 1], 2)
    assert desk("sync", "policy", "versions", "member", "--account", "main", "--json", *NORTH).json["count"] == 0


def test_a_policy_is_reset(desk: Desk) -> None:
    assert "nothing was set there" in desk("sync", "policy", "reset", "member", *NORTH).out
    assert desk("sync", "policy", "versions", "member", "--json", *NORTH).json["count"] == 0
    desk("sync", "policy", "set", "member", "email=ours", *NORTH)
    answer = desk("sync", "policy", "reset", "member", "--json", *NORTH).json
    assert (answer["layer"]["document"], answer["policy"]["laws"]["email"]) == ({}, "theirs")
    assert laws(desk)["email"] == "theirs"


def test_a_policy_is_of_one_tenant(desk: Desk) -> None:
    desk("sync", "policy", "set", "member", "email=ours", *NORTH)
    south = desk("sync", "policy", "show", "member", "--json", *SOUTH).json["policy"]
    assert (south["version"], south["laws"]["email"]) == (0, "theirs")
    north = str(desk.world.account.id)
    assert desk("sync", "policy", "show", "member", "--account", north, *SOUTH).code == 3
    assert desk("sync", "policy", "versions", "member", "--account", north, *SOUTH).code == 3
    before = everything(desk.world.store)
    assert desk("sync", "policy", "set", "member", "email=ask", "--account", north, *SOUTH).code == 3
    assert desk("sync", "policy", "reset", "member", "--account", north, *SOUTH).code == 3
    assert everything(desk.world.store) == before


@pytest.fixture
def overwritten(quarrel: Quarrel) -> tuple[Quarrel, str]:
    """Ada's address was edited on both sides, and the provider's taken; the run's id."""
    quarrel.sync()
    quarrel.later()
    quarrel.here(0, "here@example.org")
    quarrel.there(0, email="there@example.org")
    quarrel.later()
    return quarrel, str(quarrel.sync("--json").json["runs"][0]["id"])


def test_what_another_policy_would_have_done_is_told_and_nothing_changes(overwritten: tuple[Quarrel, str]) -> None:
    quarrel, run = overwritten
    before, calls = everything(quarrel.desk.world.store), quarrel.desk.world.gym.faults
    calls.outage = AssertionError("the provider was asked")  # type: ignore[assignment] # whatever is raised
    result = quarrel.desk("sync", "whatif", run, "--set", "member.email=ours", *NORTH)
    assert result.code == 0
    assert "(members): 1 would come out otherwise; of 1 member, 0 memberships\n" in result.out
    assert "~ member 1001 Ada Byron" in result.out
    assert (
        "    ~ email         there@example.org (theirs) -> here@example.org (ours)"
        "  (ours: ours, Tresen owns this field)" in result.out
    )
    assert everything(quarrel.desk.world.store) == before


def test_a_plan_can_be_asked_about_too(overwritten: tuple[Quarrel, str]) -> None:
    quarrel, run = overwritten
    (found,) = [one for one in quarrel.json("runs")["runs"] if one["id"] == run]
    report = quarrel.json("whatif", found["plan_id"], "--default", "ask")
    assert (report["plan_id"], report["count"], report["steps"]) == (
        found["plan_id"],
        1,
        {"member": 1, "membership": 0},
    )
    (difference,) = report["differences"]
    assert (difference["differing"], difference["would_be"]["fields"][0]["side"]) == (["email"], "neither")
    assert "asks a person" in quarrel.desk("sync", "whatif", run, "--default", "ask", *NORTH).out


def test_the_same_policy_makes_no_difference(overwritten: tuple[Quarrel, str]) -> None:
    quarrel, run = overwritten
    assert quarrel.json("whatif", run, "--default", "theirs")["count"] == 0


def test_what_another_default_does_not_reach_is_told(overwritten: tuple[Quarrel, str]) -> None:
    quarrel, run = overwritten
    told = "the default of members does not reach what has a law of its own in the policy: "
    assert told not in quarrel.desk("sync", "whatif", run, "--default", "ours", *NORTH).out
    quarrel.law("email=theirs", "phone=newest")
    out = quarrel.desk("sync", "whatif", run, "--default", "ours", *NORTH).out
    assert f"{told}email (theirs), phone (newest); change one by --set\n" in out
    document = quarrel.json("whatif", run, "--default", "ours")
    assert (document["count"], document["own_laws"]) == (0, {"member": {"email": "theirs", "phone": "newest"}})
    both = quarrel.desk("sync", "whatif", run, "--default", "ours", "--set", "member.email=ours", *NORTH).out
    assert f"{told}phone (newest); " in both
    assert told not in quarrel.desk("sync", "whatif", run, "--set", "member.email=ours", *NORTH).out


def test_other_deletions_and_guards_are_told(quarrel: Quarrel) -> None:
    quarrel.here(1, "here@example.org")
    quarrel.lose(1, 2)
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    result = quarrel.desk("sync", "whatif", run, "--deletes", "delete", "--guard", "deleted=0%,0", *NORTH)
    assert "a guard would hold it: 2 of 8 records would be deleted" in result.out
    assert "~ member 1002 Bob Byron: ask -> delete here" in result.out
    kept = quarrel.desk("sync", "whatif", run, "--no-delete-here", "--guard", "deleted=0%,0", *NORTH).out
    assert "a guard would hold it: 2 of 8 records are lost at the provider" in kept


def test_what_a_guard_held_is_told_under_another_guard(quarrel: Quarrel) -> None:
    quarrel.lose(*range(1, 8))
    quarrel.later()
    run = quarrel.sync("--json").json["runs"][0]["id"]
    looser = quarrel.desk("sync", "whatif", run, "--guard", "deleted=100%", *NORTH).out
    assert "0 would come out otherwise; of 7 members, 7 memberships\n" in looser
    assert "the guards that held it would let it through\n" in looser
    same = quarrel.desk("sync", "whatif", run, "--guard", "deleted=1%", *NORTH).out
    told = [line for line in same.splitlines() if line.startswith("a guard would still hold it: 7 of ")]
    assert [line.rpartition(" (")[2] for line in told] == ["members)", "memberships)"]
    trips = quarrel.json("whatif", run, "--guard", "deleted=1%")["trips"]
    assert [trip["kind"] for trip in trips] == ["member", "membership"]
    assert "let it through" not in same


def test_policies_to_try_come_from_a_file_too(overwritten: tuple[Quarrel, str], tmp_path: Path) -> None:
    quarrel, run = overwritten
    file = tmp_path / "policies.json"
    file.write_text('{"member": {"fields": {"email": "newest"}}}')
    assert quarrel.json("whatif", run, "--policy", str(file))["count"] == 0
    assert quarrel.json("whatif", run, "--policy", str(file), "--set", "member.email=ask")["count"] == 1
    for text in ('{"order": {}}', '{"member": []}', '{"member": {"fields": {"emil": "ask"}}}', '{"lead": {}}'):
        file.write_text(text)
        assert quarrel.desk("sync", "whatif", run, "--policy", str(file), *NORTH).code == 2
    file.write_text("[]")
    refused = quarrel.desk("sync", "whatif", run, "--policy", str(file), *NORTH)
    assert 'such as {"member": {"default": "ask"}}' in refused.err


def test_kinds_of_a_file_that_the_plan_lacks_are_passed_over(overwritten: tuple[Quarrel, str], tmp_path: Path) -> None:
    quarrel, run = overwritten
    file = tmp_path / "policies.json"
    file.write_text('{"lead": {"fields": {"notes": "ours"}}, "member": {"default": "ours"}}')
    out = quarrel.desk("sync", "whatif", run, "--policy", str(file), *NORTH).out
    assert out.startswith("passed over: this plan has no lead\n")
    assert "1 would come out otherwise" in out
    named = quarrel.desk("sync", "whatif", run, "--policy", str(file), "--set", "lead.notes=ask", *NORTH)
    assert (named.code, "this plan has no lead" in named.err) == (2, True)


def test_a_run_that_had_nothing_to_decide_cannot_be_asked_about(quarrel: Quarrel) -> None:
    assert quarrel.sync().code == 0
    quiet = quarrel.json("runs")["runs"][0]["id"]
    result = quarrel.desk("sync", "whatif", quiet, "--default", "ours", *NORTH)
    assert (result.code, "nothing to decide" in result.err) == (2, True)


def test_of_a_first_load_it_is_told_that_it_kept_no_steps(quarrel: Quarrel) -> None:
    first = quarrel.json("runs")["runs"][-1]
    assert first["counts"]["created"] > 0
    result = quarrel.desk("sync", "whatif", first["id"], "--default", "ask", *NORTH)
    assert (result.code, "nothing to decide" in result.err) == (2, False)
    assert "this run was a first load, which keeps no steps that could be decided anew" in result.err


def test_another_tenants_run_cannot_be_asked_about(overwritten: tuple[Quarrel, str]) -> None:
    quarrel, run = overwritten
    result = quarrel.desk("sync", "whatif", run, "--default", "ours", "--json", *SOUTH)
    assert (result.code, result.error["message"]) == (3, f"no run or plan {run}")
