"""Cal.com's routes, and its envelopes."""

from collections.abc import Mapping
from datetime import UTC, datetime

import attrs
import msgspec

from ..faults import Fault
from ..messages import Answer, Request, json_answer
from ..routing import Handler, Refused, body_of
from ..sending.routed import RoutedProvider
from .shapes import AbsentBody, Booking, BookingBody, ReasonBody, RescheduleBody, WebhookBody, WebhookPatch
from .store import Store

_LARGEST_TAKE = 250


@attrs.frozen(kw_only=True)
class CalcomOptions:
    """What differs between accounts."""

    api_key: str = "cal_test_emulated"
    host_email: str = "desk@example.com"


class CalcomProvider(RoutedProvider):
    """Cal.com as the emulator's shell sees it."""

    base_path = "/v2"

    def __init__(self, store: Store, options: CalcomOptions) -> None:
        super().__init__(routes(store, options))
        self._store, self._options = store, options

    def admit(self, request: Request) -> None:
        """By bearer token."""
        if request.headers.get("authorization") != f"Bearer {self._options.api_key}":
            raise Refused(401, "UnauthorizedException", "ApiAuthStrategy - api key - Your api key is not valid")

    def refusal(self, refused: Refused) -> Answer:
        """The error envelope."""
        code = "BadRequestException" if refused.code == "invalid" else refused.code
        return _failure(refused.status, code, refused.message)

    def fault_answer(self, fault: Fault) -> Answer:
        """In Cal.com's words."""
        match fault:
            case Fault.RATE_LIMITED:
                return _failure(429, "ThrottlerException", "Too Many Requests")
            case Fault.MISSING_ROUTE:
                return _failure(404, "NotFoundException", "Cannot find this route")
            case _:
                return _failure(500, "InternalServerErrorException", "Internal server error")

    def counts(self) -> Mapping[str, int]:
        """Bookings and subscriptions."""
        return {"bookings": len(self._store.bookings), "webhooks": len(self._store.webhooks)}

    def reset(self) -> None:
        """Nothing booked, nobody subscribed."""
        self._store.reset()

    def edit(self, kind: str, key: str, patch: bytes) -> bytes | None:
        """A booking, without telling anybody; or a subscription, such as by hand in its settings page."""
        if kind == "bookings" and key in self._store.bookings:
            return msgspec.json.encode(self._store.edit(key, patch))
        if kind == "webhooks" and key.isdigit() and int(key) in self._store.webhooks:
            return msgspec.json.encode(self._store.change(key, msgspec.json.decode(patch, type=WebhookPatch)))
        return None

    def remove(self, kind: str, key: str) -> bool:
        """A subscription."""
        if kind != "webhooks" or not key.isdigit():
            return False
        return self._store.webhooks.pop(int(key), None) is not None

    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """Any trigger with any payload; PING tries every subscription."""
        return self._store.emit(event, data)


def routes(store: Store, options: CalcomOptions) -> Mapping[str, Handler]:
    """The route table."""
    me = {"id": 1, "email": options.host_email, "username": "desk", "timeZone": "Europe/Berlin", "weekStart": "Monday"}
    return {
        "GET /v2/me": lambda _, __: _success(me),
        **_webhook_routes(store),
        "GET /v2/bookings": lambda request, _: _bookings(store, request),
        "POST /v2/bookings": lambda request, _: _success(_shown(store.book(body_of(request, BookingBody))), 201),
        "GET /v2/bookings/{uid}": lambda _, texts: _success(_shown(store.booking(texts[0]))),
        "POST /v2/bookings/{uid}/reschedule": lambda request, texts: _success(
            _shown(store.reschedule(texts[0], body_of(request, RescheduleBody))), 201
        ),
        "POST /v2/bookings/{uid}/cancel": lambda request, texts: _success(
            _shown(store.cancel(texts[0], body_of(request, ReasonBody).cancellation_reason))
        ),
        "POST /v2/bookings/{uid}/confirm": lambda _, texts: _success(_shown(store.confirm(texts[0]))),
        "POST /v2/bookings/{uid}/decline": lambda request, texts: _success(
            _shown(store.decline(texts[0], body_of(request, ReasonBody).reason))
        ),
        "POST /v2/bookings/{uid}/mark-absent": lambda request, texts: _success(
            _shown(store.mark_absent(texts[0], body_of(request, AbsentBody)))
        ),
    }


def _webhook_routes(store: Store) -> dict[str, Handler]:
    def listed(request: Request, _: tuple[str, ...]) -> Answer:
        take = min(_whole(request, "take", _LARGEST_TAKE), _LARGEST_TAKE)
        skip = _whole(request, "skip", 0)
        return _success(list(store.webhooks.values())[skip : skip + take])

    return {
        "GET /v2/webhooks": listed,
        "POST /v2/webhooks": lambda request, _: _success(store.subscribe(body_of(request, WebhookBody)), 201),
        "GET /v2/webhooks/{id}": lambda _, texts: _success(store.webhook(texts[0])),
        "PATCH /v2/webhooks/{id}": lambda request, texts: _success(
            store.change(texts[0], body_of(request, WebhookPatch))
        ),
        "DELETE /v2/webhooks/{id}": lambda _, texts: _success(store.unsubscribe(texts[0])),
    }


def _bookings(store: Store, request: Request) -> Answer:
    after = _instant(request.query.get("afterUpdatedAt"))
    found = [one for one in store.bookings.values() if after is None or _read(one.updated_at) >= after]
    if request.query.get("sortUpdatedAt") in {"asc", "desc"}:
        found.sort(key=_updated, reverse=request.query["sortUpdatedAt"] == "desc")
    skip, take = _whole(request, "skip", 0), _whole(request, "take", 100)
    page = found[skip : skip + take]
    left = max(0, len(found) - skip - len(page))
    pagination = {
        "totalItems": len(found),
        "remainingItems": left,
        "returnedItems": len(page),
        "itemsPerPage": take,
        "hasNextPage": left > 0,
        "hasPreviousPage": skip > 0,
    }
    return json_answer(
        200, {"status": "success", "data": [_shown(booking) for booking in page], "pagination": pagination}
    )


def _shown(booking: Booking) -> dict[str, object]:
    """Without what only webhooks tell."""
    shown: dict[str, object] = msgspec.to_builtins(booking)
    del shown["icsSequence"]
    return shown


def _success(data: object, status: int = 200) -> Answer:
    return json_answer(status, {"status": "success", "data": data})


def _failure(status: int, code: str, message: str) -> Answer:
    return json_answer(status, {"status": "error", "error": {"code": code, "message": message}})


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise Refused(400, "BadRequestException", f"{name} must be a number")
    return int(text)


def _instant(text: str | None) -> datetime | None:
    try:
        return None if text is None else _read(text)
    except ValueError as error:
        raise Refused(400, "BadRequestException", str(error)) from None


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _updated(booking: Booking) -> datetime:
    return _read(booking.updated_at)
