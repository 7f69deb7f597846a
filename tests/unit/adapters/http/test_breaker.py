"""The breaker around calls."""

from datetime import timedelta
from typing import Any

import pytest

from tresen.adapters.http.breaker import Break, BreakerCell
from tresen.adapters.http.failures import AnswerLost, BadAnswer, CallsSuspended, Throttled
from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.adapters.memory.clock import FixedClock
from tresen.domain.resilience.circuit_breaker import BreakerPolicy, CircuitBreaker

OK = HttpResponse(status=200)


def cell() -> BreakerCell:
    return BreakerCell(CircuitBreaker(policy=BreakerPolicy(failures=2, rest=timedelta(seconds=30))))


async def fail(chain: Break, request: HttpRequest, times: int) -> None:
    for _ in range(times):
        with pytest.raises((AnswerLost, BadAnswer, Throttled)):
            await chain.send(request)


async def test_an_open_breaker_lets_nothing_pass_and_tells_when_it_will(
    script: Any, clock: FixedClock, read: HttpRequest
) -> None:
    inner = script(BadAnswer("x"))
    chain = Break(inner, cell(), clock)
    await fail(chain, read, 2)
    clock.advance(timedelta(seconds=10))
    with pytest.raises(CallsSuspended) as caught:
        await chain.send(read)
    assert len(inner.sent) == 2
    assert caught.value.details == {"retry_at": "2026-03-02T12:00:30+00:00", "retry_after_s": 20.0}


async def test_the_message_tells_the_time_to_the_second(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    clock.advance(timedelta(microseconds=123_456))
    chain = Break(script(BadAnswer("x")), cell(), clock)
    await fail(chain, read, 2)
    with pytest.raises(CallsSuspended, match=r"is tried at 2026-03-02T12:00:30\+00:00$"):
        await chain.send(read)


async def test_one_trial_closes_it_again(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    chain = Break(script(AnswerLost("x"), AnswerLost("x"), OK), cell(), clock)
    await fail(chain, read, 2)
    clock.advance(timedelta(seconds=30))
    assert await chain.send(read) is OK
    assert await chain.send(read) is OK


async def test_being_told_to_slow_down_is_no_sign_of_being_broken(
    script: Any, clock: FixedClock, read: HttpRequest
) -> None:
    inner = script(Throttled("x"))
    await fail(Break(inner, cell(), clock), read, 5)
    assert len(inner.sent) == 5


async def test_chains_of_one_account_share_a_breaker(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    shared = cell()
    await fail(Break(script(BadAnswer("x")), shared, clock), read, 2)
    with pytest.raises(CallsSuspended):
        await Break(script(OK), shared, clock).send(read)
