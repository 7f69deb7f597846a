"""Which answers count as failures, and what Retry-After says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tresen.adapters.http.answers import RefuseBadAnswers, retry_after_s
from tresen.adapters.http.failures import BadAnswer, Throttled
from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.adapters.memory.clock import NOON, FixedClock


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 404, 409, 422])
async def test_answers_that_waiting_does_not_change_pass(
    script: Any, clock: FixedClock, read: HttpRequest, status: int
) -> None:
    response = HttpResponse(status=status)
    assert await RefuseBadAnswers(script(response), clock).send(read) is response


@pytest.mark.parametrize("status", [408, 500, 502, 503, 599])
async def test_trouble_at_the_provider_is_a_bad_answer(
    script: Any, clock: FixedClock, read: HttpRequest, status: int
) -> None:
    response = HttpResponse(status=status, headers={"retry-after": "3"})
    with pytest.raises(BadAnswer) as caught:
        await RefuseBadAnswers(script(response), clock).send(read)
    assert (caught.value.status, caught.value.retry_after_s) == (status, 3.0)


async def test_too_many_requests_is_throttled(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    with pytest.raises(Throttled):
        await RefuseBadAnswers(script(HttpResponse(status=429)), clock).send(read)


async def test_the_effective_status_decides(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    guard = RefuseBadAnswers(script(HttpResponse(status=200, body=b"503")), clock, lambda r: int(r.body))
    with pytest.raises(BadAnswer):
        await guard.send(read)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Mon, 02 Mar 2026 12:01:30 GMT", 90.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 12:01:30 -0000", 90.0),
        ("9" * 400, 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 -9999", None),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("٣", None),
    ],
)
def test_retry_after_comes_as_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": text}, NOON) == seconds


@given(st.text())
def test_no_retry_after_breaks_anything(text: str) -> None:
    assert (retry_after_s({"retry-after": text}, NOON) or 0.0) >= 0.0


@given(st.integers(0, 86_400))
def test_a_date_says_the_same_as_seconds(seconds: int) -> None:
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(seconds=seconds)
    text = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after_s({"retry-after": text}, NOON) == float(seconds)
