"""What every request gets: an id, headers, limits, an audit line, a log line, and no secrets in its errors."""

import logging
from datetime import timedelta

import attrs
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import HTTPRequestEvent, Message
from tests.world import PASSWORD, World

from tresen.adapters.memory.audit import MemoryAuditLog
from tresen.application.ports.directory import Directory
from tresen.application.ports.readers import AuditEntry
from tresen.domain.shared.errors import StorageUnavailable
from tresen.domain.shared.ids import TenantId
from tresen.entrypoints.api.app import ApiSettings, create_api

from .conftest import Api, Caller

LIN = {"first_name": "Lin", "last_name": "Ott", "email": "lin@example.org"}


async def test_a_sane_correlation_id_is_taken_over_and_any_other_replaced(api: Api) -> None:
    taken = await api.client.get("/health", headers={"X-Correlation-ID": "shop-42.a_b"})
    assert taken.headers["x-correlation-id"] == "shop-42.a_b"
    for other in ("", "a b", "x" * 65, "<script>", "a\tb"):
        made = (await api.client.get("/health", headers={"X-Correlation-ID": other})).headers["x-correlation-id"]
        assert made not in {other, "shop-42.a_b"}
        assert len(made) == 36


@pytest.mark.parametrize("path", ["/health", "/", "/nope", "/api/v1/members", "/static/page.js"])
async def test_every_answer_carries_the_security_headers(api: Api, path: str) -> None:
    headers = (await api.client.get(path)).headers
    policy = headers["content-security-policy"]
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] in {"no-store", "no-cache"}
    assert "strict-transport-security" not in headers
    assert "access-control-allow-origin" not in headers


async def test_transport_security_is_promised_only_where_there_is_tls(world: World) -> None:
    app = create_api(world.use_cases, ApiSettings(public_url="https://desk.example"))
    async with AsyncTestClient(app) as client:
        assert "max-age" in (await client.get("/health")).headers["strict-transport-security"]


async def test_foreign_origins_are_answered_only_when_named(world: World) -> None:
    preflight = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    app = create_api(world.use_cases, ApiSettings(cors_origins=["https://shop.example"]))
    async with AsyncTestClient(app) as client:
        named = await client.options("/api/v1/members", headers={"Origin": "https://shop.example", **preflight})
        other = await client.options("/api/v1/members", headers={"Origin": "https://evil.example", **preflight})
    assert named.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in other.headers
    assert "access-control-allow-credentials" not in named.headers


async def test_whoever_changes_something_or_tries_to_is_in_the_audit_log(api: Api, admin: Caller) -> None:
    created = await admin.post("/leads", LIN)
    await api.as_("viewer").post("/leads", LIN)
    await admin.get("/leads")
    audit = (await admin.get("/audit")).json()
    lines = audit["audit"]
    assert audit.keys() == {"audit", "has_more"}
    assert audit["has_more"] is False
    assert (await admin.get("/audit", limit=1)).json()["has_more"] is True
    assert [(line["action"], line["status"], line["name"]) for line in lines] == [
        ("POST /api/v1/leads", 403, "viewer@north.example"),
        ("POST /api/v1/leads", 201, "admin@north.example"),
    ]
    assert lines[1]["correlation_id"] == created.headers["x-correlation-id"]
    assert lines[1]["at"] == "2026-03-02T12:00:00Z"
    assert lines[1]["principal"].startswith("user:")


async def test_the_audit_log_is_paged(api: Api, admin: Caller) -> None:
    for number in range(3):
        await admin.post(f"/jobs/{number}/retry")
        await api.as_("owner", "south").post(f"/jobs/south-{number}/retry")
    pages = [(await admin.get("/audit", limit=2, offset=offset)).json() for offset in (0, 2, 3)]
    assert [[line["action"] for line in page["audit"]] for page in pages] == [
        ["POST /api/v1/jobs/2/retry", "POST /api/v1/jobs/1/retry"],
        ["POST /api/v1/jobs/0/retry"],
        [],
    ]
    assert [page["has_more"] for page in pages] == [True, False, False]


async def test_an_audit_line_has_nothing_in_it_that_a_store_cannot_keep(api: Api, admin: Caller) -> None:
    await admin.post("/jobs/%00/retry")
    assert (await admin.get("/audit")).json()["audit"][0]["action"] == "POST /api/v1/jobs/\ufffd/retry"


async def test_logins_are_in_the_audit_log_without_the_password(api: Api, admin: Caller) -> None:
    await api.client.post("/api/v1/auth/login", json={"email": "viewer@north.example", "password": PASSWORD})
    audit = await admin.get("/audit")
    assert audit.json()["audit"][0]["action"] == "POST /api/v1/auth/login"
    assert PASSWORD not in audit.text


class FullAuditLog(MemoryAuditLog):
    """A disk that is full."""

    async def append(self, tenant_id: TenantId, entry: AuditEntry) -> None:
        raise StorageUnavailable("disk full")


async def test_a_lost_audit_line_does_not_undo_what_was_done(world: World, caplog: pytest.LogCaptureFixture) -> None:
    uses = attrs.evolve(world.use_cases, audit=FullAuditLog(world.store))
    async with AsyncTestClient(create_api(uses)) as client:
        headers = {"Authorization": f"Bearer {world.token('admin')}"}
        assert (await client.post("/api/v1/leads", json=LIN, headers=headers)).status_code == 201
    assert "audit line lost" in caplog.text


async def test_a_user_has_a_limit_of_their_own(world: World) -> None:
    app = create_api(world.use_cases, ApiSettings(principal_limit=2))
    async with AsyncTestClient(app) as client:
        headers = {"Authorization": f"Bearer {world.token('viewer')}"}
        statuses = [(await client.get("/api/v1/members", headers=headers)).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        other = {"Authorization": f"Bearer {world.token('admin')}"}
        assert (await client.get("/api/v1/members", headers=other)).status_code == 200
        world.clock.advance(timedelta(minutes=1))
        assert (await client.get("/api/v1/members", headers=headers)).status_code == 200


async def test_an_address_has_a_limit_whatever_it_asks(world: World) -> None:
    app = create_api(world.use_cases, ApiSettings(address_limit=2))
    async with AsyncTestClient(app) as client:
        assert [(await client.get(path)).status_code for path in ("/health", "/nope")] == [200, 404]
        refused = await client.get("/health")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_requests"


async def test_the_audit_log_does_not_believe_a_forwarded_address(api: Api, world: World) -> None:
    caller = api.as_("admin", **{"X-Forwarded-For": "203.0.113.9"})
    await caller.post("/leads", LIN)
    assert (await world.use_cases.audit.latest(world.north.id, limit=1))[0].address == "testclient"


class BrokenDirectory:
    """A store whose driver raises what nobody foresaw."""

    async def session_by_hash(self, _: bytes) -> object:
        raise RuntimeError("SELECT secret FROM vault")

    async def ping(self) -> None:
        raise StorageUnavailable("no such file")


async def test_what_nobody_foresaw_is_told_as_nothing_but_an_id(world: World, caplog: pytest.LogCaptureFixture) -> None:
    broken: Directory = BrokenDirectory()  # type: ignore[assignment] # only what is asked of it here
    authenticate = type(world.use_cases.authenticate)(broken, None, world.clock)  # type: ignore[arg-type] # as above
    uses = attrs.evolve(world.use_cases, authenticate=authenticate, directory=broken)
    async with AsyncTestClient(create_api(uses)) as client:
        answer = await client.get("/api/v1/members", headers={"Authorization": "Bearer x", "X-Correlation-ID": "c-1"})
        assert answer.status_code == 500
        assert answer.json()["correlation_id"] == "c-1"
        for secret in ("SELECT", "vault", "Traceback", "RuntimeError", "NoneType"):
            assert secret not in answer.text
        assert "Traceback" in caplog.text
        assert (await client.get("/health")).status_code == 200
        ready = await client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.headers["retry-after"] == "5"


async def test_each_request_is_one_log_line_without_what_people_typed(
    api: Api, admin: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="tresen.access"):
        await admin.get("/members", q="ada@example.org")
        await api.client.get("/ada@example.org")
    lines = [record for record in caplog.records if record.name == "tresen.access"]
    assert [(vars(r)["route"], vars(r)["status"]) for r in lines] == [("/api/v1/members", 200), ("unmatched", 404)]
    assert vars(lines[0])["principal"].startswith("user:")
    assert not any("ada@example.org" in str(vars(record)) for record in lines)


async def test_metrics_count_requests_by_route(api: Api, admin: Caller) -> None:
    await admin.get("/members/019cae6b-6600-7000-8000-0000000000ff")
    answer = await api.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'path="/api/v1/members/{member_id}"' in answer.text


async def test_a_tall_body_an_unknown_path_and_a_wrong_method_are_problems_too(api: Api, admin: Caller) -> None:
    tall = await admin.post("/leads", {**LIN, "message": "m" * 1_100_000})
    answers = {413: tall, 404: await admin.get("/nothing"), 405: await admin.delete("/members")}
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"]
    assert answers[405].headers["allow"]


@pytest.mark.parametrize("path", ["/health", "/api/v1/members", "/", "/static/page.css", "/nope", "/api/v1/members/1"])
async def test_head_answers_like_get_without_the_body(api: Api, admin: Caller, path: str) -> None:
    got = await api.client.get(path, headers=admin.headers)
    head = await api.client.head(path, headers=admin.headers)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["content-type"] == got.headers["content-type"]


async def test_head_does_not_write(api: Api, admin: Caller) -> None:
    assert (await api.client.head("/api/v1/conflicts/resolve", headers=admin.headers)).status_code == 405


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/members/abc", "'abc' is no id of a member"),
        ("/members/abc/memberships", "'abc' is no id of a member"),
        ("/leads/1", "'1' is no id of a lead"),
        ("/provider-accounts/main/health", "'main' is no id of a provider account"),
        ("/schedules/sync_members_auto", "'sync_members_auto' is no id of a schedule"),
        ("/webhook-deliveries/7", "'7' is no id of a delivery"),
        ("/webhook-endpoints/shop/messages", "'shop' is no id of a webhook endpoint"),
        ("/webhook-endpoints/019cae6b-6600-7000-8000-0000000000ff/messages/msg_1", "'msg_1' is no id of a message"),
    ],
)
async def test_what_is_no_id_is_told_as_such(admin: Caller, path: str, named: str) -> None:
    answer = await admin.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert answer.json()["detail"].startswith(named)


@pytest.mark.parametrize("path", ["/sync/conflicts", "/sync/pushs", "/sync/conflicts/plan"])
async def test_what_no_sync_is_called_is_no_route(admin: Caller, path: str) -> None:
    answer = await admin.get(path)
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such page or route")


@pytest.mark.parametrize("path", ["/sync/members", "/sync/lead", "/sync/all/plan"])
async def test_a_sync_that_is_asked_for_the_wrong_way_is_told_so(admin: Caller, path: str) -> None:
    answer = await admin.get(path)
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"OPTIONS", "POST"})


@pytest.mark.parametrize("path", ["/sync/runs", "/sync/status", "/sync/states", "/sync/pushes"])
async def test_what_can_be_read_is_no_sync_but_a_route(admin: Caller, path: str) -> None:
    answer = await admin.delete(path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/sync/runs", {"state": "foo"}, "state"),
        ("/sync/pushes", {"state": "foo"}, "state"),
        ("/conflicts", {"state": "foo"}, "state"),
        ("/members", {"status": "foo"}, "status"),
        ("/webhook-deliveries", {"status": "foo"}, "status"),
        ("/webhook-deliveries", {"provider": "foo"}, "provider"),
    ],
)
async def test_a_wrong_word_is_repeated(admin: Caller, path: str, query: dict[str, str], field: str) -> None:
    answer = await admin.get(path, **query)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{field} is one of ")
    assert answer.json()["detail"].endswith(", not 'foo'")


async def test_an_id_below_which_there_is_nothing_is_no_stranger(admin: Caller) -> None:
    answer = await admin.get("/members/019cae6b-6600-7000-8000-0000000000ff/nothing")
    assert answer.json()["detail"] == "there is no such page or route"


@pytest.mark.parametrize("path", ["/schema/swagger", "/schema/redoc", "/nope", "/docs/nope"])
async def test_who_got_lost_gets_a_page_in_a_browser_and_a_problem_elsewhere(api: Api, path: str) -> None:
    program = await api.client.get(path)
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
    browser = await api.client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page." in browser.text
    assert '<link rel="stylesheet" href="/static/page.css">' in browser.text


async def test_below_the_api_even_browsers_get_problems(api: Api) -> None:
    answer = await api.client.get("/api/v1/nope", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_of_the_body_is_sent_after_head(api: Api) -> None:
    """Asked without a client: clients drop what must not come."""
    sent: list[Message] = []

    async def receive() -> HTTPRequestEvent:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, object] = {
        "type": "http",
        "http_version": "1.1",
        "method": "HEAD",
        "scheme": "http",
        "path": "/health",
        "raw_path": b"/health",
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "client": ("testclient", 1),
        "server": ("desk.example", 80),
        "state": {},
    }
    await api.client.app(scope, receive, send)
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert start["status"] == 200
    assert [message for message in rest if message.get("body")] == []
    assert len(rest) == 1
