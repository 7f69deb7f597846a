"""Where providers send webhooks."""

import attrs

from ...domain.shared.errors import NotConfigured
from ...domain.webhooks.inbox import Inbox


@attrs.frozen
class WebhookAddresses:
    """``base`` is the installation's address as others see it (empty: nobody has told it). ``allow_private``: providers
    may be inside our own network, and take plain http."""

    _base: str
    _allow_private: bool = False

    @property
    def is_https(self) -> bool:
        """Whether providers outside can be given it."""
        return self._base.startswith("https://")

    def of(self, inbox: Inbox) -> str:
        """The inbox's address, which is to be kept as secret as a password. Raises NotConfigured."""
        if not self._base:
            raise _unknown()
        return f"{self._base.rstrip('/')}/webhooks/{inbox.provider}/{inbox.key}"

    def for_provider(self, inbox: Inbox) -> str:
        """The same, for a provider to send to. Raises NotConfigured when it cannot."""
        if not (self.is_https or self._allow_private):
            raise _unknown()
        return self.of(inbox)


def _unknown() -> NotConfigured:
    return NotConfigured(
        "set TRESEN_PUBLIC_URL to the https address under which this installation is reached from outside: providers"
        " send their webhooks there"
    )
