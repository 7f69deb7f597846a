"""Where providers send webhooks."""

from urllib.parse import urlsplit

import attrs

from ...domain.shared.errors import NotConfigured
from ...domain.webhooks.inbox import Inbox


@attrs.frozen
class WebhookAddresses:
    """``public_url`` is the installation's address as others see it, of which only the origin counts, as for the page.
    ``allow_private``: providers may be inside our own network, and take plain http."""

    _public_url: str
    _allow_private: bool = False

    @property
    def is_https(self) -> bool:
        """Whether providers outside can be given it."""
        return self._public_url.startswith("https://")

    def of(self, inbox: Inbox) -> str:
        """The inbox's address, which is to be kept as secret as a password. Raises NotConfigured."""
        return f"{self._origin()}/webhooks/{inbox.provider}/{inbox.key}"

    def for_provider(self, inbox: Inbox) -> str:
        """The same, for a provider to send to. Raises NotConfigured when it cannot."""
        if not (self.is_https or self._allow_private):
            raise _unknown()
        return self.of(inbox)

    def _origin(self) -> str:
        try:
            parts = urlsplit(self._public_url)
            is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            raise _unknown() from None
        if not is_usable:
            raise _unknown()
        return f"{parts.scheme}://{parts.netloc}"


def _unknown() -> NotConfigured:
    return NotConfigured(
        "set TRESEN_PUBLIC_URL to the https address under which this installation is reached from outside: providers"
        " send their webhooks there"
    )
