"""Retell among the providers that send webhooks."""

from datetime import datetime

from ...application.ports.webhooks import InboxView, Verified, WebhookProvider, WebhookRequest
from ...domain.webhooks.fact import Reading
from .facts import normalise
from .signature import verify


class RetellWebhooks(WebhookProvider):
    """The secret is the account's API key: the one of which Retell's pages say that it signs webhooks."""

    name = "retell"
    accepted_status = 204
    signs_with_api_key = True

    def verify(self, request: WebhookRequest, inbox: InboxView, *, now: datetime) -> Verified:
        """Raises BadSignature."""
        return verify(request, inbox.secrets, now=now)

    def normalise(self, request: WebhookRequest, inbox: InboxView) -> Reading:  # noqa: ARG002 - nothing is needed of it
        """Raises nothing."""
        return normalise(request.body)
