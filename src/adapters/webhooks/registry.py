"""The providers of an installation that send webhooks, by name."""

from collections.abc import Iterable, Sequence

from ...application.ports.webhooks import WebhookProvider, WebhookProviders
from ...domain.shared.errors import NotFound


class WebhookProviderRegistry(WebhookProviders):
    """Finds them."""

    def __init__(self, providers: Iterable[WebhookProvider]) -> None:
        self._providers = {provider.name: provider for provider in providers}

    def names(self) -> Sequence[str]:
        """Sorted."""
        return sorted(self._providers)

    def get(self, name: str) -> WebhookProvider:
        """Raises NotFound."""
        provider = self._providers.get(name)
        if provider is None:
            raise NotFound("webhook provider", name)
        return provider
