"""Pace: bursts, then a steady rate."""

from typing import Any

from tresen.adapters.http.budget import BudgetCell, Pace
from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.adapters.memory.clock import NOON, FixedClock
from tresen.domain.resilience.rate_budget import RateBudget


async def test_a_burst_passes_and_then_calls_wait_their_turn(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    inner = script(HttpResponse(status=200))
    chain = Pace(inner, BudgetCell(RateBudget.full(per_second=4, burst=2, now=NOON)), clock)
    for _ in range(4):
        await chain.send(read)
    assert clock.slept == [0.25, 0.25]
    assert len(inner.sent) == 4


async def test_chains_of_one_account_share_a_budget(script: Any, clock: FixedClock, read: HttpRequest) -> None:
    shared = BudgetCell(RateBudget.full(per_second=1, burst=1, now=NOON))
    ok = HttpResponse(status=200)
    await Pace(script(ok), shared, clock).send(read)
    await Pace(script(ok), shared, clock).send(read)
    assert clock.slept == [1.0]
