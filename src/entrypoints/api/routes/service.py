"""What machines ask: are you alive, are you ready, how are you doing (C38)."""

from litestar import MediaType, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ..answers.values import Answer
from ..dependencies import Uses
from ..gauges import refresh


class ServiceAnswer(Answer):
    """``ok`` or ``ready``."""

    status: str


@get("/health", summary="Liveness: the process answers")
async def live() -> ServiceAnswer:
    """Asks nothing of anybody."""
    return ServiceAnswer(status="ok")


@get("/health/ready", summary="Readiness: the store answers and its schema is current")
async def ready(uses: Uses) -> ServiceAnswer:
    """503 when it does not."""
    await uses.directory.ping()
    return ServiceAnswer(status="ready")


@get("/metrics", summary="Metrics for Prometheus", media_type=MediaType.TEXT)
async def metrics(uses: Uses) -> Response[bytes]:
    """The process's registry in the text format, and what the store tells about webhooks and jobs."""
    await refresh(uses)
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


service = Router("", route_handlers=[live, ready, metrics], tags=["service"])
