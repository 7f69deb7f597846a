"""An installation that webhooks come to: two tenants, an inbox each, and a worker that does as it is told."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import attrs

from tests.builders import IDS, a_tenant, an_account, an_inbox
from tresen.adapters.jobs.choice import JobChannel
from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.events import MemoryEventLog
from tresen.adapters.memory.inboxes import MemoryInboxReaders
from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.memory.webhooks import MemoryWebhookProviders, MemoryWebhooks, Told, encode, signed
from tresen.adapters.persistence import schema
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.database import open_database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.inbox_readers import SqlInboxReaders
from tresen.adapters.persistence.repositories.events import SqlEventLog
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.application.jobs.kinds import NotYet
from tresen.application.ports.clock import Clock, IdSource
from tresen.application.ports.directory import Directory
from tresen.application.ports.events import EventLog, EventPosition, StoredEvent
from tresen.application.ports.inboxes import InboxReaders
from tresen.application.ports.jobs import JobQueue
from tresen.application.ports.unit_of_work import UnitsOfWork
from tresen.application.ports.webhooks import WebhookProvider, WebhookRequest
from tresen.application.transactions import Transactions
from tresen.application.webhooks.doors import Doors
from tresen.application.webhooks.intake import Intake
from tresen.application.webhooks.process import ProcessDelivery
from tresen.application.webhooks.receive import IncomingWebhook, Receipt, ReceiveWebhook
from tresen.application.webhooks.replay import ReplayDeliveries
from tresen.application.webhooks.sweep import SweepDeliveries
from tresen.domain.jobs.job import Job
from tresen.domain.jobs.outcome import Again, Dead, Done, Outcome
from tresen.domain.shared.ids import DeliveryId, TenantId
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.webhooks.delivery import Delivery, DeliveryState
from tresen.domain.webhooks.inbox import Inbox

SECRET, KEY, OTHER_KEY = "s3cret", "k" * 43, "o" * 43
WORKER = UUID(int=1)


@attrs.frozen(kw_only=True)
class Store:
    """What the inbox needs of a store."""

    units: UnitsOfWork
    directory: Directory
    inboxes: InboxReaders
    queue: JobQueue
    log: EventLog
    clock: Clock
    ids: IdSource


def in_memory(clock: FixedClock) -> Store:
    """The fakes."""
    ids = SequenceIds()
    store = MemoryStore(clock, ids)
    return Store(
        units=MemoryUnitsOfWork(store),
        directory=MemoryDirectory(store),
        inboxes=MemoryInboxReaders(store),
        queue=MemoryJobQueue(store),
        log=MemoryEventLog(store),
        clock=clock,
        ids=ids,
    )


def over(database: Database) -> Store:
    """A database that has our schema."""
    channel = JobChannel(database)
    return Store(
        units=SqlUnitsOfWork(database, jobs=channel.jobs),
        directory=SqlDirectory(database),
        inboxes=SqlInboxReaders(database),
        queue=channel.queue(),
        log=SqlEventLog(database),
        clock=database.clock,
        ids=database.ids,
    )


@asynccontextmanager
async def in_database(url: str, clock: Clock, ids: IdSource) -> AsyncIterator[Store]:
    """A database of this test's own."""
    database = open_database(url, clock=clock, ids=ids)
    try:
        await schema.upgrade(database)
        yield over(database)
    finally:
        await database.close()


@attrs.frozen(kw_only=True)
class Post:
    """``account`` and ``inbox`` are the first tenant's. ``provider`` may be exchanged for a faulty one."""

    store: Store
    box: AesGcmSecretBox
    transactions: Transactions
    intake: Intake
    receive: ReceiveWebhook
    process: ProcessDelivery
    replay: ReplayDeliveries
    sweep: SweepDeliveries
    account: ProviderAccount
    other_account: ProviderAccount

    @property
    def tenant(self) -> TenantId:
        """The first tenant."""
        return self.account.tenant_id

    async def bring(self, told: Told, *, id_: str | None = None, key: str = KEY) -> Receipt:
        """One webhook comes in, rightly signed."""
        return await self.send(encode(told), id_=id_, key=key)

    async def send(self, body: bytes, *, id_: str | None = None, key: str = KEY, secret: str = SECRET) -> Receipt:
        """One webhook with that body comes in."""
        request = WebhookRequest(headers=signed(body, secret, delivery_id=id_), body=body)
        return await self.receive(IncomingWebhook(provider="memory", key=key, request=request))

    async def change_inbox(self, **changes: object) -> None:
        """Other values for the first tenant's inbox."""
        async with self.store.units.open(self.tenant) as uow:
            inbox = await uow.inboxes.get(self.account.id)
            for name, value in changes.items():
                setattr(inbox, name, value)
            await uow.inboxes.save(inbox)
            await uow.commit()

    async def work(self, *, at_once: int = 100) -> int:
        """Run what is due until nothing is, one job after the other; how many runs."""
        kind, runs = self.process.kind(), 0
        while jobs := await self.store.queue.claim({kind.name: None}, worker=WORKER, count=at_once):
            outcomes = [await self._outcome(job) for job in jobs]
            await self.store.queue.settle(outcomes, worker=WORKER)
            runs += len(jobs)
        return runs

    async def _outcome(self, job: Job) -> Outcome:
        kind = self.process.kind()
        try:
            await kind.run(job)
        except Exception as error:  # noqa: BLE001 - as a worker does
            delay = kind.retry.delay_s(job.attempts + 1, jitter=1.0)
            if delay is None:
                return Dead(job, str(error))
            return Again(job, error.delay_s if isinstance(error, NotYet) else delay, str(error))
        return Done(job)

    async def delivery(self, delivery_id: DeliveryId | None, tenant: TenantId | None = None) -> Delivery:
        """As it is stored."""
        assert delivery_id is not None
        async with self.store.units.open(tenant or self.tenant, read_only=True) as uow:
            return await uow.deliveries.get(delivery_id)

    async def state(self, receipt: Receipt) -> DeliveryState:
        """What became of what came in so."""
        return (await self.delivery(receipt.delivery_id)).state

    async def effects(self, tenant: TenantId | None = None) -> Sequence[StoredEvent]:
        """The events that deliveries caused, in order."""
        found, position = [], EventPosition(0, 0)
        while events := await self.store.log.after(tenant or self.tenant, position, limit=500):
            found += [event for _, event in events if event.type.startswith("provider.")]
            position = events[-1][0]
        return found


async def build_post(
    store: Store, provider: WebhookProvider | None = None, *, box: AesGcmSecretBox | None = None
) -> Post:
    """Two tenants with an inbox each."""
    box = box or AesGcmSecretBox(new_key())
    accounts = []
    for slug, key in (("north", KEY), ("south", OTHER_KEY)):
        tenant = a_tenant(slug)
        await store.directory.add_tenant(tenant)
        account = an_account(tenant.id, provider="memory")
        await settle_in(store, account, an_inbox(account, key, secret=box.seal(SECRET)))
        accounts.append(account)
    return post_over(store, box, accounts, provider)


async def accounts_of(store: Store) -> Sequence[ProviderAccount]:
    """Those that another process has built."""
    accounts: list[ProviderAccount] = []
    for tenant in await store.directory.tenants():
        async with store.units.open(tenant.id, read_only=True) as uow:
            accounts += await uow.accounts.all()
    return accounts


def post_over(
    store: Store, box: AesGcmSecretBox, accounts: Sequence[ProviderAccount], provider: WebhookProvider | None = None
) -> Post:
    """With these accounts, the first of them the first tenant's."""
    providers = MemoryWebhookProviders([provider or MemoryWebhooks()])
    transactions = Transactions(store.units, store.clock, FixedDice(0.5))
    intake = Intake(transactions)
    return Post(
        store=store,
        box=box,
        transactions=transactions,
        intake=intake,
        receive=ReceiveWebhook(Doors(store.inboxes, providers, box, store.clock), intake, store.clock, store.ids),
        process=ProcessDelivery(transactions, providers, store.clock),
        replay=ReplayDeliveries(transactions),
        sweep=SweepDeliveries(store.inboxes, transactions, store.clock),
        account=accounts[0],
        other_account=accounts[1],
    )


async def settle_in(store: Store, account: ProviderAccount, inbox: Inbox) -> None:
    """Store both."""
    async with store.units.open(account.tenant_id) as uow:
        await uow.accounts.add(account)
        await uow.inboxes.add(inbox)
        await uow.commit()


def numbered(count: int) -> Iterator[Told]:
    """Different facts about different subjects."""
    return (Told(subject=str(number), number=1) for number in range(count))


__all__ = ["IDS", "KEY", "OTHER_KEY", "SECRET", "Post", "Store", "build_post", "in_database", "in_memory", "numbered"]
