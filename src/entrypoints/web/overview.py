"""What the status page shows. A part that cannot be had degrades; the page stays (W41)."""

import logging
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import attrs
from markupsafe import Markup

from ...application.sync.views.overview import SyncOverview
from ...application.sync.views.sync_status import Status
from ...domain.identity.principal import Principal
from ...domain.identity.role import Scope
from ...domain.shared.errors import TresenError
from ...domain.shared.page import Listing
from ...domain.staff.task import StaffTask
from ...domain.sync.run import Run, RunState
from ...domain.tenancy.tenant import Tenant
from ..use_cases import UseCases
from .provider_cards import HealthCard, health_cards, unknown_health
from .speech import spoken
from .sync_lines import NextCommand, SyncLine, next_commands, sync_lines
from .work import Work, work

_log = logging.getLogger(__name__)
_TASKS = 10
_TELLING_NOTHING = frozenset({RunState.SKIPPED, RunState.RUNNING, RunState.PLANNED})
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Overview:
    """Everything on the page; ``sync``, ``states``, ``counts``, ``tasks`` and ``work`` are None where they could not be
    had.

    ``sees_work``: who asks may see what goes on in the background.
    """

    tenant: Tenant
    user: str
    health: Sequence[HealthCard]
    sync: Status | None
    states: Sequence[SyncOverview] | None
    counts: Mapping[str, Mapping[str, int]] | None
    tasks: Sequence[StaffTask] | None
    open_tasks: int
    work: Work | None
    sees_work: bool
    may_sync: bool
    may_close: bool
    now: datetime

    def local(self, moment: datetime | None) -> str:
        """An instant as a person of this tenant reads it; ``Never`` for none (W44)."""
        if moment is None:
            return "Never"
        return moment.astimezone(ZoneInfo(self.tenant.zone)).strftime("%d %b %Y, %H:%M:%S %Z")

    def say(self, text: str) -> Markup:
        """A message for people, escaped: instants in the tenant's zone."""
        return spoken(text, self.local)

    @property
    def runs(self) -> Sequence[Run]:
        """The latest syncs, newest first."""
        return self.sync.runs if self.sync else ()

    @property
    def last_runs(self) -> Sequence[Run]:
        """The last run of each kind that was to write something, members first."""
        done = [run for run in self.runs if run.state not in _TELLING_NOTHING]
        latest = {run.kind: run for run in reversed(done)}
        return [latest[kind] for kind in sorted(latest, reverse=True)]

    @property
    def sync_mood(self) -> str:
        """How the card looks: ``unhealthy`` when a last run failed or was held, ``warning`` when records did or
        wait for a person, else ``info``.
        """
        if any(run.state is not RunState.COMPLETED for run in self.last_runs):
            return "unhealthy"
        waits = any(run.counts.errors for run in self.last_runs) or any(one.open_conflicts for one in self.states or ())
        return "warning" if waits else "info"

    @property
    def sync_lines(self) -> Sequence[SyncLine]:
        """Every kind at every account: what waits, what is in the way, and how long both sides are out of step."""
        return sync_lines(self.states or ())

    @property
    def next_commands(self) -> Sequence[NextCommand]:
        """What shows that which is in the way of the syncs."""
        return next_commands(self.states or (), self.runs)


async def overview(uses: UseCases, principal: Principal) -> Overview:
    """Ask for everything. Raises only what the tenant's own record raises."""
    tenant_id = principal.tenant_id
    tenant = await uses.directory.tenant(tenant_id)
    sees_work = {Scope.JOBS_READ, Scope.SCHEDULES_READ} <= principal.scopes
    tasks = await _or_none(uses.readers.tasks(tenant_id, Listing(status="open", limit=_TASKS)))
    return Overview(
        tenant=tenant,
        user=principal.name,
        health=await _health(uses, principal),
        sync=await _or_none(uses.sync.status(tenant_id)),
        states=await _or_none(uses.sync.states(tenant_id)),
        counts=await _or_none(uses.readers.counts(tenant_id)),
        tasks=tasks.items if tasks else None,
        open_tasks=tasks.count if tasks else 0,
        work=await _or_none(work(uses, tenant_id)) if sees_work else None,
        sees_work=sees_work,
        may_sync=Scope.SYNC_RUN in principal.scopes,
        may_close=Scope.TASKS_WRITE in principal.scopes,
        now=uses.clock.now(),
    )


async def _health(uses: UseCases, principal: Principal) -> Sequence[HealthCard]:
    try:
        return await health_cards(uses, principal.tenant_id)
    except Exception as error:  # noqa: BLE001 - W41: whatever it is, the page stays
        _log.warning("the provider's status cannot be shown", exc_info=error)
        return [unknown_health(error.message if isinstance(error, TresenError) else "Unknown error")]


async def _or_none(part: Awaitable[T]) -> T | None:
    try:
        return await part
    except Exception as error:  # noqa: BLE001 - W41: whatever it is, the page stays
        _log.warning("a part of the status page cannot be shown", exc_info=error)
        return None
