"""``tresen schedules``."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from cyclopts import Parameter

from ...application.schedules.change_schedules import ScheduleEdit
from ...application.schedules.shown import ShownSchedule
from ...application.schedules.timings import TimingText
from ...domain.schedules.timing import Cron, Every, Timing
from ...domain.shared.errors import InvalidValue, NotFound
from ...domain.shared.ids import ScheduleId
from ...domain.shared.unset import UNSET
from ...domain.tenancy.tenant import Tenant
from ..use_cases import UseCases
from .answer import Answer, Table, cell
from .call import Given, in_tenant
from .documents import fields, listed, plain
from .options import JsonOption, TenantOption, command_group
from .spans import two_units

group = command_group("schedules", "Schedules, for what is done again and again: list, run, pause, resume, edit.")

_Which = Annotated[str, Parameter(name="NAME", help="The schedule's name or id.")]


@group.command(name="list")
async def list_(*, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """List schedules by name, with the next run in the tenant's zone."""
    async with in_tenant(call, tenant) as (use, home):
        shown, now = await use.list_schedules(home.id), use.clock.now()
    table = Table(
        columns=("name", "when", "status", "next run", "last run", "why not"),
        rows=[
            (
                *(one.schedule.name, _when(one.schedule.timing), one.state.value, _next(one, now, home)),
                *(cell(one.schedule.last_tick_at, home.zone), cell(one.reason)),
            )
            for one in shown
        ],
        empty="there is no schedule; they come with the scheduler: tresen serve, or tresen worker",
    )
    document = listed("schedules", [schedule_document(one) for one in shown])
    return Answer(document=document, parts=[table], as_json=as_json)


@group.command
async def run(which: _Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Ask for a run now; a worker does it. The next run comes when it would have come."""
    async with in_tenant(call, tenant) as (use, home):
        job_id = await use.run_schedule(home.id, await _chosen(use, home, which))
    told = [f"job {job_id} is queued; a worker does it: tresen serve, or tresen worker"]
    return Answer(document={"job_id": job_id}, parts=told, as_json=as_json)


@group.command
async def pause(which: _Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """No runs until it is resumed."""
    async with in_tenant(call, tenant) as (use, home):
        shown = await use.pause_schedule(home.id, await _chosen(use, home, which))
        return _changed(shown, use.clock.now(), home, as_json=as_json)


@group.command
async def resume(which: _Which, /, *, tenant: TenantOption = None, as_json: JsonOption = False, call: Given) -> Answer:
    """Runs again, counted from now; what was missed stays undone."""
    async with in_tenant(call, tenant) as (use, home):
        shown = await use.pause_schedule.resume(home.id, await _chosen(use, home, which))
        return _changed(shown, use.clock.now(), home, as_json=as_json)


@group.command
async def edit(
    which: _Which,
    /,
    *,
    every: Annotated[timedelta | None, Parameter(metavar="TIME", help="An interval such as 30m, 6h or 1d.")] = None,
    cron: Annotated[str | None, Parameter(help="A cron expression such as '0 5-14 * * 1-5', or @daily.")] = None,
    zone: Annotated[str | None, Parameter(help="The expression's zone, such as Europe/Berlin.")] = None,
    name: Annotated[str | None, Parameter(help="Another name.")] = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Change when it runs, or its name. A new timing counts from now."""
    if all(value is None for value in (every, cron, zone, name)):
        raise InvalidValue("nothing to change: give at least one of --every, --cron, --zone and --name")
    seconds = None if every is None else _whole_seconds(every)
    is_timed = any(value is not None for value in (every, cron, zone))
    async with in_tenant(call, tenant) as (use, home):
        wanted = ScheduleEdit(
            tenant_id=home.id,
            schedule_id=await _chosen(use, home, which),
            name=UNSET if name is None else name,
            timing=TimingText(every_s=seconds, cron=cron, zone=zone) if is_timed else UNSET,
        )
        return _changed(await use.edit_schedule(wanted), use.clock.now(), home, as_json=as_json)


def schedule_document(shown: ShownSchedule) -> dict[str, object]:
    """A schedule as the API shows it."""
    timing = shown.schedule.timing
    cron = timing if isinstance(timing, Cron) else None
    return {
        **fields(shown.schedule, "id", "name", "kind", "payload"),
        "every_s": timing.seconds if isinstance(timing, Every) else None,
        "cron": cron.expression if cron else None,
        "zone": cron.zone if cron else None,
        "status": shown.state.value,
        "reason": shown.reason,
        "next_at": plain(shown.next_run_at),
        **fields(shown.schedule, "last_tick_at", "paused_at", "created_at", "version"),
    }


async def _chosen(use: UseCases, home: Tenant, which: str) -> ScheduleId:
    """A name goes before an id."""
    shown = await use.list_schedules(home.id)
    for found in (lambda s: s.name == which, lambda s: str(s.id) == which.lower()):
        for one in shown:
            if found(one.schedule):
                return one.schedule.id
    raise NotFound("schedule", which)


def _changed(shown: ShownSchedule, now: datetime, home: Tenant, *, as_json: bool) -> Answer:
    schedule = shown.schedule
    says = f"{schedule.name}: {_when(schedule.timing)}, {shown.state.value}"
    parts: Sequence[str] = [
        f"{says}; next run {_next(shown, now, home)}" if shown.next_run_at else says,
        *([f"its ticks pass by: {shown.reason}"] if shown.reason else []),
    ]
    return Answer(document={"schedule": schedule_document(shown)}, parts=parts, as_json=as_json)


def _when(timing: Timing) -> str:
    return f"{timing.expression} {timing.zone}" if isinstance(timing, Cron) else f"every {two_units(timing.seconds)}"


def _next(shown: ShownSchedule, now: datetime, home: Tenant) -> str:
    at = shown.next_run_at
    if at is None:
        return "–"
    seconds = int((at - now).total_seconds())
    return f"{cell(at, home.zone)} ({f'in {two_units(seconds)}' if seconds > 0 else 'now'})"


def _whole_seconds(every: timedelta) -> int:
    if every % timedelta(seconds=1):
        raise InvalidValue("an interval has whole seconds", field="every")
    return int(every.total_seconds())
