"""Policies: looked at, put, taken away; each version is kept."""

import pytest
from tests.world import World

from tresen.domain.identity.role import Scope

from .conftest import Api, Caller

PHONES: dict[str, object] = {"default": "newest", "fields": {"phone": "ask"}, "guards": {"deleted": {"percent": 5}}}


async def laws(caller: Caller, **query: str) -> dict[str, str]:
    answer = await caller.get("/sync/policies/member", **query)
    assert answer.status_code == 200
    found: dict[str, str] = answer.json()["policy"]["laws"]
    return found


async def test_without_a_word_the_built_in_policy_holds(api: Api) -> None:
    policy = (await api.as_("viewer").get("/sync/policies/lead")).json()["policy"]
    assert (policy["kind"], policy["account_id"], policy["version"], policy["layers"]) == ("lead", None, 0, [])
    assert set(policy["laws"].values()) == {"theirs"}
    assert policy["document"]["create_there"] is False
    assert policy["document"]["guards"]["deleted"] == {"percent": 10, "at_least": 5}


async def test_an_accounts_layer_lies_on_the_tenants(admin: Caller, world: World) -> None:
    account = str(world.account.id)
    put = await admin.put("/sync/policies/member", PHONES)
    assert put.status_code == 200
    layer = put.json()["layer"]
    assert (layer["version"], layer["document"], layer["account_id"]) == (1, PHONES, None)
    assert layer["set_by"] == "admin@north.example"
    await admin.put("/sync/policies/member", {"fields": {"phone": "ours"}}, account_id=account)
    assert {name: law for name, law in (await laws(admin)).items() if name in {"phone", "city"}} == {
        "phone": "ask",
        "city": "newest",
    }
    assert (await laws(admin, account_id=account))["phone"] == "ours"
    policy = (await admin.get("/sync/policies/member", account_id=account)).json()["policy"]
    assert [(one["account_id"], one["version"]) for one in policy["layers"]] == [(None, 1), (account, 1)]
    assert policy["document"]["guards"]["deleted"] == {"percent": 5, "at_least": 5}


async def test_what_does_not_count_at_an_account_says_why(admin: Caller, world: World) -> None:
    account = str(world.account.id)
    await admin.put("/sync/policies/member", {"delete_there": True})
    policy = (await admin.get("/sync/policies/member", account_id=account)).json()["policy"]
    assert policy["document"]["delete_there"] is True
    assert policy["held_back"] == {"delete_there": "no member can be deleted there"}
    assert (await admin.get("/sync/policies/member")).json()["policy"]["held_back"] == {}


async def test_versions_stay_and_a_layer_is_taken_away(admin: Caller) -> None:
    await admin.put("/sync/policies/member", PHONES)
    await admin.put("/sync/policies/member", PHONES)
    await admin.put("/sync/policies/member", {"default": "ours"})
    assert (await admin.delete("/sync/policies/member")).status_code == 204
    assert set((await laws(admin)).values()) == {"theirs"}
    answer = (await admin.get("/sync/policies/member/versions")).json()
    assert [(one["version"], one["document"]) for one in answer["versions"]] == [
        (3, {}),
        (2, {"default": "ours"}),
        (1, PHONES),
    ]
    assert answer["count"] == 3
    assert (await admin.get("/sync/policies/lead/versions")).json() == {"versions": [], "count": 0}


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ({"fields": {"shoe": "ours"}}, "fields.shoe", "invalid_value"),
        ({"fields": {"phone": "coin"}}, "fields.phone", "invalid_value"),
        ({"fields": {"phone": 1}}, "fields.phone", "invalid_value"),
        ({"fields": []}, "fields", "invalid_value"),
        ({"default": "coin"}, "default", "invalid_value"),
        ({"default": None}, "default", "invalid_value"),
        ({"deletes": "never"}, "deletes", "invalid_value"),
        ({"create_here": "yes"}, "create_here", "invalid_value"),
        ({"laws": {}}, "laws", "unknown_field"),
        ({"guards": {"deleted": {"percent": 101}}}, "guards.deleted.percent", "invalid_value"),
        ({"guards": {"deleted": {"at_least": -1}}}, "guards.deleted.at_least", "invalid_value"),
        ({"guards": {"shared": {}}}, "guards.shared", "unknown_field"),
    ],
)
async def test_a_document_that_makes_no_policy_changes_nothing(
    admin: Caller, document: object, field: str, code: str
) -> None:
    answer = await admin.put("/sync/policies/member", document)
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]
    assert all(e["message"] for e in answer.json()["errors"])
    assert (await admin.get("/sync/policies/member/versions")).json()["count"] == 0


async def test_everything_that_is_wrong_is_told_at_once(admin: Caller) -> None:
    answer = await admin.put("/sync/policies/member", {"deletes": "never", "delete_there": 1, "laws": {}})
    assert {e["field"] for e in answer.json()["errors"]} == {"deletes", "delete_there", "laws"}


async def test_what_there_is_not_is_not_found(api: Api, admin: Caller, world: World) -> None:
    north = str(world.account.id)
    for caller, path, query in (
        (admin, "/sync/policies/goats", {}),
        (admin, "/sync/policies/a%00b", {}),
        (api.as_("owner", "south"), "/sync/policies/member", {"account_id": north}),
    ):
        answers = [
            await caller.get(path, **query),
            await caller.get(f"{path}/versions", **query),
            await caller.put(path, {}, **query),
            await caller.delete(path, **query),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert (await admin.get("/sync/policies/member", account_id="x")).status_code == 422


async def test_one_tenants_policy_is_not_anothers(api: Api, admin: Caller) -> None:
    await admin.put("/sync/policies/member", PHONES)
    south = api.as_("owner", "south")
    assert set((await laws(south)).values()) == {"theirs"}
    assert (await south.get("/sync/policies/member/versions")).json()["count"] == 0


async def test_only_owners_and_admins_change_policies(api: Api, world: World) -> None:
    for role in ("viewer", "adviser"):
        caller = api.as_(role)
        assert (await caller.get("/sync/policies/member")).status_code == 200
        for answer in (await caller.put("/sync/policies/member", PHONES), await caller.delete("/sync/policies/member")):
            assert (answer.status_code, answer.json()["details"]) == (403, {"scope": "policies:write"})
    runner = api.with_key(await world.key(Scope.SYNC_READ, Scope.SYNC_RUN, Scope.SYNC_DECIDE))
    assert (await runner.put("/sync/policies/member", PHONES)).status_code == 403
    assert (await api.as_("owner").put("/sync/policies/member", PHONES)).status_code == 200


async def test_a_change_is_in_the_audit_log(admin: Caller) -> None:
    await admin.put("/sync/policies/member", PHONES)
    await admin.put("/sync/policies/member", {"default": "coin"})
    lines = (await admin.get("/audit", limit=2)).json()["audit"]
    assert [(line["action"], line["status"]) for line in lines] == [
        ("PUT /api/v1/sync/policies/member", 422),
        ("PUT /api/v1/sync/policies/member", 200),
    ]
