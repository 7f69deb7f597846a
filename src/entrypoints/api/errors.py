"""The one table from errors to HTTP statuses, and the problem documents that tell of them (RFC 9457, O51)."""

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import attrs
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.types import Scope

from ...application.webhooks.receive import EncodedBody, InboxDisabled
from ...domain.shared import errors
from ...domain.sync.kept_plan import PlanHeld, PlanStale
from ...domain.sync.run import SyncRunning
from .arriving import SlowBody, TooBusy
from .strangers import is_no_sync, no_id_in
from .wording import wording

_log = logging.getLogger(__name__)
PROBLEM_TYPE = "application/problem+json"

# The most special class of an error decides.
STATUS_OF: Mapping[type[Exception], int] = {
    errors.NotAuthenticated: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    SlowBody: 408,
    errors.AlreadyExists: 409,
    errors.StaleVersion: 409,
    errors.IllegalTransition: 409,
    errors.NotConfigured: 409,
    PlanHeld: 409,
    PlanStale: 409,
    SyncRunning: 409,
    InboxDisabled: 410,
    EncodedBody: 415,
    errors.RuleViolation: 422,
    errors.TooManyRequests: 429,
    errors.GatewayUnsupported: 501,
    errors.GatewayError: 502,
    errors.GatewayUnavailable: 503,
    errors.StorageUnavailable: 503,
    TooBusy: 503,
    errors.TresenError: 500,
}

# For what the framework itself refuses; the words are ours, because its own may quote the request.
_REFUSED = {
    400: ("malformed_request", "the request cannot be read"),
    404: ("not_found", "there is no such page or route"),
    405: ("method_not_allowed", "this route does not know this method"),
    413: ("too_large", "the body is too large"),
    415: ("unsupported_media_type", "send JSON, and say so: Content-Type: application/json"),
}
_SERVER_ERROR = 500
# So the framework tells of a parameter that a route needs.
_MISSING = re.compile(r"Missing required \w+ parameter '(\w+)'")


@attrs.frozen(kw_only=True)
class FieldProblem:
    """One value that cannot be taken. ``field`` is a path such as ``settings.location_id``, empty for the whole."""

    field: str
    code: str
    message: str


class InvalidRequest(errors.InvalidValue):
    """Well-formed, but not what the route asks for."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(dict.fromkeys(p.message for p in problems)))
        self.problems = tuple(problems)


class MalformedRequest(errors.TresenError):
    """What was sent is not what it says it is: no JSON, no form."""

    code = "malformed_request"


@attrs.frozen(kw_only=True)
class Problem:
    """A problem document before it is sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def problem(error: Exception, *, instance: str, correlation_id: str) -> Problem:
    """The document for an error. What nobody foresaw is logged with its traceback and told as nothing but a 500."""
    status, code, detail = _read(error)
    if status >= _SERVER_ERROR and code == "internal_error":
        _log.error("unexpected error", exc_info=error)
    title = HTTPStatus(status).phrase
    members: dict[str, object] = {
        "type": f"urn:tresen:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": instance,
        "correlation_id": correlation_id,
        # The seeds' clients read these two (O51).
        "error": title,
        "message": detail,
    }
    problems = _fields(error)
    if problems:
        members["errors"] = problems
    explaining = _details(error)
    if explaining and status < _SERVER_ERROR:
        members["details"] = explaining
    return Problem(status=status, headers=_headers(error, status), body=msgspec.json.encode(members, enc_hook=str))


def answer(request: Request[object, object, object], error: Exception) -> Response[bytes]:  # type: ignore[type-var]  # the framework's State bound says nothing here
    """The response for an error inside a route, or for an address that no route has."""
    if isinstance(error, NotFoundException):
        error = no_id_in(request.scope["path"]) or error
    if isinstance(error, MethodNotAllowedException) and is_no_sync(request.scope["path"], error.headers or {}):
        error = NotFoundException()
    made = problem(error, instance=request.scope["path"], correlation_id=correlation_id(request.scope))
    return Response(made.body, status_code=made.status, headers=dict(made.headers), media_type=PROBLEM_TYPE)


def correlation_id(scope: Scope) -> str:
    """The id that ties the answer to the log lines."""
    return str(scope["state"].get("correlation_id", ""))


def _read(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, MalformedRequest):
        return 400, error.code, error.message
    if isinstance(error, ValidationException):
        return 422, "invalid_value", "; ".join(p.message for p in _fields(error)) or "a value is not valid"
    if isinstance(error, HTTPException) and error.status_code < _SERVER_ERROR:
        code, detail = _REFUSED.get(error.status_code, ("refused", HTTPStatus(error.status_code).phrase))
        return error.status_code, code, detail
    if isinstance(error, errors.TresenError):
        status = next(STATUS_OF[cls] for cls in type(error).__mro__ if cls in STATUS_OF)
        if status != _SERVER_ERROR:
            return status, error.code, _with_the_way_out(error)
    return _SERVER_ERROR, "internal_error", "something went wrong here; the correlation id finds it in the log"


def _with_the_way_out(error: errors.TresenError) -> str:
    """What a client sends to get through, by the names of the API."""
    if isinstance(error, PlanHeld):
        return f'{error.message}; {{"accept_guard": true}} lets it through'
    if "accounts" in error.details:
        return f"{error.message}; name one as account_id"
    return f'{error.message}; {{"force": true}} does it' if error.details.get("needs") == "force" else error.message


def _fields(error: Exception) -> Sequence[FieldProblem]:
    if isinstance(error, InvalidRequest):
        return error.problems
    if isinstance(error, errors.InvalidValue):
        named = [(each, each.details.get("field")) for each in error.every]
        return [FieldProblem(field=str(field), code=each.code, message=each.message) for each, field in named if field]
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        return tuple(
            FieldProblem(field="", code="missing_body", message="this route needs a JSON body")
            if e.get("key") == "data"
            else _refused_parameter(str(e.get("key", "")), str(e.get("message", "")))
            for e in error.extra
            if isinstance(e, dict)
        )
    missing = _MISSING.search(error.detail) if isinstance(error, ValidationException) else None
    return (FieldProblem(field=missing[1], code="missing_field", message=f"{missing[1]} is needed"),) if missing else ()


def _refused_parameter(name: str, said: str) -> FieldProblem:
    return FieldProblem(field=name, code="invalid_value", message=wording(said, name))


def _details(error: Exception) -> Mapping[str, object]:
    """The values that explain it; the field is told in ``errors``."""
    if not isinstance(error, errors.TresenError):
        return {}
    return {name: value for name, value in error.details.items() if name != "field"}


def _headers(error: Exception, status: int) -> Mapping[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="tresen"'}
    if isinstance(error, errors.TooManyRequests | errors.StorageUnavailable | errors.GatewayUnavailable):
        is_limit = isinstance(error, errors.TooManyRequests)
        return {"Retry-After": str(error.details.get("retry_after_s", 1)) if is_limit else "5"}
    if isinstance(error, SlowBody | TooBusy):
        # RFC 9110 §15.5.9; and what is still on its way is not read.
        return {"Connection": "close", **({"Retry-After": "5"} if isinstance(error, TooBusy) else {})}
    if isinstance(error, HTTPException) and error.headers:
        return dict(error.headers)
    return {}
