"""Metrics of the process's default Prometheus registry, made once."""

import functools

from prometheus_client import Counter, Histogram

from ..adapters.http.metrics import PrometheusCallObserver


@functools.cache
def prometheus_call_observer() -> PrometheusCallObserver:
    """Counts calls to providers."""
    return PrometheusCallObserver()


@functools.cache
def _transactions() -> tuple[Counter, Histogram]:
    return (
        Counter("tresen_transactions", "Transactions by how they ended.", ("name", "outcome")),
        Histogram("tresen_transaction_seconds", "Duration of a transaction.", ("name",)),
    )


def observe_transaction(name: str, outcome: str, seconds: float) -> None:
    """Counts and times transactions (C99)."""
    counter, histogram = _transactions()
    counter.labels(name, outcome).inc()
    histogram.labels(name).observe(seconds)
