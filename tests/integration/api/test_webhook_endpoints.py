"""Webhook endpoints through the API. Nothing is sent here: that is a worker's."""

import pytest
from tests.world import SOUTH

from tresen.domain.identity.role import Scope
from tresen.entrypoints.web.work import work

from .conftest import Api, Caller
from .shapes import Json
from .test_description import ensure_fits

PATH = "/webhook-endpoints"
NEW = {"name": "shop", "url": "https://shop.example.com/hooks?key=1", "events": ["lead.*", "member.changed"]}
NOBODY = "019cae6b-6600-7000-8000-0000000000ff"


async def created(caller: Caller, **changes: object) -> Json:
    answer = await caller.post(PATH, {**NEW, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def one_of(caller: Caller, **changes: object) -> str:
    return f"{PATH}/{(await created(caller, **changes))['webhook_endpoint']['id']}"


async def test_the_secret_is_shown_once(admin: Caller) -> None:
    made = await created(admin)
    assert made["secret"].startswith("whsec_")
    endpoint = made["webhook_endpoint"]
    assert {key: endpoint[key] for key in NEW} == NEW
    assert (endpoint["status"], endpoint["disabled_reason"], endpoint["failed_messages"]) == ("active", None, 0)
    for path in (PATH, f"{PATH}/{endpoint['id']}"):
        answer = await admin.get(path)
        assert answer.status_code == 200
        assert made["secret"] not in answer.text
        assert "sealed" not in answer.text
    assert (await admin.get(PATH)).json() == {"webhook_endpoints": [endpoint], "count": 1}


async def test_without_filters_it_is_told_everything(admin: Caller) -> None:
    answer = await admin.post(PATH, {"name": "all", "url": NEW["url"]})
    assert answer.json()["webhook_endpoint"]["events"] == ["*"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "https://" + "a" * 2000 + ".example"}, "url"),
        ({"url": 7}, "url"),
        ({"events": []}, "events"),
        ({"events": ["lead.*"] * 51}, "events"),
        ({"events": ["LEAD"]}, "events"),
        ({"events": ["leed.captured"]}, "events"),
        ({"events": "*"}, "events"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(admin: Caller, change: dict[str, object], field: str) -> None:
    path = await one_of(admin)
    for answer in (await admin.post(PATH, {**NEW, **change}), await admin.patch(path, change)):
        assert answer.status_code == 422, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_name_is_taken_once(admin: Caller, api: Api) -> None:
    await created(admin)
    assert (await admin.post(PATH, NEW)).status_code == 409
    await created(api.as_("admin", SOUTH))


async def test_it_is_changed_in_part(admin: Caller) -> None:
    path = await one_of(admin)
    changed = (await admin.patch(path, {"events": ["*"]})).json()["webhook_endpoint"]
    assert (changed["name"], changed["url"], changed["events"]) == (NEW["name"], NEW["url"], ["*"])


async def test_a_rotation_shows_the_new_secret_and_when_the_former_ends(admin: Caller) -> None:
    path = await one_of(admin)
    for body, live in ((None, 2), ({"overlap_hours": 1}, 2), ({"overlap_hours": 0}, 1)):
        answer = await admin.post(f"{path}/rotate", body)
        assert answer.status_code == 200
        secrets = answer.json()["webhook_endpoint"]["secrets"]
        assert len(secrets) == live
        assert secrets[0]["expires_at"] is None
    for wrong in ({"overlap_hours": -1}, {"overlap_hours": 721}, {"overlap_hours": "1"}, {"hours": 1}):
        assert (await admin.post(f"{path}/rotate", wrong)).status_code == 422


async def test_it_is_switched_off_and_on(admin: Caller) -> None:
    path = await one_of(admin)
    off = await admin.post(f"{path}/disable")
    assert (off.status_code, off.json()["webhook_endpoint"]["disabled_reason"]) == (200, "person")
    for refused in ("disable", "test", "replay"):
        answer = await admin.post(f"{path}/{refused}")
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    on = await admin.post(f"{path}/enable")
    assert (on.status_code, on.json()["webhook_endpoint"]["status"]) == (200, "active")
    assert (await admin.post(f"{path}/enable")).status_code == 409


async def test_a_test_waits_as_a_message(admin: Caller) -> None:
    path = await one_of(admin)
    sent = (await admin.post(f"{path}/test")).json()["message"]
    assert (sent["type"], sent["status"], sent["event_id"], sent["attempts"]) == ("webhook.test", "pending", None, 0)
    assert sent["webhook_id"] == "msg_" + sent["id"].replace("-", "")
    assert (await admin.get(f"{path}/messages")).json() == {"messages": [sent], "count": 1}
    shown = (await admin.get(f"{path}/messages/{sent['id']}")).json()["message"]
    assert shown["attempt_log"] == []
    assert '"type":"webhook.test"' in shown["body"]
    assert len(shown["body"]) == shown["size"]
    assert (await admin.post(f"{path}/messages/{sent['id']}/replay")).status_code == 409


async def test_messages_are_filtered_and_replayed(admin: Caller) -> None:
    path = await one_of(admin)
    sent = (await admin.post(f"{path}/test")).json()["message"]
    await admin.post(f"{path}/disable")
    await admin.post(f"{path}/enable")
    for query, count in (
        ({"status": "cancelled"}, 1),
        ({"status": "failed"}, 0),
        ({"type": "webhook.test"}, 1),
        ({"type": "lead.captured"}, 0),
        ({"since": "2026-03-02T12:00:00Z", "until": "2026-03-02T13:00:01+01:00"}, 1),
        ({"until": "2026-03-02T12:00:00Z"}, 0),
        ({"since": "2026-03-02"}, 1),
        ({"since": "2026-03-03"}, 0),
        ({"limit": 1, "offset": 1, "order": "asc"}, 0),
    ):
        answer = await admin.get(f"{path}/messages", **query)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["messages"]) == count
    assert (await admin.post(f"{path}/replay", {"status": "failed"})).json() == {"replayed": 0}
    assert (await admin.post(f"{path}/replay", {"until": sent["created_at"]})).json() == {"replayed": 0}
    assert (await admin.post(f"{path}/replay")).json() == {"replayed": 1}
    assert (await admin.get(f"{path}/messages", status="pending")).json()["count"] == 1
    await admin.post(f"{path}/disable")
    await admin.post(f"{path}/enable")
    again = (await admin.post(f"{path}/messages/{sent['id']}/replay")).json()["message"]
    assert (again["status"], again["webhook_id"]) == ("pending", sent["webhook_id"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "gone"),
        ("since", "yesterday"),
        ("since", "2026-03-02T12:00:00"),
        ("until", "0001-01-01T00:00:00+14:00"),
        ("limit", 0),
        ("order", "up"),
        ("type", "a" * 101),
        ("q", "x"),
    ],
)
async def test_a_list_is_asked_properly_or_not_at_all(admin: Caller, name: str, value: str | int) -> None:
    path = await one_of(admin)
    answer = await admin.get(f"{path}/messages", **{name: value})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [name]


@pytest.mark.parametrize(
    "body",
    [
        {"status": "pending"},
        {"status": "gone"},
        {"since": "yesterday"},
        {"since": "2026-03-02T12:00:00"},
        {"since": "2026-03-02T12:00:00Z", "until": "2026-03-01T12:00:00Z"},
        {"all": True},
        [],
    ],
)
async def test_a_replay_is_asked_properly_or_not_at_all(admin: Caller, body: object) -> None:
    path = await one_of(admin)
    assert (await admin.post(f"{path}/replay", body)).status_code == 422


async def test_it_is_deleted_with_its_messages(admin: Caller) -> None:
    path = await one_of(admin)
    await admin.post(f"{path}/test")
    assert (await admin.delete(path)).status_code == 204
    for answer in (await admin.get(path), await admin.get(f"{path}/messages"), await admin.delete(path)):
        assert answer.status_code == 404


async def test_another_tenants_endpoint_is_not_there(admin: Caller, api: Api) -> None:
    path = await one_of(admin)
    message = f"{path}/messages/{(await admin.post(f'{path}/test')).json()['message']['id']}"
    stranger = api.as_("admin", SOUTH)
    assert (await stranger.get(PATH)).json()["count"] == 0
    answers = [await stranger.get(p) for p in (path, f"{path}/messages", message)]
    answers += [await stranger.post(f"{path}/{word}") for word in ("rotate", "disable", "enable", "test", "replay")]
    answers += [await stranger.post(f"{message}/replay"), await stranger.patch(path, {"name": "mine"})]
    answers += [await stranger.delete(path)]
    assert {answer.status_code for answer in answers} == {404}
    second = await one_of(admin, name="second")
    assert (await admin.get(message.replace(path, second))).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "adviser"])
async def test_only_admins_see_or_change_endpoints(api: Api, role: str) -> None:
    caller = api.as_(role)
    assert (await caller.get(PATH)).status_code == 403
    assert (await caller.post(PATH, NEW)).status_code == 403


async def test_a_key_that_reads_does_not_write(api: Api) -> None:
    caller = api.with_key(await api.world.key(Scope.ENDPOINTS_READ))
    assert (await caller.get(PATH)).status_code == 200
    assert (await caller.post(PATH, NEW)).status_code == 403


@pytest.mark.parametrize("path", [f"{PATH}/1", f"{PATH}/{NOBODY}", f"{PATH}/{NOBODY}/messages"])
async def test_an_id_that_is_none_is_not_found(admin: Caller, path: str) -> None:
    assert (await admin.get(path)).status_code == 404


async def test_what_is_no_json_is_malformed(api: Api, admin: Caller) -> None:
    answer = await api.client.post(f"/api/v1{PATH}", content=b"{", headers=admin.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_answers_fit_the_description(api: Api, admin: Caller) -> None:
    document = (await api.client.get("/schema")).json()
    path = await one_of(admin)
    message = (await admin.post(f"{path}/test")).json()["message"]["id"]
    v1 = f"/api/v1{PATH}"
    ensure_fits(document, await admin.get(PATH), v1)
    ensure_fits(document, await admin.get(path), v1 + "/{endpoint_id}")
    ensure_fits(document, await admin.get(f"{path}/messages"), v1 + "/{endpoint_id}/messages")
    ensure_fits(document, await admin.get(f"{path}/messages/{message}"), v1 + "/{endpoint_id}/messages/{message_id}")


async def test_the_metrics_and_the_page_tell_what_waits_and_who_is_disabled(admin: Caller, api: Api) -> None:
    made = await created(admin)
    path = f"{PATH}/{made['webhook_endpoint']['id']}"
    await admin.post(f"{path}/test", {})
    text = (await api.client.get("/metrics")).text
    assert "tresen_webhook_messages_pending 1.0" in text
    assert "tresen_webhook_endpoints_disabled 0.0" in text
    await admin.post(f"{path}/disable", {})
    text = (await api.client.get("/metrics")).text
    assert "tresen_webhook_messages_pending 0.0" in text
    assert "tresen_webhook_endpoints_disabled 1.0" in text
    assert (await work(api.world.use_cases, api.world.north.id)).disabled_endpoints == 1
    assert (await work(api.world.use_cases, api.world.north.id)).messages["cancelled"] == 1
