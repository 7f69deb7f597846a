"""What follows from events: the one table, and how its rows come to run.

Three kinds of rows. An ``AtCommit`` runs in the transaction that recorded the events, and fails it when it fails. A
``Reaction`` runs later, in a transaction of its own, with the effect of having run once. An ``OutsideReaction`` runs
later, outside of any transaction, at least once: for what asks somebody outside.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import cached_property
from uuid import UUID

import attrs

from ..domain.jobs.job import Job, JobRequest
from ..domain.shared.ids import EventId, TenantId
from ..domain.webhooks.event_filter import EVERYTHING, is_wanted
from .event_types import EventTypes
from .jobs.kinds import Hopeless, JobKind
from .ports.events import StoredEvent
from .ports.fanout import Fanout
from .ports.unit_of_work import UnitOfWork
from .transactions import Transactions

_log = logging.getLogger(__name__)
KIND = "reaction"
EVERY = EVERYTHING


def _types(on: str | Collection[str]) -> frozenset[str]:
    return frozenset((on,) if isinstance(on, str) else on)


@attrs.frozen(kw_only=True)
class AtCommit:
    """Called with those of a transaction's events that it is ``on``, within that transaction. ``on``: as in Reaction.

    Keep it short and let it call nobody outside. One that records events is called with those, too.
    """

    name: str
    on: frozenset[str] = attrs.field(converter=_types)
    run: Fanout


@attrs.frozen(kw_only=True)
class Reaction:
    """Called with each event it is ``on`` (a type of event, ``provider.*`` for all types below, several, or ``EVERY``),
    in a transaction of its own.

    It runs for an event until it has succeeded once; then a mark keeps it from running again. Events of one subject
    come in their order: one that fails holds up the later ones of its subject, and nothing else. ``name`` is kept
    with jobs and marks: another name is another reaction.
    """

    name: str
    on: frozenset[str] = attrs.field(converter=_types)
    run: Callable[[UnitOfWork, StoredEvent], Awaitable[None]]


@attrs.frozen(kw_only=True)
class OutsideReaction:
    """As ``Reaction``, but called outside of any transaction, and perhaps again for an event it has been called with.

    It sees to it itself that twice does no harm: by a key that the other side knows (the event's id), or a mark.
    """

    name: str
    on: frozenset[str] = attrs.field(converter=_types)
    call: Callable[[TenantId, StoredEvent], Awaitable[None]]


Row = AtCommit | Reaction | OutsideReaction


def table(*, outgoing_webhooks: AtCommit, embedders: Sequence[Row]) -> Sequence[Row]:
    """What follows from which events (A41): first what Tresen does itself, then what embedders add."""
    return (outgoing_webhooks, *embedders)


class Reactions:
    """The table as a fan-out: call it with the events of a transaction (``Fanout``).

    ``rows`` is asked once, when the first events come: what the rows need may itself need units of work.
    Raises ValueError then, when two rows have one name.
    """

    def __init__(self, rows: Callable[[], Sequence[Row]], types: EventTypes | None = None) -> None:
        self._rows = rows
        self._types = types or EventTypes()
        self._names_by_type: dict[str, Sequence[str]] = {}

    async def __call__(self, uow: UnitOfWork, events: Sequence[StoredEvent]) -> None:
        """Run what runs at commit, and enqueue a job for every other row and event."""
        for row in self._at_commit:
            its_own = [event for event in events if is_wanted(row.on, event.type)]
            if its_own:
                await row.run(uow, its_own)
        requests = [_request(event, name) for event in events for name in self._following(event.type)]
        if requests:
            await uow.jobs.enqueue(requests)

    def find(self, name: str) -> Reaction | OutsideReaction | None:
        """The row of that name which runs later."""
        row = self._by_name.get(name)
        return None if isinstance(row, AtCommit) else row

    def check(self) -> None:
        """Warn of rows that no event can ever reach: of their types of events at least one is known to nobody."""
        for row in self._by_name.values():
            if unknown := self._types.unknown(sorted(row.on)):
                _log.warning(
                    "a reaction waits for types of events that nobody records",
                    extra={"reaction": row.name, "unknown": unknown, "known": list(self._types.all)},
                )

    def _following(self, type_: str) -> Sequence[str]:
        names = self._names_by_type.get(type_)
        if names is None:
            later = (row for row in self._by_name.values() if not isinstance(row, AtCommit))
            names = self._names_by_type[type_] = [row.name for row in later if is_wanted(row.on, type_)]
        return names

    @cached_property
    def _by_name(self) -> Mapping[str, Row]:
        rows = self._rows()
        by_name = {row.name: row for row in rows}
        if len(by_name) < len(rows):
            raise ValueError("two reactions have the same name")
        return by_name

    @cached_property
    def _at_commit(self) -> Sequence[AtCommit]:
        return [row for row in self._by_name.values() if isinstance(row, AtCommit)]


def reaction_kind(transactions: Transactions, reactions: Reactions) -> JobKind:
    """The jobs that ``Reactions`` enqueues."""
    return JobKind(name=KIND, run=React(transactions, reactions))


@attrs.frozen
class React:
    """Runs one row for one event. Raises Hopeless when the table has no such row any more."""

    _transactions: Transactions
    _reactions: Reactions

    async def __call__(self, job: Job) -> None:
        """Do it, unless a mark says that it was done."""
        name, event_id = job.payload["reaction"], EventId(UUID(job.payload["event"]))
        row = self._reactions.find(name)
        if row is None:
            raise Hopeless(f"there is no reaction {name} any more", reaction=name)
        if isinstance(row, Reaction):
            await self._once(job.tenant_id, row, event_id)
        else:
            event = await self._transactions.read(job.tenant_id, lambda uow: uow.events.get(event_id))
            await row.call(job.tenant_id, event)

    async def _once(self, tenant_id: TenantId, row: Reaction, event_id: EventId) -> None:
        async def work(uow: UnitOfWork) -> None:
            if await uow.marks.add(f"{KIND}:{row.name}", str(event_id)):
                await row.run(uow, await uow.events.get(event_id))

        await self._transactions.run(tenant_id, f"{KIND}:{row.name}", work)


def _request(event: StoredEvent, name: str) -> JobRequest:
    return JobRequest(
        kind=KIND,
        payload={"reaction": name, "event": str(event.id)},
        key=f"{event.id}:{name}",
        lane=f"{name}:{event.subject_kind}:{event.subject_id}",
    )
