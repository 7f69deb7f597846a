"""What accounts of a provider may look like, for providers that tell it by a table."""

from collections.abc import Callable, Mapping

import attrs

from ..application.ports.providers import Connection
from ..domain.shared.errors import InvalidValue
from .http.address_guard import check_base_url
from .providers import Provider

# A setting's text as it is kept; raises ValueError, whose text says what it must be.
SettingRule = Callable[[str], str]
# Credentials, without blanks around them and not empty, as they are kept; raises ValueError likewise.
CredentialsRule = Callable[[str], str]


def as_given(address: str) -> str:
    """Addresses that need nothing added."""
    return address


@attrs.frozen(kw_only=True)
class TabledProvider(Provider):
    """``default_url`` None: each account has an address of its own. ``complete`` adds to an address what it needs.

    ``optional_credentials``: an account is of use without any, because it only receives.
    """

    name: str
    default_url: str | None
    credentials: CredentialsRule
    settings: Mapping[str, SettingRule] = attrs.field(factory=dict)
    complete: Callable[[str], str] = as_given
    optional_credentials: bool = False
    allow_private: bool = False

    def check(self, *, base_url: str | None, settings: Mapping[str, str]) -> Connection:
        """The address with its default, and the settings without the empty ones. Raises InvalidValue."""
        address = base_url or self.default_url
        if address is None:
            raise InvalidValue(f"{self.name} needs the address, such as https://shop.example.com", field="base_url")
        checked = check_base_url(address, allow_private=self.allow_private)
        kept = {name: self._setting(name, text.strip()) for name, text in settings.items()}
        return Connection(base_url=self.complete(checked), settings={name: text for name, text in kept.items() if text})

    def check_credentials(self, credentials: str) -> str | None:
        """Raises InvalidValue."""
        text = credentials.strip()
        if not text and self.optional_credentials:
            return None
        if not text:
            raise InvalidValue("the API key is empty", field="api_key")
        try:
            return self.credentials(text)
        except ValueError as error:
            raise InvalidValue(f"this is no API key of {self.name}: {error}", field="api_key") from None

    def _setting(self, name: str, text: str) -> str:
        rule = self.settings.get(name)
        if rule is None:
            there = f"it has {', '.join(sorted(self.settings))}" if self.settings else "it has none"
            raise InvalidValue(f"{self.name} has no setting {name!r}; {there}", field=name)
        try:
            return rule(text) if text else text
        except ValueError as error:
            raise InvalidValue(f"{name}: {error}", field=name) from None


def printable_key(text: str) -> str:
    """A key of visible ASCII signs. Raises ValueError."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("it holds signs that no key has")
    return text


def one_of(*words: str) -> SettingRule:
    """A setting that is one of a few words."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f"it is one of {', '.join(words)}")
        return text

    return check
