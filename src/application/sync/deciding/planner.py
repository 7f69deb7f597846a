"""Makes one part of a plan: walks through what the provider shows of one kind, and decides record by record."""

from collections.abc import Callable, Collection, Container, Sequence
from typing import Generic, TypeVar

import attrs

from ....domain.sync.action import Action
from ....domain.sync.laws import Laws
from ....domain.sync.pairing import match_values
from ....domain.sync.run import Counts
from ....domain.sync.step import Step
from ...ports.sources import Batch, Observed, Reading, Source
from ...ports.unit_of_work import UnitOfWork
from ..links.lost_there import linked_alike
from ..records.reading import due_again
from ..records.record_kind import RecordKind, Versioned
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from ..records.single_looks import look_at
from .before import Before, before_walk
from .examined import Examined
from .gone_there import GoneThere
from .left_to_a_look import leave_to_a_look, tells_too_little
from .meeting import Meeting
from .open_questions import NO_QUESTIONS, OpenQuestions, open_questions
from .plan_writer import PartWriter, PlanWriter
from .shown_there import ShownThere
from .unlinked_steps import UnlinkedSteps
from .unlisted import Unlisted
from .walk import Walk

E = TypeVar("E", bound=Versioned)
Watch = Callable[[str, int], None]
_SLICE = 1000
# So many single questions are asked at any rate; and a page of a listing shows about as many records.
_FEW = 100


@attrs.frozen
class Planner(Generic[E]):
    """One kind of record in one scope."""

    _kind: RecordKind[E]
    _scope: Scope
    _laws: Laws
    _source: Source
    _books: RunBooks
    _writer: PlanWriter
    _part: PartWriter
    _watch: Watch

    async def __call__(self, opened: Opened, walk: Walk) -> None:
        """Walk, and keep what is to be done. Raises what the provider raises; what was seen before is kept."""
        before = await self._books.read(
            opened.run, lambda uow: before_walk(uow, self._kind, self._scope, every=walk.is_whole)
        )
        if len(before.edited) > self._many:
            # To ask for so many one by one takes longer than a listing.
            walk = Walk(self._source, None)
        waiting: list[tuple[Observed, Reading]] = []
        lost: dict[str, None] = {}
        self._watch(self._kind.schema.kind, 0)
        await self._follow(opened, walk, before, waiting, lost)
        if not walk.generation.is_complete and len(before.whereabouts.unseen(walk.generation)) > self._many:
            # So many new ones say the same as ours: what the provider has lost of these, only a listing tells.
            walk = Walk(self._source, None)
            waiting.clear()
            await self._follow(opened, walk, before, waiting, lost)
        unlisted = Unlisted(self._kind, self._scope, self._gone_there, self._books)
        missing = await unlisted(opened, walk, lost) if walk.generation.is_complete else []
        # One that could not be deleted before holds no plan.
        fresh = [key for key in missing if key not in self._part.owning]
        if fresh and await unlisted.is_too_much(opened, fresh, self._part.tally):
            await self._lose(opened, missing, "listing", before)
        else:
            # A listing is believed about what it shows, not about what it lacks; and some are to be looked at whatever
            # the walk showed.
            suspects = {*missing, *((before.unseen | before.in_part) - lost.keys())}
            await self._look(opened, sorted(suspects), before, waiting)
        await self._lose(opened, list(lost), "tombstone", before)
        await self._look_for_alike(opened, walk, before, waiting)
        waiting = [each for each in waiting if each[0].external_id not in lost]
        await self._meet(opened, before, waiting, whole=walk.generation.is_complete)
        self._part.cursor, self._part.complete = walk.cursor, walk.generation.is_complete

    async def _follow(
        self,
        opened: Opened,
        walk: Walk,
        before: Before,
        waiting: list[tuple[Observed, Reading]],
        lost: dict[str, None],
    ) -> None:
        async for batch in walk.batches():
            await self._take(opened, batch, before, waiting, listed=walk.is_listing, may_lack=True)
            self._mark(batch, before, lost)
            if not walk.is_listing:
                before.whereabouts.mark(batch)

    @property
    def _many(self) -> int:
        """More than these are not asked for one by one."""
        return max(_FEW, self._part.tally.shared // _FEW)

    def _mark(self, batch: Batch, before: Before, lost: dict[str, None]) -> None:
        for external_id in batch.gone:
            lost[external_id] = None
        for one in batch.observed:
            before.unseen.discard(one.external_id)
            lost.pop(one.external_id, None)

    async def _take(
        self,
        opened: Opened,
        batch: Batch,
        before: Before,
        waiting: list[tuple[Observed, Reading]],
        *,
        listed: bool,
        may_lack: bool = False,
    ) -> None:
        if not batch.observed:
            return
        schema, shown_there = self._kind.schema, ShownThere(self._kind, self._scope, self._laws)
        observed = [one for one in batch.observed if before.planned.get(one.external_id) != one.fingerprint]
        if may_lack:
            many, shows = self._many, self._source.shows
            observed = [one for one in observed if not tells_too_little(schema, one, before, many=many, shows=shows)]
        questions = NO_QUESTIONS
        if may_lack and before.asks:
            questions = await self._open_questions(opened, observed, before.edited)
            before.in_part.update(questions.hidden)
            observed = [one for one in observed if one.external_id not in questions.hidden]
        edited = {*before.edited, *questions.void} if questions.void else before.edited
        examined = await self._books.read(
            opened.run,
            lambda uow: shown_there(uow, observed, edited=edited, listed=listed, may_lack=may_lack),
        )
        before.in_part.update(examined.in_part)
        alike = await self._alike(opened, examined, before)
        for one, reading in examined.fresh:
            if one.external_id in examined.awaited or one.external_id in alike or self._may_be_ours(reading, before):
                waiting.append((one, reading))
            else:
                _add(examined, self._unlinked.fresh(one, reading))
        if may_lack:
            leave_to_a_look(schema, examined, before, many=self._many, whole=questions.whole)
        await self._keep(opened, examined, before)
        self._part.seen += len(batch.observed)
        await self._writer.tell_seen(self._part)
        self._watch(self._kind.schema.kind, self._part.seen)

    async def _open_questions(
        self, opened: Opened, observed: Sequence[Observed], edited: Collection[str]
    ) -> OpenQuestions:
        schema, scope = self._kind.schema, self._scope
        return await self._books.read(
            opened.run, lambda uow: open_questions(uow, schema, scope, observed, edited=edited)
        )

    async def _alike(self, opened: Opened, examined: Examined, before: Before) -> Container[str]:
        """Those new ones that say the same as a linked one of ours. Whether the provider has lost that is known only
        after the walk.
        """
        if not examined.fresh or not self._part.tally.shared:
            return ()
        new = {one.external_id: reading.values for one, reading in examined.fresh}
        kind, account_id = self._kind, self._scope.account_id
        found = await self._books.read(opened.run, lambda uow: linked_alike(uow, kind, account_id, new))
        before.whereabouts.meet(found)
        return found.keys()

    def _may_be_ours(self, reading: Reading, before: Before) -> bool:
        schema, values = self._kind.schema, reading.values
        if before.open_keys and any(match_values(schema, key, values) in before.open_keys for key in schema.match):
            return True
        return before.sent.may_be(values)

    async def _look(
        self, opened: Opened, external_ids: Sequence[str], before: Before, waiting: list[tuple[Observed, Reading]]
    ) -> None:
        """Ask the provider for single records. One that it will not show is an error of that record, and due again."""
        looked = await look_at(self._source, self._scope, self._kind.schema.kind, external_ids)
        before.whereabouts.asked.update(external_ids)
        before.whereabouts.mark(Batch(observed=looked.shown))
        await self._keep(opened, Examined(errors=looked.errors), before)
        await self._take(opened, Batch(observed=looked.shown), before, waiting, listed=False)
        await self._lose(opened, looked.gone, "answer", before)
        if looked.outage is not None:
            raise looked.outage

    async def _look_for_alike(
        self, opened: Opened, walk: Walk, before: Before, waiting: list[tuple[Observed, Reading]]
    ) -> None:
        """A new one may be one of those that the provider lost, entered anew: so these are looked for, unless there are
        so many that more is amiss than that. A listing was walked then, and told which of them are not there.
        """
        unseen = before.whereabouts.unseen(walk.generation)
        if len(unseen) <= self._many:
            await self._look(opened, unseen, before, waiting)

    async def _lose(self, opened: Opened, external_ids: Sequence[str], proof: str, before: Before) -> None:
        before.whereabouts.gone.update(external_ids)
        for start in range(0, len(external_ids), _SLICE):
            await self._lose_some(opened, external_ids[start : start + _SLICE], proof, before)

    async def _lose_some(self, opened: Opened, external_ids: Sequence[str], proof: str, before: Before) -> None:
        gone_there, planned = self._gone_there, before.planned
        lost = await self._books.read(opened.run, lambda uow: gone_there(uow, external_ids, proof, planned=planned))
        await self._keep(opened, lost, before)

    async def _meet(
        self, opened: Opened, before: Before, waiting: list[tuple[Observed, Reading]], *, whole: bool
    ) -> None:
        """Records of both sides that have no link yet. What the provider lacks is known only after a whole listing."""
        waiting = await self._told_apart(opened, before, waiting)
        if before.open_keys or waiting:
            meeting = Meeting(self._kind, self._scope, self._unlinked)
            keys = before.open_keys if whole and self._scope.policy.create_there else ()
            met = Examined()
            where = before.whereabouts
            found = await self._books.read(opened.run, lambda uow: meeting(uow, waiting, create=keys, where=where))
            met.errors += found.errors
            for step in found.steps:
                _add(met, step)
            await self._leave_due(opened, sorted(found.left))
            # The others are asked already, or anew.
            told = {*met.settled, *due_again(met.errors), *(step.external_id for step in met.steps), *found.left}
            asked = dict.fromkeys(one.external_id for one, _ in waiting if one.external_id not in told)
            met.settled += asked
            met.unchanged += len(asked)
            await self._keep(opened, met, before)

    async def _told_apart(
        self, opened: Opened, before: Before, waiting: list[tuple[Observed, Reading]]
    ) -> list[tuple[Observed, Reading]]:
        """Those of them of which it can be told what they may be; the others are due."""
        unknown = before.whereabouts.unknown()
        await self._leave_due(opened, sorted({one.external_id for one, _ in waiting if one.external_id in unknown}))
        return [each for each in waiting if each[0].external_id not in unknown]

    async def _leave_due(self, opened: Opened, external_ids: Sequence[str]) -> None:
        async def keep(uow: UnitOfWork) -> Counts:
            await uow.due.add(self._scope.account_id, self._kind.schema.kind, external_ids)
            return Counts()

        if external_ids:
            await self._books.write(opened.run, "plan_batch", keep)

    async def _keep(self, opened: Opened, examined: Examined, before: Before) -> None:
        """Keep what was found. What was due and needs nothing is due no more."""
        settled = {key: before.due[key] for key in examined.settled if key in before.due}
        await self._writer.add(self._part, examined.steps, examined.errors, settled)
        before.whereabouts.plan(examined.steps)
        before.planned.update((step.external_id, step.fingerprint) for step in examined.steps if step.external_id)
        opened.run.counts = attrs.evolve(opened.run.counts, unchanged=opened.run.counts.unchanged + examined.unchanged)

    @property
    def _gone_there(self) -> GoneThere[E]:
        return GoneThere(self._kind, self._scope, self._laws)

    @property
    def _unlinked(self) -> UnlinkedSteps[E]:
        return UnlinkedSteps(self._kind, self._scope, self._laws)


def _add(examined: Examined, step: Step) -> None:
    """A record of one side: one that stays there needs nothing."""
    if step.decision.action is not Action.APART:
        examined.steps.append(step)
    elif step.external_id is not None:
        examined.settle(step.external_id)
