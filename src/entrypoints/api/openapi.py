"""The description for machines (OpenAPI 3.1): the framework's, completed by what only we know.

That is: who may call what, what goes wrong and how it is told, and which bodies may be left out.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Tag
from litestar.routes import HTTPRoute

from .access import PUBLIC_ROUTES, access_of
from .errors import PROBLEM_TYPE

Document = dict[str, Any]

_TAGS = {
    "identity": "Logins, users, API keys, the audit log",
    "members": "Members, and how they stand with their providers",
    "memberships": "Memberships, sold, changed and cancelled; packages on sale",
    "leads": "Leads and their conversion",
    "sync": "Runs of the sync and their plans, policies, records explained and put back",
    "conflicts": "What waits for a person, and what did",
    "providers": "Provider accounts, their health, and what a provider lists itself",
    "staff": "Work that a person must do",
    "schedules": "What is done again and again, and when",
    "jobs": "What workers do later",
    "webhooks in": "What providers sent here, and what became of it",
    "webhooks": "Endpoints that are told what happens here, and the messages they get",
    "admin": "Figures and the state of the installation",
    "service": "For machines that watch the process",
}
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The accessToken of POST /api/v1/auth/login"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "For programs"},
}
_TEXT = {"type": "string"}
_FIELD_PROBLEM = {
    "type": "object",
    "description": "One value that cannot be taken; field is a path, empty for the whole body",
    "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
    "required": ["field", "code", "message"],
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Programs decide by code; error and message repeat title and detail",
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "code", "instance", "correlation_id"), _TEXT),
        "status": {"type": "integer"},
        "error": _TEXT,
        "message": _TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
        "details": {"type": "object", "description": "Values that explain it", "additionalProperties": True},
    },
    "required": ["type", "title", "status", "detail", "code", "instance", "correlation_id", "error", "message"],
}
_PROBLEMS = {
    "400": ("BadRequest", "The request cannot be read, for instance no JSON"),
    "401": ("Unauthorized", "No token or key, or one that is unknown, expired or revoked"),
    "403": ("Forbidden", "The caller lacks a scope, or names another tenant"),
    "404": ("NotFound", "No such record in this tenant"),
    "409": ("Conflict", "The state of the record or of the installation does not allow it"),
    "422": ("Invalid", "Values that cannot be taken; errors names the fields"),
    "429": ("TooManyRequests", "A limit is used up; Retry-After says when to come back"),
    "5XX": ("Failed", "The provider (501, 502, 503), the store (503) or Tresen itself (500) could not do it"),
}
_SUCCESS = {"200": "Done", "201": "Created", "204": "Done; there is no body"}


def openapi_config(description: "Description") -> OpenAPIConfig:
    """``/schema`` and ``/schema/openapi.json``; other paths below are not found."""
    return OpenAPIConfig(
        title="Tresen",
        version=version("tresen"),
        description="Keeps a service business's members and leads in step with the providers it already uses.",
        use_handler_docstrings=True,
        tags=[Tag(name=name, description=text) for name, text in _TAGS.items()],
        render_plugins=[description],
        openapi_router=Router(
            "/schema", route_handlers=[], include_in_schema=False, before_request=_known, dto=None, return_dto=None
        ),
    )


class Description(JsonRenderPlugin):
    """Makes the document once, when somebody asks for it."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json")
        self._document: Document | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:  # noqa: ARG002 - the framework's signature
        """The document as JSON."""
        return msgspec.json.encode(self.of(request.app))

    def of(self, app: Litestar) -> Document:
        """The document of this application."""
        if self._document is None:
            self._document = _completed(app.openapi_schema.to_schema(), app)
        return self._document


def _known(request: Request[Any, Any, State]) -> None:
    """The framework answers unknown paths below /schema with a page of its own."""
    if "path" in request.path_params:
        raise NotFoundException


def _completed(document: Document, app: Litestar) -> Document:
    components = document["components"]
    components["securitySchemes"] = _SCHEMES
    components["schemas"] |= {"FieldProblem": _FIELD_PROBLEM, "Problem": _PROBLEM}
    components["responses"] = dict(_responses())
    for path, method, handler in _routes(app):
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is not None:
            _complete(operation, path, method, handler)
    return document


def _responses() -> Iterator[tuple[str, Document]]:
    schema = {"$ref": "#/components/schemas/Problem"}
    for name, text in _PROBLEMS.values():
        yield name, {"description": text, "content": {PROBLEM_TYPE: {"schema": schema}}}


def _routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    yield route.path_format, str(method), handler


def _complete(operation: Document, path: str, method: str, handler: HTTPRouteHandler) -> None:
    access = access_of(handler)
    is_public = (method, path) in PUBLIC_ROUTES or access is None
    scopes = [scope.value for scope in access.scopes] if access else []
    operation["security"] = [] if is_public else [{name: scopes} for name in _SCHEMES]
    operation["description"] = operation.get("description", "").replace("``", "`")
    _complete_body(operation, handler)
    answers = operation["responses"]
    answers.pop("400", None)  # the framework's own shape, which it never answers here
    for status, answer in answers.items():
        answer["description"] = _SUCCESS.get(status, answer["description"])
    for status in _statuses(operation, method, is_public=is_public):
        answers[status] = {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"}


def _complete_body(operation: Document, handler: HTTPRouteHandler) -> None:
    field = handler.parsed_data_field
    if field is None or not field.is_optional:
        return
    body = operation["requestBody"]
    body["required"] = False
    for content in body["content"].values():
        choices: list[Mapping[str, Any]] = content["schema"].get("oneOf", [content["schema"]])
        content["schema"] = next(choice for choice in choices if choice.get("type") != "null")


def _statuses(operation: Document, method: str, *, is_public: bool) -> Iterator[str]:
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    has_body, writes = "requestBody" in operation, method not in {"GET", "HEAD"}
    wanted = {
        HTTPStatus.BAD_REQUEST: has_body,
        HTTPStatus.UNAUTHORIZED: has_body or not is_public,
        HTTPStatus.FORBIDDEN: not is_public,
        HTTPStatus.NOT_FOUND: "path" in places,
        HTTPStatus.CONFLICT: writes and not is_public,
        HTTPStatus.UNPROCESSABLE_ENTITY: has_body or "query" in places,
        HTTPStatus.TOO_MANY_REQUESTS: True,
    }
    yield from (str(status.value) for status, is_wanted in wanted.items() if is_wanted)
    yield "5XX"
