"""The status page."""

import logging
import re
from datetime import timedelta
from uuid import UUID

import attrs
import pytest
from litestar.testing import AsyncTestClient
from tests.builders import NOON, a_delivery, an_inbox
from tests.world import PASSWORD, World

from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.readers import MemoryReaders
from tresen.adapters.system import UuidSource
from tresen.application.jobs.list_jobs import ListJobs
from tresen.application.ports.readers import ConflictFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.domain.jobs.job import JobRequest
from tresen.domain.jobs.outcome import Dead
from tresen.domain.shared.errors import GatewayUnavailable, StorageUnavailable
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.sync.conflict import Choice
from tresen.domain.sync.run import Counts
from tresen.entrypoints.api.access import SESSION_COOKIE
from tresen.entrypoints.api.app import ApiSettings, create_api

from .conftest import Api
from .disputes import ADA, dispute, empty_the_gym, planned

WHO = {"email": "admin@north.example", "password": PASSWORD}


async def logged_in(api: Api, role: str = "admin") -> None:
    form = {**WHO, "email": f"{role}@north.example"}
    answer = await api.client.post("/login", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def page(api: Api) -> str:
    answer = await api.client.get("/")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


async def test_without_a_session_there_is_only_a_login_form(api: Api) -> None:
    shown = await page(api)
    assert '<form class="card login" method="post" action="/login">' in shown
    assert "Studio North" not in shown


async def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(api: Api, world: World) -> None:
    plain = await api.client.post("/login", data=WHO, follow_redirects=False)
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(plain.headers["set-cookie"].split("; "))
    app = create_api(world.use_cases, ApiSettings(public_url="https://desk.example"))
    async with AsyncTestClient(app) as client:
        safe = (await client.post("/login", data=WHO, follow_redirects=False)).headers["set-cookie"]
    assert safe.startswith("__Host-tresen_session=")
    assert "Secure" in safe


async def test_a_wrong_password_shows_the_form_again(api: Api) -> None:
    answer = await api.client.post("/login", data={**WHO, "password": "wrong"}, follow_redirects=False)
    assert answer.status_code == 401
    assert "e-mail address or password is wrong" in answer.text
    assert "set-cookie" not in answer.headers


async def test_too_many_wrong_passwords_close_the_form(api: Api) -> None:
    for _ in range(5):
        await api.client.post("/login", data={**WHO, "password": "wrong"})
    answer = await api.client.post("/login", data=WHO)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"


async def test_health_and_sync_are_shown_as_the_seed_showed_them(api: Api) -> None:
    """W39, W44."""
    await logged_in(api)
    shown = await page(api)
    assert "WODIFY Integration Status" in shown
    assert "✓</span> HEALTHY" in shown
    assert "<dt>Configured:</dt> <dd>Yes</dd>" in shown
    assert "Synchronization Status" in shown
    assert 'Last members sync:</dt> <dd><time datetime="2026-03-02T12:00:00+00:00">' in shown
    assert "<dt>Total errors:</dt> <dd>0</dd>" in shown
    assert "Trigger Manual Sync" in shown


async def test_what_keeps_no_members_is_shown_under_its_own_name(api: Api, world: World) -> None:
    accounts = world.store.room(world.north.id).accounts
    other = AccountId(UUID(int=99))
    accounts.put(other, attrs.evolve(world.account, id=other, provider="book_ings", name="desk"))
    await logged_in(api)
    shown = await page(api)
    assert "WODIFY Integration Status: main" in shown
    assert "BOOK INGS Integration Status: desk" in shown
    assert "–</span> not probed</p>" in shown
    assert shown.count("<dt>Configured:</dt>") == 1
    assert 'class="card unhealthy"' not in shown


async def test_of_an_account_that_only_sends_webhooks_its_inbox_is_shown(api: Api, world: World) -> None:
    room = world.store.room(world.north.id)
    other = attrs.evolve(world.account, id=AccountId(UUID(int=99)), provider="bookings", name="desk")
    inbox = attrs.evolve(an_inbox(other, "k" * 43, secret=b"sealed"), provider="memory")
    room.accounts.put(other.id, other)
    room.inboxes.put(other.id, inbox)
    await logged_in(api)
    card = card_of(await page(api), "BOOKINGS")
    assert "not probed: it only sends webhooks" in card
    assert "✓" not in card
    assert "<dt>Webhooks:</dt> <dd>taken</dd>" in card
    assert "<dt>Secret:</dt> <dd>Yes</dd>" in card
    assert "<dt>Last webhook:</dt> <dd>Never</dd>" in card
    for minute in (1, 2):
        delivery = a_delivery(other, b"%d" % minute, received_at=NOON + timedelta(minutes=minute))
        room.deliveries.put(delivery.id, delivery)
    closed = attrs.evolve(inbox, secrets=(), disabled_at=NOON)
    room.inboxes.put(other.id, closed)
    room.accounts.put(other.id, attrs.evolve(other, provider="memory"))
    card = card_of(await page(api), "WODIFY Integration Status: desk")
    assert '<dt>Webhooks:</dt> <dd>disabled since <time datetime="2026-03-02T12:00:00+00:00">' in card
    assert "<dt>Secret:</dt> <dd>No, so that nothing is taken</dd>" in card
    assert '<dt>Last webhook:</dt> <dd><time datetime="2026-03-02T12:02:00+00:00">' in card


def card_of(shown: str, system: str) -> str:
    """One account's card."""
    start = shown.index(system)
    return shown[shown.rindex("<section", 0, start) : shown.index("</section>", start)]


async def test_an_unhealthy_provider_is_shown_with_its_error(api: Api, world: World) -> None:
    await logged_in(api)
    world.gym.faults.outage = GatewayUnavailable("no route <to> the gym")
    shown = await page(api)
    assert 'class="card unhealthy"' in shown
    assert "✗</span> CONNECTION_ERROR" in shown
    assert "no route &lt;to&gt; the gym" in shown
    world.gym.faults.outage = GatewayUnavailable("")
    assert "Unknown error" in await page(api)


async def test_one_account_that_never_synced_is_named_beside_the_last_sync(api: Api, world: World) -> None:
    await logged_in(api)
    other = AccountId(UUID(int=99))
    world.store.room(world.north.id).accounts.put(other, attrs.evolve(world.account, id=other, name="t<w>o"))
    shown = await page(api)
    assert shown.count("</time>; never at memory/t&lt;w&gt;o</dd>") == 2


async def test_never_is_said_where_nothing_ran(api: Api, world: World) -> None:
    await logged_in(api)
    api.client.cookies.set(SESSION_COOKIE, world.token("admin", "south"))
    shown = await page(api)
    assert "<dt>Last members sync:</dt> <dd>Never</dd>" in shown
    assert "<dt>Last leads sync:</dt> <dd>Never</dd>" in shown
    assert "Studio North" not in shown


async def test_the_last_ten_errors_and_all_of_them_counted(api: Api, world: World) -> None:
    """W46."""
    for number in range(12):
        world.gym.faults.outage = GatewayUnavailable(f"failure {number:02}")
        world.clock.advance(timedelta(minutes=1))
        await world.use_cases.sync.leads(world.north.id, world.account.id, force=True)
    world.gym.faults.outage = None
    await logged_in(api)
    shown = await page(api)
    listed = shown[shown.index("Latest sync errors") : shown.index("Figures")]
    assert re.findall(r"failure \d\d", listed) == [f"failure {n:02}" for n in range(11, 1, -1)]
    assert "<dt>Total errors:</dt> <dd>12</dd>" in shown


async def test_the_button_syncs_and_the_page_shows_what_came_of_it(api: Api, world: World) -> None:
    """W47, without a script."""
    await logged_in(api)
    world.enrol("Cleo")
    answer = await api.client.post("/sync", data={"force": "yes"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    shown = await page(api)
    assert "members: completed, 2 created, 0 updated, 4 unchanged, 0 errors; leads: completed" in shown


async def test_all_counts_of_the_latest_runs_are_shown(api: Api, world: World) -> None:
    """Each number under its name; the line about the latest of each kind says what it is."""
    counts = Counts(created=11, updated=12, deleted=13, pushed=14, conflicts=15, errors=16, unchanged=17)
    runs = world.store.room(world.north.id).runs
    (latest, *_) = await world.use_cases.readers.runs(world.north.id, limit=1)
    latest.counts = counts
    runs.put(latest.id, latest)
    await logged_in(api)
    shown = await page(api)
    table = shown[shown.index("Latest runs") :]
    heads = re.findall(r'<th scope="col" class="number">(\w+)</th>', table)
    assert heads == ["Created", "Updated", "Deleted", "Pushed", "Conflicts", "Errors", "Unchanged"]
    (row,) = (row for row in table.split("<tr>") if ">11<" in row)
    cells = re.findall(r'data-label="(\w+)">(\d+)<', row)
    assert cells == [(head.lower(), str(getattr(counts, head.lower()))) for head in heads]
    assert "11 created, 12 updated, 13 deleted, 14 pushed, 15 in conflict, 17 unchanged, 16 errors" in shown
    assert 'The latest of each:</p> <p class="quiet" data-outcome>' in shown


async def test_a_sync_that_was_skipped_says_once_that_nothing_was_done_and_why(api: Api) -> None:
    await logged_in(api)
    answer = await api.client.post("/sync", data={}, follow_redirects=False)
    assert answer.status_code == 200
    notice = answer.text.split("data-notice>")[1].split("</p>")[0]
    assert notice == (
        "Nothing was done. Members and leads: synced less than an hour ago; next at 13:00 UTC, "
        "or now if you tick “even if synced within the hour”."
    )
    shown = await page(api)
    assert "Nothing was done" not in shown
    outcome = shown.split("data-outcome>")[1].split("</p>")[0]
    assert "skipped" not in outcome
    assert outcome.startswith("members: completed")


async def test_a_sync_that_failed_is_told_and_colours_its_card(api: Api, world: World) -> None:
    await logged_in(api)
    assert 'class="card info"' in await page(api)
    world.gym.faults.outage = GatewayUnavailable("closed until 2026-03-02T12:30:05.123456+00:00")
    answer = await api.client.post("/sync", data={"force": "yes"}, follow_redirects=False)
    assert answer.status_code == 200
    assert 'class="notice" role="alert" data-notice>Not everything was synced.' in answer.text
    shown = await page(api)
    assert 'class="card unhealthy"> <h2>Synchronization Status' in shown
    assert 'closed until <time datetime="2026-03-02T12:30:05.123456+00:00">02 Mar 2026, 12:30:05 UTC</time>' in shown
    assert "2026-03-02T12:30:05" not in re.sub(r'datetime="[^"]*"', "", shown)
    errors = shown[shown.index("Latest sync errors") : shown.index("Figures")]
    assert "</strong> The provider could not be reached. <span" in errors
    assert "<code>provider_unavailable</code>" in errors
    world.gym.faults.outage = None
    await api.client.post("/sync", data={"force": "yes"})
    assert 'class="card info"> <h2>Synchronization Status' in await page(api)


async def test_a_stale_plan_that_is_refused_is_no_failed_sync(api: Api, world: World) -> None:
    admin = api.as_("admin")
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    plan = await planned(admin)
    await admin.post("/sync/members", {"force": True})
    assert (await admin.post(f"/sync/plans/{plan}/apply")).status_code == 409
    await logged_in(api)
    shown = await page(api)
    assert shown.split("data-outcome>")[1].startswith("members: completed")
    assert 'class="card info"> <h2>Synchronization Status' in shown
    assert ">the plan is stale: " in shown[shown.index("Latest runs") :]


async def test_records_that_failed_make_the_card_amber(api: Api, world: World) -> None:
    await logged_in(api)
    world.gym.books.memberships.edit("1001", {"price": "much EUR"})
    await api.client.post("/sync", data={"force": "yes"})
    assert 'class="card warning"> <h2>Synchronization Status' in await page(api)


async def test_what_was_pushed_does_not_crowd_out_the_syncs(api: Api) -> None:
    for number in range(12):
        lead = {"first_name": "Lin", "last_name": f"Ott{number}", "email": f"lin{number}@example.org"}
        assert (await api.as_("admin").post("/leads", lead)).status_code == 201
    assert (await api.as_("admin").get("/sync/runs", limit=1)).json()["runs"][0]["kind"] == "push"
    await logged_in(api)
    shown = await page(api)
    assert not re.search(r"\bpush\b", shown)
    assert '<td class="what">members</td>' in shown
    assert "members: completed" in shown.split("data-outcome>")[1]


async def a_task(api: Api) -> None:
    api.world.change_account(api.world.account.id, writes_enabled=False)
    lead = {"first_name": "Lin", "last_name": "Ott", "email": "lin@example.org", "message": "<i>Yoga</i>"}
    assert (await api.as_("admin").post("/leads", lead)).status_code == 202


async def test_an_open_task_tells_why_and_what_and_can_be_closed(api: Api) -> None:
    await a_task(api)
    await logged_in(api)
    shown = await page(api)
    assert "Tresen may not write to this provider account, so a person must." in shown
    assert "<dt>first name:</dt> <dd>Lin</dd>" in shown
    assert "&lt;i&gt;Yoga&lt;/i&gt;" in shown
    assert shown.index("Open staff tasks") < shown.index("Latest sync errors") < shown.index("Figures")
    path = re.findall(r'action="(/tasks/[^"]+/done)"', shown)[0]
    answer = await api.client.post(path, data={}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Nothing to do." in await page(api)
    task = (await api.as_("admin").get("/staff-tasks")).json()["staff_tasks"][0]
    assert (task["status"], task["done_by"]) == ("done", "admin@north.example")
    again = await api.client.post(path, data={})
    assert again.status_code == 409
    assert "this task is done already" in again.text


async def test_a_task_is_closed_by_our_own_form_and_those_who_may(api: Api) -> None:
    await a_task(api)
    await logged_in(api)
    path = re.findall(r'action="(/tasks/[^"]+/done)"', await page(api))[0]
    evil = await api.client.post(path, data={}, headers={"Origin": "https://evil.example"})
    assert evil.status_code == 403
    await logged_in(api, "viewer")
    assert "/tasks/" not in await page(api)
    assert (await api.client.post(path, data={})).status_code == 403
    assert '<span class="badge">1</span>' in await page(api)


async def test_large_figures_are_grouped(api: Api, world: World) -> None:
    readers = ManyReaders(world.store)
    async with AsyncTestClient(create_api(attrs.evolve(world.use_cases, readers=readers))) as client:
        client.cookies.set(SESSION_COOKIE, world.token("admin"))
        shown = (await client.get("/")).text
    assert '<p class="figure">1,234,567</p>' in shown


class ManyReaders(MemoryReaders):
    """A large studio."""

    async def counts(self, tenant_id: TenantId) -> dict[str, dict[str, int]]:
        return {"members": {"active": 1_234_567}}


async def test_after_a_wrong_password_only_the_password_is_asked_again(api: Api) -> None:
    fresh = (await api.client.get("/")).text
    assert re.search(r'<input id="email"[^>]* autofocus>', fresh)
    form = {"email": '"><b>x@north.example', "password": "wrong"}
    refused = (await api.client.post("/login", data=form, follow_redirects=False)).text
    assert 'value="&#34;&gt;&lt;b&gt;x@north.example"' in refused
    assert re.search(r'<input id="password"[^>]* autofocus>', refused)
    assert not re.search(r'<input id="email"[^>]* autofocus>', refused)


async def test_browsers_find_an_icon(api: Api) -> None:
    answer = await api.client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/x-icon")
    assert answer.content[:4] == b"\x00\x00\x01\x00"


async def test_the_page_links_its_reference_where_there_is_one(api: Api, world: World) -> None:
    await logged_in(api)
    assert 'href="/docs"' in await page(api)
    async with AsyncTestClient(create_api(world.use_cases, ApiSettings(docs=False))) as client:
        client.cookies.set(SESSION_COOKIE, world.token("admin"))
        assert 'href="/docs"' not in (await client.get("/")).text
        assert (await client.get("/docs")).status_code == 404


async def test_a_sync_that_cannot_be_says_so_on_the_page(api: Api, world: World) -> None:
    await logged_in(api)
    room = world.store.room(world.north.id)
    room.accounts = type(room.accounts)(room.accounts.copy, room.accounts.groupings)
    answer = await api.client.post("/sync", data={})
    assert answer.status_code == 409
    assert "data-notice>no provider account is connected" in answer.text


async def test_who_may_not_sync_has_no_button(api: Api) -> None:
    await logged_in(api, "viewer")
    assert "Trigger Manual Sync" not in await page(api)
    assert (await api.client.post("/sync", data={})).status_code == 403


async def test_open_tasks_and_figures_are_shown(api: Api, world: World) -> None:
    world.change_account(world.account.id, writes_enabled=False)
    lead = {"first_name": "<b>Lin</b>", "last_name": "Ott", "email": "lin@example.org"}
    await api.as_("admin").post("/leads", lead)
    await logged_in(api)
    shown = await page(api)
    assert "Enter the lead &lt;b&gt;Lin&lt;/b&gt; Ott at the provider" in shown
    assert '<span class="badge">1</span>' in shown
    assert re.search(r'<h3>members</h3> <p class="figure">2</p>', shown)


class BlindReaders(MemoryReaders):
    """Figures that cannot be had."""

    async def counts(self, tenant_id: TenantId) -> dict[str, dict[str, int]]:
        raise RuntimeError("SELECT counts")


@attrs.frozen
class BrokenCheck:
    """A health check that raises what it should not."""

    async def __call__(self, tenant_id: TenantId, account_id: AccountId) -> object:
        raise RuntimeError("SELECT health")


async def test_a_part_that_fails_does_not_take_the_page_with_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """W41."""
    broken = BrokenCheck()
    uses = attrs.evolve(
        world.use_cases,
        readers=BlindReaders(world.store),
        check_provider=broken,  # type: ignore[arg-type] # only called
    )
    async with AsyncTestClient(create_api(uses)) as client:
        client.cookies.set(SESSION_COOKIE, world.token("admin"))
        with caplog.at_level(logging.WARNING):
            answer = await client.get("/")
    assert answer.status_code == 200
    shown = " ".join(answer.text.split())
    assert "✗</span> ERROR" in shown
    assert "Unknown error" in shown
    assert "<dt>Configured:</dt> <dd>No</dd>" in shown
    assert "Figures" not in shown
    assert "SELECT" not in shown
    assert "cannot be shown" in caplog.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://desk.example.evil"])
async def test_a_form_from_another_site_is_refused(api: Api, origin: str) -> None:
    await logged_in(api)
    for path, form in [("/login", WHO), ("/sync", {}), ("/logout", {})]:
        answer = await api.client.post(path, data=form, headers={"Origin": origin}, follow_redirects=False)
        assert answer.status_code == 403, path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://desk.example"}, 303),
        ({"Origin": "http://testserver.local"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_our_own_forms_are_known_by_their_origin(api: Api, headers: dict[str, str], status: int) -> None:
    answer = await api.client.post("/login", data=WHO, headers=headers, follow_redirects=False)
    assert answer.status_code == status


async def test_logging_out_ends_the_session_on_the_server(api: Api) -> None:
    await logged_in(api)
    token = api.client.cookies[SESSION_COOKIE]
    answer = await api.client.post("/logout", follow_redirects=False)
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await api.client.get("/api/v1/members", headers=headers)).status_code == 401


async def test_an_ended_session_asks_to_log_in_again(api: Api) -> None:
    await logged_in(api)
    api.world.clock.advance(timedelta(hours=13))
    answer = await api.client.post("/sync", data={})
    assert answer.status_code == 401
    assert "Please log in again." in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"email=a", "application/x-www-form-urlencoded", 422),
        (b"email=a&password=b&role=owner", "application/x-www-form-urlencoded", 422),
        (b"email=%ff&password=b", "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=%d" % n for n in range(50)), "application/x-www-form-urlencoded", 400),
        (b'{"email": "a", "password": "b"}', "application/json", 400),
    ],
)
async def test_a_form_that_is_none_gets_a_page_that_says_so(api: Api, content: bytes, kind: str, status: int) -> None:
    answer = await api.client.post("/login", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-correlation-id"] in answer.text


@pytest.mark.parametrize("role", ["viewer", "admin"])
async def test_the_page_holds_no_inline_code_and_nothing_of_third_parties(api: Api, role: str) -> None:
    await logged_in(api, role)
    shown = await page(api)
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", shown)
    assert not re.search(r"""(src|href|action)=["'](?!/|#)""", shown)
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', shown):
        assert (await api.client.get(path)).status_code == 200


_FORMS = ["/login", "/logout", "/sync", "/tasks/019cae6b-6600-7000-8000-0000000000ff/done"]
_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", _FORMS)
async def test_who_asks_again_for_where_a_form_went_gets_the_page(api: Api, path: str) -> None:
    for method in ("GET", "HEAD"):
        again = await api.client.request(method, path, headers=_BROWSER, follow_redirects=False)
        assert (again.status_code, again.headers["location"]) == (303, "/")
    await logged_in(api)
    shown = await api.client.get(path, headers=_BROWSER)
    assert (shown.status_code, "Studio North" in shown.text) == (200, True)


@pytest.mark.parametrize("path", _FORMS)
async def test_programs_are_told_that_a_form_is_not_read(api: Api, path: str) -> None:
    for method, headers in (("GET", {}), ("GET", {"Accept": "application/json"}), ("PUT", _BROWSER)):
        answer = await api.client.request(method, path, headers=headers, follow_redirects=False)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    answer = await api.client.get("/api/v1/auth/login", headers=_BROWSER, follow_redirects=False)
    assert answer.status_code == 405


async def test_files_are_sent_again_only_when_they_changed(api: Api) -> None:
    first = await api.client.get("/static/page.css")
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    again = await api.client.get("/static/page.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await api.client.get("/static/pages.py")).status_code == 404


async def test_the_seeds_colours_are_kept(api: Api) -> None:
    """W40, W44."""
    style = (await api.client.get("/static/page.css")).text
    for colour in ["#d4edda", "#28a745", "#155724", "#f8d7da", "#dc3545", "#721c24", "#e7f3ff", "#0066cc", "#004085"]:
        assert colour in style
    assert "minmax(min(300px, 100%), 1fr)" in style


async def test_a_store_that_is_down_gets_a_page_and_not_a_traceback(world: World) -> None:
    down = DownAuthenticate()
    uses = attrs.evolve(world.use_cases, authenticate=down)  # type: ignore[arg-type] # only its bearer is asked
    async with AsyncTestClient(create_api(uses)) as client:
        client.cookies.set(SESSION_COOKIE, "x")
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "Something went wrong." in answer.text
    assert "disk" not in answer.text


@attrs.frozen
class DownAuthenticate:
    """A store that cannot be read."""

    async def bearer(self, token: str) -> object:
        raise StorageUnavailable("disk")


async def test_what_goes_on_in_the_background_and_what_was_given_up(api: Api, world: World) -> None:
    """C33."""

    async def enqueue(uow: UnitOfWork) -> None:
        await uow.jobs.enqueue([JobRequest(kind="call_home"), JobRequest(kind="call_away")])

    await world.transactions.run(world.north.id, "enqueue", enqueue)
    worker = UuidSource().new()
    queue = MemoryJobQueue(world.store)
    (lost,) = await queue.claim({"call_home": None}, worker=worker, count=1)
    await queue.settle([Dead(lost, "nobody <there>")], worker=worker)
    await logged_in(api)
    shown = await page(api)
    part = shown[shown.index("In the background") : shown.index("Figures")]
    assert "1 given up" in part
    assert "<dt>queued</dt> <dd>1</dd>" in part
    assert "nobody &lt;there&gt;" in part
    assert f"tresen jobs retry {lost.id}" in part
    assert "<h3>schedules</h3>" in part
    assert "<dt>waiting</dt> <dd>0</dd>" in part


async def test_the_background_is_for_those_who_look_after_it(api: Api) -> None:
    await logged_in(api, "viewer")
    assert "In the background" not in await page(api)


async def test_the_page_stays_when_the_background_cannot_be_read(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await logged_in(api)

    async def broken(*_: object) -> None:
        raise StorageUnavailable("the disk is gone")

    monkeypatch.setattr(ListJobs, "__call__", broken)
    shown = await page(api)
    assert "Jobs, webhooks and schedules cannot be read now." in shown
    assert "Synchronization Status" in shown
    assert world.north.name in shown


async def test_the_sync_card_tells_what_waits_for_a_person(api: Api, world: World) -> None:
    await logged_in(api)
    assert "<div><dt>members</dt> <dd>in step just now</dd></div>" in await page(api)
    await dispute(world)
    world.clock.advance(timedelta(minutes=90))
    shown = await page(api)
    assert "<div><dt>members</dt> <dd>1 open conflict, in step 1 h ago</dd></div>" in shown
    assert '<p class="small">Conflicts wait for a decision. <code>tresen sync conflicts</code></p>' in shown
    assert '<section class="card warning"> <h2>Synchronization Status</h2>' in shown


async def test_the_sync_card_tells_that_a_guard_holds_a_run(api: Api, world: World) -> None:
    await logged_in(api)
    assert "tresen sync" not in await page(api)
    await empty_the_gym(world)
    world.clock.advance(timedelta(minutes=1))
    await world.sync()
    shown = await page(api)
    assert "<div><dt>members</dt> <dd>held by a guard, last in step 1 min ago</dd></div>" in shown
    (plan,) = await world.use_cases.sync.plans(world.north.id, limit=1)
    assert f"Plan {plan.id} is held. <code>tresen sync plan show {plan.id}</code>" in shown
    assert '<section class="card unhealthy"> <h2>Synchronization Status</h2>' in shown
    assert '<span class="pill held">held</span>' in shown


async def test_a_plan_alone_is_no_trouble(api: Api, world: World) -> None:
    await logged_in(api)
    await empty_the_gym(world, members=1)
    await world.use_cases.sync.plan(world.north.id, world.account.id, "members")
    assert '<section class="card info"> <h2>Synchronization Status</h2>' in await page(api)


async def test_accounts_are_told_apart_and_what_waits_for_the_provider(api: Api, world: World) -> None:
    await logged_in(api)
    await dispute(world)
    conflict = (await world.use_cases.readers.conflicts(world.north.id, ConflictFilter(), limit=1)).items[0]
    ours = ConflictChoice(tenant_id=world.north.id, conflict_id=conflict.id, choice=Choice.OURS, by="Admin")
    await world.use_cases.sync.resolve(ours)
    second = attrs.evolve(world.account, id=AccountId(UUID(int=7)), name="second")
    world.store.room(world.north.id).accounts.put(second.id, second)
    shown = await page(api)
    assert "<div><dt>main: members</dt> <dd>1 waiting push, in step just now</dd></div>" in shown
    assert "<div><dt>second: leads</dt> <dd>never in step</dd></div>" in shown
