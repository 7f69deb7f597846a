"""Stripe among the providers that send webhooks."""

from datetime import datetime

from ...application.ports.webhooks import InboxView, Verified, WebhookProvider, WebhookRequest
from ...domain.webhooks.fact import Reading
from .facts import normalise
from .signature import verify


class StripeWebhooks(WebhookProvider):
    """The secret is the endpoint's (``whsec_…``). Any 2xx suits it."""

    name = "stripe"
    accepted_status = 200
    signs_with_api_key = False
    issues_secret = True
    secret_prefix = "whsec_"  # noqa: S105 -- not a secret, but how all of them begin

    def verify(self, request: WebhookRequest, inbox: InboxView, *, now: datetime) -> Verified:
        """Raises BadSignature."""
        return verify(request, inbox.secrets, now=now)

    def normalise(self, request: WebhookRequest, inbox: InboxView) -> Reading:
        """Raises nothing. The account's setting ``mode`` is ``live``, ``test`` or not set (both are taken)."""
        return normalise(request.body, mode=inbox.settings.get("mode") or None)
