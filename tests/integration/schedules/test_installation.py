"""From a tick to what it is for, in an installation."""

from datetime import datetime, timedelta
from pathlib import Path

from dependency_injector import providers

from tresen.adapters.memory.clock import FixedClock
from tresen.application.jobs.kinds import JobKind
from tresen.application.schedules.change_schedules import NewSchedule
from tresen.application.schedules.timings import TimingText
from tresen.application.tenancy.create_tenant import NewTenant
from tresen.bootstrap.container import Container
from tresen.bootstrap.installation import installed
from tresen.bootstrap.settings import Settings
from tresen.domain.jobs.job import Job


async def test_a_night_with_a_clock_change_as_a_tenant_lives_it(tmp_path: Path) -> None:
    """Half past two comes once a night, also in that in which it is skipped and in that in which it comes twice."""
    clock, ran = FixedClock(), list[datetime]()

    async def note(job: Job) -> None:
        ran.append(clock.now())

    def adjust(container: Container) -> None:
        container.clock.override(providers.Object(clock))
        container.job_kinds.add_args(providers.Object(JobKind(name="note", run=note)))

    async with installed(Settings(database_url=f"sqlite:///{tmp_path / 'tresen.db'}"), adjust=adjust) as tresen:
        use = await tresen.ready()
        tenant = await use.create_tenant(NewTenant(slug="studio", name="Studio", zone="Europe/Berlin"))
        for night in ("2026-03-28T12:00+01:00", "2026-10-24T12:00+02:00"):
            clock.set(datetime.fromisoformat(night))
            made = await use.create_schedule(
                NewSchedule(
                    tenant_id=tenant.id,
                    name=night,
                    kind="note",
                    timing=TimingText(cron="30 2 * * *", zone=tenant.zone),
                )
            )
            for _ in range(2 * 24 * 6):
                clock.advance(timedelta(minutes=10))
                await tresen.tick()
                await tresen.run_pending()
            await use.delete_schedule(tenant.id, made.schedule.id)
    assert [f"{instant:%m-%d %H:%M}" for instant in ran] == [
        "03-29 01:00",
        "03-30 00:30",
        "10-25 00:30",
        "10-26 01:30",
    ]


async def test_the_first_schedules_say_why_they_are_disabled(tmp_path: Path) -> None:
    """O76: nothing is connected yet, and some use cases are still to come."""
    async with installed(Settings(database_url=f"sqlite:///{tmp_path / 'tresen.db'}")) as tresen:
        use = await tresen.ready()
        tenant = await use.create_tenant(NewTenant(slug="studio", name="Studio"))
        reasons = {one.schedule.name: one.reason or "" for one in await use.list_schedules(tenant.id)}
        assert await tresen.tick() == 0
    assert reasons["sync_orders_auto"] == "no use case for orders yet"
    for name, provider in (
        ("sync_members_auto", "wodify"),
        ("sync_leads_auto", "wodify"),
        ("ensure_webhooks_auto", ""),
    ):
        assert reasons[name].startswith("no account is connected that this needs")
        assert provider in reasons[name]
