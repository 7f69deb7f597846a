"""The seed's admin routes (W42, W43); at their old place and under /api/v1."""

from collections.abc import Mapping

from litestar import Router, get

from ....domain.identity.role import Scope
from ..access import needs
from ..answers.providers import AccountAnswer, HealthAnswer, account
from ..answers.sync import SyncStatusAnswer, sync_status
from ..answers.values import Answer
from ..dependencies import Asking, Uses
from ..health import provider_health, worst


class WodifyStatusAnswer(Answer):
    """Health, sync and configuration, without secrets. ``api_health`` is that of the account that needs somebody
    most; ``accounts`` has all of them."""

    api_health: HealthAnswer
    accounts: list[HealthAnswer]
    sync_status: SyncStatusAnswer
    configuration: list[AccountAnswer]


class StatsAnswer(Answer):
    """``counts``: how many members, memberships, leads and tasks are in which status."""

    counts: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    wodify: HealthAnswer


@get("/wodify-status", summary="Provider health, sync status, configuration", opt=needs(Scope.PROVIDERS_READ))
async def wodify_status(asking: Asking, uses: Uses) -> WodifyStatusAnswer:
    """Probes every account."""
    found = await provider_health(uses, asking.tenant_id)
    accounts = await uses.list_provider_accounts(asking.tenant_id)
    return WodifyStatusAnswer(
        api_health=worst(found),
        accounts=list(found),
        sync_status=sync_status(await uses.sync.status(asking.tenant_id)),
        configuration=[account(one) for one in accounts],
    )


@get("/stats", summary="Figures, and the provider's health", opt=needs(Scope.STATS_READ))
async def stats(asking: Asking, uses: Uses) -> StatsAnswer:
    """Probes every account."""
    counts = await uses.readers.counts(asking.tenant_id)
    return StatsAnswer(
        counts=counts,
        totals={kind: sum(by_status.values()) for kind, by_status in counts.items()},
        wodify=worst(await provider_health(uses, asking.tenant_id)),
    )


def admin(path: str) -> Router:
    """The two routes under a path."""
    return Router(path, route_handlers=[wodify_status, stats], tags=["admin"])
