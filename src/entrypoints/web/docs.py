"""The reference of the HTTP API for people, made from the description for machines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from ..api.openapi import Description, Document
from .rendering import render


@attrs.frozen(kw_only=True)
class Field:
    """One field of a shape, or one parameter; ``kind`` in words, ``shape`` the name of the shape it holds."""

    name: str
    kind: str
    shape: str | None
    is_required: bool
    text: str


@attrs.frozen(kw_only=True)
class Answer:
    """One status that a route may answer with, and the shape of its body."""

    status: str
    text: str
    shape: str | None


@attrs.frozen(kw_only=True)
class Route:
    """One route. ``scopes`` is None where nobody is asked who they are."""

    method: str
    path: str
    summary: str
    text: str
    scopes: Sequence[str] | None
    parameters: Sequence[Field]
    body: str | None
    answers: Sequence[Answer]


@attrs.frozen(kw_only=True)
class Shape:
    """One JSON object."""

    name: str
    fields: Sequence[Field]


def docs_page(description: Description) -> HTTPRouteHandler:
    """The route ``/docs``."""

    @get("/docs", summary="This reference, for people", include_in_schema=False)
    async def docs(request: Request[Any, Any, State]) -> Response[str]:
        document = description.of(request.app)
        return render("docs.html", info=document["info"], groups=groups(document), shapes=shapes(document))

    return docs


def groups(document: Document) -> Sequence[tuple[str, str, Sequence[Route]]]:
    """Name, purpose and routes of each group."""
    routes = list(_routes(document))
    return [
        (tag["name"], tag["description"], [route for tags, route in routes if tag["name"] in tags])
        for tag in document["tags"]
    ]


def shapes(document: Document) -> Sequence[Shape]:
    """Every JSON object that routes take or answer, by name."""
    found = document["components"]["schemas"]
    return [
        Shape(name=name, fields=list(_fields(schema, document)))
        for name, schema in sorted(found.items())
        if "properties" in schema
    ]


def _routes(document: Document) -> Iterator[tuple[Sequence[str], Route]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            security = operation["security"]
            yield (
                operation["tags"],
                Route(
                    method=method.upper(),
                    path=path,
                    summary=operation["summary"],
                    text=operation.get("description", ""),
                    scopes=next(iter(security[0].values())) if security else None,
                    parameters=[_parameter(one, document) for one in operation.get("parameters", ())],
                    body=_content_shape(operation.get("requestBody", {})),
                    answers=list(_answers(operation, document)),
                ),
            )


def _answers(operation: Document, document: Document) -> Iterator[Answer]:
    for status, answer in operation["responses"].items():
        whole = document["components"]["responses"][_name(answer)] if "$ref" in answer else answer
        yield Answer(status=status, text=whole["description"], shape=_content_shape(whole))


def _parameter(parameter: Document, document: Document) -> Field:
    return Field(
        name=parameter["name"],
        kind=f"{_kind(parameter['schema'], document)} in the {parameter['in']}",
        shape=None,
        is_required=parameter.get("required", False),
        text=parameter.get("description", ""),
    )


def _fields(schema: Document, document: Document) -> Iterator[Field]:
    for name, value in schema["properties"].items():
        yield Field(
            name=name,
            kind=_kind(value, document),
            shape=_shape(value, document),
            is_required=name in schema.get("required", ()),
            text=value.get("description", ""),
        )


def _kind(schema: Document, document: Document) -> str:
    """``text``, ``list of MemberLine``, ``active, paused or null`` …"""
    if "$ref" in schema:
        target = document["components"]["schemas"][_name(schema)]
        return _name(schema) if "properties" in target else _kind(target, document)
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_kind(one, document) for one in schema[several]))
    if "enum" in schema:
        return ", ".join(str(word) for word in schema["enum"])
    if "items" in schema:
        return f"list of {_kind(schema['items'], document)}"
    kinds = schema.get("type", "any value")
    named = [kinds] if isinstance(kinds, str) else kinds
    return str(schema.get("format") or " or ".join({"string": "text"}.get(kind, kind) for kind in named))


def _shape(schema: Document, document: Document) -> str | None:
    """The object that the value is, or holds."""
    if "$ref" in schema:
        return _name(schema) if "properties" in document["components"]["schemas"][_name(schema)] else None
    inner = [schema["items"]] if "items" in schema else [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return next((shape for one in inner if (shape := _shape(one, document))), None)


def _content_shape(holder: Mapping[str, Any]) -> str | None:
    schemas = [content["schema"] for content in (holder.get("content") or {}).values()]
    return next((_name(schema) for schema in schemas if "$ref" in schema), None)


def _name(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
