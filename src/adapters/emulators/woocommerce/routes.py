"""The shop's routes, its paging headers and its words for what went wrong."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import attrs
import msgspec

from ..faults import Fault
from ..messages import Answer, Request, json_answer
from ..routing import Handler, Refused, body_of
from ..sending.routed import RoutedProvider
from .hooks import Hooks
from .shapes import TRASH, CustomerBody, Order, OrderBody, WebhookBody
from .store import Store

R = TypeVar("R", bound=msgspec.Struct)
BASE = "/wp-json/wc/v3"
_LARGEST_PAGE = 100
_TRUE = {"true", "1"}


@attrs.frozen(kw_only=True)
class ShopOptions:
    """What differs between shops. ``zone``: that of the shop's clock. ``orders_by_modified``: older versions refuse
    that order. ``may_write`` False: the keys may read only."""

    consumer_key: str = "ck_emulated"
    consumer_secret: str = "cs_emulated"  # noqa: S105 -- of an emulated shop
    zone: str = "Europe/Berlin"
    orders_by_modified: bool = True
    may_write: bool = True


class ShopProvider(RoutedProvider):
    """WooCommerce as the emulator's shell sees it."""

    base_path = BASE

    def __init__(self, store: Store, hooks: Hooks, options: ShopOptions) -> None:
        super().__init__(routes(store, hooks, options))
        self._store, self._hooks = store, hooks
        pair = f"{options.consumer_key}:{options.consumer_secret}"
        self._basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
        self._pair = (options.consumer_key, options.consumer_secret)
        self._may_write = options.may_write

    def admit(self, request: Request) -> None:
        """By basic authentication, or by the query where a host strips that header."""
        pair = (request.query.get("consumer_key"), request.query.get("consumer_secret"))
        if request.headers.get("authorization") != self._basic and pair != self._pair:
            raise Refused(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if request.method != "GET" and not self._may_write:
            message = "The API key provided does not have write permissions."
            raise Refused(401, "woocommerce_rest_authentication_error", message)

    def refusal(self, refused: Refused) -> Answer:
        """The error object."""
        code = {"invalid": "rest_invalid_param", "not_found": "rest_no_route"}.get(refused.code, refused.code)
        return _failure(refused.status, code, refused.message)

    def fault_answer(self, fault: Fault) -> Answer:
        """In a shop's words; what breaks is mostly the host around it."""
        match fault:
            case Fault.RATE_LIMITED:
                return _failure(429, "too_many_requests", "Too many requests")
            case Fault.MISSING_ROUTE:
                return _failure(404, "rest_no_route", "No route was found matching the URL and request method.")
            case Fault.ERROR_ENVELOPE:
                return Answer(503, b"<html><body>Briefly unavailable for scheduled maintenance.</body></html>")
            case _:
                return _failure(500, "internal_server_error", "There has been a critical error on this website.")

    def counts(self) -> Mapping[str, int]:
        """Orders, customers and subscriptions."""
        return {
            "orders": len(self._store.orders),
            "customers": len(self._store.customers),
            "webhooks": len(self._hooks.rows),
        }

    def reset(self) -> None:
        """An empty shop."""
        self._store.reset()
        self._hooks.reset()

    def edit(self, kind: str, key: str, patch: bytes) -> bytes | None:
        """An order as if staff had edited it; or a subscription's settings."""
        if not key.isdigit():
            return None
        if kind == "orders" and int(key) in self._store.orders:
            return msgspec.json.encode(self._store.edit_order(int(key), patch))
        if kind == "webhooks" and int(key) in self._hooks.rows:
            body = msgspec.json.decode(patch, type=WebhookBody)
            return msgspec.json.encode(self._hooks.update(int(key), body))
        return None

    def remove(self, kind: str, key: str) -> bool:
        """An order for ever, with its hooks; or a subscription."""
        if not key.isdigit():
            return False
        if kind == "orders" and int(key) in self._store.orders:
            self._store.delete_order(int(key), force=True)
            return True
        return kind == "webhooks" and self._hooks.rows.pop(int(key), None) is not None

    def emit(self, event: str, data: Mapping[str, object]) -> int:
        """Any topic with any payload."""
        return self._hooks.emit(event, data)


def routes(store: Store, hooks: Hooks, options: ShopOptions) -> Mapping[str, Handler]:
    """The route table."""
    return {
        **_order_routes(store, options),
        **_customer_routes(store),
        f"GET {BASE}/webhooks": lambda request, _: _page(request, _in_status(request, hooks)),
        f"POST {BASE}/webhooks": lambda request, _: json_answer(201, hooks.create(body_of(request, WebhookBody))),
        f"GET {BASE}/webhooks/{{id}}": lambda _, texts: json_answer(200, hooks.get(_number(texts))),
        f"PUT {BASE}/webhooks/{{id}}": lambda request, texts: json_answer(
            200, hooks.update(_number(texts), body_of(request, WebhookBody))
        ),
        f"DELETE {BASE}/webhooks/{{id}}": lambda _, texts: json_answer(200, hooks.delete(_number(texts))),
    }


def _order_routes(store: Store, options: ShopOptions) -> dict[str, Handler]:
    return {
        f"GET {BASE}/orders": lambda request, _: _page(request, _orders(store, request, options)),
        f"POST {BASE}/orders": lambda request, _: json_answer(201, store.create_order(body_of(request, OrderBody))),
        f"GET {BASE}/orders/{{id}}": lambda _, texts: json_answer(200, store.order(_number(texts))),
        f"PUT {BASE}/orders/{{id}}": lambda request, texts: json_answer(
            200, store.update_order(_number(texts), body_of(request, OrderBody))
        ),
        f"DELETE {BASE}/orders/{{id}}": lambda request, texts: json_answer(
            200, store.delete_order(_number(texts), force=request.query.get("force") in _TRUE)
        ),
    }


def _customer_routes(store: Store) -> dict[str, Handler]:
    return {
        f"GET {BASE}/customers": lambda request, _: _page(request, list(store.customers.values())),
        f"POST {BASE}/customers": lambda request, _: json_answer(
            201, store.create_customer(body_of(request, CustomerBody))
        ),
        f"GET {BASE}/customers/{{id}}": lambda _, texts: json_answer(200, store.customer(_number(texts))),
        f"PUT {BASE}/customers/{{id}}": lambda request, texts: json_answer(
            200, store.update_customer(_number(texts), body_of(request, CustomerBody))
        ),
        f"DELETE {BASE}/customers/{{id}}": lambda _, texts: json_answer(200, store.delete_customer(_number(texts))),
    }


def _orders(store: Store, request: Request, options: ShopOptions) -> Sequence[Order]:
    """Those that fit. Without ``dates_are_gmt`` the shop's own clock is compared, whatever offset the text has."""
    gmt = request.query.get("dates_are_gmt") in _TRUE
    status = request.query.get("status", request.query.get("status[]", "any"))
    after = _instant(request, "modified_after", gmt=gmt)
    before = _instant(request, "modified_before", gmt=gmt)
    rows = [
        one
        for one in store.orders.values()
        if (one.status != TRASH if status == "any" else one.status == status)
        and (after is None or store.modified(one, gmt=gmt) > after)
        and (before is None or store.modified(one, gmt=gmt) < before)
    ]
    return _sorted(rows, request, options)


def _sorted(rows: list[Order], request: Request, options: ShopOptions) -> Sequence[Order]:
    descending = request.query.get("order", "desc") == "desc"
    match request.query.get("orderby", "date"):
        case "modified" if options.orders_by_modified:
            return sorted(rows, key=lambda one: (one.date_modified_gmt, one.id), reverse=descending)
        case "date" | "id":
            return sorted(rows, key=lambda one: one.id, reverse=descending)
        case _:
            raise Refused(400, "rest_invalid_param", "Invalid parameter(s): orderby")


def _in_status(request: Request, hooks: Hooks) -> Sequence[msgspec.Struct]:
    status = request.query.get("status", "all")
    return [one for one in hooks.rows.values() if status in {"all", one.status}]


def _page(request: Request, rows: Sequence[R]) -> Answer:
    """One page, with the totals and links in its headers."""
    size, number = _whole(request, "per_page", 10), _whole(request, "page", 1)
    if size > _LARGEST_PAGE:
        raise Refused(400, "rest_invalid_param", "Invalid parameter(s): per_page")
    pages = -(-len(rows) // size)
    shown = rows[(number - 1) * size : number * size]
    links = [("prev", number - 1)] if number > 1 else []
    links += [("next", number + 1)] if number < pages else []
    headers = [("x-wp-total", str(len(rows))), ("x-wp-totalpages", str(pages))]
    if links:
        text = ", ".join(f'<http://shop.example{request.path}?page={page}>; rel="{rel}"' for rel, page in links)
        headers.append(("link", text))
    return Answer(200, msgspec.json.encode(shown), tuple(headers))


def _instant(request: Request, name: str, *, gmt: bool) -> datetime | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, "rest_invalid_param", f"Invalid parameter(s): {name}") from None
    if gmt and instant.tzinfo is not None:
        instant = instant.astimezone(UTC)
    return instant.replace(tzinfo=None)


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise Refused(400, "rest_invalid_param", f"Invalid parameter(s): {name}")
    return int(text)


def _number(texts: tuple[str, ...]) -> int:
    if not (texts[0].isascii() and texts[0].isdigit()):
        raise Refused(404, "rest_no_route", "No route was found matching the URL and request method.")
    return int(texts[0])


def _failure(status: int, code: str, message: str) -> Answer:
    return json_answer(status, {"code": code, "message": message, "data": {"status": status}})
