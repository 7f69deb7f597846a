"""Metrics of the process's default Prometheus registry, made once."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram, start_http_server

from ..adapters.http.metrics import PrometheusCallObserver
from .ports import ensure_named, not_to_be_had


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


@functools.cache
def _jobs() -> tuple[Counter, Histogram]:
    return (
        Counter("tresen_jobs", "Runs of jobs by how they ended.", ("kind", "outcome")),
        Histogram("tresen_job_seconds", "Duration of a job's run.", ("kind",)),
    )


@functools.cache
def _job(kind: str, outcome: str) -> tuple[Counter, Histogram]:
    counter, histogram = _jobs()
    return counter.labels(kind, outcome), histogram.labels(kind)


def observe_job(kind: str, outcome: str, seconds: float) -> None:
    """Counts and times runs of jobs."""
    counter, histogram = _job(kind, outcome)
    counter.inc()
    histogram.observe(seconds)


@functools.cache
def _webhooks() -> Counter:
    return Counter("tresen_webhooks", "Webhooks by provider and the status of the answer.", ("provider", "status"))


@functools.cache
def _webhook(provider: str, status: int) -> Counter:
    return _webhooks().labels(provider, str(status))


def observe_webhook(provider: str, status: int) -> None:
    """Counts webhooks that came in. Providers must come from a fixed list: each is a series of its own."""
    _webhook(provider, status).inc()


@contextmanager
def metrics_told(host: str, port: int) -> Iterator[None]:
    """While inside, ``GET /metrics`` at that address tells them; port 0: nowhere. For processes without the API.

    Raises NotConfigured when the address cannot be had.
    """
    if not port:
        yield
        return
    ensure_named(host, option="--metrics-host")
    try:
        server, thread = start_http_server(port, addr=host)
    except (OSError, UnicodeError) as error:
        raise not_to_be_had(host, port, error, option="--metrics-port") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@functools.cache
def _attempts() -> Counter:
    return Counter("tresen_webhook_attempts", "Tries to deliver a webhook to an endpoint, by outcome.", ("outcome",))


def observe_attempt(outcome: str) -> None:
    """Counts tries to deliver what goes out."""
    _attempts().labels(outcome).inc()
