"""The emulated account: endpoints, and events for as long as Stripe keeps them."""

import hashlib
import hmac
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import msgspec

from ..routing import Refused
from ..sending.hook import Hook, Letter, forged, retrying
from ..sending.sender import Sender

API_VERSION = "2026-10-28.endive"
_KEPT = timedelta(days=30)
# Stripe publishes only that it tries for three days, waiting ever longer. These are ours: 3 days and 4 hours in all.
_DELAYS_S = (10.0, 60.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 43_200.0, 43_200.0, 43_200.0, 43_200.0, 36_000.0)
_ALL = "*"


class Endpoint(msgspec.Struct):
    """Where events go. ``secrets``: the newest first, each with the instant until which it signs (None: no end)."""

    id: str
    url: str
    enabled_events: list[str]
    status: str
    created: int
    secrets: list[tuple[str, datetime | None]]

    @property
    def secret(self) -> str:
        """The newest."""
        return self.secrets[0][0]

    def live(self, at: datetime) -> list[str]:
        """Those that sign then."""
        return [secret for secret, ends in self.secrets if ends is None or at < ends]


class Event(msgspec.Struct):
    """A snapshot event."""

    id: str
    type: str
    created: int
    livemode: bool
    data: dict[str, object]
    object: str = "event"
    api_version: str = API_VERSION
    pending_webhooks: int = 1
    request: dict[str, str | None] = {}


class Store:
    """Endpoints may be made through the interface or by hand; events are what a test says that happens."""

    def __init__(self, *, seed: int, sender: Sender, livemode: bool) -> None:
        self._seed, self._sender, self._livemode = seed, sender, livemode
        self.reset()

    def reset(self) -> None:
        """No endpoint, no event."""
        self.endpoints: dict[str, Endpoint] = {}
        self.events: list[Event] = []
        self._dice = random.Random(self._seed)  # noqa: S311 -- reproducible ids, no secret

    def add_endpoint(self, url: str, events: tuple[str, ...] = (_ALL,), *, secret: str | None = None) -> Endpoint:
        """A new endpoint; ``secret`` None: made here."""
        endpoint = Endpoint(
            id=f"we_{self._word()}",
            url=url,
            enabled_events=list(events),
            status="enabled",
            created=int(self._sender.now().timestamp()),
            secrets=[(secret or f"whsec_{self._word()}{self._word()}", None)],
        )
        self.endpoints[endpoint.id] = endpoint
        return endpoint

    def endpoint(self, key: str) -> Endpoint:
        """By id."""
        found = self.endpoints.get(key)
        if found is None:
            raise Refused(404, "resource_missing", f"No such webhook endpoint: '{key}'")
        return found

    def delete(self, key: str) -> Endpoint:
        """An endpoint, gone."""
        return self.endpoints.pop(self.endpoint(key).id)

    def roll(self, key: str, *, former_for: timedelta = timedelta(hours=24)) -> str:
        """A new secret; the former one signs beside it for that long."""
        endpoint = self.endpoint(key)
        ends = self._sender.now() + former_for
        former = [(secret, ends if old is None else min(old, ends)) for secret, old in endpoint.secrets]
        endpoint.secrets = [(f"whsec_{self._word()}{self._word()}", None), *former]
        return endpoint.secret

    def happen(
        self, kind: str, body: Mapping[str, object], *, previous: Mapping[str, object] | None = None, times: int = 1
    ) -> Event:
        """An event, kept and told. ``times`` 2: told twice under two ids, as Stripe now and then does."""
        data: dict[str, object] = {"object": dict(body)}
        if previous is not None:
            data["previous_attributes"] = dict(previous)
        for _ in range(times):
            event = Event(
                id=f"evt_{self._word()}",
                type=kind,
                created=int(self._sender.now().timestamp()),
                livemode=self._livemode,
                data=data,
                request={"id": None, "idempotency_key": None},
            )
            self.events.append(event)
            self._tell(event)
        return event

    def listed(self, query: Mapping[str, str]) -> list[Event]:
        """Newest first, of the last thirty days, of that type and since then."""
        oldest = int((self._sender.now() - _KEPT).timestamp())
        since = max(oldest, int(query.get("created[gte]", "0")))
        kind = query.get("type")
        return [one for one in reversed(self.events) if one.created >= since and kind in {None, one.type}]

    def _tell(self, event: Event) -> int:
        body = msgspec.json.encode(event)
        told = [
            one
            for one in self.endpoints.values()
            if one.status == "enabled" and not {event.type, _ALL}.isdisjoint(one.enabled_events)
        ]
        for endpoint in told:
            self._sender.send(
                Hook(
                    event=event.type,
                    target=endpoint.id,
                    address=endpoint.url,
                    write=partial(letter, endpoint, body),
                    judge=retrying(_DELAYS_S, accepted=range(200, 300)),
                )
            )
        return len(told)

    def _word(self) -> str:
        return f"{self._dice.getrandbits(96):024x}"


def letter(endpoint: Endpoint, body: bytes, at: datetime, wrong: bool) -> Letter:
    """Signed at the time of each attempt, with every secret that is live; ``v0`` is a decoy that proves nothing."""
    seconds = int(at.timestamp())
    signed = f"{seconds}.".encode() + body
    proofs = [
        f"v1={hmac.digest(forged(secret, wrong).encode(), signed, hashlib.sha256).hex()}"
        for secret in endpoint.live(at)
    ]
    decoy = hashlib.sha256(signed).hexdigest()
    return Letter(
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": ",".join((f"t={seconds}", *proofs, f"v0={decoy}")),
        },
        body=body,
    )
