"""What the inbox must know of the providers that send webhooks. All of it is pure."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from ...domain.shared.errors import NotAuthenticated, NotFound
from ...domain.webhooks.fact import Json, Reading


@attrs.frozen(kw_only=True)
class WebhookRequest:
    """A request as it came in. Header names are in lower case; the body is what was signed, byte by byte."""

    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class InboxView:
    """What a provider's functions may know of the inbox: live secrets (newest first, opened), registrations, the
    account's settings."""

    secrets: Sequence[str] = attrs.field(repr=False)
    registrations: Mapping[str, str] = attrs.field(factory=dict)
    settings: Mapping[str, str] = attrs.field(factory=dict)


class BadSignature(NotAuthenticated):
    """The request does not prove that the provider sent it: 401."""

    code = "bad_signature"


class UnknownChannel(NotFound):
    """The request names a subscription that is not ours, or cannot prove that it is: 404."""

    code = "unknown_channel"


@attrs.frozen(kw_only=True)
class Verified:
    """The provider sent it. ``delivery_key`` is the provider's id of this delivery, None where it has none that is
    unique. ``is_ping``: it only tries whether somebody answers, is answered and not stored.
    ``is_stale``: known, but of a subscription that was replaced; answered and not stored. ``type``: the provider's
    word for what it is, for lists, as far as headers or the first look at the body tell. ``beside_body``: what the
    headers say, where the same bytes mean another thing with other headers; the content hash covers it.
    """

    delivery_key: str | None = None
    is_ping: bool = False
    is_stale: bool = False
    type: str | None = None
    beside_body: str = ""


@attrs.frozen(kw_only=True)
class SynchronousAnswer:
    """What the provider waits for, as JSON."""

    status: int = 200
    body: Mapping[str, Json]


class WebhookProvider(Protocol):
    """One provider's way with webhooks. ``name`` is the word in accounts and in the address.

    ``accepted_status`` is what it wants to see once the delivery is stored. ``signs_with_api_key``: signatures are
    made with the account's API key, which is then among the secrets. For neither those nor providers that choose
    the secret themselves (``issues_secret``) one can be made here. It begins with ``secret_prefix``.
    """

    name: str
    accepted_status: int
    signs_with_api_key: bool
    issues_secret: bool = False
    secret_prefix: str = ""

    @abstractmethod
    def verify(self, request: WebhookRequest, inbox: InboxView, *, now: datetime) -> Verified:
        """Who sent it. Constant in time. Raises BadSignature (also when there is no secret, or an empty one),
        UnknownChannel."""

    @abstractmethod
    def normalise(self, request: WebhookRequest, inbox: InboxView) -> Reading:
        """What it says. The headers are those that were stored (none that are secret). Raises nothing."""


class WebhookProviders(Protocol):
    """The providers of an installation that send webhooks."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Sorted."""

    @abstractmethod
    def get(self, name: str) -> WebhookProvider:
        """Raises NotFound."""
