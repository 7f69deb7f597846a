"""Stripe's routes, as far as webhooks need them, and its errors."""

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import parse_qsl

import attrs
import msgspec

from ..faults import Fault
from ..messages import Answer, Request, json_answer
from ..routing import Handler, Refused
from ..sending.routed import RoutedProvider
from .store import API_VERSION, Endpoint, Store

_LARGEST_PAGE = 100


@attrs.frozen(kw_only=True)
class StripeOptions:
    """What differs between accounts. ``livemode`` False: a sandbox's key and events."""

    api_key: str = "sk_test_emulated"
    livemode: bool = False


class RollBody(msgspec.Struct):
    """How long the former secret signs beside the new one."""

    former_for_s: int = 86_400


class StripeProvider(RoutedProvider):
    """Stripe as the emulator's shell sees it."""

    base_path = "/v1"

    def __init__(self, store: Store, options: StripeOptions) -> None:
        super().__init__(routes(store, options))
        self._store = store
        basic = base64.b64encode(f"{options.api_key}:".encode()).decode()
        self._admitted = {f"Bearer {options.api_key}", f"Basic {basic}"}

    def admit(self, request: Request) -> None:
        """By the secret key, as bearer token or as the user of basic authentication."""
        if request.headers.get("authorization") not in self._admitted:
            raise Refused(401, "invalid_api_key", "Invalid API Key provided")

    def refusal(self, refused: Refused) -> Answer:
        """The error object."""
        return _failure(refused.status, "invalid_request_error", refused.code, refused.message)

    def fault_answer(self, fault: Fault) -> Answer:
        """In Stripe's words."""
        match fault:
            case Fault.RATE_LIMITED:
                return _failure(429, "invalid_request_error", "rate_limit", "Too many requests")
            case Fault.MISSING_ROUTE:
                return _failure(404, "invalid_request_error", "resource_missing", "Unrecognized request URL")
            case _:
                return _failure(500, "api_error", "api_error", "Something went wrong on our end")

    def counts(self) -> Mapping[str, int]:
        """Endpoints and events."""
        return {"webhook_endpoints": len(self._store.endpoints), "events": len(self._store.events)}

    def reset(self) -> None:
        """No endpoint, no event."""
        self._store.reset()

    def edit(self, kind: str, key: str, patch: bytes) -> bytes | None:
        """``webhook_endpoints/<id>`` rolls its secret; the answer holds the new one. See RollBody."""
        if kind != "webhook_endpoints" or key not in self._store.endpoints:
            return None
        former_for = timedelta(seconds=msgspec.json.decode(patch, type=RollBody).former_for_s)
        return msgspec.json.encode({"secret": self._store.roll(key, former_for=former_for)})

    def remove(self, kind: str, key: str) -> bool:
        """An endpoint."""
        return kind == "webhook_endpoints" and self._store.endpoints.pop(key, None) is not None

    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """``data`` is the object that the event is about."""
        before = len(self._store.endpoints)
        self._store.happen(event, data)
        return before


def routes(store: Store, options: StripeOptions) -> Mapping[str, Handler]:
    """The route table."""
    base = "/v1/webhook_endpoints"

    def create(request: Request, _: tuple[str, ...]) -> Answer:
        form = parse_qsl(request.body.decode())
        url = dict(form).get("url")
        events = tuple(value for name, value in form if name in {"enabled_events[]", "enabled_events"})
        if not url or not events:
            raise Refused(400, "parameter_missing", "Missing required param: url or enabled_events.")
        endpoint = store.add_endpoint(url, events)
        return json_answer(200, {**_shown(endpoint, options), "secret": endpoint.secret})

    return {
        "GET /v1/account": lambda _, __: json_answer(200, {"id": "acct_emulated", "object": "account"}),
        f"GET {base}": lambda request, _: _listed(
            request, "webhook_endpoints", [_shown(one, options) for one in store.endpoints.values()]
        ),
        f"POST {base}": create,
        f"GET {base}/{{id}}": lambda _, texts: json_answer(200, _shown(store.endpoint(texts[0]), options)),
        f"DELETE {base}/{{id}}": lambda _, texts: json_answer(200, {"id": store.delete(texts[0]).id, "deleted": True}),
        "GET /v1/events": lambda request, _: _listed(
            request, "events", [msgspec.to_builtins(one) for one in store.listed(request.query)]
        ),
    }


def _shown(endpoint: Endpoint, options: StripeOptions) -> dict[str, object]:
    """Without its secret."""
    return {
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "url": endpoint.url,
        "enabled_events": endpoint.enabled_events,
        "status": endpoint.status,
        "created": endpoint.created,
        "livemode": options.livemode,
        "metadata": {},
    }


def _listed(request: Request, name: str, rows: Sequence[Mapping[str, object]]) -> Answer:
    text = request.query.get("limit", "10")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _LARGEST_PAGE):
        raise Refused(400, "parameter_invalid_integer", "limit must be from 1 to 100")
    ids = [str(row["id"]) for row in rows]
    after = request.query.get("starting_after")
    start = ids.index(after) + 1 if after in ids else 0
    page = rows[start : start + int(text)]
    more = len(rows) > start + len(page)
    return json_answer(200, {"object": "list", "url": f"/v1/{name}", "data": page, "has_more": more})


def _failure(status: int, kind: str, code: str, message: str) -> Answer:
    return json_answer(status, {"error": {"type": kind, "code": code, "message": message}})
