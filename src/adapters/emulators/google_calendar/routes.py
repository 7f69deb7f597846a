"""Google's routes: tokens, events, channels; and its words for what went wrong."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from ..faults import Fault
from ..messages import Answer, Request, json_answer
from ..routing import Handler, Refused, body_of
from ..sending.routed import RoutedProvider
from .channels import Channels, WatchBody
from .keys import ServiceAccount
from .store import EventBody, Store

BASE = "/calendar/v3"
_EVENTS = f"{BASE}/calendars/{{calendar}}/events"
_TOKEN_PATH = "/token"  # noqa: S105 -- a path


class StopBody(msgspec.Struct, rename="camel"):
    """Which channel is to be closed."""

    id: str
    resource_id: str


class GoogleCalendarProvider(RoutedProvider):
    """Google as the emulator's shell sees it."""

    base_path = BASE

    def __init__(self, store: Store, channels: Channels, account: ServiceAccount) -> None:
        super().__init__(routes(store, channels, account))
        self._store, self._channels, self._account = store, channels, account

    def admit(self, request: Request) -> None:
        """By a token of ours; asking for one needs none."""
        if request.path != _TOKEN_PATH and not self._account.admits(request.headers.get("authorization")):
            raise Refused(401, "authError", "Invalid Credentials")

    def refusal(self, refused: Refused) -> Answer:
        """OAuth's words for tokens, the calendar's for all else."""
        if refused.code in {"invalid_grant", "unsupported_grant_type", "unauthorized_client"}:
            return json_answer(refused.status, {"error": refused.code, "error_description": refused.message})
        return _failure(refused.status, refused.code, refused.message)

    def fault_answer(self, fault: Fault) -> Answer:
        """In Google's words."""
        match fault:
            case Fault.RATE_LIMITED:
                return _failure(429, "rateLimitExceeded", "Rate Limit Exceeded")
            case Fault.ERROR_ENVELOPE:
                return _failure(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
            case Fault.MISSING_ROUTE:
                return _failure(404, "notFound", "Not Found")
            case _:
                return _failure(503, "backendError", "Backend Error")

    def counts(self) -> Mapping[str, int]:
        """Events and open channels."""
        events = sum(len(rows) for rows in self._store.events.values())
        return {"events": events, "channels": len(self._channels.open)}

    def reset(self) -> None:
        """Empty calendars, no channel, no token."""
        self._store.reset()
        self._channels.reset()
        self._account.reset()

    def edit(self, kind: str, key: str, patch: bytes) -> bytes | None:
        """``events/<calendar>`` inserts an event there, ``tokens/all`` lets every sync token expire."""
        if kind == "events" and key in self._store.events:
            return msgspec.json.encode(self._store.insert(key, msgspec.json.decode(patch, type=EventBody)))
        if (kind, key) == ("tokens", "all"):
            self._store.expire_tokens()
            return b"{}"
        return None

    def remove(self, kind: str, key: str) -> bool:
        """A channel, without a word to anybody."""
        return kind == "channels" and self._channels.open.pop(key, None) is not None

    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """``event`` is the state (exists, not_exists), ``data`` names the ``calendar``."""
        return self._channels.changed(str(data.get("calendar", "")), event)


def routes(store: Store, channels: Channels, account: ServiceAccount) -> Mapping[str, Handler]:
    """The route table."""

    def token(request: Request, _: tuple[str, ...]) -> Answer:
        form = dict(parse_qsl(request.body.decode("latin-1")))
        here = f"http://{request.headers.get('host', '')}{_TOKEN_PATH}"
        return json_answer(200, account.exchange(form.get("grant_type", ""), form.get("assertion", ""), here=here))

    def watch(request: Request, texts: tuple[str, ...]) -> Answer:
        store.calendar(texts[0])
        uri = f"https://www.googleapis.com{BASE}/calendars/{texts[0]}/events?alt=json"
        channel = channels.watch(texts[0], body_of(request, WatchBody), uri)
        return json_answer(
            200,
            {
                "kind": "api#channel",
                "id": channel.id,
                "resourceId": channel.resource_id,
                "resourceUri": channel.resource_uri,
                "token": channel.token,
                "expiration": str(channel.expires),
            },
        )

    def stop(request: Request, _: tuple[str, ...]) -> Answer:
        body = body_of(request, StopBody)
        channels.stop(body.id, body.resource_id)
        return Answer(204, b"")

    return {
        "POST /token": token,
        f"POST {_EVENTS}/watch": watch,
        f"POST {BASE}/channels/stop": stop,
        **_event_routes(store),
    }


def _event_routes(store: Store) -> dict[str, Handler]:
    def delete(_: Request, texts: tuple[str, ...]) -> Answer:
        store.delete(*texts)
        return Answer(204, b"")

    return {
        f"GET {_EVENTS}": lambda request, texts: json_answer(200, store.listed(texts[0], request.query)),
        f"POST {_EVENTS}": lambda request, texts: json_answer(200, store.insert(texts[0], body_of(request, EventBody))),
        f"GET {_EVENTS}/{{id}}": lambda _, texts: json_answer(200, store.event(*texts)),
        f"PATCH {_EVENTS}/{{id}}": lambda request, texts: json_answer(
            200, store.patch(texts[0], texts[1], body_of(request, EventBody))
        ),
        f"DELETE {_EVENTS}/{{id}}": delete,
    }


def _failure(status: int, reason: str, message: str) -> Answer:
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return json_answer(status, {"error": {"code": status, "message": message, "errors": errors}})
