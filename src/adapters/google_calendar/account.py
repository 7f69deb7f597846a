"""Accounts at Google Calendar: service accounts, by the JSON file that Google makes for their key."""

from collections.abc import Callable

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ...domain.shared.errors import InvalidValue
from ..connections import TabledProvider
from ..http.address_guard import check_base_url

DEFAULT_BASE_URL = "https://www.googleapis.com/calendar/v3"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_MOST_CALENDARS = 100


class ServiceAccountKey(msgspec.Struct, kw_only=True, frozen=True):
    """What is kept of the file. ``private_key`` is PEM; its ``repr`` must never be shown."""

    type: str
    client_email: str
    private_key: str
    private_key_id: str | None = None
    token_uri: str = TOKEN_URI

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client_email!r})"


def google_calendar(*, allow_private: bool) -> TabledProvider:
    """Whose accounts have a service account's key. Setting ``calendars``: ids, with commas, of the calendars that were
    shared with it; ``subject``: the user in whose name it works, where the domain's administrator allowed that."""
    return TabledProvider(
        name="google_calendar",
        default_url=DEFAULT_BASE_URL,
        credentials=_key_file(allow_private=allow_private),
        settings={"calendars": _calendars, "subject": _subject},
        allow_private=allow_private,
    )


def calendars_of(setting: str | None) -> list[str]:
    """The ids in the setting ``calendars``."""
    return [id_.strip() for id_ in (setting or "").split(",") if id_.strip()]


def _calendars(text: str) -> str:
    ids = list(dict.fromkeys(calendars_of(text)))
    if len(ids) > _MOST_CALENDARS:
        raise ValueError(f"{_MOST_CALENDARS} calendars are the most")
    if "primary" in ids:
        raise ValueError(
            "'primary' is the service account's own, empty calendar; give the id, such as desk@example.com"
        )
    return ",".join(ids)


def _subject(text: str) -> str:
    if "@" not in text or not text.isprintable():
        raise ValueError("it is a user's e-mail address")
    return text


def _key_file(*, allow_private: bool) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            key = msgspec.json.decode(text.encode("utf-8", "surrogatepass"), type=ServiceAccountKey)
        except (ValueError, RecursionError):
            raise ValueError("give the whole JSON file of the service account's key") from None
        if key.type != "service_account":
            raise ValueError("it is a key of another kind than a service account's")
        if "@" not in key.client_email:
            raise ValueError("its client_email is no address")
        _check_private_key(key.private_key)
        try:
            check_base_url(key.token_uri, allow_private=allow_private)
        except InvalidValue as error:
            raise ValueError(f"its token_uri cannot be used: {error.message}") from None
        return msgspec.json.encode(key).decode()

    return check


def _check_private_key(pem: str) -> None:
    try:
        key = load_pem_private_key(pem.encode("utf-8", "surrogatepass"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("its private_key cannot be read") from None
    if not isinstance(key, RSAPrivateKey):
        # Google signs with RS256, and nothing else.
        raise ValueError("its private_key is no RSA key")  # noqa: TRY004 - a rule of the text, not of a type
