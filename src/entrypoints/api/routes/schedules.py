"""Schedules."""

from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from ....application.schedules.change_schedules import NewSchedule, ScheduleEdit
from ....application.schedules.timings import TimingText
from ....domain.identity.role import Scope
from ....domain.shared.ids import ScheduleId
from ....domain.shared.unset import UNSET, Unset
from ..access import needs
from ..answers.schedules import OneScheduleAnswer, ScheduleRunAnswer, SchedulesAnswer, schedule
from ..bodies import Body, Text, leave
from ..dependencies import Asking, Uses

T = TypeVar("T")
_Payload = Annotated[dict[Text, Text], msgspec.Meta(max_length=20)]


class NewScheduleBody(Body):
    """``kind`` is a kind of job. ``every_s`` seconds, or a ``cron`` expression in an IANA ``zone``; UTC."""

    name: Text
    kind: Text
    every_s: int | None = None
    cron: Text | None = None
    zone: Text | None = None
    payload: _Payload = msgspec.field(default_factory=dict)


class ScheduleBody(Body):
    """What is left out stays. ``version``: 409 unless it is still the schedule's."""

    name: Text | msgspec.UnsetType = msgspec.UNSET
    every_s: int | msgspec.UnsetType = msgspec.UNSET
    cron: Text | msgspec.UnsetType = msgspec.UNSET
    zone: Text | msgspec.UnsetType = msgspec.UNSET
    payload: _Payload | msgspec.UnsetType = msgspec.UNSET
    version: int | None = None


@get("/", summary="List schedules", opt=needs(Scope.SCHEDULES_READ))
async def list_schedules(asking: Asking, uses: Uses) -> SchedulesAnswer:
    """By name, with the next tick of each."""
    shown = await uses.list_schedules(asking.tenant_id)
    return SchedulesAnswer(schedules=[schedule(one) for one in shown], count=len(shown))


@get("/{schedule_id:uuid}", summary="Show a schedule", opt=needs(Scope.SCHEDULES_READ))
async def get_schedule(schedule_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneScheduleAnswer:
    """With its next tick."""
    return OneScheduleAnswer(
        schedule=schedule(await uses.list_schedules.one(asking.tenant_id, ScheduleId(schedule_id)))
    )


@post("/", summary="Create a schedule", opt=needs(Scope.SCHEDULES_WRITE))
async def create_schedule(data: JSONBody[NewScheduleBody], asking: Asking, uses: Uses) -> OneScheduleAnswer:
    """Names are unique. 422 for a kind that this installation cannot do, with the kinds that it can."""
    new = NewSchedule(
        tenant_id=asking.tenant_id,
        name=data.name,
        kind=data.kind,
        payload=data.payload,
        timing=TimingText(every_s=data.every_s, cron=data.cron, zone=data.zone),
    )
    return OneScheduleAnswer(schedule=schedule(await uses.create_schedule(new)))


@patch("/{schedule_id:uuid}", summary="Change a schedule", opt=needs(Scope.SCHEDULES_WRITE))
async def edit_schedule(
    schedule_id: FromPath[UUID], data: JSONBody[ScheduleBody], asking: Asking, uses: Uses
) -> OneScheduleAnswer:
    """A new timing counts from now; ``zone`` alone moves a cron expression to another zone."""
    edit = ScheduleEdit(
        tenant_id=asking.tenant_id,
        schedule_id=ScheduleId(schedule_id),
        name=leave(data.name),
        payload=leave(data.payload),
        timing=_timing(data),
        version=data.version,
    )
    return OneScheduleAnswer(schedule=schedule(await uses.edit_schedule(edit)))


@delete("/{schedule_id:uuid}", summary="Delete a schedule", opt=needs(Scope.SCHEDULES_WRITE))
async def delete_schedule(schedule_id: FromPath[UUID], asking: Asking, uses: Uses) -> None:
    """A job that is queued stays so. The ones that every tenant begins with do not come back."""
    await uses.delete_schedule(asking.tenant_id, ScheduleId(schedule_id))


@post("/{schedule_id:uuid}/run", summary="Run a schedule now", opt=needs(Scope.SCHEDULES_WRITE))
async def run_schedule(schedule_id: FromPath[UUID], asking: Asking, uses: Uses) -> ScheduleRunAnswer:
    """Makes a job; ticks go on as they would. 409 while a run is queued or running, or the schedule is disabled."""
    return ScheduleRunAnswer(job_id=await uses.run_schedule(asking.tenant_id, ScheduleId(schedule_id)))


@post("/{schedule_id:uuid}/pause", summary="Pause a schedule", status_code=200, opt=needs(Scope.SCHEDULES_WRITE))
async def pause_schedule(schedule_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneScheduleAnswer:
    """No ticks until it is resumed. Twice changes nothing, also not its version."""
    return OneScheduleAnswer(schedule=schedule(await uses.pause_schedule(asking.tenant_id, ScheduleId(schedule_id))))


@post("/{schedule_id:uuid}/resume", summary="Resume a schedule", status_code=200, opt=needs(Scope.SCHEDULES_WRITE))
async def resume_schedule(schedule_id: FromPath[UUID], asking: Asking, uses: Uses) -> OneScheduleAnswer:
    """Ticks are counted from now; what was missed stays undone."""
    shown = await uses.pause_schedule.resume(asking.tenant_id, ScheduleId(schedule_id))
    return OneScheduleAnswer(schedule=schedule(shown))


def _timing(data: ScheduleBody) -> TimingText | Unset:
    text = TimingText(every_s=_said(data.every_s), cron=_said(data.cron), zone=_said(data.zone))
    return UNSET if text == TimingText() else text


def _said(value: T | msgspec.UnsetType) -> T | None:
    return None if isinstance(value, msgspec.UnsetType) else value


schedules = Router(
    "/schedules",
    route_handlers=[
        list_schedules,
        get_schedule,
        create_schedule,
        edit_schedule,
        delete_schedule,
        run_schedule,
        pause_schedule,
        resume_schedule,
    ],
    tags=["schedules"],
)
