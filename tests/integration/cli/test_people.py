"""Members, memberships, leads and tasks."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import msgspec
import pytest
from tests.integration.cli.desk import Desk, everything

from tresen.application.ports.readers import MembershipFilter
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.shared.ids import AccountId, LeadId, MemberId, MembershipId
from tresen.domain.shared.page import Listing
from tresen.entrypoints.api.answers import leads as api_leads
from tresen.entrypoints.api.answers import members as api_members
from tresen.entrypoints.api.answers import memberships as api_memberships
from tresen.entrypoints.cli.exit_codes import ExitCode

NORTH, SOUTH = ("--tenant", "north"), ("--tenant", "south")


@pytest.fixture
def synced(desk: Desk) -> Desk:
    """Ada with a membership and Grace, a lead, in the north."""
    desk.world.enrol("Ada")
    desk.world.enrol("Bob", status="paused", email="bob\x1b[31m@example.org")
    desk.world.attract("Grace")
    desk("sync", "run", *NORTH)
    return desk


def ada(desk: Desk) -> Any:
    return desk("members", "list", "--q", "ada", "--json", *NORTH).json["members"][0]


def grace(desk: Desk) -> str:
    return str(desk("leads", "list", "--json", *NORTH).json["leads"][0]["id"])


def membership_of_ada(desk: Desk) -> Any:
    return desk("members", "show", ada(desk)["id"], "--json", *NORTH).json["memberships"][0]


def test_members_are_filtered_ordered_and_paged(synced: Desk) -> None:
    paused = synced("members", "list", "--status", "paused", "--json", *NORTH).json
    assert ([m["first_name"] for m in paused["members"]], paused["count"]) == (["Bob"], 1)
    backwards = synced("members", "list", "--order-by", "first_name", "--desc", "--limit", "1", "--json", *NORTH).json
    assert ([m["first_name"] for m in backwards["members"]], backwards["count"]) == (["Bob"], 2)
    assert "1-1 of 2; more with --offset 1" in synced("members", "list", "--limit", "1", *NORTH).out


def test_texts_from_outside_cannot_steer_the_terminal(synced: Desk) -> None:
    assert "\x1b[31m" not in synced("members", "list", *NORTH).out
    assert "\x1b[31m" not in synced("members", "list", *NORTH, tty=True, environ={"NO_COLOR": "1"}).out
    assert "[31m@example.org" in synced("members", "list", *NORTH).out


def test_an_empty_list_says_what_to_do_next(desk: Desk) -> None:
    assert desk("members", "list", *NORTH).out == "no member found; bring them here: tresen sync run members\n"
    assert desk("leads", "list", *NORTH).out == "no lead found; bring them here: tresen sync run leads\n"
    none = desk("memberships", "list", *NORTH).out
    assert none == "no membership found; bring them here: tresen sync run members\n"
    assert desk("tasks", "list", *NORTH).out == "no task found: nothing to do by hand\n"


def test_a_member_is_shown_in_full_with_the_apis_keys(synced: Desk) -> None:
    id_ = ada(synced)["id"]
    document = synced("members", "show", id_, "--json", *NORTH).json
    uses, home = synced.world.use_cases, synced.world.north
    detail = asyncio.run(uses.get_member(home.id, MemberId(UUID(id_))))
    told = msgspec.to_builtins(api_members.member_detail(detail))
    assert {**told, "memberships": document["memberships"]} == document
    rows = asyncio.run(uses.readers.memberships(home.id, detail.member.id))
    assert document["memberships"] == [msgspec.to_builtins(api_memberships.membership_line(row)) for row in rows]


def test_a_leads_location_is_shown(synced: Desk) -> None:
    lead = synced.world.attract("Max")
    synced.world.gym.books.leads.edit(lead, {"location": "Hall 2"})
    synced("sync", "run", "leads", "--force", *NORTH)
    assert re.search("^location +Hall 2$", synced("leads", "show", lead, *NORTH).out, re.MULTILINE)


def test_a_members_location_is_shown(synced: Desk) -> None:
    synced.world.gym.books.members.edit("1001", {"location": "Hall 2"})
    synced("sync", "run", "members", "--force", *NORTH)
    assert re.search("^location +Hall 2$", synced("members", "show", "1001", *NORTH).out, re.MULTILINE)


def test_everybodys_memberships_are_listed_with_the_apis_keys(synced: Desk) -> None:
    uses, home = synced.world.use_cases, synced.world.north
    rows = asyncio.run(uses.readers.sold_memberships(home.id, MembershipFilter(), limit=50)).items
    told = synced("memberships", "list", "--json", *NORTH).json
    assert told["memberships"] == [msgspec.to_builtins(api_memberships.sold_membership(row)) for row in rows]
    assert told["count"] == len(rows) == 2
    first = told["memberships"][0]
    assert re.search(
        rf"^{first['id']}  {first['member']} .*  active ", synced("memberships", "list", *NORTH).out, re.MULTILINE
    )


def test_one_membership_is_shown_with_the_apis_keys(synced: Desk) -> None:
    (listed, *_) = synced("memberships", "list", "--member", "1001", "--json", *NORTH).json["memberships"]
    found = asyncio.run(synced.world.use_cases.get_membership(synced.world.north.id, MembershipId(UUID(listed["id"]))))
    told = synced("memberships", "show", listed["id"], "--json", *NORTH).json
    assert told == {"membership": listed}
    assert told["membership"] == msgspec.to_builtins(api_memberships.shown_membership(found))
    shown = synced("memberships", "show", listed["id"], *NORTH).out
    assert re.search(rf"^member +Ada Byron \({listed['member_id']}\)$", shown, re.MULTILINE)
    assert re.search("^status +active$", shown, re.MULTILINE)
    assert synced("memberships", "show", listed["id"], *SOUTH).code == 3


def test_memberships_are_filtered_and_paged(synced: Desk) -> None:
    def members(*options: str) -> list[str]:
        return [one["member"] for one in synced("memberships", "list", *options, "--json", *NORTH).json["memberships"]]

    both = members()
    assert members("--member", ada(synced)["id"]) == members("--member", "memory/main/1001") == ["Ada Byron"]
    assert members("--status", "active") == both
    assert members("--status", "paused") == members("--member", "1001", "--status", "expired") == []
    assert members("--limit", "1", "--offset", "1") == both[1:]
    assert "1-1 of 2; more with --offset 1" in synced("memberships", "list", "--limit", "1", *NORTH).out
    assert synced("memberships", "list", "--status", "paused", *NORTH).out == "nothing fits what was asked for\n"


@pytest.mark.parametrize("kind", ["members", "leads"])
def test_a_list_tells_where_each_record_is_and_commands_take_it(synced: Desk, kind: str) -> None:
    uses, home = synced.world.use_cases, synced.world.north
    line: Callable[[Any], Any] = api_members.member_line if kind == "members" else api_leads.lead_line
    rows = asyncio.run(getattr(uses.readers, kind)(home.id, Listing())).items
    listed = synced(kind, "list", "--json", *NORTH).json[kind]
    assert listed == [msgspec.to_builtins(line(row)) for row in rows]
    (link,) = listed[0]["links"]
    assert (link["account_id"], link["provider"], link["account"]) == (str(synced.world.account.id), "memory", "main")
    there = f"memory/main/{link['external_id']}"
    assert re.search(rf"^{listed[0]['id']} .* {there}$", synced(kind, "list", *NORTH).out, re.MULTILINE)
    shown = synced(kind, "show", there, "--json", *NORTH).json
    assert shown[kind.removesuffix("s")]["id"] == listed[0]["id"]


def test_accounts_of_a_member_are_told_by_name(synced: Desk) -> None:
    text = synced("members", "show", ada(synced)["id"], *NORTH).out
    assert [line for line in text.splitlines() if line.startswith("memory/main ")]
    assert str(synced.world.account.id) not in text


def test_the_providers_id_alone_names_a_record_that_one_account_has(synced: Desk) -> None:
    by_ours = synced("members", "show", ada(synced)["id"], "--json", *NORTH).json
    assert synced("members", "show", "1001", "--json", *NORTH).json == by_ours
    assert synced("leads", "show", "1001", "--json", *NORTH).json["lead"]["id"] == grace(synced)
    assert (
        synced("members", "edit", "1001", "--city", "Bonn", "--json", *NORTH).json["member"]["id"] == ada(synced)["id"]
    )
    assert synced("leads", "edit", "1001", "--phone", "030 5", "--json", *NORTH).json["lead"]["id"] == grace(synced)
    met = synced("leads", "update", "1001", "--status", "contacted", "--json", *NORTH)
    assert met.json["lead"]["id"] == grace(synced)
    sold = synced("leads", "convert", "1001", "--package", "Gold", "--start-date", "2026-04-01", "--json", *NORTH)
    assert sold.json["lead"]["id"] == grace(synced)


def test_an_id_that_no_account_knows_is_not_found(synced: Desk) -> None:
    for command in (("members", "show"), ("leads", "show"), ("leads", "update")):
        result = synced(*command, "4711", *NORTH)
        assert result.code == ExitCode.NOT_FOUND
        assert f"no {command[0][:-1]} 4711 is in step with a provider" in result.err


@pytest.mark.parametrize(
    "command",
    [("members", "show", "nope"), ("leads", "show", "ada@x.example"), ("memberships", "list", "--member", "zzz")],
)
def test_of_what_looks_like_no_id_it_is_said_how_ids_look(synced: Desk, command: tuple[str, ...]) -> None:
    result = synced(*command, *NORTH)
    kind = "lead" if command[0] == "leads" else "member"
    said = f"error: no {kind} {command[-1]}; an id is ours, a UUID, or the provider's, such as memory/main/1001"
    hint = f"hint: tresen {kind}s list shows what there is"
    assert (result.code, result.err.splitlines()) == (ExitCode.NOT_FOUND, [said, hint])


def test_where_several_accounts_have_the_id_those_are_named(synced: Desk) -> None:
    for name in ("second", "third"):
        synced("provider", "connect", "memory", "--name", name, "--key-stdin", *NORTH, stdin="k")
    assert synced("members", "show", "1001", *NORTH).code == 0, "one of three has it"
    synced("sync", "run", "members", "--account", "second", "--force", *NORTH)
    before = everything(synced.world.store)
    for words in (
        ("members", "show", "1001"),
        ("members", "edit", "1001", "--city", "Bonn"),
        ("sync", "explain", "member", "1001"),
        ("sync", "history", "member", "1001"),
    ):
        result = synced(*words, *NORTH)
        assert result.code == 2
        assert "several accounts have a member 1001; write memory/main/1001 or memory/second/1001\n" in result.err
    assert everything(synced.world.store) == before
    assert synced("members", "show", "memory/second/1001", *NORTH).code == 0


def test_what_a_sync_overwrote_is_explained(synced: Desk) -> None:
    record = next(e for e in synced.world.gym.books.members._entries.values() if e.values["first_name"] == "Ada")
    record.values["city"] = "Turin"
    synced("sync", "run", "members", "--force", *NORTH)
    text = synced("members", "show", ada(synced)["id"], *NORTH).out
    assert "changes (holds now" in text
    assert "only the provider changed it" in text
    assert "49.00 EUR" in text


def test_live_lists_ask_the_provider(desk: Desk) -> None:
    desk.world.enrol("Ada")
    desk.world.enrol("Bob", status="paused")
    desk.world.attract("Grace")
    live = desk("members", "list", "--live", "--status", "paused", "--json", *NORTH).json
    assert [(m["external_id"], m["values"]["first_name"]) for m in live["members"]] == [("1002", "Bob")]
    assert "Grace" in desk("leads", "list", "--live", "--account", "main", *NORTH).out
    assert "no members there" in desk("members", "list", "--live", *SOUTH).out


def test_a_provider_that_does_not_answer_has_its_own_code(desk: Desk) -> None:
    desk.world.gym.faults.outage = GatewayUnavailable("no route")
    assert desk("members", "list", "--live", *NORTH).code == 6


def test_notes_that_somebody_changed_through_tresen_are_explained_as_that(synced: Desk) -> None:
    words = ("leads", "update", "1001", "--notes", "called", "--by", "Eva", *NORTH)
    assert synced(*words).code == 0
    told = synced("sync", "explain", "lead", "memory/1001", "notes", *NORTH).out
    assert re.search(r"^from +an edit here$", told, re.MULTILINE)
    assert re.search(r"^rule +written_first$", told, re.MULTILINE)
    assert re.search(r"^why +Eva changed it here; it was written at the provider at once$", told, re.MULTILINE)
    (record,) = synced("sync", "explain", "lead", "memory/1001", "--json", *NORTH).json["records"]
    told_of = {field["field"]: field["change"] for field in record["fields"] if field["change"]}
    assert told_of.keys() == {"notes"}, "nothing else is said to have been changed by somebody"
    assert "an edit here" in synced("leads", "show", "1001", *NORTH).out


def test_who_converted_a_lead_is_told_at_once(synced: Desk) -> None:
    sale = ("--package", "Gold", "--start-date", "2026-04-01", *NORTH)
    assert synced("leads", "convert", "1001", *sale, environ={"LOGNAME": "jo"}).code == 0
    told = synced("sync", "explain", "lead", "1001", "status", *NORTH).out
    why = "jo converted it here; it was done at the provider at once"
    assert re.search(f"^why +{why}$", told, re.MULTILINE)
    assert why in synced("sync", "history", "lead", "1001", *NORTH).out
    assert "jo converted it here" in synced("leads", "show", "1001", *NORTH).out
    synced("sync", "run", "leads", "--force", *NORTH)
    assert "somebody edited it here" not in synced("sync", "history", "lead", "1001", *NORTH).out


def test_a_change_at_the_counter_answers_what_was_written(synced: Desk) -> None:
    words = ("leads", "update", "1001", "--status", "contacted", "--notes")
    told = synced(*words, "called", *NORTH).out
    assert re.search(r"^  status: written at the provider$", told, re.MULTILINE)
    assert re.search(r"^  notes: written at the provider$", told, re.MULTILINE)
    synced.world.gym.books.leads.edit("1001", {"notes": "two"})
    changed = synced(*words, "three", "--json", *NORTH).json
    assert [(each["field"], each["fate"]) for each in changed["fields"]] == [
        ("status", "written"),
        ("notes", "written"),
    ]
    assert "over a change there that no sync had seen" in changed["fields"][1]["reason"]
    assert "two -> three" in synced("sync", "history", "lead", "1001", *NORTH).out


def test_what_the_provider_changed_besides_is_not_explained_as_an_edit_here(synced: Desk) -> None:
    synced.world.gym.books.leads.edit("1001", {"last_name": "Murray"})
    assert synced("leads", "update", "1001", "--status", "contacted", *NORTH).code == 0
    (record,) = synced("sync", "explain", "lead", "memory/1001", "--json", *NORTH).json["records"]
    rules = {field["field"]: field["change"]["rule"] for field in record["fields"] if field["change"]}
    assert rules == {"status": "written_first", "last_name": "only_theirs_changed"}


def test_a_new_lead_without_any_name_is_refused_as_the_help_says(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = desk("leads", "create", "--email", "eve@x.example", *NORTH)
    assert (refused.code, refused.err) == (ExitCode.USAGE, "error: a lead needs a first or a last name\n")
    for name in ("--first-name", "--last-name"):
        assert desk("leads", "create", "--email", f"{name[2:]}@x.example", name, "Eve", *NORTH).code == 0
    desk("leads", "create", "--help")
    told = " ".join(capsys.readouterr().out.split())
    assert "First name; it or the last name is needed." in told
    assert "Last name; it or the first name is needed." in told


def test_a_phone_number_that_is_none_turns_nobody_away_and_is_told(desk: Desk) -> None:
    words = ("leads", "create", "--email", "eve@x.example", "--first-name", "Eve", "--phone", "abc ", *NORTH)
    made = desk(*words)
    lead = desk("leads", "list", "--json", *NORTH).json["leads"][0]
    better = f"tresen leads edit {lead['id']} --phone NUMBER --tenant north"
    assert made.code == 0
    assert f"'abc' is no phone number and was taken as it was written; with the right one: {better}" in made.out
    assert lead["phone"] == "abc"
    assert f"'abc' is no phone number; with the right one: {better}" in desk(*words).out
    assert "'abc' is no phone number" in desk("leads", "edit", lead["id"], "--phone", "abc", *NORTH).err
    again = desk(*(("xyz" if word == "abc " else word) for word in words))
    assert "phone: known already" not in again.out
    assert "xyz" in desk("tasks", "list", "--json", *NORTH).out
    assert desk(*better.replace("NUMBER", "030-7").split()[1:]).code == 0
    fine = desk(*words[:3], "fay@x.example", "--first-name", "Fay", "--phone", "030 9", *NORTH)
    assert "phone number" not in fine.out


def test_of_several_accounts_the_option_that_names_one_is_told(desk: Desk) -> None:
    lead = desk("leads", "create", "--email", "eve@x.example", "--first-name", "Eve", "--json", *NORTH).json["lead"]
    room = desk.world.store.room(desk.world.north.id)
    for number, name in ((98, "t wo"), (99, "three")):
        other = AccountId(UUID(int=number))
        room.accounts.put(other, attrs.evolve(desk.world.account, id=other, name=name))
    for words in (
        ("leads", "create", "--email", "fay@x.example", "--first-name", "Fay"),
        ("memberships", "sell", "--email", "fay@x.example", "--first-name", "Fay", "--last-name", "F", *TERMS),
        ("members", "list", "--live"),
        ("leads", "list", "--live"),
    ):
        refused = desk(*words, *NORTH)
        assert refused.code == ExitCode.USAGE
        assert "several provider accounts are connected: memory/main (" in refused.err
        options = "--account memory/main or --account 'memory/t wo' or --account memory/three"
        assert f"hint: name one: the same command with {options}\n" in refused.err
        assert desk(*words, "--account", "memory/main", *NORTH).code == 0
    assert desk("leads", "convert", lead["id"], *TERMS, "--account", "main", *NORTH).code == 0


def test_a_lead_is_captured_changed_and_converted(desk: Desk) -> None:
    made = desk(
        *("leads", "create", "--email", "eve@x.example", "--first-name", "Eve", "--last-name", "E", "--json", *NORTH)
    )
    lead = made.json["lead"]
    assert made.json.keys() == {"lead"}
    assert (lead["status"], lead["email"]) == ("new", "eve@x.example")
    changed = desk("leads", "update", lead["id"], "--status", "qualified", "--notes", "call", "--json", *NORTH).json
    assert (changed["lead"]["status"], changed["lead"]["notes"]) == ("qualified", "call")
    moved = desk("leads", "update", lead["id"], "--status", "contacted", "--json", *NORTH).json
    assert (moved["lead"]["status"], moved["lead"]["notes"]) == ("contacted", "call")
    cleared = desk("leads", "update", lead["id"], "--notes", "", "--json", *NORTH).json
    assert (cleared["lead"]["status"], cleared["lead"]["notes"]) == ("contacted", None)
    options = ("--package", "Gold", "--start-date", "2026-04-01", "--json", *NORTH)
    done = desk("leads", "convert", lead["id"], *options).json
    assert done["lead"]["status"] == "converted"
    assert done["lead"]["member_id"] == done["member"]["id"]
    assert (done["membership"]["name"], done["membership"]["starts_on"]) == ("Gold", "2026-04-01")
    again = desk("leads", "convert", lead["id"], *options[:-3], *NORTH)
    assert (again.code, again.err.splitlines()) == (
        1,
        [
            f"error: Eve E is converted already: it is the member {done['member']['id']}",
            f"hint: look at the member: tresen members show {done['member']['id']}",
        ],
    )


@pytest.mark.parametrize("kind", ["members", "leads"])
def test_a_person_is_shown_by_the_providers_id(synced: Desk, kind: str) -> None:
    one = synced(kind, "list", "--limit", "1", "--json", *NORTH).json[kind][0]
    explained = synced("sync", "explain", kind, one["id"], "--json", *NORTH).json["records"][0]
    by_theirs = synced(kind, "show", f"memory/{explained['external_id']}", "--json", *NORTH)
    assert by_theirs.code == 0
    assert by_theirs.json == synced(kind, "show", one["id"], "--json", *NORTH).json
    assert synced(kind, "show", "memory/nobody", *NORTH).code == 3
    assert synced(kind, "show", f"memory/{explained['external_id']}", *SOUTH).code == 3


def test_a_lead_is_shown_with_the_apis_keys(synced: Desk) -> None:
    id_ = grace(synced)
    detail = asyncio.run(synced.world.use_cases.get_lead(synced.world.north.id, LeadId(UUID(id_))))
    told = msgspec.to_builtins(api_leads.lead_detail(detail))
    assert synced("leads", "show", id_, "--json", *NORTH).json == told
    assert [link["external_id"] for link in told["links"]] == ["1001"]
    assert "Grace Hopper" in synced("leads", "show", id_, *NORTH).out


def test_a_lead_is_shown_with_its_ids_at_providers_and_what_was_changed(synced: Desk) -> None:
    there = synced("leads", "show", grace(synced), "--json", *NORTH).json["links"][0]["external_id"]
    synced.world.gym.books.leads.edit(there, {"last_name": "Murray"})
    synced("sync", "run", "leads", "--force", *NORTH)
    shown = synced("leads", "show", grace(synced), *NORTH).out
    assert re.search(f"^at providers:\naccount .*\nmemory/main +{there} ", shown, re.MULTILINE)
    assert re.search(r"last_name +Hopper +Hopper +Murray +theirs +Murray", shown)


def test_a_membership_is_sold_changed_and_cancelled(synced: Desk) -> None:
    sale = ("memberships", "sell", "--package", "Gold", "--start-date", "2026-04-01", "--json", *NORTH)
    sold = synced(*sale, "--member", ada(synced)["id"]).json
    assert (sold["member"]["first_name"], sold["membership"]["status"]) == ("Ada", "pending")
    stranger = synced(*sale, "--first-name", "Eve", "--last-name", "E", "--email", "eve@x.example").json
    assert stranger["membership"]["member_id"] == stranger["member"]["id"]
    id_ = membership_of_ada(synced)["id"]
    free = synced("memberships", "update", id_, "--monthly-price", "0", "--json", *NORTH).json
    assert free["membership"]["monthly_price"] == {"amount": "0.00", "currency": "EUR"}
    gone = synced("memberships", "cancel", id_, "--reason", "moved", "--json", *NORTH).json
    assert gone["membership"]["status"] == "cancelled"
    again = synced("memberships", "cancel", id_, "--reason", "moved", *NORTH)
    assert (again.code, again.out.splitlines()[1]) == (0, "it is cancelled already: nothing was changed")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_cancellation_tells_of_the_one_that_it_wrote_over(synced: Desk, as_json: bool) -> None:
    synced.world.gym.books.memberships.edit("1001", {"cancels_on": "2027-06-30"})
    words = ("memberships", "cancel", membership_of_ada(synced)["id"], "--reason", "moved", *NORTH)
    if as_json:
        assert synced(*words, "--json").json["written_over"] == {"cancels_on": "2027-06-30"}
    else:
        why = "written over what somebody had changed there, and no sync had seen"
        assert synced(*words).out.splitlines()[1:] == [f"{why}: cancels_on: 2027-06-30; the journal has it"]


def test_members_and_memberships_are_named_by_the_providers_id_too(synced: Desk) -> None:
    known = membership_of_ada(synced)
    ((member, there),) = [
        (str(entry.values["member"]), entry.external_id)
        for entry in synced.world.gym.books.memberships.entries()
        if synced("members", "show", str(entry.values["member"]), "--json", *NORTH).json["member"]["first_name"]
        == "Ada"
    ]
    sale = ("memberships", "sell", "--package", "Gold", "--start-date", "2026-04-01", "--json", *NORTH)
    assert synced(*sale, "--member", f"main/{member}").json["membership"]["member_id"] == ada(synced)["id"]
    again = synced(*sale, "--member", member)
    assert (again.code, again.error["code"]) == (1, "already_exists")
    changed = synced("memberships", "update", there, "--monthly-price", "39", "--json", *NORTH).json["membership"]
    assert (changed["id"], changed["monthly_price"]["amount"]) == (known["id"], "39.00")
    gone = synced("memberships", "cancel", f"main/{there}", "--reason", "moved", "--json", *NORTH).json["membership"]
    assert (gone["id"], gone["status"]) == (known["id"], "cancelled")
    for words in ((*sale, "--member", "999"), ("memberships", "cancel", "999", "--reason", "x", "--json", *NORTH)):
        assert synced(*words).code == 3


def test_a_price_has_no_more_digits_than_the_currency(synced: Desk) -> None:
    result = synced("memberships", "update", membership_of_ada(synced)["id"], "--monthly-price", "45.555", *NORTH)
    assert (result.code, result.err.splitlines()[0]) == (
        2,
        "error: 45.555 is no exact amount of EUR, which has 2 digits after the point",
    )


def test_the_status_of_a_membership_is_not_changed_into_itself_nor_into_cancelled(synced: Desk) -> None:
    id_ = membership_of_ada(synced)["id"]
    same = synced("memberships", "update", id_, "--status", "active", *NORTH)
    assert (same.code, same.out.splitlines()[1]) == (0, "it is active already: nothing was changed")
    refused = synced("memberships", "update", id_, "--status", "cancelled", *NORTH)
    assert (refused.code, refused.err.splitlines()) == (
        1,
        [
            "error: a membership becomes cancelled by cancelling it, with the reason, not by an update",
            f"hint: tresen memberships cancel {id_} --reason TEXT",
        ],
    )
    assert synced("tasks", "list", "--json", *NORTH).json["staff_tasks"] == []


def test_of_a_lead_that_is_known_each_value_and_every_task_is_told(synced: Desk) -> None:
    synced("leads", "edit", "1001", "--phone", "030 1", *NORTH)
    person = ("--first-name", "Grace", "--last-name", "Murray", "--email", "grace@example.org", "--phone", "030 9")
    made = synced("leads", "create", *person, *NORTH).out
    (task,) = synced("tasks", "list", "--status", "open", "--json", *NORTH).json["staff_tasks"]
    asked = (
        "they wrote again, and what they said is not what is known: ask which holds, and change it there or close this"
    )
    assert made.splitlines() == [
        f"already there: Grace Hopper ({grace(synced)})",
        "  first_name: known already",
        "  last_name: not changed here: it is known otherwise, and a person asks which holds",
        "  email: known already",
        "  phone: not changed here: it is known otherwise, and a person asks which holds",
        "a person must do it (undecided): Change last_name, phone of the lead Grace Hopper at the provider",
        "  external id  1001",
        "  last name    Murray",
        "  phone        030 9",
        "  account      main",
        f"  why          {asked}",
        f"when it is done: tresen tasks done {task['id']}",
    ]
    told = synced("leads", "create", *person, "--json", *NORTH).json
    assert [each["fate"] for each in told["fields"]] == ["here", "task", "here", "task"]
    assert told["tasks"] == [told["task"]] == [task]


def test_who_cancelled_a_membership_and_why_is_explained(synced: Desk) -> None:
    id_ = membership_of_ada(synced)["id"]
    words = ("memberships", "cancel", id_, "--reason", "moves to Bonn", *NORTH)
    assert synced(*words, environ={"LOGNAME": "jo"}).code == 0
    told = synced("sync", "explain", "membership", id_, "cancels_on", *NORTH).out
    why = r"jo cancelled it here \(moves to Bonn\); it was written at the provider at once"
    assert re.search(f"^why +{why}$", told, re.MULTILINE)
    assert re.search(r"^from +an edit here$", told, re.MULTILINE)
    assert re.search(why, synced("sync", "history", "membership", id_, *NORTH).out)


def test_what_was_changed_of_a_membership_is_shown_with_the_member(synced: Desk) -> None:
    id_ = membership_of_ada(synced)["id"]
    synced("memberships", "update", id_, "--monthly-price", "39", "--by", "Eva", *NORTH)
    shown = synced("members", "show", "1001", *NORTH).out
    assert f"changes of Gold ({id_}) (holds now" in shown
    assert re.search(
        r" price +49\.00 EUR +49\.00 EUR +39\.00 EUR +an edit here +39\.00 EUR +39\.00 EUR +Eva changed it", shown
    )
    assert "no changes by syncs or people" not in shown
    synced("members", "edit", "1001", "--city", "Bonn", *NORTH)
    assert "changes (holds now" in synced("members", "show", "1001", *NORTH).out
    told = synced("members", "show", "1001", "--json", *NORTH).json
    detail = asyncio.run(synced.world.use_cases.get_member(synced.world.north.id, MemberId(UUID(ada(synced)["id"]))))
    known = msgspec.to_builtins(api_members.member_detail(detail))
    assert told["changed_memberships"] == known["changed_memberships"]
    assert [each["id"] for each in told["changed_memberships"]] == [id_]


def test_who_changed_a_membership_is_explained(synced: Desk) -> None:
    id_ = membership_of_ada(synced)["id"]
    assert synced("memberships", "update", id_, "--monthly-price", "39", "--by", "Eva", *NORTH).code == 0
    told = synced("sync", "explain", "membership", id_, "price", *NORTH).out
    assert re.search(r"^why +Eva changed it here; it was written at the provider at once$", told, re.MULTILINE)


@pytest.fixture
def by_hand(synced: Desk) -> Desk:
    """As synced, but Tresen may not write at the provider."""
    synced.world.change_account(synced.world.account.id, writes_enabled=False)
    return synced


def test_what_cannot_be_written_becomes_a_task_that_is_done_once(by_hand: Desk) -> None:
    result = by_hand("leads", "update", grace(by_hand), "--status", "lost", *NORTH)
    assert result.code == 0
    assert "a person must do it (writes disabled)" in result.out
    task = by_hand("tasks", "list", "--status", "open", "--json", *NORTH).json["staff_tasks"][0]
    assert f"tresen tasks done {task['id']}" in result.out
    assert by_hand("tasks", "done", task["id"], *SOUTH).code == 3
    done = by_hand("tasks", "done", task["id"], "--note", "called", "--json", *NORTH, environ={"LOGNAME": "jo"}).json[
        "task"
    ]
    assert (done["status"], done["done_by"], done["note"]) == ("done", "jo", "called")
    again = by_hand("tasks", "done", task["id"], "--by", "kim", *NORTH)
    assert again.code == 1
    assert by_hand("tasks", "list", "--status", "open", "--json", *NORTH).json == {"staff_tasks": [], "count": 0}


def test_one_task_is_shown_open_and_done(by_hand: Desk) -> None:
    by_hand("leads", "create", "--first-name", "Eve", "--last-name", "E", "--email", "eve@x.example", *NORTH)
    (task,) = by_hand("tasks", "list", "--json", *NORTH).json["staff_tasks"]
    assert by_hand("tasks", "show", task["id"], "--json", *NORTH).json == {"task": task}
    shown = by_hand("tasks", "show", task["id"], *NORTH).out
    for line in (
        "what to do +Enter the lead Eve E .*",
        "status +open",
        "why +writes disabled",
        "  email +eve@x.example",
    ):
        assert re.search(f"^{line}$", shown, re.MULTILINE), line
    assert shown.endswith(f"when it is done: tresen tasks done {task['id']}\n")
    by_hand("tasks", "done", task["id"], "--note", "called", "--by", "Kim", *NORTH)
    done = by_hand("tasks", "show", task["id"], *NORTH).out
    assert re.search("^done by +Kim$", done, re.MULTILINE)
    assert "tresen tasks done" not in done
    assert by_hand("tasks", "show", task["id"], *SOUTH).code == 3


def test_a_task_shows_every_value_that_somebody_has_to_enter(by_hand: Desk) -> None:
    person = ("--first-name", "Eve", "--last-name", "E E", "--email", "eve@x.example", "--phone", "030 77")
    made = by_hand("leads", "create", *person, "--message", "call\nme", *NORTH)
    values = ["  first name  Eve", "  last name   E E", "  email       eve@x.example", "  phone       030 77"]
    values.append("  notes       call me")
    told = made.out.splitlines()
    asked = next(n for n, line in enumerate(told) if line.startswith("a person must do it"))
    assert told[asked + 1 : asked + 6] == values
    listed = by_hand("tasks", "list", *NORTH).out
    task = by_hand("tasks", "list", "--json", *NORTH).json["staff_tasks"][0]
    assert "first name: Eve; last name: E E; email: eve@x.example; phone: 030 77; notes: call me" in listed
    assert (listed.count(task["id"]), listed.count("Enter the lead Eve E E")) == (1, 1)
    assert (task["details"]["phone"], task["details"]["email"]) == ("030 77", "eve@x.example")
    by_hand("tasks", "done", task["id"], *NORTH)
    assert "eve@x.example" not in by_hand("tasks", "list", *NORTH).out


ByHand = Callable[[Desk], tuple[str, ...]]
TERMS = ("--package", "Gold", "--start-date", "2026-04-01")


@pytest.mark.parametrize(
    "command",
    [
        lambda desk: ("leads", "convert", grace(desk), *TERMS),
        lambda _: ("leads", "create", "--email", "eve@x.example", "--first-name", "Eve"),
        lambda desk: ("memberships", "sell", "--member", ada(desk)["id"], *TERMS),
        lambda desk: ("memberships", "update", membership_of_ada(desk)["id"], "--package", "Gold"),
        lambda desk: ("memberships", "cancel", membership_of_ada(desk)["id"], "--reason", "moved"),
    ],
)
def test_every_write_tells_its_task(by_hand: Desk, command: ByHand) -> None:
    result = by_hand(*command(by_hand), "--json", *NORTH)
    assert result.code == 0
    assert result.json["task"]["reason"] == "writes_disabled"
    assert result.json["task"] in by_hand("tasks", "list", "--json", *NORTH).json["staff_tasks"]
