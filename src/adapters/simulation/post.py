"""Webhooks come into the inbox, and a worker does what follows from them; so it does what a schedule asks for.

The pieces are those of an installation: the door that looks at signatures, the queue, the jobs, the reactions. What
Tresen leaves to an embedder, a sync because of a webhook, is one reaction.
"""

from collections.abc import Awaitable, Callable, Iterator
from uuid import UUID

import attrs

from ...application.jobs.worker import Worker
from ...application.ports.events import StoredEvent
from ...application.ports.secrets import SecretBox
from ...application.ports.unit_of_work import UnitOfWork
from ...application.ports.webhooks import WebhookRequest
from ...application.reactions import KIND, OutsideReaction, Reactions, reaction_kind
from ...application.sync.runs.sync_job import sync_job_kind
from ...application.transactions import Transactions
from ...application.webhooks.doors import Doors
from ...application.webhooks.intake import PROCESS_DELIVERY, Intake
from ...application.webhooks.process import ProcessDelivery
from ...application.webhooks.receive import IncomingWebhook, ReceiveWebhook
from ...domain.jobs.job import JobRequest
from ...domain.shared.errors import GatewayUnavailable
from ...domain.shared.ids import AccountId, TenantId
from ...domain.sync.run import Run, RunState
from ...domain.webhooks.inbox import Inbox, InboxSecret
from ..memory.clock import FixedDice
from ..memory.gym_providers import PROVIDER, MemoryGymProviders
from ..memory.inboxes import MemoryInboxReaders
from ..memory.jobs import MemoryJobQueue
from ..memory.unit_of_work import MemoryUnitsOfWork
from ..memory.webhooks import MemoryWebhookProviders, Told, encode, signed
from .broken import Broken
from .mortal_queue import MortalQueue
from .programme import Killed, Process
from .steps.runs import Fault, Sync
from .units import WatchedUnits
from .words import COURSE_NAMES
from .world import World

_SECRET = "a secret of the simulation"  # noqa: S105 - nobody outside knows these providers
# The copy that does not bear the delivery id of the first: only its content tells that it is one.
_NAMELESS = 2
_OF_WEBHOOKS = frozenset({KIND, PROCESS_DELIVERY})
# Runs a course of an account in a process; False: not before the hour is over.
Syncing = Callable[[Sync, bool, Process], Awaitable[Run | None]]


class GlassBox(SecretBox):
    """Seals nothing: there is nobody to keep a secret from."""

    def seal(self, plain: str) -> bytes:
        """As bytes."""
        return plain.encode()

    def open(self, sealed: bytes) -> str:
        """As text."""
        return sealed.decode()


@attrs.frozen(kw_only=True)
class Letter:
    """A copy of webhook ``number``, which an account's provider sent; ``faults`` are for the run that follows. The
    first copy makes the worker's process die at its call number ``crash``.
    """

    number: int
    account: int
    course: str
    copy: int = 0
    faults: tuple[Fault, ...] = ()
    crash: int | None = None


class Post:
    """Of one world. ``sync`` runs what a webhook or a schedule asks for."""

    def __init__(self, world: World, sync: Syncing) -> None:
        self.world, self._sync = world, sync
        store, clock, ids, dice = world.store, world.clock, world.ids, FixedDice(0.5)
        reactions = Reactions(lambda: [OutsideReaction(name="sync", on="provider.records.changed", call=self._react)])
        self._units = WatchedUnits(MemoryUnitsOfWork(store, reactions))
        self._transactions = transactions = Transactions(self._units, clock, dice)
        providers = MemoryWebhookProviders()
        doors = Doors(MemoryInboxReaders(store), providers, GlassBox(), clock)
        self._receive = ReceiveWebhook(doors, Intake(transactions), clock, ids)
        gyms = MemoryGymProviders({})
        self._kinds = [
            ProcessDelivery(transactions, providers, clock).kind(),
            reaction_kind(transactions, reactions),
            *(sync_job_kind(c, _OnTime(self, c), gyms, transactions, clock) for c in COURSE_NAMES),
        ]
        self._queue = MortalQueue(MemoryJobQueue(store))
        self._worker = self._begun()
        self._dies_at: int | None = None
        self._letters: list[Letter] = []
        self._effects: dict[int, set[UUID]] = {}
        self._faults: dict[int, tuple[Fault, ...]] = {}
        self._unseen: dict[int, tuple[int, str]] = {}
        self._covered: set[int] = set()
        self._latest: dict[tuple[int, str], int] = {}
        self._follows: set[tuple[int, str]] = set()
        for number, account_id in enumerate(world.account_ids):
            self._open_inbox(number, account_id)

    async def bring(self, letter: Letter) -> None:
        """It comes to the door."""
        if letter.number not in self._effects:
            self._letters.append(letter)
            self._effects[letter.number] = set()
            self._faults[letter.number] = letter.faults
            self._unseen[letter.number] = (letter.account, letter.course)
        if letter.copy == 0 and letter.crash is not None:
            self._dies_at = letter.crash
        values = {"account": str(letter.account), "course": letter.course, "number": str(letter.number)}
        body = encode(
            Told(
                type="records.changed",
                subject=f"{letter.account} {letter.course}",
                number=letter.number,
                coalesces=True,
                values=values,
            )
        )
        headers = signed(body, _SECRET, delivery_id=None if letter.copy == _NAMELESS else str(letter.number))
        request = WebhookRequest(headers=headers, body=body)
        await self._receive(IncomingWebhook(provider=PROVIDER, key=_key(letter.account), request=request))

    async def ask(self, tenant: int, course: str, *, crash: int | None = None) -> None:
        """A schedule's time has come."""
        self._dies_at = crash
        job = JobRequest(kind=f"sync_{course}", payload={}, key=f"schedule:{course}")

        async def enqueue(uow: UnitOfWork) -> None:
            await uow.jobs.enqueue([job])

        await self._transactions.run(self.world.tenants[tenant].id, "schedule", enqueue)

    async def work(self) -> str | None:
        """Everything that is due. Where the process dies over it, that is told: then another one takes its place, and
        takes over what it had in hand once nobody has renewed its lease.
        """
        process, self._dies_at = Process(self._dies_at), None
        if not any(len(room.jobs) for room in self.world.store.rooms):
            return None
        self._queue.process = self._units.process = process
        try:
            await self._worker.run_pending()
        except Killed:
            self._worker = self._begun()
        self._queue.process = self._units.process = Process()
        return f"the worker died at its call {process.calls}" if process.dead else None

    async def sync(self, step: Sync, *, force: bool) -> Run | None:
        """A run in the worker's process; None where it failed with an error. Raises Killed when the process died."""
        process = self._queue.process
        if not process.dead:
            run = await self._sync(step, force, process)
        if process.dead:
            raise Killed
        return run

    def broken(self) -> Iterator[Broken]:
        """What does not hold of the webhooks that came: nothing follows from one as long as a job of it waits."""
        waits = any(held.job.kind in _OF_WEBHOOKS for room in self.world.store.rooms for held in room.jobs.rows())
        for number, effects in self._effects.items():
            if len(effects) > 1:
                yield Broken("deliveries", f"webhook {number} took effect {len(effects)} times")
        self._covered |= {number for number, place in self._unseen.items() if place in self._follows}
        for number, place in sorted(self._unseen.items()):
            yield from self._out_of_order(number, place, waits=waits)
            if self._effects[number] or not waits:
                del self._unseen[number]
        for place in self._follows:
            numbers = [each.number for each in self._letters if (each.account, each.course) == place]
            self._latest[place] = max(number for number in numbers if self._effects[number])
        self._follows.clear()

    def _out_of_order(self, number: int, place: tuple[int, str], *, waits: bool) -> Iterator[Broken]:
        where, is_news = f"webhook {number} of {place[1]} at account {place[0]}", number > self._latest.get(place, -1)
        if is_news and not waits and number not in self._covered:
            yield Broken("deliveries", f"{where} came, and nothing followed")
        if self._effects[number] and not is_news:
            yield Broken("deliveries", f"{where} took effect, and a newer one had before")

    async def _react(self, tenant_id: TenantId, event: StoredEvent) -> None:  # noqa: ARG002 - the account says whose
        values = event.data["values"]
        assert isinstance(values, dict)  # noqa: S101 - as it was sent
        number, account, course = int(str(values["number"])), int(str(values["account"])), str(values["course"])
        self._effects[number].add(event.id)
        self._follows.add((account, course))
        faults = self._faults.pop(number, ())
        run = await self.sync(Sync(account=account, course=course, faults=faults), force=True)
        if run is None or run.state is RunState.FAILED:
            raise GatewayUnavailable("the sync that a webhook asked for failed")

    def _begun(self) -> Worker:
        world = self.world
        return Worker(self._queue, self._kinds, world.clock, FixedDice(0.5), world.ids, parallel=1)

    def _open_inbox(self, number: int, account_id: AccountId) -> None:
        now, tenant = self.world.clock.now(), self.world.specs[number].tenant
        inbox = Inbox(
            id=account_id,
            tenant_id=self.world.tenants[tenant].id,
            provider=PROVIDER,
            key=_key(number),
            secrets=(InboxSecret(sealed=GlassBox().seal(_SECRET), created_at=now),),
            created_at=now,
            version=1,
        )
        self.world.room(tenant).inboxes.put(inbox.id, inbox)


@attrs.frozen
class _OnTime:
    """A course, as a schedule's job runs it."""

    _post: Post
    _course: str

    async def __call__(self, tenant_id: TenantId, account_id: AccountId) -> Run:  # noqa: ARG002 - as the port has it
        number = self._post.world.account_ids.index(account_id)
        run = await self._post.sync(Sync(account=number, course=self._course), force=False)
        if run is None:
            raise GatewayUnavailable("the sync that a schedule asked for failed")
        return run


def _key(number: int) -> str:
    """Of an account's inbox."""
    return f"{number:043d}"
