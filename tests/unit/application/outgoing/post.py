"""A store with endpoints, a worker, and receivers that answer as they are told."""

import json
from collections.abc import Sequence
from datetime import timedelta

from tests.builders import a_tenant

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.memory.webhook_sender import MemoryWebhookSender, SequenceSecrets
from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.application.event_types import EventTypes
from tresen.application.jobs.worker import Worker
from tresen.application.outgoing.announce import Announce
from tresen.application.outgoing.browse_endpoints import BrowseEndpoints
from tresen.application.outgoing.change_endpoint import DeleteEndpoint, RotateSecret, SwitchEndpoint, UpdateEndpoint
from tresen.application.outgoing.create_endpoint import CreateEndpoint, NewEndpoint
from tresen.application.outgoing.deliver import DeliverMessage
from tresen.application.outgoing.give_up import GiveUp
from tresen.application.outgoing.places import Places
from tresen.application.outgoing.send_again import ReplayMessages, SendTest
from tresen.application.ports.events import Json, NewEvent
from tresen.application.ports.outgoing import MessageFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.reactions import Reactions
from tresen.application.transactions import Transactions
from tresen.domain.shared.ids import TenantId
from tresen.domain.staff.task import StaffTask
from tresen.domain.webhooks.endpoint import Endpoint
from tresen.domain.webhooks.message import Message, MessageState


class Post:
    """Everything by which events leave the house."""

    def __init__(self, sender: MemoryWebhookSender | None = None, clock: FixedClock | None = None) -> None:
        self.clock, self.ids = clock or FixedClock(), SequenceIds()
        self.store = MemoryStore(self.clock, self.ids)
        tenant = a_tenant("studio")
        self.tenant = tenant.id
        self.store.add_room(tenant)
        self.sender, self.box, secrets = sender or MemoryWebhookSender(), AesGcmSecretBox(new_key()), SequenceSecrets()
        reactions = Reactions(lambda: [Announce(self.ids).row()])
        dice = FixedDice(0.0)
        self.transactions = Transactions(MemoryUnitsOfWork(self.store, reactions), self.clock, dice)
        give_up = GiveUp(self.clock, self.ids)
        self.observed: list[str] = []
        self.deliver = DeliverMessage(
            *(self.transactions, self.sender, self.box, give_up, self.clock, dice, Places(self.clock, dice)),
            self.observed.append,
        )
        self.queue = MemoryJobQueue(self.store)
        self.worker = Worker(self.queue, [self.deliver.kind()], self.clock, FixedDice(0.5), self.ids)
        types = EventTypes(["thing.rang"])
        self.create = CreateEndpoint(self.transactions, self.sender, secrets, self.box, self.clock, self.ids, types)
        self.update = UpdateEndpoint(self.transactions, self.sender, types)
        self.rotate = RotateSecret(self.transactions, secrets, self.box, self.clock)
        self.switch = SwitchEndpoint(self.transactions, give_up)
        self.delete = DeleteEndpoint(self.transactions, give_up)
        self.browse = BrowseEndpoints(self.transactions)
        self.test = SendTest(self.transactions, self.clock, self.ids)
        self.replay = ReplayMessages(self.transactions, self.clock)

    async def endpoint(self, name: str = "shop", *events: str, tenant: TenantId | None = None) -> Endpoint:
        """A new one at ``https://<name>.example.com/hooks``, for these types of events or for all."""
        new = NewEndpoint(tenant_id=tenant or self.tenant, name=name, url=url_of(name), events=events or ("*",))
        return (await self.create(new)).endpoint

    async def happen(
        self, *subjects: str, type_: str = "thing.rang", tenant: TenantId | None = None, **data: Json
    ) -> None:
        """An event about each of the subjects, in one transaction."""

        async def work(uow: UnitOfWork) -> None:
            for subject in subjects:
                uow.events.record(self.event(subject, type_, **data))

        await self.transactions.run(tenant or self.tenant, "happen", work)

    def event(self, subject: str = "1", type_: str = "thing.rang", **data: Json) -> NewEvent:
        return NewEvent(type=type_, subject_kind="thing", subject_id=subject, occurred_at=self.clock.now(), data=data)

    async def work(self, *, after: timedelta = timedelta(0)) -> None:
        """Let time pass, then do what is due."""
        self.clock.advance(after)
        await self.worker.run_pending()

    async def fail_for_good(self) -> None:
        """Let the worker try until nothing is tried any more."""
        for _ in range(12):
            await self.work(after=timedelta(hours=28))

    async def messages(self, endpoint: Endpoint) -> Sequence[Message]:
        """All of an endpoint's, in order."""

        async def read(uow: UnitOfWork) -> Sequence[Message]:
            return await uow.messages.matching(endpoint.id, MessageFilter(), after=None, limit=1000)

        return await self.transactions.read(self.tenant, read)

    async def states(self, endpoint: Endpoint) -> list[MessageState]:
        return [message.state for message in await self.messages(endpoint)]

    async def again(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint as it is kept now."""
        return await self.browse.one(self.tenant, endpoint.id)

    def tasks(self) -> list[StaffTask]:
        return [task for _, task in self.store.room(self.tenant).tasks.items()]

    def queued(self) -> int:
        return len(self.store.room(self.tenant).jobs)

    def went_to(self, name: str) -> list[str]:
        """The subjects that the endpoint of that name was told of, try by try."""
        bodies = [json.loads(sent.body) for sent in self.sender.sent if sent.url == url_of(name)]
        return [body["data"]["subject"]["id"] for body in bodies]


def url_of(name: str) -> str:
    return f"https://{name}.example.com/hooks"
