"""People have something done at the provider itself, through Tresen: a lead entered, changed, converted and so on."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import cast
from uuid import UUID

import attrs

from ...application.leads.convert_lead import Conversion, Converted
from ...application.leads.create_lead import CreatedLead, NewLead
from ...application.leads.update_lead import LeadUpdate, UpdatedLead
from ...application.membership.cancel_membership import Cancellation
from ...application.membership.push_membership import PushedMembership
from ...application.membership.update_membership import MembershipUpdate
from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.leads.stage import Stage
from ...domain.membership.status import Status
from ...domain.shared.errors import InvalidValue, TresenError
from ...domain.shared.ids import LeadId, MembershipId
from ...domain.shared.unset import UNSET
from ...domain.staff.task import TaskState
from ...domain.sync.schema import Value
from ..memory.unit_of_work import MemoryUnitsOfWork
from .front_desk import FrontDesk, front_desk
from .kept_writes import END, KeptWrite
from .people import Origins, here
from .programme import Killed, Process
from .rows import rows_of
from .steps.counter import AtCounter, CancelMembership, ConvertLead, EnterLead, UpdateLead, UpdateMembership
from .task import Task
from .units import WatchedUnits
from .witness import Witness
from .world import ON_SALE, World

Answer = CreatedLead | UpdatedLead | Converted | PushedMembership
_WHY = "moves away"
_SOMEBODY = "somebody"


@attrs.frozen
class CounterWrites:
    """Of one world."""

    _world: World
    _witness: Witness
    _origins: Origins

    async def work(self, step: AtCounter) -> str:
        """What came of it."""
        tenant = self._world.specs[step.account].tenant
        found = here(self._world, tenant, step.kind, step.who)
        if not (found or isinstance(step, EnterLead)):
            return "there is nobody"
        key = found[0][0] if found else None
        number = step.account if key is None or isinstance(step, EnterLead) else self._home(step, key)
        process = Process(step.crash, step.overtaken)
        room = self._world.room(tenant)
        before, tasks = rows_of(room), {task.id for task in room.tasks.rows() if task.state is TaskState.OPEN}
        programme = self._world.gyms[number].programme
        with programme.beside(process, step.faults, step.meanwhile), self._watched(number, step) as task:
            answer, told = await self._answer(step, key, process)
            calls, hit = list(programme.calls), list(programme.hit)
        kept = KeptWrite(
            world=self._world,
            number=number,
            step=step,
            answer=answer,
            told=told,
            calls=calls,
            wrote=task.wrote,
            before=before,
            tasks=tasks,
        )
        for wrong in kept.wrong():
            self._witness.say("counter", f"{step.kind} {step.who}, {type(step).__name__}: {wrong}")
        return f"{told}; {process.calls} calls, ran into {hit}"

    def _home(self, step: AtCounter, key: UUID) -> int:
        """The account that has the record, else the one that is named."""
        room = self._world.room(self._world.specs[step.account].tenant)
        links = [link for _, link in room.sync_records.among("local", (step.kind, key))]
        accounts = [self._world.account_ids.index(link.account_id) for link in links]
        return accounts[0] if accounts else step.account

    @contextmanager
    def _watched(self, number: int, step: AtCounter) -> Iterator[Task]:
        room, pins = self._world.room(self._world.specs[number].tenant), self._witness.pins
        pins.look(room)
        wanted = frozenset(_wanted(step))
        task = Task(account=number, course="", plan=None, policies={}, shared={}, disturbed=True, wanted=wanted)
        with self._witness.at_counter(number, task):
            yield task
        pins.note(room, undid=False)

    async def _answer(self, step: AtCounter, key: UUID | None, process: Process) -> tuple[Answer | None, str]:
        """And in a word."""
        units = WatchedUnits(MemoryUnitsOfWork(self._world.store))
        self._witness.watch(units)
        units.process, units.act = process, self._world.units.act
        try:
            answer = await self._do(front_desk(self._world, units), step, key)
        except Killed:
            return None, "killed"
        except TresenError as error:
            return None, f"refused: {error.code}"
        task = answer.task
        return answer, "done" if task is None else f"a task: {task.reason.value}"

    async def _do(self, desk: FrontDesk, step: AtCounter, key: UUID | None) -> Answer:
        tenant_id = self._world.tenants[self._world.specs[step.account].tenant].id
        match step:
            case EnterLead():
                return await self._enter(desk, step)
            case UpdateLead():
                return await desk.update_lead(self._update(step, cast(UUID, key)))
            case ConvertLead():
                return await self._convert(desk, step, cast(UUID, key))
            case CancelMembership():
                which = MembershipId(cast(UUID, key))
                return await desk.cancel_membership(Cancellation(tenant_id=tenant_id, membership_id=which, reason=_WHY))
            case UpdateMembership():
                return await desk.update_membership(
                    MembershipUpdate(
                        tenant_id=tenant_id,
                        membership_id=MembershipId(cast(UUID, key)),
                        status=UNSET if step.status is None else Status(step.status),
                        monthly_price=UNSET if step.monthly_price is None else Decimal(step.monthly_price),
                    )
                )
            case _:
                raise TypeError(f"nobody can {step}")

    async def _enter(self, desk: FrontDesk, step: EnterLead) -> CreatedLead:
        tenant = self._world.specs[step.account].tenant
        self._origins.ask((tenant, LEAD, step.who), step.account, _text(step.values.get("email")) or "")
        said = {name: _text(step.values.get(name)) for name in ("phone", "message", "interested_in", "source")}
        new = NewLead(
            tenant_id=self._world.tenants[tenant].id,
            first_name=step.who,
            last_name=_text(step.values.get("last_name")) or "",
            email=_text(step.values.get("email")) or "",
            account_id=self._world.account_ids[step.account],
            **said,
        )
        answer = await desk.create_lead(new)
        self._origins.taken.add((tenant, LEAD, step.who))
        return answer

    def _update(self, step: UpdateLead, key: UUID) -> LeadUpdate:
        room = self._world.room(self._world.specs[step.account].tenant)
        lead = room.leads.find(key)
        return LeadUpdate(
            tenant_id=room.tenant.id,
            lead_id=LeadId(key),
            stage=_stage(step.values["status"]) if "status" in step.values else UNSET,
            notes=_text(step.values["notes"]) if "notes" in step.values else UNSET,
            by=_SOMEBODY,
            version=None if step.behind is None or lead is None else lead.version - step.behind,
        )

    async def _convert(self, desk: FrontDesk, step: ConvertLead, key: UUID) -> Converted:
        tenant = self._world.specs[step.account].tenant
        lead = self._world.room(tenant).leads.find(key)
        address = lead.email.raw if lead and lead.email else ""
        for kind in (MEMBER, LEAD):
            self._origins.ask((tenant, kind, step.who), step.account, address)
        self._origins.ask((tenant, MEMBERSHIP, ON_SALE.name), step.account)
        day = self._world.tenants[tenant].today(self._world.clock.now())
        return await desk.convert_lead(
            Conversion(
                tenant_id=self._world.tenants[tenant].id,
                lead_id=LeadId(key),
                package=ON_SALE.name,
                starts_on=day - timedelta(days=1),
                account_id=self._world.account_ids[step.account],
            )
        )


def _wanted(step: AtCounter) -> Collection[tuple[str, str]]:
    """The fields that it is about."""
    match step:
        case EnterLead():
            names: Collection[str] = ("message", "interested_in", "phone", "source", "notes", "location")
        case UpdateLead():
            names = step.values
        case ConvertLead():
            names = ("status",)
        case CancelMembership():
            names = END
        case UpdateMembership():
            names = {*(END if step.status else ()), *(("price",) if step.monthly_price else ())}
        case _:
            names = ()
    return {(step.kind, name) for name in names}


def _stage(word: Value) -> Stage:
    try:
        return Stage(word)
    except ValueError:
        raise InvalidValue(f"{word!r} is no stage", field="status") from None


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
