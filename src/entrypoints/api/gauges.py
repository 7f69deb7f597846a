"""Figures that are read from the store when somebody asks for the metrics."""

import functools
import logging
from datetime import datetime

from prometheus_client import Gauge

from ...domain.shared.errors import StorageUnavailable
from ...domain.webhooks.delivery import DeliveryState
from ..use_cases import UseCases

_log = logging.getLogger(__name__)


@functools.cache
def _gauges() -> tuple[Gauge, Gauge, Gauge, Gauge]:
    return (
        Gauge("tresen_deliveries", "Webhooks that came in and are not done, by what became of them.", ("state",)),
        Gauge("tresen_oldest_delivery_seconds", "Age of the oldest webhook that nobody has processed yet."),
        Gauge("tresen_queue_jobs", "Jobs by kind and state.", ("kind", "state")),
        Gauge(
            "tresen_queue_oldest_job_seconds", "For how long the first of the due jobs of a kind has waited.", ("kind",)
        ),
    )


@functools.cache
def _outgoing() -> tuple[Gauge, Gauge, Gauge]:
    return (
        Gauge("tresen_webhook_messages_pending", "Webhooks to endpoints that are not delivered yet."),
        Gauge("tresen_webhook_oldest_pending_seconds", "Age of the oldest of them."),
        Gauge("tresen_webhook_endpoints_disabled", "Endpoints that are sent nothing."),
    )


async def refresh(uses: UseCases) -> None:
    """Read them anew. While the store cannot be read they are left out, and the rest is told nevertheless."""
    deliveries, oldest_delivery, jobs, oldest_job = _gauges()
    for gauge in (deliveries, jobs, oldest_job):
        gauge.clear()
    oldest_delivery.set(0)
    now = uses.clock.now()
    try:
        for found in await uses.inbox_readers.figures():
            deliveries.labels(found.state.value).set(found.count)
            if found.state is DeliveryState.RECEIVED:
                oldest_delivery.set(_age(found.oldest_received_at, now))
        for figure in await uses.job_queue.figures():
            jobs.labels(figure.kind, figure.state).set(figure.count)
            if figure.oldest_due_at is not None:
                oldest_job.labels(figure.kind).set(_age(figure.oldest_due_at, now))
        await _refresh_outgoing(uses, now)
    except StorageUnavailable:
        _log.exception("the store's figures are missing from the metrics")


async def _refresh_outgoing(uses: UseCases, now: datetime) -> None:
    figures = await uses.outgoing_readers.figures()
    pending, oldest, disabled = _outgoing()
    pending.set(figures.pending)
    oldest.set(0 if figures.oldest_pending_at is None else _age(figures.oldest_pending_at, now))
    disabled.set(figures.disabled_endpoints)


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
