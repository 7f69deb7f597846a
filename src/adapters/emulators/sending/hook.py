"""A webhook on its way: to whom, what it says when it is sent, and what its provider makes of the answer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import attrs

HTTP_1_0, HTTP_1_1 = "1.0", "1.1"


@attrs.frozen(kw_only=True)
class Letter:
    """One POST. Header names as the provider writes them; host and content length are added when it is sent."""

    headers: Mapping[str, str]
    body: bytes
    http: str = HTTP_1_1


# The letter as it is written at that instant, None when there is nothing to be sent any more. True: wrongly signed.
Write = Callable[[datetime, bool], Letter | None]
# Told of attempt (from 1) and status (None: no answer), gives the seconds to the next attempt (None: it was the last).
Judge = Callable[[int, int | None], float | None]


@attrs.frozen(kw_only=True)
class Hook:
    """``event`` is the provider's word for what happened, ``target`` its id of the subscription."""

    event: str
    target: str
    address: str
    write: Write
    judge: Judge


def forged(secret: str, wrong: bool) -> str:
    """The secret with which a letter is signed: the right one, or another."""
    return f"{secret}-of-somebody-else" if wrong else secret


def once(_attempt: int, _status: int | None) -> None:
    """For providers that send once and never ask what became of it."""


def retrying(delays_s: Sequence[float], *, accepted: Collection[int], again: Collection[int] | None = None) -> Judge:
    """For providers that try again after these delays, until the answer is one of ``accepted``.

    ``again`` None: after every other answer, and when there was none; else only after these, or when there was none.
    """

    def judge(attempt: int, status: int | None) -> float | None:
        if status in accepted or attempt > len(delays_s):
            return None
        if again is not None and status is not None and status not in again:
            return None
        return delays_s[attempt - 1]

    return judge
