"""Somebody whom we know wrote again: what they said this time is an edit of the lead that is known."""

from collections.abc import Collection

import attrs

from ...domain.leads.events import LeadMerged
from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage
from ...domain.shared.errors import InvalidValue
from ...domain.shared.ids import EntryId, LeadId, PushId, RunId, TaskId
from ...domain.staff.task import StaffTask, TaskReason
from ...domain.sync.canonical import Value, Values
from ...domain.sync.decision import FieldDecision
from ...domain.sync.edit_fate import Absence, Prospect, apart, said_again
from ...domain.sync.journal import LOCAL_EDIT, Subject
from ...domain.sync.push import Push, PushState
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import EDIT, Counts, Run, RunState
from ...domain.sync.schema import Schema
from ...domain.sync.side import Side
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.gym import Operation
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import values_of
from ..sync.edits.edit_outlook import OnTheWay, sent_before
from ..sync.records.kinds import LEAD
from ..sync.records.reading import read
from ..sync.records.task_at_provider import edit_task, subject_of, text_of

_TOLD = "they wrote again, and said so"
_UNSHOWN = "they wrote again, and the provider shows no such field: note there what they said, or close this"
_WHICH = "they wrote again, and what they said is not what is known: ask which holds, and change it there or close this"
_WHICH_HERE = (
    "they wrote again, and what they said is not what is known: ask which holds, and edit the lead or close this"
)


@attrs.frozen
class Known:
    """Which lead of ours it is. ``link`` is of its record at the ``account``, None where that has none; ``shown`` is
    what the provider shows of it at this moment, as far as it was asked.
    """

    lead_id: LeadId
    account: ProviderAccount | None = None
    link: SyncRecord | None = None
    shown: Values = attrs.field(factory=dict)


@attrs.frozen
class Heard:
    """What becomes of each value that they gave, and what the staff are asked about them."""

    prospects: tuple[Prospect, ...] = ()
    tasks: tuple[StaffTask, ...] = ()


@attrs.frozen
class HearAgain:
    """Used inside the transaction that took over what the provider answered, if it did: the known lead is in step then.

    What was not known yet is filled in, and a message goes below the one before; both are on their way to the provider
    that has the lead, so that no law takes them back. What it shows no field for, the staff are asked to note there.
    What is known otherwise stays, and the staff are told what was said.
    """

    _clock: Clock
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, schema: Schema, known: Known, captured: Lead) -> Heard:
        """The one that was ``captured`` is no more."""
        lead, now = await uow.leads.get(known.lead_id), self._clock.now()
        # As it stands by now: somebody may have edited it meanwhile.
        later = (await uow.leads.get_many([captured.id])).get(captured.id)
        before = values_of(lead)
        lead.hear_again(later or captured, now=now)
        after, said = values_of(lead), values_of(later or captured)
        heard = {name: after[name] for name in after if before[name] != after[name]}
        reached: Collection[str] = heard.keys()
        if heard:
            await uow.leads.save(lead)
            if known.link is not None:
                reached = await self._keep(uow, known.link, known.shown, lead, before, heard)
        unshown = {name: said[name] for name in heard if name not in reached}
        otherwise = _otherwise(schema, later or captured, said, after, heard)
        which = _WHICH_HERE if known.link is None else _WHICH
        tasks = [
            await self._ask(uow, known, lead, unshown, TaskReason.UNSUPPORTED, _UNSHOWN),
            await self._ask(uow, known, lead, otherwise, TaskReason.UNDECIDED, which),
        ]
        if later is not None:
            await uow.leads.remove(captured.id)
        uow.events.record(LeadMerged(subject_id=captured.id, occurred_at=now, into=known.lead_id))
        told = [
            apart(name, Absence.UNLINKED)
            if known.link is None and name in heard
            else said_again(name, shown=name not in unshown, taken=name in heard, known=name not in otherwise)
            for name in _given(later or captured, said)
        ]
        return Heard(tuple(told), tuple(task for task in tasks if task is not None))

    async def _keep(
        self, uow: UnitOfWork, link: SyncRecord, seen: Values, lead: Lead, before: Values, heard: Values
    ) -> Collection[str]:
        """As an edit is kept: told in the journal, and each value by itself on its way to the provider. The fields that
        the provider has.
        """
        now = self._clock.now()
        # A view of the record may lack what was seen of it before.
        shown = {**link.base, **seen}
        run = Run(
            id=RunId(self._ids.new()), tenant_id=lead.tenant_id, account_id=link.account_id, kind=EDIT, started_at=now
        )
        run.counts = Counts(updated=1)
        run.finish(RunState.COMPLETED, now=now, reason=f"{LEAD} {link.external_id} wrote again")
        await uow.runs.add(run)
        subject = Subject(
            run_id=run.id,
            kind=LEAD,
            external_id=link.external_id,
            local_id=lead.id,
            version=lead.version,
            at=now,
        )
        lines = [
            subject.line(
                EntryId(self._ids.new()),
                FieldDecision(
                    field=name,
                    base=shown.get(name),
                    ours=before[name],
                    theirs=shown.get(name),
                    value=value,
                    side=Side.OURS,
                    rule=LOCAL_EDIT,
                    reason=_TOLD,
                ),
            )
            for name, value in heard.items()
        ]
        await uow.journal.append([attrs.evolve(line, version=lead.version) for line in lines])
        of_record = await uow.pushes.of_records(link.account_id, LEAD, [link.external_id])
        waiting = of_record.get(link.external_id, ())
        reached = sorted(heard.keys() & shown.keys())
        for name in reached:
            before_it = sent_before(attrs.evolve(link, base=shown), waiting, name)
            if before_it.outdated is not None:
                before_it.outdated.end(PushState.DROPPED, now=now, why="they wrote again")
                await uow.pushes.save(before_it.outdated)
            await uow.pushes.add(self._push(link, run, name, heard[name], before_it))
        return reached

    def _push(self, link: SyncRecord, run: Run, name: str, value: Value, before_it: OnTheWay) -> Push:
        return Push(
            id=PushId(self._ids.new()),
            tenant_id=run.tenant_id,
            account_id=link.account_id,
            kind=link.kind,
            external_id=link.external_id,
            local_id=link.local_id,
            values={name: value},
            expected={name: before_it.agreed},
            run_id=run.id,
            created_at=before_it.after(run.started_at),
            updated_at=run.started_at,
        )

    async def _ask(
        self,
        uow: UnitOfWork,
        known: Known,
        lead: Lead,
        values: Values,
        reason: TaskReason,
        why: str,
    ) -> StaffTask | None:
        if not values:
            return None
        task = self._task(known, lead, values, reason, why)
        for asked in await uow.tasks.open_for(task.operation, task.subject or ""):
            if asked.details == task.details:
                return asked
        await uow.tasks.add(task)
        return task

    def _task(self, known: Known, lead: Lead, values: Values, reason: TaskReason, why: str) -> StaffTask:
        key, now = TaskId(self._ids.new()), self._clock.now()
        if known.account is not None and known.link is not None:
            return edit_task(
                id=key,
                tenant_id=lead.tenant_id,
                account=known.account,
                record=(LEAD, known.link.external_id, lead.id),
                name=lead.name,
                values=values,
                reason=reason,
                why=why,
                now=now,
            )
        texts = {name: text_of(value) for name, value in values.items()}
        account = {} if known.account is None else {"account": known.account.name}
        return StaffTask(
            id=key,
            tenant_id=lead.tenant_id,
            account_id=known.account.id if known.account else None,
            operation=Operation.UPDATE_LEAD.value,
            title=f"Ask which {', '.join(values)} of the lead {lead.name} holds",
            reason=reason,
            subject=subject_of(LEAD, lead.id),
            details={**texts, **account, "why": why},
            created_at=now,
        )


def _given(later: Lead, said: Values) -> Collection[str]:
    """The fields of which they said something; what every lead begins with nobody said."""
    begun = {"status"} if later.stage is Stage.NEW else set()
    return [name for name, value in said.items() if value and name not in begun]


def _otherwise(schema: Schema, later: Lead, said: Values, known: Values, heard: Collection[str]) -> Values:
    """What they said of a field that is known otherwise."""
    fields, joined = schema.by_name, {"message", "interested_in"}
    return {
        name: said[name]
        for name in _given(later, said)
        if name not in joined and name not in heard and not fields[name].same(said[name], known[name])
    }


def shown_by(observed: Observed) -> Values:
    """None where nobody can read it."""
    try:
        return read(observed).values
    except InvalidValue:
        return {}
