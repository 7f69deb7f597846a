"""Requests about webhooks and orders to a shop's interface (wc/v3), and its answers: no network, no clock."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

import attrs
import msgspec

from ...domain.shared.errors import GatewayUnavailable
from ..http.failures import BadAnswer
from ..http.messages import HttpRequest, HttpResponse
from ..http.refusals import accepted
from ..webhooks.documents import word

PROVIDER = "the shop"
LARGEST_PAGE = 100
TOPICS = (
    "order.created",
    "order.updated",
    "order.deleted",
    "order.restored",
    "customer.created",
    "customer.updated",
    "customer.deleted",
)
_BAD_REQUEST = 400
_OK = range(200, 300)
R = TypeVar("R")


class Webhook(msgspec.Struct):
    """A subscription to one topic; ``date_modified_gmt`` is UTC without an offset. Its secret is never shown."""

    id: int
    status: str
    topic: str
    delivery_url: str
    date_modified_gmt: str | None = None


class Trouble(msgspec.Struct):
    """The object that tells why a call was refused."""

    code: str


class ListedOrder(msgspec.Struct):
    """What is looked at of an order in a list."""

    id: int
    date_modified_gmt: str | None = None


@attrs.frozen(kw_only=True)
class ShopProtocol:
    """Builds requests for one account. ``base_url`` is that of the interface: ``…/wp-json/wc/v3``.

    ``key`` and ``secret`` are the pair that the shop gave for its interface.
    """

    base_url: str
    key: str = attrs.field(repr=False)
    secret: str = attrs.field(repr=False)

    def list_webhooks(self, page: int) -> HttpRequest:
        """Of every status."""
        return self._request(
            "webhooks.list", "GET", "/webhooks", {"page": page, "per_page": LARGEST_PAGE, "orderby": "id"}
        )

    def create_webhook(self, topic: str, address: str, secret: str) -> HttpRequest:
        """Making it twice makes two. The shop pings the address at once."""
        body = {"name": f"Tresen: {topic}", "topic": topic, "delivery_url": address, "secret": secret}
        return self._request("webhooks.create", "POST", "/webhooks", body={**body, "status": "active"})

    def update_webhook(self, key: int, changes: Mapping[str, str]) -> HttpRequest:
        """Only what is given changes."""
        return self._request("webhooks.update", "PUT", f"/webhooks/{key}", body=changes, idempotent=True)

    def delete_webhook(self, key: int) -> HttpRequest:
        """For good: webhooks have no trash."""
        return self._request("webhooks.delete", "DELETE", f"/webhooks/{key}", {"force": "true"}, idempotent=True)

    def orders_since(self, since: datetime, page: int, *, status: str, by_modified: bool) -> HttpRequest:
        """Those modified after it. Without ``dates_are_gmt`` the shop would compare its own clock's time.

        ``by_modified`` False: in the order of their ids, for shops that know no other.
        """
        query = {
            "modified_after": since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
            "dates_are_gmt": "true",
            "orderby": "modified" if by_modified else "id",
            "order": "asc",
            "status": status,
            "page": page,
            "per_page": LARGEST_PAGE,
        }
        return self._request("orders.list", "GET", "/orders", query)

    def _request(
        self,
        operation: str,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        body: Mapping[str, str] | None = None,
        idempotent: bool = False,
    ) -> HttpRequest:
        pair = b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"authorization": f"Basic {pair}"}
        if body is not None:
            headers["content-type"] = "application/json"
        return HttpRequest(
            method=method,
            url=self.base_url + path + (f"?{urlencode(query)}" if query else ""),
            headers=headers,
            body=None if body is None else msgspec.json.encode(body),
            idempotent=idempotent or method == "GET",
            operation=operation,
        )


def effective_status(response: HttpResponse) -> int:
    """The status that an answer really has. Raises BadAnswer for a success that is not JSON: a maintenance page, a
    plugin's notice in front of it, a body that breaks off."""
    if response.status in _OK:
        try:
            msgspec.json.decode(response.body, type=msgspec.Raw)
        except ValueError:
            raise BadAnswer("the shop's answer is no JSON or breaks off", status=response.status) from None
    return response.status


def read(response: HttpResponse, shape: type[R], doing: str) -> R:
    """The answer's record or list. Raises as ``accepted``; GatewayUnavailable for an answer of another form."""
    body = accepted(response, provider=PROVIDER, doing=doing, code=_code(response))
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError:
        raise GatewayUnavailable(f"{doing}: the shop's answer is of an unknown form") from None


def refuses_order(response: HttpResponse) -> bool:
    """Whether the shop is too old to list by the time of modification."""
    return response.status == _BAD_REQUEST and b"orderby" in response.body


def has_more(response: HttpResponse, page: int, items: Sequence[object]) -> bool:
    """Whether a page follows: by the shop's count of pages, else by how full this one is."""
    pages = response.headers.get("x-wp-totalpages", "")
    return page < int(pages) if pages.isascii() and pages.isdigit() else len(items) == LARGEST_PAGE


def _code(response: HttpResponse) -> str | None:
    try:
        return None if response.status in _OK else word(msgspec.json.decode(response.body, type=Trouble).code)
    except ValueError:
        return None
