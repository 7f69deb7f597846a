"""WooCommerce among the providers that send webhooks."""

from datetime import datetime

from ...application.ports.webhooks import InboxView, Verified, WebhookProvider, WebhookRequest
from ...domain.webhooks.fact import Reading
from .facts import normalise
from .signature import verify


class WooCommerceWebhooks(WebhookProvider):
    """The secret is the one that was entered with the webhook. Its pings take nothing but 200 for an answer."""

    name = "woocommerce"
    accepted_status = 200
    signs_with_api_key = False

    def verify(self, request: WebhookRequest, inbox: InboxView, *, now: datetime) -> Verified:  # noqa: ARG002 - no time is signed
        """Raises BadSignature."""
        return verify(request, inbox.secrets)

    def normalise(self, request: WebhookRequest, inbox: InboxView) -> Reading:  # noqa: ARG002 - nothing is needed of it
        """Raises nothing."""
        return normalise(request.body, request.headers)
