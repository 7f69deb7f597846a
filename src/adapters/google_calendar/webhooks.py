"""Google Calendar among the providers that send webhooks."""

from datetime import datetime

from ...application.ports.webhooks import InboxView, Verified, WebhookProvider, WebhookRequest
from ...domain.webhooks.fact import Reading
from .facts import normalise
from .signature import verify


class GoogleCalendarWebhooks(WebhookProvider):
    """The secret is the token of the channels; they are known by the inbox's registrations. Any 2xx suits it."""

    name = "google_calendar"
    accepted_status = 204
    signs_with_api_key = False

    def verify(self, request: WebhookRequest, inbox: InboxView, *, now: datetime) -> Verified:
        """Raises UnknownChannel."""
        return verify(request, inbox.secrets, inbox.registrations, now=now)

    def normalise(self, request: WebhookRequest, inbox: InboxView) -> Reading:
        """Raises nothing."""
        return normalise(request.headers, inbox.registrations)
