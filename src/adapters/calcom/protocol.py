"""Requests about webhooks to Cal.com's API v2, and its answers: no network, no clock."""

import re
from collections.abc import Collection, Mapping, Sequence

import attrs
import msgspec

from ...domain.shared.errors import GatewayRejected, GatewayUnavailable
from ..http.messages import HttpRequest, HttpResponse
from ..http.refusals import accepted

PROVIDER = "Cal.com"
# The list is not paged any further: an account with more webhooks than that has another problem.
LARGEST_TAKE = 250
# There is no BOOKING_CONFIRMED: a confirmed booking is told as created.
TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_REJECTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_PAID",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_NO_SHOW_UPDATED",
    "MEETING_STARTED",
    "MEETING_ENDED",
    "RECORDING_READY",
    "RECORDING_TRANSCRIPTION_GENERATED",
)
_BAD_REQUEST = 400
_ALLOWED = re.compile(rb"one of the following values: ([A-Z_, ]+)")
_PLACE = re.compile(rb"triggers\.(\d{1,3})\b")


class Webhook(msgspec.Struct, rename="camel"):
    """A subscription there. ``secret`` is UNSET where the interface does not show it."""

    id: int
    subscriber_url: str
    active: bool
    triggers: list[str]
    secret: str | None | msgspec.UnsetType = msgspec.UNSET


class One(msgspec.Struct):
    """An answer with one webhook."""

    data: Webhook


class Several(msgspec.Struct):
    """An answer with a list of them."""

    data: list[Webhook]


class UnknownTriggers(GatewayRejected):
    """Some of the triggers are not known there; ``known`` are those that may be asked for."""

    def __init__(self, message: str, known: Sequence[str]) -> None:
        super().__init__(message, known=list(known))
        self.known = tuple(known)


@attrs.frozen(kw_only=True)
class CalcomProtocol:
    """Builds requests for one account. ``base_url`` ends with the version: ``…/v2``."""

    base_url: str
    api_key: str = attrs.field(repr=False)

    def list_webhooks(self) -> HttpRequest:
        """The account's own, not those of single event types or teams."""
        return self._request("webhooks.list", "GET", f"/webhooks?take={LARGEST_TAKE}")

    def create_webhook(self, address: str, secret: str, triggers: Sequence[str]) -> HttpRequest:
        """Making it twice makes two."""
        body = {"active": True, "subscriberUrl": address, "triggers": list(triggers), "secret": secret}
        return self._request("webhooks.create", "POST", "/webhooks", body)

    def update_webhook(self, key: int, changes: Mapping[str, object]) -> HttpRequest:
        """Only what is given changes."""
        return self._request("webhooks.update", "PATCH", f"/webhooks/{key}", changes, idempotent=True)

    def delete_webhook(self, key: int) -> HttpRequest:
        """For good."""
        return self._request("webhooks.delete", "DELETE", f"/webhooks/{key}", idempotent=True)

    def _request(
        self,
        operation: str,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        idempotent: bool = False,
    ) -> HttpRequest:
        headers = {"authorization": f"Bearer {self.api_key}"}
        if body is not None:
            headers["content-type"] = "application/json"
        return HttpRequest(
            method=method,
            url=self.base_url + path,
            headers=headers,
            body=None if body is None else msgspec.json.encode(body),
            idempotent=idempotent or method == "GET",
            operation=operation,
        )


def webhooks_of(response: HttpResponse) -> list[Webhook]:
    """The list. Raises as ``accepted``; GatewayUnavailable for an answer of another form."""
    body = accepted(response, provider=PROVIDER, doing="webhooks.list")
    try:
        return msgspec.json.decode(body, type=Several).data
    except msgspec.DecodeError:
        raise GatewayUnavailable("webhooks.list: Cal.com's answer is of an unknown form") from None


def webhook_of(response: HttpResponse, doing: str, asked: Sequence[str]) -> Webhook:
    """The one that was made or changed, with the triggers ``asked`` for. Raises UnknownTriggers, and as
    ``webhooks_of``."""
    if response.status == _BAD_REQUEST and (known := _known_triggers(response.body, asked)):
        raise UnknownTriggers(f"{doing}: Cal.com does not know all of the triggers", known)
    body = accepted(response, provider=PROVIDER, doing=doing)
    try:
        return msgspec.json.decode(body, type=One).data
    except msgspec.DecodeError:
        raise GatewayUnavailable(f"{doing}: Cal.com's answer is of an unknown form") from None


def _known_triggers(refusal: bytes, asked: Sequence[str]) -> Sequence[str]:
    """Those of the triggers that a refusal names as allowed, or does not complain of; none when it says neither, or
    complains of something else."""
    named = _ALLOWED.search(refusal)
    if named:
        allowed: Collection[str] = {word.strip() for word in named[1].decode().split(",")}
        known = [trigger for trigger in asked if trigger in allowed]
    else:
        wrong = {int(place) for place in _PLACE.findall(refusal)}
        known = [trigger for place, trigger in enumerate(asked) if place not in wrong]
    return known if len(known) < len(asked) else ()
