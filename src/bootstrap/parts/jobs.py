"""Work that outlives a process: what kinds there are, and who does it."""

from ...application.jobs.cancel_job import CancelJob
from ...application.jobs.list_jobs import ListJobs
from ...application.jobs.retry_job import RetryJob
from ...application.jobs.show_job import ShowJob
from ...application.jobs.worker import Worker
from ...application.reactions import reaction_kind
from ...application.sync.runs.sync_job import sync_job_kind
from ...application.webhooks.ensure_job import EnsureWebhooksJob
from ..injection import providers
from ..metrics import observe_job
from .connections import Connections
from .ground import Ground
from .outgoing import Outgoing
from .storage import Storage
from .sync import Sync
from .webhooks import Webhooks


class Jobs(Sync, Webhooks, Outgoing):
    """The kinds of jobs, the worker, and the use cases of those who look after jobs."""

    # What jobs can be done here. Embedders add theirs: container.job_kinds.add_args(providers.Object(JobKind(...))).
    job_kinds: providers.List = providers.List(
        providers.Singleton(
            sync_job_kind, "members", Sync.sync.provided.members, Connections.gyms, Storage.transactions, Ground.clock
        ),
        providers.Singleton(
            sync_job_kind, "leads", Sync.sync.provided.leads, Connections.gyms, Storage.transactions, Ground.clock
        ),
        Webhooks.process_delivery.provided.kind.call(),
        Outgoing.deliver_message.provided.kind.call(),
        providers.Singleton(reaction_kind, Storage.transactions, Storage.fanout),
        providers.Singleton(
            EnsureWebhooksJob, Webhooks.ensure_webhooks, Storage.transactions, Ground.clock, Ground.ids
        ).provided.kind.call(),
    )

    # A new one each time, for one process may have several: container.worker(parallel=5).
    worker: providers.Provider[Worker] = providers.Factory(
        Worker,
        Storage.queue,
        job_kinds,
        Ground.clock,
        Ground.dice,
        Ground.ids,
        observe=providers.Object(observe_job),
    )

    list_jobs: providers.Provider[ListJobs] = providers.Singleton(ListJobs, Storage.transactions)
    show_job: providers.Provider[ShowJob] = providers.Singleton(ShowJob, Storage.transactions)
    retry_job: providers.Provider[RetryJob] = providers.Singleton(RetryJob, Storage.transactions)
    cancel_job: providers.Provider[CancelJob] = providers.Singleton(CancelJob, Storage.transactions)
