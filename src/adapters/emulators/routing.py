"""Routes with texts in them, for providers whose ids are not numbers."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from .messages import Answer, Request

# Carries a request out; the texts are those in the places of ``{…}``, from left to right.
Handler = Callable[[Request, tuple[str, ...]], Answer]
B = TypeVar("B")


class Refused(Exception):
    """The provider refuses a call: with this HTTP status, its own word for the reason and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Routes:
    """A table of ``METHOD /path/{of}/{parts}``, matched piece by piece; the first that fits counts."""

    def __init__(self, table: Mapping[str, Handler]) -> None:
        self._table = [(name, *_parts(name), handler) for name, handler in table.items()]

    def find(self, request: Request) -> tuple[str, Handler, tuple[str, ...]] | None:
        """The route's name, its handler, and what stands in the places of ``{…}``; None for an unknown route."""
        segments = request.path.strip("/").split("/")
        for name, method, pattern, handler in self._table:
            if method == request.method and len(pattern) == len(segments):
                texts = _texts(pattern, segments)
                if texts is not None:
                    return name, handler, texts
        return None


def _parts(name: str) -> tuple[str, list[str]]:
    method, _, path = name.partition(" ")
    return method, path.strip("/").split("/")


def _texts(pattern: list[str], segments: list[str]) -> tuple[str, ...] | None:
    texts = []
    for wanted, segment in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            texts.append(segment)
        elif wanted != segment:
            return None
    return tuple(texts)


def body_of(request: Request, shape: type[B]) -> B:
    """The request's JSON. Raises Refused 400 for what is not of that shape."""
    try:
        return msgspec.json.decode(request.body or b"{}", type=shape)
    except msgspec.DecodeError as error:
        raise Refused(400, "invalid", str(error)) from error
