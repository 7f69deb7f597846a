"""The job queue, as people look after it."""

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from ....application.ports.jobs import JOB_ORDER
from ....domain.identity.role import Scope
from ....domain.jobs.job import JobState
from ....domain.shared.ids import JobId
from ....domain.shared.page import Listing
from ..access import needs
from ..answers.jobs import JobsAnswer, OneJobAnswer, job
from ..dependencies import Asking, Uses
from ..listing import LISTING, listing_of, words

_LISTING = {"listing": listing_of(JOB_ORDER, words(JobState))}


@get("/", summary="List jobs", opt=needs(Scope.JOBS_READ, query=LISTING), dependencies=_LISTING)
async def list_jobs(asking: Asking, uses: Uses, listing: NamedDependency[SkipValidation[Listing]]) -> JobsAnswer:
    """``status``: queued, running or dead; ``q``: a part of the kind; ``orderBy``: created_at, run_at, kind or
    priority. Jobs that are done are forgotten."""
    page = await uses.list_jobs(asking.tenant_id, listing)
    return JobsAnswer(jobs=[job(one) for one in page.items], count=page.count)


@get("/{job_id:str}", summary="Show a job", opt=needs(Scope.JOBS_READ))
async def get_job(job_id: FromPath[str], asking: Asking, uses: Uses) -> OneJobAnswer:
    """404 also for one that is done."""
    return OneJobAnswer(job=job(await uses.show_job(asking.tenant_id, JobId(job_id))))


@post("/{job_id:str}/retry", summary="Retry a dead job", status_code=200, opt=needs(Scope.JOBS_WRITE))
async def retry_job(job_id: FromPath[str], asking: Asking, uses: Uses) -> OneJobAnswer:
    """It is due at once, with no attempts counted. 409 when it is not dead, or another one with its key waits."""
    return OneJobAnswer(job=job(await uses.retry_job(asking.tenant_id, JobId(job_id))))


@post("/{job_id:str}/cancel", summary="Cancel a job", status_code=200, opt=needs(Scope.JOBS_WRITE))
async def cancel_job(job_id: FromPath[str], asking: Asking, uses: Uses) -> OneJobAnswer:
    """The job as it was; it is forgotten. One that runs is stopped soon, and what it has done by then stays."""
    return OneJobAnswer(job=job(await uses.cancel_job(asking.tenant_id, JobId(job_id))))


jobs = Router("/jobs", route_handlers=[list_jobs, get_job, retry_job, cancel_job], tags=["jobs"])
