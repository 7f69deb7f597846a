"""What travels between a connection and an emulated provider: requests, answers and the bytes of an answer."""

from collections.abc import Mapping
from http import HTTPStatus

import attrs
import msgspec

JSON_TYPE = ("content-type", "application/json; charset=utf-8")


@attrs.frozen
class Request:
    """One HTTP request, wholly read.

    ``path`` is percent-decoded and without the query; ``query`` keeps the last value of a repeated name;
    ``headers`` have lower-case names.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@attrs.frozen
class Answer:
    """One HTTP answer. ``body`` is JSON; ``headers`` come on top of content type and length."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Reply:
    """Bytes for the socket. With ``close`` the connection ends after them, complete or not."""

    data: bytes
    close: bool = False


def json_answer(status: int, value: object) -> Answer:
    """``value`` as JSON (anything msgspec encodes) under ``status``."""
    return Answer(status, msgspec.json.encode(value))


def wire_form(answer: Answer) -> tuple[bytes, bytes]:
    """Head and body of ``answer`` as HTTP/1.1; the head announces the full length of the body."""
    headers = (JSON_TYPE, ("content-length", str(len(answer.body))), *answer.headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n"
    return head.encode("latin-1"), answer.body
