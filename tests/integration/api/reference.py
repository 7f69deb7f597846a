"""The API's reference page, made from the route table. Write it anew: ``python -m tests.integration.api.reference``."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from tests.world import build_world

from tresen.domain.shared.page import MAX_LIMIT
from tresen.entrypoints.api.access import PUBLIC_ROUTES, access_of
from tresen.entrypoints.api.app import ApiSettings, create_api
from tresen.entrypoints.api.errors import STATUS_OF

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "api.md"

_HEAD = f"""# HTTP API

Made from the route table; a test fails when this page and the routes differ.
An installation shows its own at `/docs`; the description for programs (OpenAPI 3.1) is at `/schema`. `HEAD` answers
like `GET` without the body.

## Asking

- **Who you are.** `POST /api/v1/auth/login` with `{{"email", "password"}}` gives `{{"accessToken", "expiresAt"}}`;
  send `Authorization: Bearer <accessToken>` for 12 hours. Programs send `X-API-Key: <key>`.
- **For which tenant.** Users and keys belong to one tenant. Only operators may name another one, by slug or id, in
  `X-Tenant`. Records of another tenant do not exist: 404.
- **Bodies** are JSON (`Content-Type: application/json`, any `+json`, or none; 415 for another one) of at most
  1 MiB. Keys that a route does not know are refused, and so are keys that are there twice, and whatever is sent to a
  route that takes no body. In a `PATCH`, an absent key leaves the value and `null` clears it.
- **Lists** answer `{{"<name>": [...], "count": n}}`; `count` is everything that the filter matches. Logs (`/audit`,
  `/sync/runs`, `/sync/plans`) and `/sync/overrides` answer `has_more` instead; what a provider lists itself
  (`/provider-accounts/{{account_id}}/members`, `/leads`) has neither: nobody knows how many there are.
- **Queries.** What a route takes in its query is in its row [below](#routes), and any other parameter is refused; those
  lists that take none give everything at once. Alike wherever they are taken: `limit` (1 to {MAX_LIMIT}, default 50)
  and `offset` give a window, `q` finds words in any order, `orderBy` names a field of the list, and `order` is `asc` or
  `desc`. Whoever gives `status`, `state`, `orderBy` and the like a word that they do not take is told those that they
  do.
- **Syncs.** `POST /sync/members` plans and applies at once. `POST /sync/members/plan` only plans: look at
  `/sync/plans/{{plan_id}}/steps`, then `POST /sync/plans/{{plan_id}}/apply`. A plan that would take away too much is
  *held*: nothing of it is written until somebody with `sync:decide` applies it with `{{"accept_guard": true}}`; pushes
  that waited from before have gone there already, and the run's `reason` says how many. What both
  sides changed and no law may settle is a conflict (`/conflicts`: the open ones; `state=all` lists every one). A
  conflict whose field is `?` asks which of our records a new one is: resolve it with
  `{{"choice": "ours", "value": "<id>"}}`, the id being one of its `candidates`, or with `{{"choice": "theirs"}}` when
  it is a new one. Values of records are shown to whoever has `sync:read`, `members:read` and `leads:read`. In these
  routes a *kind of record* is `member`, `membership` or `lead`; kinds are taken in the plural, too, but for the keys
  of a what-if's `policies`.
- **Phone numbers** come as somebody wrote them (`phone`); single records also have `phone_e164`, null where that
  cannot be told. Of a new lead a text without any figure is taken, too, as nobody who writes in a form is turned away
  for it; an edit refuses it (`invalid_value`).
- **Values.** Instants are RFC 3339 with an offset, dates are civil dates of the tenant, money is
  `{{"amount": "12.50", "currency": "EUR"}}`.
- **What a machine may not do.** A write that the provider account does not allow, or whose outcome is unknown, becomes
  a staff task: 202 with `{{"task": {{...}}}}`.
- **Following a request.** `X-Correlation-ID` (up to 64 of `A-Z a-z 0-9 . _ -`) is taken over, else made; every answer,
  log line and audit line carries it.
- **Limits.** {ApiSettings().principal_limit} requests a minute per user or key, {ApiSettings().address_limit} per
  network address (IPv6: per /64). Logins: 5 failures per user and address, 50 per address, in 15 minutes. Beyond: 429
  with `Retry-After`.

## Errors

Problem documents (RFC 9457, `application/problem+json`) with `type`, `title`, `status`, `detail`, `code`, `instance`,
`correlation_id`; `error` and `message` repeat title and detail. Invalid values come as
`errors: [{{"field", "code", "message"}}]`, all of a body at once (first what is of the wrong
type or too long; only then what is no e-mail address, no phone number, no day to be born on), explaining values as
`details`. `code` is stable, texts are not. Malformed JSON is 400, an unknown route 404, a wrong method 405,
a too large body 413.
"""


# One body per route that writes; what stands in angle brackets is an id. A test posts them.
EXAMPLES: Mapping[str, Mapping[str, object] | None] = {
    "POST /api/v1/auth/login": {"email": "admin@north.example", "password": "correct horse battery"},
    "POST /api/v1/auth/logout": None,
    "POST /api/v1/api-keys": {"name": "shop", "scopes": ["members:read"], "expires_at": "2027-01-01T00:00:00Z"},
    "DELETE /api/v1/api-keys/{key_id}": None,
    "POST /api/v1/conflicts/resolve": {"choice": "theirs", "kind": "member", "field": "phone", "limit": 200},
    "POST /api/v1/conflicts/{conflict_id}/resolve": {"choice": "value", "value": "030 98765"},
    "POST /api/v1/conflicts/{conflict_id}/reopen": None,
    "POST /api/v1/jobs/{job_id}/retry": None,
    "POST /api/v1/jobs/{job_id}/cancel": None,
    "POST /api/v1/leads": {
        "first_name": "Lin",
        "last_name": "Ott",
        "email": "lin@example.org",
        "phone": "030 123456",
        "interested_in": "yoga",
        "message": "Is there a trial class?",
        "source": "web",
    },
    "PATCH /api/v1/leads/{lead_id}": {"lead_status": "contacted", "notes": "calls back on Monday"},
    "POST /api/v1/leads/{lead_id}/convert": {"membership_type": "Gold", "start_date": "2026-04-01"},
    "PATCH /api/v1/members/{member_id}": {"last_name": "King", "phone": "030 123456", "city": None},
    "POST /api/v1/memberships": {
        "first_name": "Cleo",
        "last_name": "Voss",
        "email": "cleo@example.org",
        "membership_type": "Gold",
        "start_date": "2026-04-01",
        "payment_method": "stripe",
    },
    "PATCH /api/v1/memberships/{membership_id}": {"monthly_price": {"amount": "45.00", "currency": "EUR"}},
    "POST /api/v1/memberships/{membership_id}/cancel": {"cancellation_reason": "moves away"},
    "POST /api/v1/provider-accounts": {
        "provider": "wodify",
        "name": "main",
        "api_key": "the provider's key",
        "settings": {"location_id": "4711"},
        "writes_enabled": True,
    },
    "PATCH /api/v1/provider-accounts/{account_id}": {"settings": {"location_id": "4712"}, "writes_enabled": True},
    "POST /api/v1/provider-accounts/{account_id}/webhooks/secret": {
        "secret": "what the provider shows",
        "keep_former_for_s": 86400,
    },
    "POST /api/v1/provider-accounts/{account_id}/webhooks/disable": None,
    "POST /api/v1/provider-accounts/{account_id}/webhooks/enable": None,
    "POST /api/v1/provider-accounts/{account_id}/webhooks/ensure": None,
    "POST /api/v1/schedules": {
        "name": "members, at night",
        "kind": "sync_members",
        "cron": "30 2 * * *",
        "zone": "Europe/Berlin",
    },
    "PATCH /api/v1/schedules/{schedule_id}": {"every_s": 7200},
    "DELETE /api/v1/schedules/{schedule_id}": None,
    "POST /api/v1/schedules/{schedule_id}/run": None,
    "POST /api/v1/schedules/{schedule_id}/pause": None,
    "POST /api/v1/schedules/{schedule_id}/resume": None,
    "POST /api/v1/staff-tasks/{task_id}/done": {"note": "entered by hand"},
    "POST /api/v1/sync/{kind}": {"force": True},
    "POST /api/v1/sync/{kind}/plan": {"whole": True},
    "POST /api/v1/sync/plans/{plan_id}/apply": {"accept_guard": False},
    "POST /api/v1/sync/what-if": {"plan_id": "{plan_id}", "policies": {"member": {"fields": {"phone": "newest"}}}},
    "PUT /api/v1/sync/policies/{record_kind}": {
        "fields": {"phone": "ask"},
        "guards": {"deleted": {"percent": 5, "at_least": 3}},
    },
    "DELETE /api/v1/sync/policies/{record_kind}": None,
    "POST /api/v1/sync/undo/plan": {"record": {"kind": "member", "id": "{record_id}", "version": 1}},
    "POST /api/v1/sync/undo": {"change_id": "{change_id}", "overtaken": False},
    "DELETE /api/v1/sync/overrides": None,
    "POST /api/v1/users": {
        "email": "bo@north.example",
        "name": "Bo Lund",
        "role": "adviser",
        "password": "at least ten characters",
    },
    "POST /api/v1/webhook-deliveries/{delivery_id}/replay": {"force": True},
    "POST /api/v1/webhook-deliveries/replay": {
        "since": "2026-11-20",
        "until": "2026-11-21T12:00:00Z",
        "status": "dead",
        "dry_run": True,
    },
    "POST /api/v1/webhook-endpoints": {
        "name": "shop",
        "url": "https://shop.example.com/hooks",
        "events": ["member.*", "lead.captured"],
    },
    "PATCH /api/v1/webhook-endpoints/{endpoint_id}": {"events": ["*"]},
    "DELETE /api/v1/webhook-endpoints/{endpoint_id}": None,
    "POST /api/v1/webhook-endpoints/{endpoint_id}/rotate": {"overlap_hours": 24},
    "POST /api/v1/webhook-endpoints/{endpoint_id}/disable": None,
    "POST /api/v1/webhook-endpoints/{endpoint_id}/enable": None,
    "POST /api/v1/webhook-endpoints/{endpoint_id}/test": None,
    "POST /api/v1/webhook-endpoints/{endpoint_id}/replay": {
        "since": "2026-03-01",
        "until": "2026-03-02T12:00:00Z",
        "status": "failed",
    },
    "POST /api/v1/webhook-endpoints/{endpoint_id}/messages/{message_id}/replay": None,
}

# What a route needs in its query.
QUERIES: Mapping[str, str] = {
    "DELETE /api/v1/sync/overrides": "account_id={account_id}&kind=member&external_id=1001&field=first_name",
}

_EXAMPLES_HEAD = """## Examples

One per route that writes. `$API` is the address with `/api/v1` (`http://127.0.0.1:8000/api/v1`), `$TOKEN` an
`accessToken`; `{lead_id}` and the like stand for ids from the lists. Selling again to a member takes `"member_id"`
instead of names and e-mail address. `monthly_price` may also be a number or a text (`45`, `"45.00"`); it is in the
tenant's currency.

**201 or 200** says that the provider has it. **202** says that it has not: the account may not write, the provider's
interface cannot do it, it refused, or its answer never came; or that a person must say first which record of ours the
provider's is. The answer then holds `task` with a `reason` (`writes_disabled`, `unsupported`, `rejected`,
`outcome_unknown`, `undecided`, `credentials`) and, in `details`, every value that a person needs to do it there. Do not
send it again; do it at the provider, and the next sync brings the record in. One that asks for values of a member or a
lead, or to enter a lead, is closed by the sync that sees all of it there (`done_by` Tresen, with a `note`); close any
other yourself (`POST /api/v1/staff-tasks/{task_id}/done`). A lead is kept here at once in any case; a sale, or a change
of a membership or of a lead's status or notes, appears only when the provider has it.

**Editing a member or a lead** (`PATCH`) changes it here at once, and the next sync brings it to the provider; `fields`
says of each what becomes of it. Only a field that the provider owns and does not take is left as it is: 202, with a
task. [How](../how-to/edit-a-member.md). `version` is that of the record that was looked at: 409 when it is another by
now.
"""


def routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Path, method and handler of every route that is ours."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                if not route.path_format.startswith("/schema"):
                    yield route.path_format, method, handler


def page(app: Litestar) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_errors(), "", "## Routes", "", *_table(app), "", _EXAMPLES_HEAD, *_examples(), ""])


def _errors() -> Iterator[str]:
    yield "| error | code | status |"
    yield "|---|---|---|"
    for error, status in STATUS_OF.items():
        yield f"| {error.__name__} | `{getattr(error, 'code', '')}` | {status} |"


def _table(app: Litestar) -> Iterator[str]:
    yield "| method | path | query | scope | purpose |"
    yield "|---|---|---|---|---|"
    for path, method, handler in sorted(routes(app), key=lambda r: (not r[0].startswith("/api"), r[0], r[1])):
        yield f"| {method} | `{path}` | {_query(handler)} | {_scope(method, path, handler)} | {handler.summary} |"


def _examples() -> Iterator[str]:
    yield "```sh"
    for route, body in EXAMPLES.items():
        method, _, path = route.partition(" ")
        path = path.removeprefix("/api/v1").replace("{kind}", "members").replace("{record_kind}", "member")
        path += f"?{QUERIES[route]}" if route in QUERIES else ""
        who = "" if path == "/auth/login" else ' -H "Authorization: Bearer $TOKEN"'
        yield f'curl -X {method} "$API{path}"{who}' + (" \\" if body else "")
        if body:
            told = json.dumps(body).replace("'", "'\\''")
            yield f"  -H 'Content-Type: application/json' -d '{told}'"
        yield ""
    yield "```"


def _query(handler: HTTPRouteHandler) -> str:
    access = access_of(handler)
    return ", ".join(f"`{name}`" for name in sorted(access.query)) if access else ""


def _scope(method: str, path: str, handler: HTTPRouteHandler) -> str:
    access = access_of(handler)
    if (method, path) in PUBLIC_ROUTES or access is None:
        return "public"
    scopes = ", ".join(f"`{scope.value}`" for scope in access.scopes) or "any login"
    return f"{scopes} (page's cookie)" if access.by_cookie else scopes


async def current() -> str:
    """The page for the routes as they are now."""
    world = await build_world()
    return page(create_api(world.use_cases))


if __name__ == "__main__":
    PAGE.write_text(asyncio.run(current()), encoding="utf-8")
