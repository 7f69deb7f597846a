"""Requests about channels to Google's calendars (v3), and its answers: no network, no clock."""

from datetime import UTC, datetime
from urllib.parse import quote

import attrs
import msgspec

from ...domain.shared.errors import GatewayUnavailable
from ..http.messages import HttpRequest, HttpResponse
from ..http.refusals import accepted
from ..webhooks.documents import word

PROVIDER = "Google"
_FORBIDDEN, _TOO_MANY = 403, 429
_OK = range(200, 300)
# Google answers 403 for these too; all of them pass.
_PASSING = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"})


class Opened(msgspec.Struct, rename="camel"):
    """The answer to watching; ``expiration`` is a text of Unix milliseconds."""

    id: str
    resource_id: str
    expiration: str | int | None = None

    def expires_at(self) -> datetime | None:
        """When it ends by itself (UTC)."""
        try:
            return None if self.expiration is None else datetime.fromtimestamp(int(self.expiration) / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None


class Reason(msgspec.Struct):
    """One reason of a refusal."""

    reason: str


class Reasons(msgspec.Struct):
    """The refusal; its first reason counts, not its status."""

    errors: list[Reason] = []


class Refusal(msgspec.Struct):
    """An answer that refuses."""

    error: Reasons


@attrs.frozen(kw_only=True)
class CalendarProtocol:
    """Builds requests. ``base_url`` has no slash at its end; ``token`` is an access token."""

    base_url: str
    token: str = attrs.field(repr=False)

    def watch(self, calendar: str, *, channel: str, address: str, proof: str, until: datetime) -> HttpRequest:
        """Opens a channel. ``proof`` comes back with every message; Google may end it before ``until``."""
        body: dict[str, str | int] = {
            "id": channel,
            "type": "web_hook",
            "address": address,
            "token": proof,
            "expiration": int(until.timestamp() * 1000),
        }
        path = f"/calendars/{quote(calendar, safe='@')}/events/watch"
        return self._post("events.watch", path, body, idempotent=False)

    def stop(self, channel: str, resource_id: str) -> HttpRequest:
        """Closes a channel; the resource's id is from the answer when it was opened."""
        return self._post(
            "channels.stop", "/channels/stop", {"id": channel, "resourceId": resource_id}, idempotent=True
        )

    def _post(self, operation: str, path: str, body: dict[str, str | int], *, idempotent: bool) -> HttpRequest:
        return HttpRequest(
            method="POST",
            url=self.base_url + path,
            headers={"authorization": f"Bearer {self.token}", "content-type": "application/json"},
            body=msgspec.json.encode(body),
            idempotent=idempotent,
            operation=operation,
        )


def effective_status(response: HttpResponse) -> int:
    """The status that an answer really has: a 403 because of too many calls is a 429."""
    if response.status == _FORBIDDEN and reason_of(response) in _PASSING:
        return _TOO_MANY
    return response.status


def opened(response: HttpResponse) -> Opened:
    """The channel. Raises as ``accepted``; GatewayUnavailable for an answer of another form."""
    body = confirmed(response, "events.watch")
    try:
        return msgspec.json.decode(body, type=Opened)
    except ValueError:
        raise GatewayUnavailable("events.watch: Google's answer is of an unknown form") from None


def confirmed(response: HttpResponse, doing: str) -> bytes:
    """The body of an answer that is no refusal. Raises as ``accepted``."""
    return accepted(response, provider=PROVIDER, doing=doing, code=reason_of(response))


def reason_of(response: HttpResponse) -> str | None:
    """Google's word for why it refuses."""
    if response.status in _OK:
        return None
    try:
        errors = msgspec.json.decode(response.body, type=Refusal).error.errors
    except ValueError:
        return None
    return word(errors[0].reason) if errors else None
