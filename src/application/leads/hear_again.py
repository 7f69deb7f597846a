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
from ...domain.sync.edit_fate import Prospect, said_again
from ...domain.sync.journal import LOCAL_EDIT, Subject
from ...domain.sync.push import Push, PushState
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import EDIT, Counts, Run, RunState
from ...domain.sync.side import Side
from ...domain.tenancy.provider_account import ProviderAccount
from ..ports.clock import Clock, IdSource
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import LeadRecords
from ..sync.edits.edit_outlook import OnTheWay, sent_before
from ..sync.records.kinds import LEAD
from ..sync.records.reading import read
from ..sync.records.task_at_provider import edit_task

_TOLD = "they wrote again, and said so"
_UNSHOWN = "they wrote again, and the provider shows no such field: note there what they said, or close this"
_WHICH = "they wrote again, and what they said is not what is known: ask which holds, and change it there or close this"


@attrs.frozen
class Heard:
    """What becomes of each value that they gave, and what the staff are asked about them."""

    prospects: tuple[Prospect, ...] = ()
    tasks: tuple[StaffTask, ...] = ()


@attrs.frozen
class HearAgain:
    """Used inside the transaction that took over what the provider answered: the known lead is in step by then.

    What was not known yet is filled in, and a message goes below the one before; both are on their way to the provider,
    so that no law takes them back. What the provider shows no field for, the staff are asked to note there. What is
    known otherwise stays, and the staff are told what was said.
    """

    _clock: Clock
    _ids: IdSource

    async def __call__(
        self,
        uow: UnitOfWork,
        account: ProviderAccount,
        kind: LeadRecords,
        observed: Observed,
        known: LeadId,
        captured: Lead,
    ) -> Heard:
        """The one that was ``captured`` is no more."""
        lead, now = await uow.leads.get(known), self._clock.now()
        # As it stands by now: somebody may have edited it meanwhile.
        later = (await uow.leads.get_many([captured.id])).get(captured.id)
        before = kind.values(lead)
        lead.hear_again(later or captured, now=now)
        after, said = kind.values(lead), kind.values(later or captured)
        heard = {name: after[name] for name in after if before[name] != after[name]}
        reached: Collection[str] = ()
        if heard:
            await uow.leads.save(lead)
            reached = await self._keep(uow, account, observed, lead, before, heard)
        unshown = {name: said[name] for name in heard if name not in reached}
        otherwise = _otherwise(kind, later or captured, said, after, heard)
        tasks = [
            await self._ask(uow, account, observed, lead, unshown, TaskReason.UNSUPPORTED, _UNSHOWN),
            await self._ask(uow, account, observed, lead, otherwise, TaskReason.UNDECIDED, _WHICH),
        ]
        if later is not None:
            await uow.leads.remove(captured.id)
        uow.events.record(LeadMerged(subject_id=captured.id, occurred_at=now, into=known))
        told = [
            said_again(name, shown=name not in unshown, taken=name in heard, known=name not in otherwise)
            for name in _given(later or captured, said)
        ]
        return Heard(tuple(told), tuple(task for task in tasks if task is not None))

    async def _keep(
        self, uow: UnitOfWork, account: ProviderAccount, observed: Observed, lead: Lead, before: Values, heard: Values
    ) -> Collection[str]:
        """As an edit is kept: told in the journal, and each value by itself on its way to the provider. The fields that
        the provider has.
        """
        now = self._clock.now()
        link = (await uow.sync_records.by_external_ids(account.id, LEAD, [observed.external_id]))[observed.external_id]
        # A view of the record may lack what was seen of it before.
        shown = {**link.base, **_shown(observed)}
        run = Run(
            id=RunId(self._ids.new()), tenant_id=account.tenant_id, account_id=account.id, kind=EDIT, started_at=now
        )
        run.counts = Counts(updated=1)
        run.finish(RunState.COMPLETED, now=now, reason=f"{LEAD} {observed.external_id} wrote again")
        await uow.runs.add(run)
        subject = Subject(
            run_id=run.id,
            kind=LEAD,
            external_id=observed.external_id,
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
        waiting = (await uow.pushes.of_records(account.id, LEAD, [observed.external_id])).get(observed.external_id, ())
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
        account: ProviderAccount,
        observed: Observed,
        lead: Lead,
        values: Values,
        reason: TaskReason,
        why: str,
    ) -> StaffTask | None:
        if not values:
            return None
        task = edit_task(
            id=TaskId(self._ids.new()),
            tenant_id=account.tenant_id,
            account=account,
            record=(LEAD, observed.external_id, lead.id),
            name=lead.name,
            values=values,
            reason=reason,
            why=why,
            now=self._clock.now(),
        )
        for asked in await uow.tasks.open_for(task.operation, task.subject or ""):
            if asked.details == task.details:
                return asked
        await uow.tasks.add(task)
        return task


def _given(later: Lead, said: Values) -> Collection[str]:
    """The fields of which they said something; what every lead begins with nobody said."""
    begun = {"status"} if later.stage is Stage.NEW else set()
    return [name for name, value in said.items() if value and name not in begun]


def _otherwise(kind: LeadRecords, later: Lead, said: Values, known: Values, heard: Collection[str]) -> Values:
    """What they said of a field that is known otherwise."""
    fields, joined = kind.schema.by_name, {"message", "interested_in"}
    return {
        name: said[name]
        for name in _given(later, said)
        if name not in joined and name not in heard and not fields[name].same(said[name], known[name])
    }


def _shown(observed: Observed) -> Values:
    try:
        return read(observed).values
    except InvalidValue:
        return {}
