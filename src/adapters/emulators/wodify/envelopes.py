"""Answers in Wodify's two voices: its own envelopes, and the API gateway in front of it."""

from collections.abc import Iterable

import msgspec

from ..messages import Answer, json_answer

FORBIDDEN = json_answer(403, {"message": "Forbidden"})
UNKNOWN_ROUTE = json_answer(403, {"message": "Missing Authentication Token"})
TOO_MANY = json_answer(429, {"message": "Too Many Requests"})
BROKEN = json_answer(500, {"message": "Internal server error"})


class Refused(Exception):
    """Wodify refuses a call. ``code`` is what the envelope says; absent rows are refused under HTTP 200."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def refusal(refused: Refused) -> Answer:
    """The error envelope. "Not found" comes with status 200, as observed; other refusals with their own status."""
    status = 200 if refused.code == 404 else refused.code  # noqa: PLR2004 -- HTTP's own number
    return error_envelope(status, refused.code, refused.reason)


def error_envelope(status: int, code: int, reason: str) -> Answer:
    """``status`` is the transport's, ``code`` the envelope's."""
    return json_answer(
        status,
        {
            "HTTPCode": code,
            "ErrorCode": f"API-{code}",
            "DeveloperMessage": reason,
            "UserMessage": reason,
            "MoreInfo": "",
        },
    )


def list_answer(name: str, rows: Iterable[bytes], *, page: int, page_size: int, has_more: bool) -> Answer:
    """One page: rows, already JSON, under ``name``, and the pagination block (which never tells a total)."""
    pagination = msgspec.json.encode({"page": page, "page_size": page_size, "has_more": has_more})
    body = b'{"%b":[%b],"pagination":%b}' % (name.encode(), b",".join(rows), pagination)
    return Answer(200, body)
