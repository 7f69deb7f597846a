"""What goes on in the background, as the status page shows it: jobs, webhooks, schedules."""

from collections.abc import Mapping, Sequence

import attrs

from ...application.ports.inboxes import DeliveryFilter, DeliveryListing, DeliveryRow
from ...application.schedules.shown import ShownSchedule
from ...domain.jobs.job import Job, JobState
from ...domain.shared.ids import TenantId
from ...domain.shared.page import Listing, Page
from ...domain.webhooks.delivery import DeliveryState
from ...domain.webhooks.endpoint import EndpointState
from ..use_cases import UseCases

_SHOWN = 5


@attrs.frozen(kw_only=True)
class Work:
    """Counts by state, and the latest of what was given up and waits for a person."""

    jobs: Mapping[str, int]
    dead_jobs: Sequence[Job]
    deliveries: Mapping[str, int]
    dead_deliveries: Sequence[DeliveryRow]
    messages: Mapping[str, int]
    disabled_endpoints: int
    schedules: Sequence[ShownSchedule]

    @property
    def dead(self) -> int:
        """How much waits for a person."""
        return self.jobs[JobState.DEAD.value] + self.deliveries[DeliveryState.DEAD.value]


async def work(uses: UseCases, tenant_id: TenantId) -> Work:
    """Ask for everything. Raises what the store raises."""
    jobs = {state.value: await _jobs(uses, tenant_id, state) for state in JobState}
    deliveries = {state.value: await _deliveries(uses, tenant_id, state) for state in DeliveryState}
    return Work(
        jobs={word: page.count for word, page in jobs.items()},
        dead_jobs=jobs[JobState.DEAD.value].items,
        deliveries={word: page.count for word, page in deliveries.items()},
        dead_deliveries=deliveries[DeliveryState.DEAD.value].items,
        messages={state.value: count for state, count in (await uses.browse_endpoints.counts(tenant_id)).items()},
        disabled_endpoints=sum(
            one.state is EndpointState.DISABLED for one in await uses.browse_endpoints.all(tenant_id)
        ),
        schedules=await uses.list_schedules(tenant_id),
    )


async def _jobs(uses: UseCases, tenant_id: TenantId, state: JobState) -> Page[Job]:
    return await uses.list_jobs(tenant_id, Listing(status=state.value, limit=_SHOWN, descending=True))


async def _deliveries(uses: UseCases, tenant_id: TenantId, state: DeliveryState) -> Page[DeliveryRow]:
    window = Listing(limit=_SHOWN, descending=True)
    wanted = DeliveryListing(window=window, filter=DeliveryFilter(states=frozenset({state})))
    return await uses.inbox_readers.page(tenant_id, wanted)
