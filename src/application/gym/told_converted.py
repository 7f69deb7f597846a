"""That a lead became a member is told in the journal at once, and by whom."""

import attrs

from ...domain.leads.lead import Lead
from ...domain.leads.stage import Stage
from ...domain.shared.ids import EntryId, RunId
from ...domain.sync.canonical import Value
from ...domain.sync.decision import ONLY_THEIRS_CHANGED, FieldDecision
from ...domain.sync.journal import WRITTEN_FIRST, Subject
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import PUSH, Counts, Run, RunState
from ...domain.sync.side import Side
from ..ports.clock import Clock, IdSource
from ..ports.unit_of_work import UnitOfWork


@attrs.frozen
class ToldConverted:
    """Used inside the transaction that saved the lead. ``by`` says who asked for it; ``is_theirs``: the provider had it
    converted before that.
    """

    _clock: Clock
    _ids: IdSource

    async def __call__(
        self, uow: UnitOfWork, link: SyncRecord, lead: Lead, was: Value, *, by: str, is_theirs: bool
    ) -> None:
        """In a run of its own; ``was`` is what its status was here."""
        now, theirs = self._clock.now(), Stage.CONVERTED.value
        run = Run(
            id=RunId(self._ids.new()), tenant_id=lead.tenant_id, account_id=link.account_id, kind=PUSH, started_at=now
        )
        await uow.runs.add(run)
        subject = Subject(
            run_id=run.id,
            kind=link.kind,
            external_id=link.external_id,
            local_id=lead.id,
            version=lead.version,
            at=now,
        )
        reason = f"{by} converted it here; it was done at the provider at once"
        if is_theirs:
            reason = f"the provider had converted it already when {by} asked for that here"
        line = FieldDecision(
            field="status",
            base=link.base.get("status"),
            ours=was,
            theirs=theirs,
            value=theirs,
            side=Side.THEIRS,
            rule=ONLY_THEIRS_CHANGED if is_theirs else WRITTEN_FIRST,
            reason=reason,
        )
        await uow.journal.append([subject.line(EntryId(self._ids.new()), line)])
        run.counts = Counts(updated=1)
        run.finish(RunState.COMPLETED, now=now)
        await uow.runs.save(run)
