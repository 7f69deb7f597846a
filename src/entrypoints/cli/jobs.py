"""``tresen jobs``."""

from typing import Annotated

from cyclopts import Parameter

from ...application.ports.jobs import JOB_ORDER
from ...domain.jobs.job import Job, JobState
from ...domain.shared.ids import JobId
from ...domain.tenancy.tenant import Tenant
from .answer import Answer, cell, page_table
from .call import Given, in_tenant
from .documents import fields, listed
from .members import about
from .options import JsonOption, ListOptions, TenantOption, command_group

group = command_group("jobs", "Jobs, which workers do later: list, show, retry, cancel.")

_Which = Annotated[str, Parameter(name="ID", help="The job's id.")]


@group.command(name="list")
async def list_(
    *, options: ListOptions | None = None, tenant: TenantOption = None, as_json: JsonOption = False, call: Given
) -> Answer:
    """List jobs, oldest first; those that are done are forgotten. Statuses: queued, running, dead."""
    listing = (options or ListOptions()).listing(JobState, JOB_ORDER)
    async with in_tenant(call, tenant) as (use, home):
        page = await use.list_jobs(home.id, listing)
    table = page_table(
        columns=("id", "kind", "status", "not before", "priority", "failed", "last error"),
        rows=[
            (
                *(job.id, job.kind, job.state.value, cell(job.run_at, home.zone, seconds=True)),
                *(str(job.priority), str(job.attempts), cell(job.last_error)),
            )
            for job in page.items
        ],
        count=page.count,
        offset=listing.offset,
        filtered=listing.is_filtered,
        empty="no job found: nothing is queued, and nothing has failed for good",
    )
    return Answer(
        document=listed("jobs", [job_document(job) for job in page.items], page.count), parts=[table], as_json=as_json
    )


@group.command
async def show(which: _Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Show a job with everything that is known of it."""
    async with in_tenant(call, tenant) as (use, home):
        job = await use.show_job(home.id, JobId(which))
    return Answer(document={"job": job_document(job)}, parts=_about(job, home), as_json=as_json)


@group.command
async def retry(which: _Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Queue a dead job again; a worker does it."""
    async with in_tenant(call, tenant) as (use, home):
        job = await use.retry_job(home.id, JobId(which))
    told = f"job {job.id} ({job.kind}) is queued again; a worker does it: tresen serve, or tresen worker"
    return Answer(document={"job": job_document(job)}, parts=[told], as_json=as_json)


@group.command
async def cancel(which: _Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Forget a job. One that runs is stopped soon; what it has done by then stays."""
    async with in_tenant(call, tenant) as (use, home):
        job = await use.cancel_job(home.id, JobId(which))
    was = job.state.value
    return Answer(
        document={"job": job_document(job)}, parts=[f"job {job.id} ({job.kind}, {was}) is cancelled"], as_json=as_json
    )


def job_document(job: Job) -> dict[str, object]:
    """A job as the API shows it."""
    return {
        **fields(job, "id", "kind", "payload"),
        "status": job.state.value,
        **fields(job, "key", "lane", "priority", "run_at", "attempts", "last_error", "correlation_id", "created_at"),
    }


def _about(job: Job, home: Tenant) -> list[str]:
    values: dict[str, object] = {
        "job": job.id,
        "kind": job.kind,
        "status": job.state.value,
        "not before": job.run_at,
        "enqueued": job.created_at,
        "priority": job.priority,
        "failed runs": job.attempts,
        "last error": job.last_error,
        "key": job.key,
        "lane": job.lane,
        "correlation id": job.correlation_id,
        **{f"payload {name}": value for name, value in job.payload.items()},
    }
    return about(values, home.zone)
