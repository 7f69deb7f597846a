"""Answers by which a provider refuses a call, as errors."""

from ...domain.shared.errors import (
    CredentialsRefused,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnsupported,
)
from .messages import HttpResponse

_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_GONE = {404, 410}
_KEY_REFUSED = 401
_NOT_ALLOWED = 403
_NO_SUCH_ROUTE = {405, 501}


def accepted(response: HttpResponse, *, provider: str, doing: str, code: str | None = None) -> bytes:
    """The body of an answer that is no refusal. ``code`` is the provider's own word for the reason, where it was read.

    Raises GatewayNotFound, CredentialsRefused, GatewayUnsupported, GatewayRejected.
    """
    if response.status in _OK:
        return response.body
    raise refusal(response.status, provider=provider, doing=doing, code=code)


def refusal(status: int, *, provider: str, doing: str, code: str | None = None) -> GatewayError:
    """The error for an answer of that status."""
    details = {"status": status, **({"provider_code": code} if code else {})}
    reason = f"{status} ({code})" if code else str(status)
    if status in _GONE:
        return GatewayNotFound(f"{doing}: {provider} has no such record", **details)
    if status == _KEY_REFUSED:
        return CredentialsRefused(f"{doing}: {provider} refuses the credentials with {reason}", **details)
    if status == _NOT_ALLOWED:
        return GatewayRejected(f"{doing}: {provider} does not allow it to this account: {reason}", **details)
    if status in _NO_SUCH_ROUTE:
        return GatewayUnsupported(f"{doing}: {provider}'s interface has no such route", **details)
    why = "redirects; the base address is wrong" if status in _REDIRECTS else f"refused it with {reason}"
    return GatewayRejected(f"{doing}: {provider} {why}", **details)
