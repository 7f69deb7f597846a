"""One kind of record in a run: what it is, by which rules, how it stands, and the other side of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from ....domain.sync.canonical import Values
from ....domain.sync.guards import Tally
from ....domain.sync.laws import Laws
from ....domain.sync.run import Counts
from ....domain.sync.state import SyncState
from ....domain.sync.step import Step
from ...ports.clock import IdSource
from ...ports.sources import Batch, Source
from ...ports.unit_of_work import UnitOfWork
from ..applying.applier import Applier
from ..deciding.first_load import FirstLoad
from ..deciding.plan_writer import PartWriter, PlanWriter
from ..deciding.planner import Planner, Watch
from ..deciding.walk import Walk
from ..links.elsewhere import tied_elsewhere, ties
from ..links.twins import here_meanwhile
from ..policies.overruled import overruled
from ..policies.policy_book import PolicyBook
from ..pushes.foreseeing import Foresee, Foreseen
from ..pushes.not_wanted import NotWanted
from ..pushes.push_books import PushBooks
from ..pushes.pusher import Pusher
from ..pushes.taking_up import is_any_to_be_taken_up, take_up
from ..records.belongings import owning
from ..records.record_kind import Belongings, RecordKind, Versioned
from ..records.run_books import Opened, RunBooks
from ..records.scope import Scope
from ..records.single_looks import look_at

E = TypeVar("E", bound=Versioned)


@attrs.frozen(kw_only=True)
class Strand(Generic[E]):
    """``linked`` is how many records both sides had when the run began. ``rules`` is a number that is another whenever
    the policy is, or what may be written to the provider. ``place`` is where the account leads.
    """

    kind: RecordKind[E]
    scope: Scope
    source: Source
    state: SyncState
    linked: int
    rules: int
    place: str
    policies: PolicyBook
    books: RunBooks
    ids: IdSource

    @property
    def laws(self) -> Laws:
        """Those by which overrides are read."""
        return self.policies.laws

    @property
    def name(self) -> str:
        """The kind of record."""
        return self.kind.schema.kind

    async def load(self, opened: Opened, watch: Watch) -> Walk:
        """Take everything over, into an empty house. The walk that was made."""
        walk, seen = Walk(self.source, None), 0
        watch(self.name, seen)
        first = FirstLoad(self.kind, self.scope, self.ids)
        async for batch in walk.batches():
            if batch.observed or batch.gone:
                seen += len(batch.observed)
                await self._load(opened, first, batch, seen)
                watch(self.name, seen)
        return walk

    async def _load(self, opened: Opened, first: FirstLoad[E], batch: Batch, seen: int) -> None:
        async def store(uow: UnitOfWork) -> Counts:
            state = await uow.sync_states.get(self.scope.account_id, self.name)
            await uow.sync_states.put(attrs.evolve(state, seen=seen))
            return await first(uow, batch)

        await self.books.write(opened.run, "sync_batch", store)

    async def as_of_today(self, opened: Opened, values: Sequence[Values]) -> Sequence[Values]:
        """See RecordKind."""
        return await self.books.read(opened.run, lambda uow: self.kind.as_of_today(uow, values))

    async def plan(self, opened: Opened, writer: PlanWriter, cursor: str | None, watch: Watch) -> None:
        """Write down what is to be done."""
        account_id = self.scope.account_id

        async def owned(uow: UnitOfWork) -> Mapping[str, Belongings]:
            return await owning(uow, self.kind, account_id, await uow.due.all(account_id, self.name))

        part = PartWriter(
            self.kind.schema,
            self.scope.policy,
            Tally(shared=self.linked),
            place=self.place,
            writes=opened.account.writes_enabled,
            permits=self.scope.permits,
            allows=self.scope.allows,
            owning=await self.books.read(opened.run, owned),
        )
        writer.parts.append(part)
        planner = Planner(self.kind, self.scope, self.laws, self.source, self.books, writer, part, watch)
        await planner(opened, Walk(self.source, cursor))

    async def take_up(self, opened: Opened) -> None:
        """What was sent and deleted here since waits to be looked up, and for nobody's answer; what is made by nobody
        else any more waits, where anything may be written.
        """
        of, may = (self.kind, self.scope), opened.account.writes_enabled
        if await self.books.read(opened.run, lambda uow: is_any_to_be_taken_up(uow, *of, may_write=may)):
            await self.books.write(opened.run, "take_up_pushes", lambda uow: take_up(uow, *of, self.ids, may_write=may))

    async def push(self, opened: Opened, watch: Callable[[int], None], *, walked_at: datetime | None) -> int:
        """Write to the provider what waits; where nothing may be written any more, nothing waits.

        ``watch`` is told how many were tried; ``walked_at`` as in ``Pusher``.
        """
        pushes = PushBooks(self.kind, self.scope, self.books, self._not_wanted, self.ids)
        pusher = Pusher(self.kind, self.scope, self.source, self.books, pushes, walked_at)
        if opened.account.writes_enabled:
            return await pusher(opened, watch)
        await pusher.withdraw(opened)
        return 0

    @property
    def _not_wanted(self) -> NotWanted:
        return NotWanted(self.kind.schema, self.scope, self.policies)

    async def foresee(self, opened: Opened) -> Foreseen:
        """What would become of the pushes that wait."""
        return await Foresee(self.kind, self.scope, self.source, self.books, self._not_wanted)(opened)

    async def doubted(self, opened: Opened, external_ids: Sequence[str]) -> Collection[str]:
        """Those that a listing lacked and of which the provider does not say that they are gone: they are due.

        Raises what the provider raises when it is out of order.
        """
        looked = await look_at(self.source, self.scope, self.name, external_ids)
        if looked.outage is not None:
            raise looked.outage
        there = {one.external_id for one in looked.shown} | {str(error.external_id) for error in looked.errors}

        async def keep(uow: UnitOfWork) -> Counts:
            await uow.runs.add_errors(looked.errors)
            await uow.due.add(self.scope.account_id, self.name, sorted(there))
            return Counts(errors=len(looked.errors))

        if there:
            await self.books.write(opened.run, "doubt_steps", keep)
        return there

    async def apply(self, uow: UnitOfWork, steps: Sequence[Step]) -> Counts:
        """Its steps of a plan, in order. What is here or elsewhere by now, or was overruled, is decided anew."""
        taken = await tied_elsewhere(uow, self.scope.account_id, self.name, steps)
        steps = [step for step in steps if step.external_id or step.local_id not in taken]
        here = {
            *await here_meanwhile(uow, self.kind, self.scope.account_id, steps),
            *await overruled(uow, self.scope.account_id, self.kind.schema, steps, self.laws),
            *(step.external_id or "" for step in steps if ties(step) and step.local_id in taken),
        }
        if here:
            await uow.due.add(self.scope.account_id, self.name, sorted(here))
        left = [step for step in steps if step.external_id not in here]
        return await Applier(self.kind, self.scope, self.ids)(uow, left)


# The entities of a strand are its own business.
AnyStrand = Strand[Any]
