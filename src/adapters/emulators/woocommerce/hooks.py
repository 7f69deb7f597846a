"""The emulated shop's webhooks.

After `class-wc-webhook.php` of WooCommerce 11: a payload is built when it is sent, by asking the interface as the
owner of the webhook; nothing is sent twice; any status from 200 to 302 is a success; the seventh failure in a row
switches the webhook off. The ping at creation is a form without any signature, and wants exactly 200.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import msgspec

from ..routing import Refused
from ..sending.hook import HTTP_1_0, Hook, Letter, forged, once
from ..sending.sender import Sender
from .shapes import ACTIVE, DISABLED, PAUSED, TOPICS, Webhook, WebhookBody
from .store import Store

_SUCCESS = range(200, 303)
_MOST_FAILURES = 5
_FORM = "application/x-www-form-urlencoded"
_AGENT = "WooCommerce/11.1.0 Hookshot (WordPress/6.9)"
FORBIDDEN = {
    "code": "woocommerce_rest_cannot_view",
    "message": "Sorry, you cannot view this resource.",
    "data": {"status": 401},
}


class Hooks:
    """Subscriptions. ``owner_may_read`` False: their owner has lost the right to see what they tell.

    ``failures`` counts the failures in a row by subscription; that it counts as a modification, and that switching a
    webhook on again sets it back, is assumed.
    """

    def __init__(self, sender: Sender, source: Callable[[], str]) -> None:
        self._sender, self._source = sender, source
        self._store: Store | None = None
        self.reset()

    def watch(self, store: Store) -> None:
        """Whose records are told."""
        self._store = store

    def reset(self) -> None:
        """Nobody is subscribed."""
        self.rows: dict[int, Webhook] = {}
        self.failures: dict[int, int] = {}
        self.owner_may_read = True
        self._secrets: dict[int, str] = {}
        self._numbers = 141

    def get(self, key: int) -> Webhook:
        """By id."""
        found = self.rows.get(key)
        if found is None:
            raise Refused(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
        return found

    def create(self, body: WebhookBody) -> Webhook:
        """A new subscription, tried at once by a ping. The same address and topic twice are two subscriptions."""
        topic = _known_topic(body.topic or "")
        if not body.delivery_url:
            raise Refused(400, "woocommerce_rest_invalid_webhook_delivery_url", "Webhook delivery URL must be valid.")
        self._numbers += 1
        now = self._stamp()
        webhook = Webhook(
            id=self._numbers,
            name=body.name or f"Webhook created on {now}",
            status=_known_status(body.status or ACTIVE),
            topic=topic,
            resource=topic.partition(".")[0],
            event=topic.partition(".")[2],
            delivery_url=body.delivery_url,
            date_created_gmt=now,
            date_modified_gmt=now,
        )
        self.rows[webhook.id] = webhook
        self.failures[webhook.id] = 0
        self._secrets[webhook.id] = body.secret or ""
        self._ping(webhook)
        return webhook

    def update(self, key: int, body: WebhookBody) -> Webhook:
        """A subscription, changed; another address is tried by a ping while it is active."""
        webhook = self.get(key)
        topic = None if body.topic is None else _known_topic(body.topic)
        status = None if body.status is None else _known_status(body.status)
        moved = body.delivery_url not in {None, webhook.delivery_url}
        if status == ACTIVE and webhook.status != ACTIVE:
            self.failures[key] = 0
        webhook.status = status or webhook.status
        webhook.name = body.name or webhook.name
        webhook.delivery_url = body.delivery_url or webhook.delivery_url
        if topic is not None:
            webhook.topic, (webhook.resource, _, webhook.event) = topic, topic.partition(".")
        if body.secret is not None:
            self._secrets[key] = body.secret
        webhook.date_modified_gmt = self._stamp()
        if moved and webhook.status == ACTIVE:
            self._ping(webhook)
        return webhook

    def delete(self, key: int) -> Webhook:
        """A subscription, gone."""
        webhook = self.get(key)
        del self.rows[key]
        return webhook

    def happened(self, topic: str, key: int) -> int:
        """Tell every active subscription of that topic; to how many."""
        told = [one for one in self.rows.values() if one.status == ACTIVE and one.topic == topic]
        for webhook in told:
            self._queue(webhook, topic, partial(self._payload, topic, key))
        return len(told)

    def emit(self, topic: str, data: object) -> int:
        """Tell ``data`` as that topic, whatever it holds; to how many."""
        body = msgspec.json.encode(data)
        told = [one for one in self.rows.values() if one.status == ACTIVE and one.topic == topic]
        for webhook in told:
            self._queue(webhook, topic, lambda: body)
        return len(told)

    def _queue(self, webhook: Webhook, topic: str, payload: Callable[[], bytes]) -> None:
        write = partial(self._write, webhook, topic, payload)
        judge = partial(self._settle, webhook)
        self._sender.send(
            Hook(event=topic, target=str(webhook.id), address=webhook.delivery_url, write=write, judge=judge)
        )

    def _ping(self, webhook: Webhook) -> None:
        letter = Letter(
            headers={"Content-Type": _FORM, "User-Agent": _AGENT},
            body=f"webhook_id={webhook.id}".encode(),
            http=HTTP_1_0,
        )
        self._sender.send(
            Hook(
                event="ping",
                target=str(webhook.id),
                address=webhook.delivery_url,
                write=lambda _at, _wrong: letter,
                judge=once,
            )
        )

    def _write(
        self, webhook: Webhook, topic: str, payload: Callable[[], bytes], at: datetime, wrong: bool
    ) -> Letter | None:
        if webhook.id not in self.rows:
            return None
        body = payload().strip()
        key = forged(self._secrets[webhook.id], wrong).encode()
        signature = base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()
        # Two in one second share it: a hash of the webhook's number and the time in seconds.
        number = hashlib.md5(f"{webhook.id}{int(at.timestamp())}".encode(), usedforsecurity=False).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            "X-WC-Webhook-Source": self._source(),
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": webhook.resource,
            "X-WC-Webhook-Event": webhook.event,
            "X-WC-Webhook-Signature": signature,
            "X-WC-Webhook-ID": str(webhook.id),
            "X-WC-Webhook-Delivery-ID": number,
        }
        return Letter(headers=headers, body=body, http=HTTP_1_0)

    def _payload(self, topic: str, key: int) -> bytes:
        """What the interface shows now; only the id of what was deleted."""
        resource, _, event = topic.partition(".")
        if event == "deleted":
            return msgspec.json.encode({"id": key})
        if not self.owner_may_read or self._store is None:
            return msgspec.json.encode(FORBIDDEN)
        try:
            row = self._store.order(key) if resource == "order" else self._store.customer(key)
        except Refused as gone:
            return msgspec.json.encode({"code": gone.code, "message": gone.message, "data": {"status": gone.status}})
        return msgspec.json.encode(row)

    def _settle(self, webhook: Webhook, _attempt: int, status: int | None) -> None:
        before = (webhook.status, self.failures[webhook.id])
        if status in _SUCCESS:
            self.failures[webhook.id] = 0
        elif self.failures[webhook.id] > _MOST_FAILURES:
            webhook.status = DISABLED
        else:
            self.failures[webhook.id] += 1
        if before != (webhook.status, self.failures[webhook.id]):
            webhook.date_modified_gmt = self._stamp()

    def _stamp(self) -> str:
        return self._sender.now().astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _known_topic(topic: str) -> str:
    if topic not in TOPICS:
        raise Refused(400, "woocommerce_rest_invalid_webhook_topic", "Webhook topic must be valid.")
    return topic


def _known_status(status: str) -> str:
    if status not in {ACTIVE, PAUSED, DISABLED}:
        raise Refused(400, "woocommerce_rest_invalid_webhook_status", "Webhook status must be valid.")
    return status
