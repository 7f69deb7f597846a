"""The root of the error tree.

Every error names what happened, carries the values that explain it in ``details`` and a stable ``code``
that clients and logs may rely on; the text may change.
"""

from collections.abc import Iterable
from typing import ClassVar


class TresenError(Exception):
    """Anything Tresen refuses or fails at.

    ``details`` holds plain JSON-able values (strings, numbers, lists); never a secret, SQL or a provider's body.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, /, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class RuleViolation(TresenError):
    """A rule of the business forbids it; trying again changes nothing."""

    code = "rule_violation"


class InvalidValue(RuleViolation):
    """A value is not of the form its field asks for. ``details["field"]`` names the field where it is known.

    Of several that were looked at together, ``every`` has an error for each, in that order.
    """

    code = "invalid_value"
    _found: tuple["InvalidValue", ...] = ()

    @classmethod
    def of_all(cls, found: Iterable["InvalidValue"]) -> "InvalidValue":
        """One error that tells of all; the only one itself where it is alone."""
        every = tuple(part for each in found for part in each.every)
        if len(every) == 1:
            return every[0]
        error = cls("; ".join(each.message for each in every))
        error._found = every
        return error

    @property
    def every(self) -> tuple["InvalidValue", ...]:
        """This one alone, unless it tells of several."""
        return self._found or (self,)


class IllegalTransition(RuleViolation):
    """The state table has no such step."""

    code = "illegal_transition"


class NotFound(TresenError):
    """Nothing of that kind has that id in this tenant."""

    code = "not_found"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"no {kind} {key}", kind=kind, key=str(key))


class AlreadyExists(TresenError):
    """Something with that key is there already."""

    code = "already_exists"


class StaleVersion(TresenError):
    """Somebody else changed it since it was read; load again and repeat."""

    code = "stale_version"


class NotAllowed(TresenError):
    """The principal may not do this."""

    code = "not_allowed"


class NotAuthenticated(TresenError):
    """Nobody, or nobody that we know, is asking."""

    code = "not_authenticated"


class TooManyRequests(TresenError):
    """A limit is used up. ``details["retry_after_s"]`` tells when to come back, in seconds."""

    code = "too_many_requests"


class NotConfigured(TresenError):
    """Something must be set up first; the message says what and how."""

    code = "not_configured"


class AddressNotAllowed(NotConfigured):
    """An account's address was allowed when it was saved, and is not as this process is set up."""

    code = "address_not_allowed"


class StorageUnavailable(TresenError):
    """The database cannot be read or written now (down, full, read-only)."""

    code = "storage_unavailable"


class StorageConflict(StorageUnavailable):
    """Deadlock, serialisation failure or a busy database: the same transaction may pass when run again."""

    code = "storage_conflict"


class GatewayError(TresenError):
    """A provider could not do what was asked."""

    code = "provider_error"


class GatewayUnavailable(GatewayError):
    """Time-out, 429, 5xx, an unreadable answer: try again later. Says nothing about whether a write took effect."""

    code = "provider_unavailable"


class GatewayRejected(GatewayError):
    """Understood and refused: do not repeat it unchanged."""

    code = "provider_rejected"


class GatewayNotFound(GatewayRejected):
    """The provider has no such record."""

    code = "provider_not_found"


class CredentialsRefused(GatewayError):
    """The provider does not accept the credentials."""

    code = "provider_credentials_refused"


class CursorExpired(GatewayError):
    """The provider does not know any more where changes went on: everything must be listed."""

    code = "provider_cursor_expired"


class GatewayUnsupported(GatewayError):
    """The provider's interface has no such operation, or this account may not use it."""

    code = "provider_unsupported"
