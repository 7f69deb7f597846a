"""What somebody edited at the provider right before the counter wrote over it, and no sync saw, is taken over first.

So it is here, and in the journal, as if a sync had run between the two: whoever undoes the change at the counter has it
back. The fields that were not written are left to the provider's answer, which shows them as well.
"""

from collections.abc import Collection, Iterable
from typing import Generic

import attrs

from ...domain.shared.ids import EntryId, RunId
from ...domain.sync.canonical import Values
from ...domain.sync.decision import FieldDecision
from ...domain.sync.journal import PUSHED, Change, Subject
from ...domain.sync.laws import Laws
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import PUSH, Counts, Run, RunState
from ...domain.sync.side import Side
from ...domain.sync.step import Step
from ..ports.clock import IdSource
from ..ports.unit_of_work import UnitOfWork
from ..sync.applying.applier import Applier
from ..sync.deciding.known import Known, known
from ..sync.deciding.shown_there import ShownThere
from ..sync.records.reading import read
from ..sync.records.record_kind import E, RecordKind
from ..sync.records.scope import Scope
from .look_first import Before

_CHANGED = "somebody changed it there, and no sync had seen it when it was changed at the counter"
_FIRST_SEEN = "it stood there, and no sync had seen it when it was changed at the counter"
_OVER_CHANGED = "the counter wrote it over what somebody had changed there, and no sync had seen"
_OVER_UNSEEN = "the counter wrote it over what stood there, and no sync had seen"
_GONE_HERE = "the counter wrote it over what stood there, while ours was deleted"


@attrs.frozen
class StoodThere(Generic[E]):
    """One kind of record in one scope; ``laws`` as in ``ShownThere``. Used inside the transaction that takes over what
    the provider answered, with the account claimed, before that is taken over.
    """

    _kind: RecordKind[E]
    _scope: Scope
    _laws: Laws
    _ids: IdSource

    async def __call__(self, uow: UnitOfWork, before: Before, after: Values) -> None:
        """``after`` is what the provider shows now; of what it does not name nothing was written over."""
        (theirs,) = await self._kind.as_of_today(uow, [read(before.shown).values])
        found = await known(uow, self._kind, self._scope, [before.shown.external_id])
        link = found.links.get(before.shown.external_id)
        if link is None or link.local_id != before.over.link.local_id:
            return
        lost = self._lost(before, found, link, theirs, after)
        if lost:
            await self._take(uow, before, found, link, lost, after)

    def _lost(self, before: Before, found: Known[E], link: SyncRecord, theirs: Values, after: Values) -> Values:
        """What nobody will find anywhere else: what no sync saw, and all of it where ours was deleted meanwhile, which
        no change of ours tells of.
        """
        schema, fields = self._kind.schema, self._kind.schema.by_name
        if link.local_id not in found.entities:
            return {name: theirs[name] for name in before.overwritten(schema, theirs, after)}
        # A sync may have seen it since it was looked at.
        unseen = before.written_over(schema, theirs, after)
        return {name: theirs[name] for name in unseen if not fields[name].same(theirs[name], link.base.get(name))}

    async def _take(
        self, uow: UnitOfWork, before: Before, found: Known[E], link: SyncRecord, lost: Values, after: Values
    ) -> None:
        run = Run(
            id=RunId(self._ids.new()),
            tenant_id=self._scope.tenant_id,
            account_id=self._scope.account_id,
            kind=PUSH,
            started_at=self._scope.now,
        )
        await uow.runs.add(run)
        scope = attrs.evolve(self._scope, run_id=run.id)
        entity = found.entities.get(link.local_id)
        mine: Values = {}
        if entity is not None:
            await self._kind.prepare(uow, [link.base, lost], [entity])
            mine = self._kind.values(entity)
            examined = await ShownThere(self._kind, scope, self._laws)(uow, [before.shown], edited=(), listed=False)
            steps = [_told(step, lost, link.base) for step in examined.steps]
            run.counts = await Applier(self._kind, scope, self._ids)(uow, steps) + Counts(errors=len(examined.errors))
            if examined.errors:
                await uow.runs.add_errors(examined.errors)
        untold = await self._untold(uow, run, found, link, lost, mine)
        await uow.journal.append(self._passed_over(scope, link, untold, mine, after, is_gone=entity is None))
        since = "was changed there" if lost.keys() & link.base.keys() else "held there what no sync had seen,"
        since = since if entity is not None else "was deleted here"
        what = f"{link.kind} {link.external_id} {since} before the counter wrote it"
        run.finish(RunState.COMPLETED, now=scope.now, reason=what)
        await uow.runs.save(run)

    async def _untold(
        self, uow: UnitOfWork, run: Run, found: Known[E], link: SyncRecord, lost: Values, mine: Values
    ) -> Values:
        """What no line tells of: it is asked about, or a push to it waits. What ours holds is told when that goes, and
        what waited to be written was ours.
        """
        told = {line.field for line in await uow.journal.of_run(run.id, limit=len(self._kind.schema.names) * 2)}
        fields = self._kind.schema.by_name
        sent = found.in_flight(link.external_id, self._kind.schema)
        ours = (mine, sent)
        return {
            name: value
            for name, value in lost.items()
            if name not in told and not any(name in held and fields[name].same(value, held[name]) for held in ours)
        }

    def _passed_over(
        self, scope: Scope, link: SyncRecord, untold: Values, mine: Values, after: Values, *, is_gone: bool
    ) -> Iterable[Change]:
        subject = Subject(
            run_id=scope.run_id,
            kind=link.kind,
            external_id=link.external_id,
            local_id=link.local_id,
            version=0,
            at=scope.now,
        )
        return [
            subject.line(
                EntryId(self._ids.new()),
                FieldDecision(
                    field=name,
                    base=link.base.get(name),
                    ours=mine.get(name),
                    theirs=value,
                    value=after[name],
                    side=Side.OURS,
                    rule=PUSHED,
                    reason=_GONE_HERE if is_gone else _OVER_CHANGED if name in link.base else _OVER_UNSEEN,
                ),
            )
            for name, value in untold.items()
        ]


def _told(step: Step, lost: Collection[str], agreed: Values) -> Step:
    """Of a field that no sync ever saw nobody knows whether somebody changed it."""
    made = tuple(
        attrs.evolve(each, reason=_CHANGED if each.field in agreed else _FIRST_SEEN)
        if each.field in lost and each.side is Side.THEIRS
        else each
        for each in step.decision.fields
    )
    return attrs.evolve(step, decision=attrs.evolve(step.decision, fields=made))
