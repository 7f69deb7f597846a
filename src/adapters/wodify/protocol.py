"""Requests to Wodify as values: no network, no clock."""

from collections.abc import Mapping
from urllib.parse import urlencode

import attrs
import msgspec

from ...domain.shared.errors import GatewayNotFound
from ..http.messages import HttpRequest
from .routes import Route


@attrs.frozen(kw_only=True)
class Protocol:
    """Builds requests for one account. ``base_url`` has no slash at its end."""

    base_url: str
    api_key: str = attrs.field(repr=False)

    def request(
        self,
        route: Route,
        *,
        key: str | None = None,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> HttpRequest:
        """A call of the route. Reads may be repeated, nothing else: Wodify knows no idempotency keys.

        Raises GatewayNotFound for a ``key`` that cannot be a record's id: such a record is nowhere.
        """
        url = self.base_url + route.path.replace("{id}", _id(key) if "{id}" in route.path else "")
        headers = {"x-api-key": self.api_key}
        if body is not None:
            headers["content-type"] = "application/json"
        return HttpRequest(
            method=route.method,
            url=f"{url}?{urlencode(query)}" if query else url,
            headers=headers,
            body=None if body is None else msgspec.json.encode(body),
            idempotent=route.method == "GET",
            operation=route.operation,
        )


def _id(key: str | None) -> str:
    if not key or not key.isascii() or not key.isdigit() or int(key[:20]) == 0:
        raise GatewayNotFound(f"wodify's ids are numbers, {key!r} is none")
    return key
