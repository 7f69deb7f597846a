"""What people do with schedules."""

import pytest
from tests.unit.application.schedules.planner import HOUR, MINUTE, Planner, another_tenant
from tests.unit.application.studio import Studio

from tresen.application.schedules.change_schedules import NewSchedule, ScheduleEdit
from tresen.application.schedules.seeds import SEEDS
from tresen.application.schedules.shown import ScheduleState
from tresen.application.schedules.timings import TimingText
from tresen.application.tenancy.create_tenant import CreateTenant, NewTenant
from tresen.domain.schedules.timing import Cron, Every
from tresen.domain.shared.errors import AlreadyExists, InvalidValue, NotConfigured, NotFound, StaleVersion
from tresen.domain.shared.ids import TenantId


@pytest.fixture
def other(studio: Studio) -> TenantId:
    return another_tenant(studio)


async def test_a_new_tenant_has_the_seeds(planner: Planner) -> None:
    studio = planner.studio
    create = CreateTenant(studio.directory, studio.clock, studio.ids, planner.install)
    tenant = await create(NewTenant(slug="new", name="New"))
    found = await planner.list(tenant.id)
    assert {one.schedule.name for one in found} == {seed.name for seed in SEEDS}
    timings = {one.schedule.name: one.schedule.timing for one in found}
    assert timings["sync_members_auto"] == timings["sync_leads_auto"] == Every(6 * 3_600)
    assert timings["sync_orders_auto"] == Every(30 * 60)
    cron = timings["availability-cron"]
    assert isinstance(cron, Cron)
    assert (cron.expression, cron.zone) == ("0 5-14 * * 1-5", "UTC")
    assert {one.schedule.next_at for one in found if one.schedule.timing == Every(6 * 3_600)} == {
        studio.clock.now() + 6 * HOUR
    }


async def test_seeds_are_installed_once_and_stay_as_people_want_them(planner: Planner) -> None:
    await planner.install.everywhere()
    members, leads = await planner.named("sync_members_auto"), await planner.named("sync_leads_auto")
    await planner.delete(planner.tenant, members.schedule.id)
    await planner.edit(
        ScheduleEdit(
            tenant_id=planner.tenant,
            schedule_id=leads.schedule.id,
            name="leads, hourly",
            timing=TimingText(every_s=3_600),
        )
    )
    before = [(one.schedule.id, one.schedule.version) for one in await planner.list(planner.tenant)]
    await planner.install.everywhere()
    assert [(one.schedule.id, one.schedule.version) for one in await planner.list(planner.tenant)] == before
    assert len(before) == len(SEEDS) - 1


async def test_a_schedule_is_active_paused_or_disabled_with_the_reason(planner: Planner, other: TenantId) -> None:
    await planner.install.everywhere()
    assert (await planner.named("sync_members_auto")).state is ScheduleState.ACTIVE
    orders = await planner.named("sync_orders_auto")
    assert (orders.state, orders.reason) == (ScheduleState.DISABLED, "no use case for orders yet")
    paused = await planner.pause(planner.tenant, orders.schedule.id)
    assert (paused.state, paused.reason) == (ScheduleState.PAUSED, "no use case for orders yet")
    (theirs,) = [one for one in await planner.list(other) if one.schedule.name == "sync_members_auto"]
    assert theirs.state is ScheduleState.DISABLED
    assert "no account is connected" in (theirs.reason or "")


async def test_an_account_that_may_not_be_called_is_named(planner: Planner) -> None:
    planner.studio.change_account(credentials=None)
    shown = await planner.hourly(kind="sync_leads")
    assert shown.reason == f"account 'main' at {planner.studio.account.provider} has no credentials"


async def test_a_run_by_hand_asks_for_the_job_and_leaves_the_ticks_alone(planner: Planner) -> None:
    shown = await planner.hourly()
    job_id = await planner.run(planner.tenant, shown.schedule.id)
    (job,) = planner.jobs()
    assert (job.id, job.kind, job.payload) == (job_id, "clean", {"what": "hourly"})
    assert (await planner.one(shown)).schedule.next_at == shown.schedule.next_at
    with pytest.raises(AlreadyExists):
        await planner.run(planner.tenant, shown.schedule.id)


async def test_a_paused_one_may_be_run_by_hand_and_a_disabled_one_not(planner: Planner) -> None:
    await planner.install.everywhere()
    shown, disabled = await planner.hourly(), await planner.named("sync_orders_auto")
    await planner.pause(planner.tenant, shown.schedule.id)
    assert await planner.run(planner.tenant, shown.schedule.id)
    with pytest.raises(NotConfigured, match="no use case for orders yet"):
        await planner.run(planner.tenant, disabled.schedule.id)


async def test_a_kind_that_nobody_has_is_refused_with_those_that_there_are(planner: Planner) -> None:
    for kind in ("unheard of", "sync_orders", " "):
        with pytest.raises(InvalidValue, match="known are clean, sync_leads, sync_members") as caught:
            await planner.hourly(kind=kind)
        assert caught.value.details["field"] == "kind"
    assert list(await planner.list(planner.tenant)) == []
    assert (await planner.hourly(kind=" clean ")).schedule.kind == "clean"


async def test_pausing_what_is_paused_and_resuming_what_is_active_change_nothing(planner: Planner) -> None:
    key = (await planner.hourly()).schedule.id
    assert (await planner.pause.resume(planner.tenant, key)).schedule.version == 1
    paused = [(await planner.pause(planner.tenant, key)).schedule.version for _ in range(2)]
    assert paused == [2, 2]
    resumed = [(await planner.pause.resume(planner.tenant, key)).schedule.version for _ in range(2)]
    assert resumed == [3, 3]


async def test_only_an_active_one_has_a_next_run(planner: Planner) -> None:
    shown = await planner.hourly(kind="sync_leads")
    assert shown.next_run_at == shown.schedule.next_at is not None
    planner.studio.change_account(credentials=None)
    disabled = await planner.one(shown)
    assert (disabled.state, disabled.next_run_at) == (ScheduleState.DISABLED, None)
    assert (await planner.pause(planner.tenant, shown.schedule.id)).next_run_at is None


async def test_what_is_edited_is_what_is_set(planner: Planner) -> None:
    shown = await planner.hourly()
    key = shown.schedule.id
    planner.clock.advance(MINUTE)
    renamed = await planner.edit(ScheduleEdit(tenant_id=planner.tenant, schedule_id=key, name=" nightly "))
    assert (renamed.schedule.name, renamed.schedule.timing) == ("nightly", Every(3_600))
    assert renamed.schedule.next_at == shown.schedule.next_at
    timing = TimingText(cron="30 2 * * *", zone="Europe/Berlin")
    moved = await planner.edit(ScheduleEdit(tenant_id=planner.tenant, schedule_id=key, timing=timing))
    assert isinstance(moved.schedule.timing, Cron)
    assert moved.schedule.next_at is not None
    assert moved.schedule.next_at.isoformat() == "2026-03-03T01:30:00+00:00"
    elsewhere = ScheduleEdit(tenant_id=planner.tenant, schedule_id=key, timing=TimingText(zone="UTC"))
    assert (await planner.edit(elsewhere)).schedule.timing == Cron("30 2 * * *", moved.schedule.timing.fields, "UTC")
    again = ScheduleEdit(tenant_id=planner.tenant, schedule_id=key, timing=TimingText(cron="0 3 * * *"))
    kept = (await planner.edit(again)).schedule.timing
    assert isinstance(kept, Cron)
    assert kept.zone == "UTC"


@pytest.mark.parametrize(
    ("timing", "field"),
    [
        (TimingText(), "every_s"),
        (TimingText(every_s=60, cron="0 0 * * *"), "cron"),
        (TimingText(every_s=60, zone="UTC"), "zone"),
        (TimingText(every_s=0), "every_s"),
        (TimingText(every_s=-5), "every_s"),
        (TimingText(cron="0 0 30 2 *"), "cron"),
        (TimingText(cron="0 0 * * *", zone="Mars/Olympus"), "zone"),
        (TimingText(cron="0 0 * * *", zone=""), "zone"),
        (TimingText(zone="UTC"), "every_s"),
    ],
)
async def test_a_timing_that_makes_no_sense_names_the_field(planner: Planner, timing: TimingText, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        await planner.create(NewSchedule(tenant_id=planner.tenant, name="x", kind="clean", timing=timing))
    assert caught.value.details["field"] == field


async def test_an_interval_has_no_zone_to_be_moved_to(planner: Planner) -> None:
    key = (await planner.hourly()).schedule.id
    with pytest.raises(InvalidValue, match="no zone"):
        await planner.edit(
            ScheduleEdit(tenant_id=planner.tenant, schedule_id=key, timing=TimingText(zone="Europe/Berlin"))
        )


async def test_an_edit_may_insist_on_a_version(planner: Planner) -> None:
    shown = await planner.hourly()
    edit = ScheduleEdit(tenant_id=planner.tenant, schedule_id=shown.schedule.id, name="first", version=1)
    assert (await planner.edit(edit)).schedule.version == 2
    with pytest.raises(StaleVersion):
        await planner.edit(edit)


async def test_an_edit_of_nothing_is_refused(planner: Planner) -> None:
    with pytest.raises(InvalidValue, match="nothing to change"):
        await planner.edit(ScheduleEdit(tenant_id=planner.tenant, schedule_id=(await planner.hourly()).schedule.id))


async def test_names_are_unique(planner: Planner, other: TenantId) -> None:
    await planner.hourly("a")
    second = await planner.hourly("b")
    await planner.hourly("a", tenant=other)
    with pytest.raises(AlreadyExists):
        await planner.hourly("a")
    with pytest.raises(AlreadyExists):
        await planner.edit(ScheduleEdit(tenant_id=planner.tenant, schedule_id=second.schedule.id, name="a"))


async def test_another_tenants_schedule_is_not_found(planner: Planner, other: TenantId) -> None:
    key = (await planner.hourly(tenant=other)).schedule.id
    tenant = planner.tenant
    for attempt in (
        planner.list.one(tenant, key),
        planner.run(tenant, key),
        planner.pause(tenant, key),
        planner.pause.resume(tenant, key),
        planner.delete(tenant, key),
        planner.edit(ScheduleEdit(tenant_id=tenant, schedule_id=key, name="mine")),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert [one.schedule.name for one in await planner.list(other)] == ["hourly"]
