"""Retell's routes, as far as calls and webhooks need them, and its errors."""

from collections.abc import Mapping

import attrs
import msgspec

from ..faults import Fault
from ..messages import Answer, Request, json_answer
from ..routing import Handler, Refused, body_of
from ..sending.routed import RoutedProvider
from .store import Store

_LARGEST_PAGE = 1000


@attrs.frozen(kw_only=True)
class RetellOptions:
    """What differs between accounts."""

    api_key: str = "key_emulated"


class PhoneCallBody(msgspec.Struct):
    """Who is to be called."""

    from_number: str
    to_number: str
    metadata: dict[str, str] = {}


class StampFilter(msgspec.Struct):
    """Bounds in Unix milliseconds."""

    lower_threshold: int | None = None
    upper_threshold: int | None = None


class CallFilter(msgspec.Struct):
    """Which calls are meant."""

    start_timestamp: StampFilter | None = None


class ListBody(msgspec.Struct):
    """A page of calls."""

    filter_criteria: CallFilter = msgspec.field(default_factory=CallFilter)
    sort_order: str = "descending"
    limit: int = 50
    pagination_key: str | None = None


class AgentBody(msgspec.Struct):
    """What may be changed of an agent."""

    webhook_url: str | None | msgspec.UnsetType = msgspec.UNSET
    webhook_events: list[str] | msgspec.UnsetType = msgspec.UNSET


class NumberBody(msgspec.Struct):
    """What may be changed of a number."""

    inbound_webhook_url: str | None = None


class RetellProvider(RoutedProvider):
    """Retell as the emulator's shell sees it."""

    base_path = ""

    def __init__(self, store: Store, options: RetellOptions) -> None:
        super().__init__(routes(store))
        self._store, self._options = store, options

    def admit(self, request: Request) -> None:
        """By bearer token."""
        if request.headers.get("authorization") != f"Bearer {self._options.api_key}":
            raise Refused(401, "unauthorized", "Invalid API Key")

    def refusal(self, refused: Refused) -> Answer:
        """The error object."""
        status = 422 if refused.code == "invalid" else refused.status
        return _failure(status, refused.message)

    def fault_answer(self, fault: Fault) -> Answer:
        """In Retell's words."""
        match fault:
            case Fault.RATE_LIMITED:
                return _failure(429, "Rate limit exceeded")
            case Fault.MISSING_ROUTE:
                return _failure(404, "Not Found")
            case _:
                return _failure(500, "An unexpected server error occurred.")

    def counts(self) -> Mapping[str, int]:
        """Agents and calls."""
        return {"agents": len(self._store.agents), "calls": len(self._store.calls)}

    def reset(self) -> None:
        """One agent, no calls."""
        self._store.reset()

    def edit(self, kind: str, key: str, patch: bytes) -> bytes | None:
        """``calls/<id>`` with ``{"call_status": "ongoing" | "ended"}`` or ``{"call_analysis": {}}`` lets it go on."""
        if kind != "calls" or key not in self._store.calls:
            return None
        wish = msgspec.json.decode(patch, type=dict[str, object])
        if "call_analysis" in wish:
            return msgspec.json.encode(self._store.analyse(key))
        match wish.get("call_status"):
            case "ongoing":
                return msgspec.json.encode(self._store.start(key))
            case "ended":
                return msgspec.json.encode(self._store.end(key))
        raise ValueError("call_status is ongoing or ended")

    def remove(self, kind: str, key: str) -> bool:
        """A call's record."""
        return kind == "calls" and self._store.calls.pop(key, None) is not None

    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """``data`` is the call."""
        return self._store.emit(event, data)


def routes(store: Store) -> Mapping[str, Handler]:
    """The route table."""

    def create(request: Request, _: tuple[str, ...]) -> Answer:
        body = body_of(request, PhoneCallBody)
        call = store.call(body.from_number, body.to_number, direction="outbound", metadata=body.metadata)
        return json_answer(201, call)

    def update_agent(request: Request, texts: tuple[str, ...]) -> Answer:
        agent = store.agents.get(texts[0])
        if agent is None:
            raise Refused(404, "not_found", "Not Found")
        body = body_of(request, AgentBody)
        if body.webhook_url is not msgspec.UNSET:
            agent.webhook_url = body.webhook_url
        if body.webhook_events is not msgspec.UNSET:
            agent.webhook_events = body.webhook_events
        return json_answer(200, agent)

    def update_number(request: Request, texts: tuple[str, ...]) -> Answer:
        address = body_of(request, NumberBody).inbound_webhook_url
        if address is None:
            store.inbound.pop(texts[0], None)
        else:
            store.inbound[texts[0]] = address
        return json_answer(200, {"phone_number": texts[0], "inbound_webhook_url": address})

    return {
        "GET /list-agents": lambda _, __: json_answer(200, list(store.agents.values())),
        "PATCH /update-agent/{id}": update_agent,
        "PATCH /update-phone-number/{number}": update_number,
        "POST /v2/create-phone-call": create,
        "GET /v2/get-call/{id}": lambda _, texts: json_answer(200, store.get(texts[0])),
        "POST /v3/list-calls": lambda request, _: _listed(store, body_of(request, ListBody)),
    }


def _listed(store: Store, body: ListBody) -> Answer:
    if not 1 <= body.limit <= _LARGEST_PAGE:
        raise Refused(422, "invalid", "limit must be from 1 to 1000")
    stamp = body.filter_criteria.start_timestamp or StampFilter()
    least, most = stamp.lower_threshold, stamp.upper_threshold
    found = [
        call
        for call in store.calls.values()
        if (least is None or (call.start_timestamp or 0) >= least)
        and (most is None or (call.start_timestamp or 0) <= most)
    ]
    if body.sort_order == "descending":
        found.reverse()
    ids = [call.call_id for call in found]
    start = ids.index(body.pagination_key) + 1 if body.pagination_key in ids else 0
    page = found[start : start + body.limit]
    more = len(found) > start + len(page)
    answer: dict[str, object] = {"items": page, "has_more": more}
    if more:
        answer["pagination_key"] = page[-1].call_id
    return json_answer(200, answer)


def _failure(status: int, message: str) -> Answer:
    return json_answer(status, {"status": "error", "message": message})
