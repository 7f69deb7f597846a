"""What is written down about a call, and what never is."""

import logging
from typing import Any

import attrs
import pytest
from prometheus_client import CollectorRegistry

from tresen.adapters.http.failures import Throttled
from tresen.adapters.http.messages import HttpRequest, HttpResponse
from tresen.adapters.http.metrics import PrometheusCallObserver
from tresen.adapters.http.observation import Observe


def ticking() -> Any:
    ticks = iter([10.0, 10.25])
    return lambda: next(ticks)


async def test_each_try_is_one_line_without_query_or_key(
    script: Any, read: HttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tresen.calls")
    chain = Observe(script(HttpResponse(status=200)), "wodify", "account-1", timer=ticking())
    await chain.send(attrs.evolve(read, attempt=2))
    (line,) = caplog.records
    shown = vars(line)
    assert {name: shown[name] for name in ("provider", "account", "operation", "method", "path", "status")} == {
        "provider": "wodify",
        "account": "account-1",
        "operation": "clients.get",
        "method": "GET",
        "path": "/v1/clients/7",
        "status": 200,
    }
    assert (shown["duration_ms"], shown["attempt"], line.levelname) == (250.0, 2, "INFO")
    assert "anna@" not in str(shown)
    assert "very-secret" not in str(shown)


async def test_failures_are_warnings(script: Any, read: HttpRequest, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Throttled):
        await Observe(script(Throttled("x", status=429)), "wodify", "a").send(read)
    (line,) = caplog.records
    assert (line.levelname, vars(line)["status"], vars(line)["outcome"]) == ("WARNING", 429, "throttled")


async def test_calls_are_counted_and_timed(script: Any, read: HttpRequest) -> None:
    registry = CollectorRegistry()
    observer = PrometheusCallObserver(registry)
    await Observe(script(HttpResponse(status=200)), "wodify", "a", observer, ticking()).send(read)
    with pytest.raises(Throttled):
        await Observe(script(Throttled("x")), "wodify", "a", observer, ticking()).send(read)
    labels = {"provider": "wodify", "operation": "clients.get"}
    for outcome in ("2xx", "throttled"):
        assert registry.get_sample_value("tresen_provider_calls_total", {**labels, "outcome": outcome}) == 1
    assert registry.get_sample_value("tresen_provider_call_seconds_sum", labels) == 0.5


def test_a_request_does_not_show_its_secrets(read: HttpRequest) -> None:
    assert "very-secret" not in repr(read)
    assert "anna@" not in repr(read)
