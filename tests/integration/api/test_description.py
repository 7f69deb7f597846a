"""The description for machines says what the API does."""

import re
from collections.abc import Iterator
from importlib.metadata import version

import httpx
import pytest
from tests.world import PASSWORD, World

from .conftest import Api, Caller, first_id
from .disputes import ADA, keep_some
from .shapes import Json, misfits

LIN = {"first_name": "Lin", "last_name": "Ott", "email": "lin@example.org"}
SALE = {"membership_type": "Gold", "start_date": "2026-04-01"}


@pytest.fixture
async def document(api: Api) -> Json:
    return (await api.client.get("/schema")).json()


def described(document: Json, method: str, path: str, status: int) -> Json:
    """Media type and schema of an answer."""
    answers = document["paths"][path][method.lower()]["responses"]
    answer = answers.get(str(status)) or answers[f"{status // 100}XX"]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return answer["content"]


def ensure_fits(document: Json, answer: httpx.Response, path: str) -> None:
    """The answer is one that the description gives for this route."""
    content = described(document, answer.request.method, path, answer.status_code)
    schema = content[answer.headers["content-type"].partition(";")[0]]["schema"]
    assert list(misfits(answer.json(), schema, document)) == []


async def test_each_part_of_a_decision_is_described(document: Json) -> None:
    body = document["components"]["schemas"]["ResolveBody"]["properties"]
    assert "theirs: as the provider has it" in body["choice"]["description"]
    assert "one of the conflict's candidates" in body["value"]["description"]
    assert "looked at" in body["version"]["description"]
    assert body["choice"]["enum"] == ["theirs", "ours", "value"]


async def test_the_version_is_the_packages(document: Json) -> None:
    assert document["info"]["version"] == version("tresen")


def closed_and_public(document: Json) -> tuple[dict[str, Json], dict[str, Json]]:
    closed: dict[str, Json] = {}
    public: dict[str, Json] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            (closed if operation["security"] else public)[f"{method.upper()} {path}"] = operation
    return closed, public


async def test_every_closed_route_says_by_what_it_is_opened(document: Json) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert document["components"]["securitySchemes"]["apiKey"]["name"] == "X-API-Key"
    closed, public = closed_and_public(document)
    assert public.keys() == {"POST /api/v1/auth/login", "GET /health", "GET /health/ready", "GET /metrics"}
    assert closed["POST /api/v1/leads"]["security"] == [{"bearer": ["leads:write"]}, {"apiKey": ["leads:write"]}]
    for name, operation in closed.items():
        assert {"401", "403", "429", "5XX"} <= operation["responses"].keys(), name


async def test_every_error_is_the_one_problem(document: Json) -> None:
    closed, public = closed_and_public(document)
    for name, operation in {**closed, **public}.items():
        assert operation["description"], name
        for status in operation["responses"]:
            if status[0] in "45":
                content = document["components"]["responses"][
                    operation["responses"][status]["$ref"].rpartition("/")[2]
                ]["content"]
                assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


async def test_routes_that_may_need_a_person_say_so(document: Json) -> None:
    closed, _ = closed_and_public(document)
    assert {name for name, operation in closed.items() if "202" in operation["responses"]} == {
        "POST /api/v1/leads",
        "PATCH /api/v1/leads/{lead_id}",
        "POST /api/v1/leads/{lead_id}/convert",
        "PATCH /api/v1/members/{member_id}",
        "POST /api/v1/memberships",
        "PATCH /api/v1/memberships/{membership_id}",
        "POST /api/v1/memberships/{membership_id}/cancel",
    }


async def test_a_sync_names_its_kinds_and_needs_no_body(document: Json) -> None:
    operation = document["paths"]["/api/v1/sync/{kind}"]["post"]
    kind = next(p for p in operation["parameters"] if p["name"] == "kind")
    assert kind["schema"]["enum"] == ["members", "leads", "all"]
    assert operation["requestBody"]["required"] is False
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/SyncBody"
    }
    assert document["paths"]["/api/v1/leads"]["post"]["requestBody"]["required"] is True


async def test_lists_and_records_fit(admin: Caller, document: Json, world: World) -> None:
    world.gym.books.members.edit("1001", {"first_name": "Adele"})
    await world.sync()
    await admin.post("/leads", LIN)
    v1 = "/api/v1"
    for path in ("/members", "/leads", "/memberships", "/packages", "/users", "/audit", "/sync/runs", "/sync/status"):
        ensure_fits(document, await admin.get(path), v1 + path)
    member = await first_id(admin, "/members", "members")
    ensure_fits(document, await admin.get(f"/members/{member}"), f"{v1}/members/{{member_id}}")
    ensure_fits(document, await admin.get(f"/members/{member}/memberships"), f"{v1}/members/{{member_id}}/memberships")
    sold = await first_id(admin, "/memberships", "memberships")
    ensure_fits(document, await admin.get(f"/memberships/{sold}"), f"{v1}/memberships/{{membership_id}}")
    ensure_fits(document, await admin.get("/admin/stats"), f"{v1}/admin/stats")
    base = f"/provider-accounts/{world.account.id}"
    ensure_fits(document, await admin.get(f"{base}/members"), f"{v1}/provider-accounts/{{account_id}}/members")
    ensure_fits(document, await admin.get(f"{base}/health"), f"{v1}/provider-accounts/{{account_id}}/health")
    ensure_fits(document, await admin.get("/admin/wodify-status"), f"{v1}/admin/wodify-status")


async def test_what_is_told_of_syncs_fits(admin: Caller, document: Json, world: World) -> None:
    v1, kept = "/api/v1", await keep_some(admin, world)
    record = "/sync/records/{record_kind}/{record_id}"
    named = {
        "{plan_id}": kept.plan,
        "{run_id}": kept.run,
        "{conflict_id}": kept.conflict,
        "{record_kind}": "member",
        "{record_id}": kept.record,
    }
    plan, change = {"plan_id": kept.plan}, {"change_id": kept.change}
    policy = "/sync/policies/{record_kind}"
    asked: list[tuple[str, str, object]] = [
        *(("GET", f"/sync/{name}", None) for name in ("states", "runs", "plans", "overrides", "pushes")),
        *(("GET", path, None) for path in ("/sync/runs/{run_id}", "/sync/plans/{plan_id}", "/conflicts")),
        *(("GET", path, None) for path in ("/sync/plans/{plan_id}/steps", "/conflicts/{conflict_id}")),
        *(("GET", f"{record}/{question}", None) for question in ("explain", "history")),
        ("GET", f"/sync/records/{{record_kind}}?external_id={ADA}", None),
        ("PUT", policy, {"default": "newest", "guards": {"deleted": {"percent": 5}}}),
        *(("GET", path, None) for path in (policy, f"{policy}/versions")),
        ("POST", "/sync/what-if", {**plan, "policies": {"member": {"fields": {"phone": "theirs"}}}}),
        ("POST", "/sync/undo/plan", change),
        ("POST", "/sync/undo", change),
        ("GET", "/sync/overrides", None),
        ("POST", "/conflicts/{conflict_id}/resolve", {"choice": "value", "value": "030 3"}),
        *(("GET", path, None) for path in ("/conflicts", "/sync/pushes", f"{record}/explain")),
        ("POST", "/conflicts/{conflict_id}/reopen", None),
        ("POST", "/conflicts/resolve", {"choice": "ours", "all": True}),
        ("POST", "/sync/plans/{plan_id}/apply", None),
    ]
    for method, path, body in asked:
        address = path
        for name, value in named.items():
            address = address.replace(name, value)
        answer = await admin.client.request(method, v1 + address, json=body, headers=admin.headers)
        assert answer.status_code in {200, 409}, answer.text
        ensure_fits(document, answer, v1 + path.partition("?")[0])


async def test_writes_fit_done_or_handed_to_a_person(admin: Caller, document: Json, world: World) -> None:
    sold = await admin.post("/memberships", {**SALE, **LIN})
    ensure_fits(document, sold, "/api/v1/memberships")
    ensure_fits(document, await admin.post("/leads", LIN), "/api/v1/leads")
    ensure_fits(document, await admin.post("/sync/all"), "/api/v1/sync/{kind}")
    world.change_account(world.account.id, writes_enabled=False)
    handed = await admin.post("/memberships", {**SALE, **LIN, "email": "other@example.org"})
    assert handed.status_code == 202
    ensure_fits(document, handed, "/api/v1/memberships")
    ensure_fits(document, await admin.get("/staff-tasks"), "/api/v1/staff-tasks")
    task = await first_id(admin, "/staff-tasks", "staff_tasks")
    ensure_fits(document, await admin.get(f"/staff-tasks/{task}"), "/api/v1/staff-tasks/{task_id}")


async def test_refusals_fit(api: Api, admin: Caller, document: Json) -> None:
    broken = await api.client.post("/api/v1/leads", content=b"{", headers=admin.headers)
    wrong_password = await api.client.post(
        "/api/v1/auth/login", json={"email": "admin@north.example", "password": PASSWORD + "x"}
    )
    lead = f"/leads/{await first_id(admin, '/leads', 'leads')}"
    answers = {
        (400, "/api/v1/leads"): broken,
        (401, "/api/v1/auth/login"): wrong_password,
        (403, "/api/v1/users"): await api.as_("viewer").get("/users"),
        (404, "/api/v1/leads/{lead_id}"): await admin.get("/leads/019cae6b-6600-7000-8000-0000000000ff"),
        (409, "/api/v1/leads/{lead_id}"): await admin.patch(lead, {"lead_status": "converted"}),
        (422, "/api/v1/leads"): await admin.post("/leads", {}),
    }
    for (status, path), answer in answers.items():
        assert answer.status_code == status
        ensure_fits(document, answer, path)


async def test_people_can_read_it_too(api: Api, document: Json) -> None:
    answer = await api.client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f'id="{method}-{path}"' in answer.text
            assert operation["summary"] in answer.text.replace("&#39;", "'")
    for name, schema in document["components"]["schemas"].items():
        assert (f'id="{name}"' in answer.text) == ("properties" in schema)
    assert 'href="/schema"' in answer.text


async def test_every_link_inside_the_page_leads_somewhere(api: Api) -> None:
    text = (await api.client.get("/docs")).text
    targets = {part.split('"')[0] for part in text.split('id="')[1:]}
    links = {part.split('"')[0] for part in text.split('href="#')[1:]}
    assert len(links) > 20
    assert links <= targets


async def test_every_section_of_the_page_is_named_by_its_heading(api: Api) -> None:
    text = (await api.client.get("/docs")).text
    targets = re.findall(r'id="([^"]*)"', text)
    assert [one for one in targets if re.search(r"\s", one)] == []
    named = [name for names in re.findall(r'aria-labelledby="([^"]*)"', text) for name in names.split()]
    assert "group-webhooks-in" in named
    assert set(named) <= set(targets)


def test_what_does_not_fit_is_found() -> None:
    schema = {"type": "object", "properties": {"n": {"type": ["integer", "null"]}}, "required": ["n"]}
    assert list(misfits({"n": None}, schema, {})) == []
    wrong: list[Json] = [{}, {"n": "1"}, {"n": True}, {"n": 1, "m": 1}, []]
    assert [len(list(misfits(value, schema, {}))) for value in wrong] == [1] * 5


@pytest.mark.parametrize("path", ["/webhook-deliveries", "/webhook-endpoints/{endpoint_id}/messages"])
async def test_a_range_of_time_is_of_dates_or_of_instants(document: Json, path: str) -> None:
    given = {one["name"]: one for one in document["paths"][f"/api/v1{path}"]["get"]["parameters"]}
    for name in ("since", "until"):
        formats = {one.get("format") for one in given[name]["schema"]["oneOf"] if one["type"] == "string"}
        assert formats == {"date", "date-time"}
        assert given[name]["description"]


def told_words(schema: Json, document: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Where inside a value which words alone are taken; ``[]`` for an entry of a list, ``{}`` for one of a mapping."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("enum", [None]) != [None]:
        yield path, [word for word in schema["enum"] if word is not None]
    for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from told_words(choice, document, path)
    inner = {"[]": schema.get("items"), "{}": schema.get("additionalProperties"), **schema.get("properties", {})}
    for step, each in inner.items():
        if isinstance(each, dict):
            yield from told_words(each, document, (*path, step))


def holding(path: tuple[str, ...], word: str) -> Json:
    """A value that has this word there."""
    value: Json = word
    for step in reversed(path):
        value = [value] if step == "[]" else {"member" if step == "{}" else step: value}
    return value


async def test_who_gives_another_word_is_told_those_that_the_description_lists(api: Api, document: Json) -> None:
    owner, asked = api.as_("owner"), set()
    closed, _ = closed_and_public(document)
    for name, operation in closed.items():
        method, _, path = name.partition(" ")
        address = path.replace("{record_kind}", "member").replace("{kind}", "members")
        address = re.sub(r"\{[^}]+\}", "018f0000-0000-7000-8000-000000000000", address)
        sent: list[tuple[str, list[str], dict[str, Json]]] = [
            (one["name"], words, {"params": {one["name"]: "sideways"}})
            for one in operation.get("parameters", ())
            if one["in"] == "query"
            for _, words in told_words(one["schema"], document)
        ]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for steps, words in told_words(content["schema"], document):
                sent.append((steps[0], words, {"json": holding(steps, "sideways")}))
        for field, words, given in sent:
            answer = await api.client.request(method, address, headers=owner.headers, **given)
            about = [e["message"] for e in answer.json()["errors"] if e["field"].startswith(field)]
            assert len(about) == 1, (name, field, answer.text)
            assert ", ".join(words) in about[0], (name, field)
            asked.add((name, field))
    assert {("GET /api/v1/members", "order"), ("POST /api/v1/api-keys", "scopes")} <= asked
    assert ("POST /api/v1/sync/what-if", "policies") in asked
