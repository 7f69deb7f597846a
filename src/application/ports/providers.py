"""The outside systems that accounts may be connected to, whatever they are used for."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class Connection:
    """Where and how an account is reached, after defaults."""

    base_url: str
    settings: Mapping[str, str]


class Providers(Protocol):
    """What an account at each of them may look like. Nothing is called."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Every provider that this installation knows."""

    @abstractmethod
    def check_settings(self, provider: str, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """The account's effective address and settings; ``base_url`` None: the provider's own. Raises InvalidValue
        (unknown provider, address that must not be called or is missing, setting that the provider does not have)."""

    @abstractmethod
    def check_credentials(self, provider: str, credentials: str) -> str | None:
        """The credentials as they are kept, without what was around them; None for an empty text where an account is of
        use without any. Raises InvalidValue (field ``api_key``), which never tells the text."""
