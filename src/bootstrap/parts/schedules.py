"""What happens at its time, and what that needs of this installation."""

from collections.abc import Sequence

from ...adapters.cron import LibraryCronParser
from ...application.jobs.kinds import JobKind
from ...application.ports.gym import GymProviders
from ...application.ports.webhooks import WebhookProviders
from ...application.schedules.change_schedules import CreateSchedule, DeleteSchedule, EditSchedule, PauseSchedule
from ...application.schedules.install_seeds import InstallSeeds
from ...application.schedules.list_schedules import ListSchedules
from ...application.schedules.readiness import Readiness
from ...application.schedules.run_schedule import RunSchedule
from ...application.schedules.scheduler import Scheduler
from ...application.schedules.seeds import ENSURE_WEBHOOKS, SYNC_LEADS, SYNC_MEMBERS
from ...application.schedules.shown import Shows
from ...application.schedules.timings import Timings
from ..injection import providers
from .connections import Connections
from .ground import Ground
from .jobs import Jobs
from .storage import Storage


def _readiness(kinds: Sequence[JobKind], gyms: GymProviders, webhooks: WebhookProviders) -> Readiness:
    # Kinds that are not named here need no account.
    keep_members = gyms.names()
    needs = {SYNC_MEMBERS: keep_members, SYNC_LEADS: keep_members, ENSURE_WEBHOOKS: webhooks.names()}
    return Readiness({kind.name for kind in kinds}, needs)


class Schedules(Jobs):
    """The scheduler, and the use cases of those who keep schedules."""

    timings: providers.Provider[Timings] = providers.Singleton(Timings, providers.Singleton(LibraryCronParser))
    readiness: providers.Provider[Readiness] = providers.Singleton(
        _readiness, Jobs.job_kinds, Connections.gyms, Connections.webhook_providers
    )
    shows: providers.Provider[Shows] = providers.Singleton(Shows, readiness)
    install_seeds: providers.Provider[InstallSeeds] = providers.Singleton(
        InstallSeeds, Storage.directory, Storage.transactions, timings, Ground.clock, Ground.ids
    )
    scheduler: providers.Provider[Scheduler] = providers.Singleton(
        Scheduler,
        Storage.agenda,
        Storage.directory,
        Storage.transactions,
        readiness,
        install_seeds,
        Ground.clock,
        Ground.ids,
    )

    list_schedules: providers.Provider[ListSchedules] = providers.Singleton(ListSchedules, Storage.transactions, shows)
    create_schedule: providers.Provider[CreateSchedule] = providers.Singleton(
        CreateSchedule, Storage.transactions, timings, readiness, shows, Ground.clock, Ground.ids
    )
    edit_schedule: providers.Provider[EditSchedule] = providers.Singleton(
        EditSchedule, Storage.transactions, timings, shows, Ground.clock
    )
    pause_schedule: providers.Provider[PauseSchedule] = providers.Singleton(
        PauseSchedule, Storage.transactions, shows, Ground.clock
    )
    delete_schedule: providers.Provider[DeleteSchedule] = providers.Singleton(DeleteSchedule, Storage.transactions)
    run_schedule: providers.Provider[RunSchedule] = providers.Singleton(RunSchedule, Storage.transactions, readiness)
