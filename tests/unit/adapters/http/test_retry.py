"""What is tried again, how often, and how long is waited."""

from typing import Any

import pytest

from tresen.adapters.http.failures import (
    AddressForbidden,
    AnswerLost,
    BadAnswer,
    CallFailed,
    CallsSuspended,
    ConnectFailed,
    Throttled,
)
from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.adapters.http.retry import Retry
from tresen.adapters.memory.clock import FixedClock, FixedDice
from tresen.domain.resilience.retry import RetryPolicy
from tresen.domain.shared.errors import GatewayUnavailable

OK = HttpResponse(status=200)


def retrying(inner: Any, clock: FixedClock, *rolls: float) -> Retry:
    return Retry(inner, RetryPolicy(), clock, FixedDice(*rolls))


@pytest.mark.parametrize("failure", [ConnectFailed("x"), AnswerLost("x"), BadAnswer("x"), Throttled("x")])
async def test_a_read_is_repeated_after_every_failure(
    script: Any, clock: FixedClock, read: HttpRequest, failure: CallFailed
) -> None:
    inner = script(failure, failure, OK)
    assert await retrying(inner, clock).send(read) is OK
    assert [request.attempt for request in inner.sent] == [1, 2, 3]


@pytest.mark.parametrize("failure", [AnswerLost("x"), BadAnswer("x")])
async def test_a_write_that_may_have_taken_effect_is_not_repeated(
    script: Any, clock: FixedClock, write: HttpRequest, failure: CallFailed
) -> None:
    inner = script(failure, OK)
    with pytest.raises(GatewayUnavailable):
        await retrying(inner, clock).send(write)
    assert len(inner.sent) == 1
    assert clock.slept == []


@pytest.mark.parametrize("failure", [ConnectFailed("x"), Throttled("x")])
async def test_a_write_that_certainly_did_nothing_is_repeated(
    script: Any, clock: FixedClock, write: HttpRequest, failure: CallFailed
) -> None:
    inner = script(failure, OK)
    assert await retrying(inner, clock).send(write) is OK
    assert len(inner.sent) == 2


@pytest.mark.parametrize("failure", [CallsSuspended("x"), AddressForbidden("x")])
async def test_an_open_breaker_or_a_forbidden_address_is_not_tried_again(
    script: Any, clock: FixedClock, read: HttpRequest, failure: Exception
) -> None:
    inner = script(failure, OK)
    with pytest.raises(type(failure)):
        await retrying(inner, clock).send(read)
    assert len(inner.sent) == 1


async def test_waits_are_a_share_of_a_doubling_ceiling(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    inner = script(BadAnswer("x"))
    with pytest.raises(BadAnswer):
        await retrying(inner, clock, 0.5, 0.25, 1.0).send(read)
    assert clock.slept == [0.5, 0.5, 4.0]
    assert len(inner.sent) == 4


async def test_retry_after_is_a_floor(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    inner = script(Throttled("x", retry_after_s=7.0), OK)
    await retrying(inner, clock, 0.5).send(read)
    assert clock.slept == [7.0]


async def test_a_retry_after_beyond_patience_gives_up_and_passes_it_on(
    script: Any, clock: FixedClock, read: HttpRequest
) -> None:
    with pytest.raises(Throttled) as caught:
        await retrying(script(Throttled("x", status=429, retry_after_s=3600.0)), clock).send(read)
    assert caught.value.details == {"status": 429, "retry_after_s": 3600.0}
    assert clock.slept == []
