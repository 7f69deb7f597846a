"""Records explained, put back, pinned and let go; what is on its way to the provider."""

import pytest
from tests.world import World

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.sync.override import Override

from .conftest import Api, Caller
from .disputes import ADA, HERE, ask_about, edit_here, keep_some, local_id

_NOBODY = "019cae6b-6600-7000-8000-0000000000ff"


async def first_name(caller: Caller, world: World) -> object:
    explained = (await caller.get(f"/sync/records/member/{await local_id(world)}/explain", field="first_name")).json()
    return explained["records"][0]["fields"][0]["ours"]


async def renamed(caller: Caller, world: World) -> tuple[str, str]:
    """The provider renames a member; ids of the journal line and of its run."""
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    await world.sync()
    history = (await caller.get(f"/sync/records/member/{await local_id(world)}/history")).json()
    change = history["versions"][0]["changes"][0]
    return change["id"], change["run_id"]


async def pin(world: World, external_id: str, field: str = "city") -> None:
    one = Override(
        account_id=world.account.id,
        kind="member",
        external_id=external_id,
        local_id=world.account.id,
        field=field,
        law="ours",
        because="so it is",
        set_by="Owner",
        set_at=world.clock.now(),
    )
    await world.transactions.run(world.north.id, "test", lambda uow: uow.overrides.put_many([one]))


async def test_a_field_is_explained(admin: Caller, world: World) -> None:
    kept = await keep_some(admin, world)
    answer = (await admin.get(f"/sync/records/member/{kept.record}/explain")).json()
    assert answer["count"] == 1
    record = answer["records"][0]
    assert (record["account_id"], record["external_id"]) == (str(world.account.id), ADA)
    fields = {field["field"]: field for field in record["fields"]}
    assert len(fields) == 14
    name, phone, email = fields["first_name"], fields["phone"], fields["email"]
    assert (name["origin"], name["law"], name["law_from"]) == ("journal", "theirs", "policy")
    assert (name["change"]["ours"], name["change"]["value"], name["change"]["run_id"]) == ("Ada", "Adele", kept.run)
    assert (phone["law"], phone["ours"], phone["conflict"]["id"]) == ("ask", HERE, kept.conflict)
    assert (email["origin"], email["change"], email["agreed"]) == ("created", None, True)
    one = (await admin.get(f"/sync/records/member/{kept.record}/explain", field="phone")).json()
    assert one["records"][0]["fields"] == [phone]


async def test_a_record_has_a_history(admin: Caller, world: World) -> None:
    kept = await keep_some(admin, world)
    answer = (await admin.get(f"/sync/records/member/{kept.record}/history")).json()
    assert answer["count"] == len(answer["versions"]) == 3
    latest, edited_here, first = answer["versions"]
    assert [(line["field"], line["rule"]) for line in edited_here["changes"]] == [("phone", "local_edit")]
    assert (latest["values"]["first_name"], first["values"]["first_name"]) == ("Adele", "Ada")
    assert latest["number"] > first["number"]
    assert (first["at"], first["changes"]) == (None, [])


@pytest.mark.parametrize("question", ["explain", "history"])
async def test_what_nobody_knows_is_not_found(api: Api, admin: Caller, world: World, question: str) -> None:
    record = await local_id(world)
    for path in (f"member/{_NOBODY}", f"lead/{record}", f"shoe/{record}", f"a%00b/{record}"):
        assert (await admin.get(f"/sync/records/{path}/{question}")).status_code == 404
    south = api.as_("owner", "south")
    assert (await south.get(f"/sync/records/member/{record}/{question}")).status_code == 404


@pytest.mark.parametrize("question", ["explain", "history"])
async def test_the_providers_id_is_not_found_and_says_how_ours_is(admin: Caller, question: str) -> None:
    answer = await admin.get(f"/sync/records/leads/10%2601/{question}")
    told = answer.json()["detail"]
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert told.startswith("'10&01' is no id of a lead: ids are UUIDs; if it is the provider's, ")
    assert "GET /api/v1/sync/records/lead?external_id=10%2601 tells ours (local_id)" in told
    assert "external_id" not in (await admin.get(f"/sync/records/shoe/1001/{question}")).json()["detail"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/members/41%2600", "member"),
        ("/members/41%2600/memberships", "member"),
        ("/leads/41%2600", "lead"),
        ("/memberships/41%2600", "membership"),
    ],
)
async def test_a_record_asked_for_by_the_providers_id_says_how_ours_is_found(
    admin: Caller, path: str, kind: str
) -> None:
    answer = await admin.get(path)
    told = f"GET /api/v1/sync/records/{kind}?external_id=41%2600 tells ours (local_id)"
    assert (answer.status_code, told in answer.json()["detail"]) == (404, True), answer.text
    assert "external_id" not in (await admin.get("/staff-tasks/4100/done")).json()["detail"]


@pytest.mark.parametrize("field", ["shoe", "a\x00b", "x" * 201])
async def test_a_field_that_there_is_not_is_invalid(admin: Caller, world: World, field: str) -> None:
    answer = await admin.get(f"/sync/records/member/{await local_id(world)}/explain", field=field)
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, ["field"])


async def test_an_override_of_a_field_that_is_no_more_says_that_it_does_nothing(admin: Caller, world: World) -> None:
    await pin(world, ADA)
    await pin(world, ADA, "nickname")
    found = (await admin.get("/sync/overrides")).json()["overrides"]
    assert {one["field"]: one["passed_over"] for one in found} == {
        "city": None,
        "nickname": "a member has no field nickname any more",
    }


async def test_an_undo_is_shown_before_it_is_done(admin: Caller, world: World) -> None:
    change, _ = await renamed(admin, world)
    answer = await admin.post("/sync/undo/plan", {"change_id": change})
    assert answer.status_code == 200
    told = answer.json()
    assert told["count"] == 1
    record = told["records"][0]
    assert (record["action"], record["external_id"], record["local_id"]) == ("edit", ADA, await local_id(world))
    assert record["fields"] == [
        {"field": "first_name", "now": "Adele", "back": "Ada", "overtaken": False, "change_id": change}
    ]
    assert await first_name(admin, world) == "Adele"
    assert (await admin.get("/sync/overrides")).json()["overrides"] == []


async def test_an_undo_of_what_is_tied_to_no_record_there_any_more_says_so(admin: Caller, world: World) -> None:
    change, _ = await renamed(admin, world)
    planned = (await admin.post("/sync/undo/plan", {"change_id": change})).json()
    assert [record["tied"] for record in planned["records"]] == [True]

    async def part(uow: UnitOfWork) -> None:
        await uow.sync_records.remove_many(world.account.id, "member", [ADA])

    await world.transactions.run(world.north.id, "test", part)
    planned = (await admin.post("/sync/undo/plan", {"change_id": change})).json()
    assert [record["tied"] for record in planned["records"]] == [False]
    told = (await admin.post("/sync/undo", {"change_id": change})).json()
    assert [record["tied"] for record in told["records"]] == [False]


async def test_what_was_first_seen_since_a_version_stays_and_is_named(admin: Caller, world: World) -> None:
    world.gym._lists_lack = frozenset({"notes"})
    grace = world.attract(notes="CrossFit Basics")
    await world.sync()
    (lead,) = (await admin.get("/sync/records/lead", external_id=grace)).json()["records"]
    assert (await admin.patch(f"/leads/{lead['local_id']}", {"lead_status": "lost"})).status_code == 200
    back = {"record": {"kind": "lead", "id": lead["local_id"], "version": 1}}
    (planned,) = (await admin.post("/sync/undo/plan", back)).json()["records"]
    assert ([each["field"] for each in planned["fields"]], planned["first_seen"]) == (["status"], ["notes"])
    assert (await admin.post("/sync/undo", back)).json()["count"] == 1
    await world.sync()
    there = world.gym.books.leads.get(grace).values
    assert (there["status"], there["notes"]) == ("new", "CrossFit Basics")
    versions = (await admin.get(f"/sync/records/lead/{lead['local_id']}/history")).json()["versions"]
    assert ["notes" in version["values"] for version in versions] == [True, True, False]
    learned = next(line["id"] for line in versions[1]["changes"] if line["field"] == "notes")
    (planned,) = (await admin.post("/sync/undo/plan", {"change_id": learned})).json()["records"]
    assert (planned["fields"], planned["first_seen"]) == ([], ["notes"])
    nothing = await admin.post("/sync/undo", {"change_id": learned})
    assert (nothing.status_code, nothing.json()) == (200, {"run": None, "records": [], "count": 0})


@pytest.mark.parametrize("by", ["change", "run", "record"])
async def test_an_undo_survives_later_syncs_until_its_override_goes(admin: Caller, world: World, by: str) -> None:
    change, run = await renamed(admin, world)
    targets: dict[str, dict[str, object]] = {
        "change": {"change_id": change},
        "run": {"run_id": run},
        "record": {"record": {"kind": "member", "id": await local_id(world), "version": 1}},
    }
    answer = await admin.post("/sync/undo", targets[by])
    assert answer.status_code == 200
    told = answer.json()
    assert (told["count"], told["run"]["kind"], told["run"]["counts"]["updated"]) == (1, "undo", 1)
    world.change_account(world.account.id, writes_enabled=False)
    await world.sync()
    assert await first_name(admin, world) == "Ada"
    (override,) = (await admin.get("/sync/overrides")).json()["overrides"]
    assert (override["field"], override["law"], override["set_by"]) == ("first_name", "ours", "admin@north.example")
    assert override["change_id"] == change
    names = {name: override[name] for name in ("account_id", "kind", "external_id", "field")}
    answer = await admin.delete("/sync/overrides", **names)
    assert (answer.status_code, answer.json()) == (200, {"outlook": None, "withdrawn": [], "waiting": []})
    assert (await admin.get("/sync/overrides")).json()["overrides"] == []
    assert (await admin.delete("/sync/overrides", **names)).status_code == 404
    (record,) = (await admin.get(f"/sync/records/members/{override['local_id']}/explain")).json()["records"]
    (line,) = [field["released"] for field in record["fields"] if field["released"] is not None]
    assert (line["field"], line["rule"]) == ("first_name", "released")
    assert line["reason"].startswith("admin@north.example took away the override ours of admin@north.example: ")
    found = (await admin.get(f"/sync/records/members/{override['local_id']}/history")).json()["versions"]
    assert [one["reason"] for version in found for one in version["released"]] == [line["reason"]]
    (run,) = (await admin.get("/sync/runs", kind="release")).json()["runs"]
    assert run["id"] == line["run_id"]


async def test_who_lets_go_is_told_what_is_not_written_there_any_more(admin: Caller, world: World) -> None:
    change, _ = await renamed(admin, world)
    await admin.post("/sync/undo", {"change_id": change})
    (override,) = (await admin.get("/sync/overrides")).json()["overrides"]
    names = {name: override[name] for name in ("account_id", "kind", "external_id", "field")}
    told = (await admin.delete("/sync/overrides", **names)).json()
    (push,) = told["withdrawn"]
    assert (push["values"], push["state"], told["waiting"]) == ({"first_name": "Ada"}, "dropped", [])
    assert (await admin.get("/sync/pushes")).json()["pushes"] == [push]


async def test_what_somebody_edited_since_is_put_back_only_when_that_is_wanted(admin: Caller, world: World) -> None:
    change, _ = await renamed(admin, world)
    await edit_here(world, first_name="Adeline")
    planned = (await admin.post("/sync/undo/plan", {"change_id": change})).json()
    assert [f["overtaken"] for r in planned["records"] for f in r["fields"]] == [True]
    nothing = (await admin.post("/sync/undo", {"change_id": change})).json()
    assert nothing == {"run": None, "records": [], "count": 0}
    assert await first_name(admin, world) == "Adeline"
    assert (await admin.post("/sync/undo", {"change_id": change, "overtaken": True})).json()["count"] == 1
    assert await first_name(admin, world) == "Ada"


@pytest.mark.parametrize("path", ["/sync/undo", "/sync/undo/plan"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"overtaken": True},
        {"change_id": "x"},
        {"change_id": _NOBODY, "run_id": _NOBODY},
        {"record": {"kind": "member", "id": _NOBODY}},
        {"record": {"kind": "member", "id": _NOBODY, "version": 0}},
        {"record": {"kind": "a\x00b", "id": _NOBODY, "version": 1}},
        {"change_id": _NOBODY, "by": "me"},
    ],
)
async def test_an_undo_of_nothing_in_particular_undoes_nothing(
    admin: Caller, world: World, path: str, body: object
) -> None:
    await renamed(admin, world)
    answer = await admin.post(path, body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert await first_name(admin, world) == "Adele"


@pytest.mark.parametrize("path", ["/sync/undo", "/sync/undo/plan"])
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["change_id", "run_id", "record"]),
        ({"change_id": _NOBODY, "run_id": _NOBODY}, ["change_id", "run_id"]),
        ({"record": {"kind": "pigeon", "version": 1}}, ["record.kind"]),
        ({"record": {"kind": "member", "version": 99}}, ["record.version"]),
    ],
)
async def test_what_is_wrong_with_an_undo_is_told_by_its_field(
    admin: Caller, world: World, path: str, body: dict[str, dict[str, object]], fields: list[str]
) -> None:
    if "record" in body:
        body = {"record": {"id": await local_id(world), **body["record"]}}
    answer = await admin.post(path, body)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, fields)
    assert len({error["message"] for error in answer.json()["errors"]}) == 1
    assert answer.json()["detail"] == answer.json()["errors"][0]["message"]


async def test_an_override_of_no_kind_is_told_by_its_field(admin: Caller, world: World) -> None:
    names = {"account_id": str(world.account.id), "kind": "pigeon", "external_id": "1", "field": "email"}
    answer = await admin.delete("/sync/overrides", **names)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["kind"])


@pytest.mark.parametrize("path", ["/sync/undo", "/sync/undo/plan"])
async def test_what_another_tenant_did_cannot_be_undone(api: Api, admin: Caller, world: World, path: str) -> None:
    change, run = await renamed(admin, world)
    record = {"kind": "member", "id": await local_id(world), "version": 1}
    for caller, body in (
        (api.as_("owner", "south"), {"change_id": change}),
        (api.as_("owner", "south"), {"run_id": run}),
        (api.as_("owner", "south"), {"record": record}),
        (admin, {"run_id": _NOBODY}),
        (admin, {"record": {**record, "id": _NOBODY}}),
        (admin, {"record": {**record, "kind": "lead"}}),
    ):
        assert (await caller.post(path, body)).status_code == 404, body
    assert await first_name(admin, world) == "Adele"


async def test_viewers_look_and_undo_nothing(api: Api, admin: Caller, world: World) -> None:
    change, _ = await renamed(admin, world)
    viewer = api.as_("viewer")
    assert (await viewer.post("/sync/undo/plan", {"change_id": change})).status_code == 200
    assert (await viewer.post("/sync/undo", {"change_id": change})).status_code == 403
    await pin(world, ADA)
    names = {"account_id": str(world.account.id), "kind": "member", "external_id": ADA, "field": "city"}
    assert (await viewer.delete("/sync/overrides", **names)).status_code == 403
    assert len((await viewer.get("/sync/overrides")).json()["overrides"]) == 1


async def test_overrides_are_paged(admin: Caller, world: World) -> None:
    for number in range(3):
        await pin(world, f"{number}")
    first = (await admin.get("/sync/overrides", limit=2)).json()
    rest = (await admin.get("/sync/overrides", limit=2, offset=2)).json()
    assert [o["external_id"] for o in first["overrides"]] == ["0", "1"]
    assert [o["external_id"] for o in rest["overrides"]] == ["2"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


@pytest.mark.parametrize("external_id", ["a/b", "100%", "ä ö", "a&b=c?d#e", "..", "+ +", "\N{GRINNING FACE}", "a\nb"])
async def test_an_external_id_may_hold_any_characters(admin: Caller, world: World, external_id: str) -> None:
    await pin(world, external_id)
    await pin(world, "17", "*")
    names = {"account_id": str(world.account.id), "kind": "member"}
    answer = await admin.delete("/sync/overrides", **names, external_id=external_id, field="city")
    assert answer.status_code == 200
    assert [o["field"] for o in (await admin.get("/sync/overrides")).json()["overrides"]] == ["*"]
    assert (await admin.delete("/sync/overrides", **names, external_id="17", field="*")).status_code == 200


async def test_what_is_not_pinned_is_told_with_what_is(admin: Caller, world: World) -> None:
    await pin(world, ADA)
    await pin(world, ADA, "*")
    named = {"account_id": str(world.account.id), "kind": "members", "external_id": ADA, "field": "last_name"}
    for changed, told in (
        ({}, "no override of last_name of member 1001; pinned there: *, city"),
        ({"field": "bogus"}, "no override of bogus of member 1001; pinned there: *, city"),
        ({"external_id": "4100000"}, "no override of last_name of member 4100000; pinned there: nothing"),
    ):
        answer = await admin.delete("/sync/overrides", **{**named, **changed})
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (404, "not_found", told)


async def test_an_override_is_named_in_full_and_of_the_own_tenant(api: Api, admin: Caller, world: World) -> None:
    await pin(world, ADA)
    names = {"account_id": str(world.account.id), "kind": "member", "external_id": ADA, "field": "city"}
    for missing in names:
        partly = {name: value for name, value in names.items() if name != missing}
        answer = await admin.delete("/sync/overrides", **partly)
        assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [missing])
    assert (await admin.delete("/sync/overrides", **{**names, "external_id": "a\x00b"})).status_code == 422
    assert (await admin.delete("/sync/overrides", **{**names, "kind": "lead"})).status_code == 404
    assert (await api.as_("owner", "south").delete("/sync/overrides", **names)).status_code == 404
    assert (await api.as_("owner", "south").get("/sync/overrides")).json()["overrides"] == []
    assert len((await admin.get("/sync/overrides")).json()["overrides"]) == 1


async def test_pushes_are_listed_by_state(api: Api, admin: Caller, world: World) -> None:
    await ask_about(world, {"fields": {"phone": "ours"}})
    await edit_here(world, phone=PhoneNumber(HERE))
    await world.sync()
    assert world.gym.books.members.get(ADA).values["phone"] == HERE
    done = (await admin.get("/sync/pushes", state="done")).json()
    assert done["count"] == 1
    push = done["pushes"][0]
    assert (push["kind"], push["external_id"], push["values"]) == ("member", ADA, {"phone": HERE})
    assert push["expected"] == {"phone": "030 123456"}
    assert (await admin.get("/sync/pushes")).json() == done
    assert (await admin.get("/sync/pushes", limit=1, offset=1)).json() == {"pushes": [], "count": 1}
    assert (await admin.get("/sync/pushes", state="waiting")).json() == {"pushes": [], "count": 0}
    assert (await admin.get("/sync/pushes", state="gone")).status_code == 422
    assert (await api.as_("owner", "south").get("/sync/pushes")).json() == {"pushes": [], "count": 0}


async def test_a_record_is_found_by_the_providers_id(api: Api, admin: Caller, world: World) -> None:
    account = str(world.account.id)
    found = (await admin.get("/sync/records/member", external_id=ADA)).json()
    (link,) = found["records"]
    assert (found["count"], link["external_id"], link["account_id"], link["kind"]) == (1, ADA, account, "member")
    assert link["local_id"] == await local_id(world)
    assert (await admin.get("/sync/records/members", external_id=ADA, account_id=account)).json() == found
    nothing = {"records": [], "count": 0}
    assert (await admin.get("/sync/records/lead", external_id=ADA + "x")).json() == nothing
    south = api.as_("admin", "south")
    assert (await south.get("/sync/records/member", external_id=ADA)).json() == nothing
    assert (await south.get("/sync/records/member", external_id=ADA, account_id=account)).status_code == 404
    assert (await admin.get("/sync/records/goat", external_id=ADA)).status_code == 404
    missing = await admin.get("/sync/records/member")
    assert (missing.status_code, [e["field"] for e in missing.json()["errors"]]) == (422, ["external_id"])


async def test_kinds_are_taken_in_either_number(admin: Caller, world: World) -> None:
    record = await local_id(world)
    for path in (f"/sync/records/KIND/{record}/explain", f"/sync/records/KIND/{record}/history", "/sync/policies/KIND"):
        answers = [await admin.get(path.replace("KIND", kind)) for kind in ("member", "members")]
        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        unknown = await admin.get(path.replace("KIND", "goats"))
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
        assert unknown.json()["detail"] == "no kind of record goats; there are member, membership, lead"
    assert (await admin.get("/conflicts", kind="members")).status_code == 200
    assert (await admin.get("/sync/runs", kind="member")).json() == (
        await admin.get("/sync/runs", kind="members")
    ).json()
    runs = (await admin.post("/sync/lead", {"force": True})).json()["runs"]
    assert [run["kind"] for run in runs] == ["leads"]
    assert (await admin.post("/sync/goats")).json()["detail"] == "no kind of sync goats; there are members, leads, all"
