"""Calls as Prometheus metrics."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

from .observation import CallObserver


class PrometheusCallObserver(CallObserver):
    """Registers ``tresen_provider_calls_total`` and ``tresen_provider_call_seconds``; make one per registry."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._calls = Counter(
            "tresen_provider_calls",
            "Tries of calls to providers, by how they ended.",
            ("provider", "operation", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "tresen_provider_call_seconds",
            "How long a try took, waits for a turn not counted.",
            ("provider", "operation"),
            registry=registry,
        )

    def called(self, *, provider: str, operation: str, outcome: str, duration_s: float) -> None:
        """Count and time one try."""
        self._calls.labels(provider, operation, outcome).inc()
        self._seconds.labels(provider, operation).observe(duration_s)
