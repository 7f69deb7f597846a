"""Bodies from outside, read without trust: nothing here raises, whatever the bytes are."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import attrs
import msgspec

from ...domain.webhooks.fact import Json, Reading, Unusable

T = TypeVar("T")

MAX_ID = 200
_MAX_TEXT = 10_000
_MAX_KEY = 400
_MAX_LIST = 200
_MAX_DEPTH = 8
_MAX_WHOLE = 2**63 - 1
# A pair of surrogates, half a pair, any other escape: programs that cut texts at a length leave halves behind.
_ESCAPE = re.compile(rb"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(\\u[dD][89a-fA-F][\da-fA-F]{2})|\\.")


@attrs.frozen
class Document:
    """A JSON object whose members may be absent or of any type. What is not of the type asked for counts as absent."""

    members: Mapping[str, Json]

    def text(self, name: str) -> str | None:
        """A text that is not empty, without NULs (no database keeps them), cut at 10,000 letters."""
        value = self.members.get(name)
        return _cleaned_text(value) or None if isinstance(value, str) else None

    def identity(self, name: str) -> str | None:
        """An id: a short text or a whole number, as text."""
        value = self.members.get(name)
        if isinstance(value, int):
            whole = self.whole(name)
            return None if whole is None else str(whole)
        return word(value) if isinstance(value, str) else None

    def whole(self, name: str) -> int | None:
        """A whole number of at most 63 bits; a fraction of .0 is taken as none."""
        value = self.members.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if -_MAX_WHOLE <= value <= _MAX_WHOLE else None

    def truth(self, name: str) -> bool | None:
        """True or False."""
        value = self.members.get(name)
        return value if isinstance(value, bool) else None

    def document(self, name: str) -> "Document":
        """An object; an empty one when there is none."""
        value = self.members.get(name)
        return Document(value) if isinstance(value, dict) else Document({})

    def documents(self, name: str) -> Sequence["Document"]:
        """The objects of a list, the first 200."""
        value = self.members.get(name)
        return (
            [Document(item) for item in value[:_MAX_LIST] if isinstance(item, dict)] if isinstance(value, list) else ()
        )

    def reference(self, name: str) -> str | None:
        """An id, or the ``id`` of the object that was put in its place."""
        return self.identity(name) or self.document(name).identity("id")

    def plain(self, name: str) -> Json:
        """Any value, bounded: what is nested deeper than eight levels is None, long texts and lists are cut."""
        return _cleaned(self.members.get(name), 0)


def read_document(body: bytes, read: Callable[[Document], Reading]) -> Reading:
    """What ``read`` makes of the JSON object in the body; Unusable when there is none."""
    try:
        value = _decode(body)
        return read(Document(value)) if isinstance(value, dict) else Unusable("not a JSON object")
    except RecursionError:
        return Unusable("nested too deeply")
    except ValueError:
        return Unusable("not JSON")


def first_look(body: bytes, struct: type[T]) -> T | None:
    """The few members that ``struct`` names, without reading the rest; None when they cannot be had."""
    try:
        return msgspec.json.decode(body, type=struct)
    except (ValueError, RecursionError):
        return None


def content_hash(value: Mapping[str, Json] | bytes) -> str:
    """64 hexadecimal digits: of the bytes, or of the values, whatever their order and spelling."""
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value, order="sorted")
    return hashlib.sha256(raw).hexdigest()


def business_key(*parts: Json) -> str:
    """The parts in one text; hashed when it would be too long to be looked up by, or not to be printed."""
    key = ":".join(str(part) for part in parts)
    return key if len(key) <= _MAX_KEY and key.isprintable() else content_hash(key.encode())


def word(text: str | None) -> str | None:
    """A text that can be an id or a type: not empty, at most 200 letters, all of them printable."""
    return text if text and len(text) <= MAX_ID and text.isprintable() else None


def said(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """Those that are not None."""
    return {name: value for name, value in pairs if value is not None}


def _decode(body: bytes) -> Json:
    try:
        value: Json = msgspec.json.decode(body)
    except ValueError:
        if b"\\u" not in body:
            raise
        value = msgspec.json.decode(_ESCAPE.sub(lambda m: rb"\ufffd" if m[1] else m[0], body))
    return value


def _cleaned(value: Json, depth: int) -> Json:
    if isinstance(value, str):
        return _cleaned_text(value)
    if isinstance(value, int):
        return value if -_MAX_WHOLE <= value <= _MAX_WHOLE else str(value)
    if not isinstance(value, dict | list):
        return value
    if depth == _MAX_DEPTH:
        return None
    if isinstance(value, list):
        return [_cleaned(item, depth + 1) for item in value[:_MAX_LIST]]
    return {_cleaned_text(name): _cleaned(item, depth + 1) for name, item in list(value.items())[:_MAX_LIST]}


def _cleaned_text(text: str) -> str:
    return text[:_MAX_TEXT].replace("\x00", "\ufffd")
