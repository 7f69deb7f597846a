"""The application: routes, guard, errors, envelope."""

from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.exceptions import HTTPException
from litestar.plugins.prometheus import PrometheusConfig

from ..use_cases import UseCases
from ..web.failures import told
from ..web.pages import pages
from .access import Guard
from .bodies import StrictJson, refuse_what_nobody_reads
from .dependencies import dependencies
from .envelope import Envelope
from .openapi import Description, openapi_config
from .routes.admin import admin
from .routes.auth import auth
from .routes.conflicts import conflicts
from .routes.identity import identity
from .routes.jobs import jobs
from .routes.leads import leads
from .routes.members import members
from .routes.memberships import memberships
from .routes.provider_accounts import provider_accounts
from .routes.schedules import schedules
from .routes.service import service
from .routes.staff_tasks import staff_tasks
from .routes.sync import sync
from .routes.webhook_deliveries import webhook_deliveries
from .routes.webhook_endpoints import webhook_endpoints
from .settings import ApiSettings
from .webhooks import WebhookDoor

__all__ = ["ApiSettings", "create_api"]

_MAX_BODY = 1_048_576
_HEADERS = ["Authorization", "Content-Type", "X-API-Key", "X-Correlation-ID", "X-Tenant"]


def create_api(use_cases: UseCases, settings: ApiSettings | None = None) -> Litestar:
    """The API and the page as one ASGI application. Whoever made the use cases closes them afterwards."""
    settings = settings or ApiSettings()
    description = Description() if settings.docs else None
    version_1 = Router(
        "/api/v1",
        route_handlers=[
            auth,
            members,
            memberships,
            leads,
            sync,
            conflicts,
            webhook_endpoints,
            provider_accounts,
            identity,
            staff_tasks,
            schedules,
            jobs,
            webhook_deliveries,
            admin("/admin"),
        ],
        before_request=refuse_what_nobody_reads,
    )
    app = Litestar(
        route_handlers=[version_1, admin("/admin"), service, pages(settings, description)],
        dependencies=dependencies(use_cases),
        guards=[Guard(use_cases, settings)],
        dto=StrictJson,
        return_dto=None,
        exception_handlers={HTTPException: told, Exception: told},
        middleware=[_metrics().middleware],
        cors_config=_cors(settings),
        openapi_config=openapi_config(description) if description else None,
        request_max_body_size=_MAX_BODY,
        logging_config=None,
        debug=False,
    )
    enveloped = Envelope(app.asgi_handler, uses=use_cases, settings=settings)
    app.asgi_handler = WebhookDoor(enveloped, uses=use_cases, settings=settings)
    return app


def _metrics() -> PrometheusConfig:
    return PrometheusConfig(app_name="tresen", prefix="tresen_http", group_path=True, exclude=["^/metrics$"])


def _cors(settings: ApiSettings) -> CORSConfig | None:
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
        allow_headers=_HEADERS,
        expose_headers=["X-Correlation-ID", "Retry-After"],
    )
