"""Bodies are decoded strictly: unknown fields, wrong types and too long texts are refused."""

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.dto import AbstractDTO
from litestar.dto.data_structures import DTOFieldDefinition
from litestar.exceptions import HTTPException
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from ...domain.shared.text import LONGEST_LINE, LONGEST_PROSE
from ...domain.shared.unset import UNSET, Unset
from .errors import FieldProblem, InvalidRequest, MalformedRequest
from .invalid_bodies import ensure_each_once, problems_of

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator

T = TypeVar("T")

NO_NUL = r"^[^\x00]*$"  # PostgreSQL cannot keep it
Text = Annotated[str, msgspec.Meta(max_length=LONGEST_LINE, pattern=NO_NUL)]
LongText = Annotated[str, msgspec.Meta(max_length=LONGEST_PROSE, pattern=NO_NUL)]
Credentials = Annotated[str, msgspec.Meta(max_length=10_000, pattern=NO_NUL)]
Secret = Annotated[str, msgspec.Meta(max_length=1_000, pattern=NO_NUL)]

_NOTHING = frozenset({b"", b"null"})


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The base of every body. ``elsewhere``: what to say of names that it does not have, by the name."""

    elsewhere: ClassVar[Mapping[str, str]] = {}


def decode(raw: bytes, type_: type[T]) -> T:
    """The value. Raises MalformedRequest for what is no JSON, InvalidRequest for what does not fit, and for a key that
    is there twice: the decoder would take the last one.
    """
    try:
        value = msgspec.json.decode(raw, type=type_)
    except msgspec.ValidationError as error:
        first = error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedRequest("the body is no JSON") from None
    else:
        ensure_each_once(raw)
        return value
    try:
        given: object = msgspec.json.decode(raw)
        ensure_each_once(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        given = None  # what follows the first problem is no JSON
    raise InvalidRequest(problems_of(given, type_, first))


def convert(values: object, type_: type[T]) -> T:
    """The same for what is decoded already, such as a form. Raises InvalidRequest."""
    try:
        return msgspec.convert(values, type_, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidRequest(problems_of(values, type_, error)) from None


def leave(value: T | msgspec.UnsetType) -> T | Unset:
    """An absent key is UNSET; null stays None."""
    return UNSET if isinstance(value, msgspec.UnsetType) else value


def exactly_one(body: Body, *names: str) -> None:
    """Of these fields the body has one. Raises InvalidRequest, about those that it has, or about all."""
    given = [name for name in names if getattr(body, name) is not None]
    if len(given) != 1:
        message = f"name exactly one of {', '.join(names)}"
        raise InvalidRequest(
            [FieldProblem(field=name, code="invalid_value", message=message) for name in given or names]
        )


class Nothing(Body):
    """The body of a route that takes none: an empty object at most."""


async def refuse_what_nobody_reads(request: Request[Any, Any, Any]) -> None:
    """Runs before every route: a body that the route would pass over is refused as its unknown keys are. Raises
    MalformedRequest, InvalidRequest; HTTPException (415).
    """
    if request.method == "GET" or request.route_handler.parsed_data_field is not None:
        return
    raw = await request.body()
    if raw:
        _ensure_json(request)
    if raw.strip() not in _NOTHING:
        decode(raw, Nothing)


def _ensure_json(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A body is JSON, or does not say what it is: so a page elsewhere cannot send one by a form."""
    essence = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (essence in {"", "application/json"} or essence.endswith("+json")):
        raise HTTPException(status_code=415)


class StrictJson(AbstractDTO[Body]):
    """Hands bodies to ``decode``: the framework's own decoding would turn ``"true"`` into True."""

    def decode_bytes(self, value: bytes) -> Any:
        """The body of this route. Raises MalformedRequest, InvalidRequest; HTTPException (415)."""
        if value:
            _ensure_json(self.asgi_connection)
        field = self.asgi_connection.route_handler.parsed_data_field
        return decode(value, field.annotation)

    @classmethod
    def create_for_field_definition(cls, *_: Any, **__: Any) -> None:
        """Nothing is generated: the struct itself decodes."""

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003 - the framework's signature
        schema_creator: "SchemaCreator",
    ) -> Reference | Schema:
        """The struct's own schema."""
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:  # noqa: ARG003
        """None: see ``create_for_field_definition``."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:  # noqa: ARG003
        """Never: the struct knows its fields."""
        return False
