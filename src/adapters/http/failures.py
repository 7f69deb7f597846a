"""Why a call brought no usable answer. To those who called, all of it is GatewayUnavailable."""

from typing import ClassVar

from ...domain.shared.errors import GatewayRejected, GatewayUnavailable


class CallFailed(GatewayUnavailable):
    """One try of a call failed.

    ``nothing_done``: the provider certainly did not act on it, so that even a call that must not be made twice may
    be tried again. ``answered``: the provider lives, so that the try is no sign of its being broken. ``status`` is
    that of the HTTP answer, if one came; ``retry_after_s`` is how long the provider asks to wait.
    """

    nothing_done: ClassVar[bool] = False
    answered: ClassVar[bool] = False
    outcome: ClassVar[str] = "failed"

    def __init__(self, message: str, /, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        known = {"status": status, "retry_after_s": retry_after_s}
        super().__init__(message, **{name: value for name, value in known.items() if value is not None})
        self.status = status
        self.retry_after_s = retry_after_s


class ConnectFailed(CallFailed):
    """No connection came about: not one byte of the request was sent."""

    nothing_done = True
    outcome = "connect_failed"


class AnswerLost(CallFailed):
    """The request went out, wholly or in part, and no complete answer came back."""

    outcome = "answer_lost"


class BadAnswer(CallFailed):
    """The provider says that it is broken, or what it says cannot be read."""

    outcome = "bad_answer"


class Throttled(CallFailed):
    """Too many calls: the provider did nothing and wants to be left alone for a while."""

    nothing_done = True
    answered = True
    outcome = "throttled"


class CallsSuspended(GatewayUnavailable):
    """The provider failed too often; no call is made before ``details["retry_at"]`` (ISO 8601, UTC)."""


class AddressForbidden(GatewayRejected):
    """The provider's name leads to an address inside our own network, which is never called."""
