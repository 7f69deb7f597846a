"""A studio with schedules: what may be done with them, and what came of it."""

from collections.abc import Collection, Mapping
from datetime import timedelta

import attrs
from tests.unit.application.studio import Studio

from tresen.adapters.cron import LibraryCronParser
from tresen.adapters.memory.gym_providers import PROVIDER
from tresen.adapters.memory.schedules import MemoryAgenda
from tresen.application.ports.schedules import Agenda
from tresen.application.schedules.change_schedules import (
    CreateSchedule,
    DeleteSchedule,
    EditSchedule,
    NewSchedule,
    PauseSchedule,
)
from tresen.application.schedules.install_seeds import InstallSeeds
from tresen.application.schedules.list_schedules import ListSchedules
from tresen.application.schedules.readiness import Readiness
from tresen.application.schedules.run_schedule import RunSchedule
from tresen.application.schedules.scheduler import Scheduler
from tresen.application.schedules.shown import ShownSchedule, Shows
from tresen.application.schedules.timings import Timings, TimingText
from tresen.domain.jobs.job import Job
from tresen.domain.shared.ids import TenantId

KINDS = frozenset({"sync_members", "sync_leads", "clean"})
NEEDS: Mapping[str, Collection[str]] = {"sync_members": (PROVIDER,), "sync_leads": (PROVIDER,)}
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Planner:
    """``clean`` is a kind of job that needs no account."""

    def __init__(self, studio: Studio, *, kinds: Collection[str] = KINDS) -> None:
        transactions, clock, ids = studio.transactions, studio.clock, studio.ids
        self.studio, self.clock, self.tenant = studio, clock, studio.tenant.id
        self.agenda: Agenda = MemoryAgenda(studio.store)
        timings, self.readiness = Timings(LibraryCronParser()), Readiness(kinds, NEEDS)
        shows = Shows(self.readiness)
        self.install = InstallSeeds(studio.directory, transactions, timings, clock, ids)
        self.list, self.run = ListSchedules(transactions, shows), RunSchedule(transactions, self.readiness)
        self.create = CreateSchedule(transactions, timings, self.readiness, shows, clock, ids)
        self.edit = EditSchedule(transactions, timings, shows, clock)
        self.pause, self.delete = PauseSchedule(transactions, shows, clock), DeleteSchedule(transactions)
        self.scheduler = self.another()

    def another(self) -> Scheduler:
        """One more scheduler, as in another process."""
        studio = self.studio
        return Scheduler(
            *(self.agenda, studio.directory, studio.transactions, self.readiness, self.install),
            *(self.clock, studio.ids),
        )

    async def hourly(self, name: str = "hourly", kind: str = "clean", tenant: TenantId | None = None) -> ShownSchedule:
        return await self.create(
            NewSchedule(
                tenant_id=tenant or self.tenant,
                name=name,
                kind=kind,
                payload={"what": name},
                timing=TimingText(every_s=3_600),
            )
        )

    async def ticked(self, by: timedelta = HOUR) -> int:
        """How many jobs a tick asked for, that much later."""
        self.clock.advance(by)
        return await self.scheduler.tick()

    def jobs(self, tenant: TenantId | None = None) -> list[Job]:
        return [held.job for _, held in self.studio.store.room(tenant or self.tenant).jobs.items()]

    def finish_jobs(self) -> None:
        """As a worker would: done jobs are forgotten."""
        table = self.studio.store.room(self.tenant).jobs
        for key, _ in list(table.items()):
            table.remove(key)

    async def one(self, shown: ShownSchedule) -> ShownSchedule:
        """As it is now."""
        return await self.list.one(self.tenant, shown.schedule.id)

    async def named(self, name: str) -> ShownSchedule:
        (found,) = [one for one in await self.list(self.tenant) if one.schedule.name == name]
        return found


def another_tenant(studio: Studio) -> TenantId:
    """A second studio in the same store, without accounts."""
    tenant = attrs.evolve(studio.tenant, id=TenantId(studio.ids.new()), slug="other")
    studio.store.add_room(tenant)
    return tenant.id
