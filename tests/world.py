"""A whole installation over the fakes: two studios, their people, keys and gyms; for tests of the doors.

world = await build_world()
await world.use_cases.sync.members(world.north.id, world.account.id)
world.token("admin")            # a bearer token of north's admin; ("admin", "south") for the other studio
"""

from collections.abc import Mapping
from contextlib import nullcontext
from uuid import UUID

import attrs

from tests.builders import a_delivery
from tresen.adapters.cron import LibraryCronParser
from tresen.adapters.memory.audit import MemoryAuditLog
from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.directory import MemoryDirectory
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_providers import PROVIDER, MemoryGymProviders
from tresen.adapters.memory.inboxes import MemoryInboxReaders
from tresen.adapters.memory.jobs import MemoryJobQueue
from tresen.adapters.memory.limits import MemoryLimiter
from tresen.adapters.memory.locks import MemoryRunLocks
from tresen.adapters.memory.outgoing import MemoryOutgoingReaders
from tresen.adapters.memory.readers import MemoryReaders
from tresen.adapters.memory.registrars import MemoryRegistrars
from tresen.adapters.memory.store import MemoryStore
from tresen.adapters.memory.unit_of_work import MemoryUnitsOfWork
from tresen.adapters.memory.webhook_sender import MemoryWebhookSender, SequenceSecrets
from tresen.adapters.memory.webhooks import MemoryCallAnswers, MemoryWebhookProviders
from tresen.adapters.security.passwords import Argon2PasswordHasher
from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.adapters.security.tokens import RandomTokens
from tresen.application.event_types import EventTypes
from tresen.application.gym.absorb import Absorb
from tresen.application.gym.browse import Browse
from tresen.application.gym.left_to_staff import LeftToStaff
from tresen.application.gym.provider_writes import ProviderWrites
from tresen.application.identity.authenticate import Authenticate
from tresen.application.identity.create_api_key import CreateApiKey, NewApiKey
from tresen.application.identity.create_user import CreateUser, NewUser
from tresen.application.identity.import_users import ImportUsers
from tresen.application.identity.log_in import Credentials, LogIn
from tresen.application.identity.log_out import LogOut
from tresen.application.identity.revoke_api_key import RevokeApiKey
from tresen.application.jobs.cancel_job import CancelJob
from tresen.application.jobs.list_jobs import ListJobs
from tresen.application.jobs.retry_job import RetryJob
from tresen.application.jobs.show_job import ShowJob
from tresen.application.leads.convert_lead import ConvertLead
from tresen.application.leads.create_lead import CreateLead
from tresen.application.leads.get_lead import GetLead
from tresen.application.leads.update_lead import UpdateLead
from tresen.application.membership.cancel_membership import CancelMembership
from tresen.application.membership.create_membership import CreateMembership
from tresen.application.membership.get_member import GetMember
from tresen.application.membership.get_membership import GetMembership
from tresen.application.membership.list_packages import ListPackages
from tresen.application.membership.push_membership import PushMembership
from tresen.application.membership.update_membership import UpdateMembership
from tresen.application.outgoing.browse_endpoints import BrowseEndpoints
from tresen.application.outgoing.change_endpoint import DeleteEndpoint, RotateSecret, SwitchEndpoint, UpdateEndpoint
from tresen.application.outgoing.create_endpoint import CreateEndpoint
from tresen.application.outgoing.give_up import GiveUp
from tresen.application.outgoing.send_again import ReplayMessages, SendTest
from tresen.application.ports.phones import PhoneBook
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.schedules.change_schedules import CreateSchedule, DeleteSchedule, EditSchedule, PauseSchedule
from tresen.application.schedules.install_seeds import InstallSeeds
from tresen.application.schedules.list_schedules import ListSchedules
from tresen.application.schedules.readiness import Readiness
from tresen.application.schedules.run_schedule import RunSchedule
from tresen.application.schedules.shown import Shows
from tresen.application.schedules.timings import Timings
from tresen.application.staff.complete_task import CompleteTask
from tresen.application.staff.get_task import GetTask
from tresen.application.sync.desk import BUILT_IN_LAWS, sync_desk
from tresen.application.sync.policies.policy_book import PolicyBook
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.tenancy.change_account import ChangeAccount
from tresen.application.tenancy.check_provider import CheckProvider
from tresen.application.tenancy.connect_provider import ConnectProvider
from tresen.application.tenancy.create_tenant import CreateTenant, NewTenant
from tresen.application.tenancy.credentials import CredentialGuard
from tresen.application.tenancy.list_provider_accounts import ListProviderAccounts
from tresen.application.transactions import Transactions
from tresen.application.webhooks.addresses import WebhookAddresses
from tresen.application.webhooks.administer_inbox import AdministerInbox
from tresen.application.webhooks.answer_call import AnswerInboundCall, NoSetup
from tresen.application.webhooks.doors import Doors
from tresen.application.webhooks.ensure import EnsureWebhooks, StoreMissed
from tresen.application.webhooks.get_delivery import GetDelivery
from tresen.application.webhooks.intake import Intake
from tresen.application.webhooks.open_inbox import OpenInbox
from tresen.application.webhooks.receive import ReceiveWebhook
from tresen.application.webhooks.replay import ReplayDeliveries
from tresen.domain.identity.role import Role, Scope
from tresen.domain.jobs.job import JobRequest
from tresen.domain.jobs.outcome import Dead
from tresen.domain.membership.package import Package
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.ids import AccountId, JobId, MemberId
from tresen.domain.shared.money import Money
from tresen.domain.sync.schema import Value
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.tenancy.tenant import Tenant
from tresen.domain.webhooks.delivery import Delivery, DeliveryState
from tresen.entrypoints.use_cases import UseCases

PASSWORD = "correct horse battery"
LOCATION = "4711"
NORTH, SOUTH = "north", "south"
GOLD = Package(id="7", name="Gold", kind="Class Plan", price=Money("49.00", "EUR"))


class WrittenPhones(PhoneBook):
    """Numbers as they are written: which plan they belong to is not this suite's question."""

    def read(self, raw: str, region: str) -> PhoneNumber:
        return PhoneNumber(raw)


@attrs.define(kw_only=True)
class World:
    """``north`` has an account at ``gym``, which may write; ``south`` has one at ``south_gym``."""

    use_cases: UseCases
    store: MemoryStore
    clock: FixedClock
    box: AesGcmSecretBox
    gym: MemoryGym
    south_gym: MemoryGym
    transactions: Transactions
    north: Tenant
    south: Tenant
    account: ProviderAccount
    south_account: ProviderAccount
    registrars: MemoryRegistrars
    sync_locks: MemoryRunLocks
    tokens: dict[tuple[str, str], str] = attrs.field(factory=dict)

    def opened(self) -> nullcontext[UseCases]:
        """The use cases for a door that opens and closes them."""
        return nullcontext(self.use_cases)

    def sync_elsewhere(self, kind: str) -> None:
        """Another process syncs north's members or leads from now on."""
        self.sync_locks.take(f"sync:{self.north.id}:{self.account.id}:{kind}")

    def token(self, role: str, tenant: str = NORTH) -> str:
        """The bearer token of ``<role>@<tenant>.example``."""
        return self.tokens[role, tenant]

    async def key(self, *scopes: Scope, tenant: str = NORTH) -> str:
        """A new API key with these scopes."""
        owner = self.north if tenant == NORTH else self.south
        new = NewApiKey(tenant_id=owner.id, name="test", scopes=frozenset(scopes))
        return (await self.use_cases.create_api_key(new)).text

    def change_account(self, account_id: AccountId, **changes: object) -> None:
        """Other values for an account, straight in the store."""
        for room in self.store.rooms:
            stored = room.accounts.find(account_id)
            if stored is not None:
                room.accounts.put(account_id, attrs.evolve(stored, **changes))  # type: ignore[arg-type] # any field

    def enrol(self, first_name: str = "Ada", **values: Value) -> str:
        """A member at north's gym with a running membership; the member's id there."""
        person: dict[str, Value] = {
            "first_name": first_name,
            "last_name": "Byron",
            "email": f"{first_name.lower()}@example.org",
            "phone": "030 123456",
            "status": "active",
            **values,
        }
        member = self.gym.books.members.add(person)
        membership: dict[str, Value] = {
            "member": member,
            "name": "Gold",
            "starts_on": "2026-01-01",
            "flagged_active": True,
            "price": "49.00 EUR",
        }
        self.gym.books.memberships.add(membership)
        return member

    def lose(self, external_id: str) -> None:
        """A member leaves north's gym, with all memberships."""
        for entry in self.gym.books.memberships.entries():
            if entry.values["member"] == external_id:
                self.gym.books.memberships.remove(entry.external_id)
        self.gym.books.members.remove(external_id)

    async def edit_email(self, external_id: str, email: str) -> None:
        """Somebody here edits a member of north's, named by the id there."""

        async def edit(uow: UnitOfWork) -> None:
            links = await uow.sync_records.by_external_ids(self.account.id, MEMBER, [external_id])
            member = await uow.members.get(MemberId(links[external_id].local_id))
            member.email, member.updated_at = EmailAddress(email), self.clock.now()
            await uow.members.save(member)

        await self.transactions.run(self.north.id, "test", edit)

    def attract(self, first_name: str = "Grace", **values: Value) -> str:
        """A lead at north's gym; the id there."""
        person: dict[str, Value] = {
            "first_name": first_name,
            "last_name": "Hopper",
            "email": f"{first_name.lower()}@example.org",
            "status": "new",
            **values,
        }
        return self.gym.books.leads.add(person)

    async def job(self, request: JobRequest, tenant: str = NORTH) -> JobId:
        """A queued job."""
        owner = self.north if tenant == NORTH else self.south
        (job_id,) = await self.transactions.run(owner.id, "test", lambda uow: uow.jobs.enqueue([request]))
        assert job_id is not None
        return job_id

    async def dead_job(self, request: JobRequest, tenant: str = NORTH) -> JobId:
        """A job that has failed for the last time; no other job of its kind may be due."""
        job_id, queue, worker = await self.job(request, tenant), MemoryJobQueue(self.store), UUID(int=1)
        (job,) = await queue.claim({request.kind: None}, worker=worker, count=1)
        await queue.settle([Dead(job, "provider_unavailable: no answer")], worker=worker)
        return job_id

    def dead_delivery(self) -> Delivery:
        """A webhook of north's account that came to nothing."""
        delivery = a_delivery(self.account)
        delivery.conclude(DeliveryState.DEAD, now=self.clock.now(), reason="ValueError")
        delivery.version = 1
        self.store.room(self.north.id).deliveries.put(delivery.id, delivery)
        return delivery

    async def sync(self) -> None:
        """Everything of north, forced."""
        await self.use_cases.sync.members(self.north.id, self.account.id, force=True)
        await self.use_cases.sync.leads(self.north.id, self.account.id, force=True)


async def build_world() -> World:
    """A fresh one. Each studio has a user per role, ``<role>@<slug>.example`` with ``PASSWORD``, logged in."""
    clock = FixedClock()
    store = MemoryStore(clock)
    gyms = {f"memory://{slug}": MemoryGym(GymBooks(clock), clock) for slug in (NORTH, SOUTH)}
    for gym in gyms.values():
        gym.books.packages = (GOLD,)
    transactions = Transactions(MemoryUnitsOfWork(store), clock, FixedDice(0.5))
    box = AesGcmSecretBox(new_key())
    registrars = MemoryRegistrars()
    sync_locks = MemoryRunLocks()
    uses = _use_cases(store, clock, transactions, gyms, box, registrars, sync_locks)
    tenants = [await uses.create_tenant(NewTenant(slug=s, name=f"Studio {s.title()}")) for s in (NORTH, SOUTH)]
    ids = SequenceIds(start=1 << 40)
    accounts = [_account(store, tenant, clock, ids) for tenant in tenants]
    world = World(
        use_cases=uses,
        store=store,
        clock=clock,
        box=box,
        gym=gyms[f"memory://{NORTH}"],
        south_gym=gyms[f"memory://{SOUTH}"],
        transactions=transactions,
        north=tenants[0],
        south=tenants[1],
        account=accounts[0],
        south_account=accounts[1],
        registrars=registrars,
        sync_locks=sync_locks,
    )
    for tenant in tenants:
        await _people(world, tenant)
    return world


async def _people(world: World, tenant: Tenant) -> None:
    for role in Role:
        email = f"{role.value}@{tenant.slug}.example"
        await world.use_cases.create_user(
            NewUser(tenant_id=tenant.id, email=email, name=role.value.title(), role=role, password=PASSWORD)
        )
        logged_in = await world.use_cases.log_in(Credentials(email=email, password=PASSWORD, address="192.0.2.1"))
        world.tokens[role.value, tenant.slug] = logged_in.access_token


def _account(store: MemoryStore, tenant: Tenant, clock: FixedClock, ids: SequenceIds) -> ProviderAccount:
    account = ProviderAccount(
        id=AccountId(ids.new()),
        tenant_id=tenant.id,
        provider=PROVIDER,
        name="main",
        base_url=f"memory://{tenant.slug}",
        credentials=b"sealed",
        settings={"location_id": LOCATION},
        writes_enabled=True,
        created_at=clock.now(),
        version=1,
    )
    store.room(tenant.id).accounts.put(account.id, account)
    return account


def _use_cases(
    store: MemoryStore,
    clock: FixedClock,
    transactions: Transactions,
    gyms_by_address: Mapping[str, MemoryGym],
    box: AesGcmSecretBox,
    registrars: MemoryRegistrars,
    sync_locks: MemoryRunLocks,
) -> UseCases:
    ids, phones, gyms = SequenceIds(), WrittenPhones(), MemoryGymProviders(gyms_by_address)
    directory, readers, limiter = MemoryDirectory(store), MemoryReaders(store), MemoryLimiter(clock)
    hasher, tokens = Argon2PasswordHasher(memory_kib=8, passes=1, lanes=1), RandomTokens()
    guard, absorb = CredentialGuard(clock, ids), Absorb(phones, clock, ids, PolicyBook(BUILT_IN_LAWS))
    writes = ProviderWrites(transactions, gyms, guard, MemoryRunLocks(), clock, ids)
    push, sell = (
        PushMembership(transactions, writes, absorb, clock),
        CreateMembership(transactions, writes, absorb, clock),
    )
    inboxes, webhooks, intake = MemoryInboxReaders(store), MemoryWebhookProviders(), Intake(transactions)
    doors, open_inbox = Doors(inboxes, webhooks, box, clock), OpenInbox(webhooks, tokens, clock)
    receive = ReceiveWebhook(doors, intake, clock, ids)
    ensure_webhooks = EnsureWebhooks(
        transactions,
        registrars,
        webhooks,
        open_inbox,
        StoreMissed(doors, receive, intake),
        WebhookAddresses("https://desk.example"),
        box,
        tokens,
        MemoryRunLocks(),
        guard,
        clock,
    )
    timings = Timings(LibraryCronParser())
    readiness = Readiness({"sync_members", "sync_leads"}, {"sync_members": gyms.names(), "sync_leads": gyms.names()})
    shows, seeds = Shows(readiness), InstallSeeds(directory, transactions, timings, clock, ids)
    return UseCases(
        log_in=LogIn(directory, transactions, hasher, tokens, limiter, clock, ids),
        log_out=LogOut(directory, transactions, tokens, clock),
        authenticate=Authenticate(directory, tokens, clock),
        create_user=CreateUser(transactions, hasher, clock, ids),
        import_users=ImportUsers(transactions, hasher, clock, ids),
        create_api_key=CreateApiKey(transactions, tokens, clock, ids),
        revoke_api_key=RevokeApiKey(transactions, clock),
        create_tenant=CreateTenant(directory, clock, ids, seeds),
        connect_provider=ConnectProvider(transactions, gyms, open_inbox, box, clock, ids),
        change_account=ChangeAccount(transactions, gyms),
        list_provider_accounts=ListProviderAccounts(transactions, gyms),
        check_provider=CheckProvider(transactions, gyms, guard, clock),
        create_membership=sell,
        update_membership=UpdateMembership(transactions, push, clock),
        cancel_membership=CancelMembership(transactions, push, clock),
        get_member=GetMember(transactions),
        get_membership=GetMembership(transactions),
        list_packages=ListPackages(transactions),
        create_lead=CreateLead(transactions, writes, absorb, phones, clock, ids),
        get_lead=GetLead(transactions),
        update_lead=UpdateLead(transactions, writes, absorb, clock),
        convert_lead=ConvertLead(transactions, writes, absorb, sell, clock),
        browse=Browse(transactions, gyms, guard),
        left_to_staff=LeftToStaff(gyms),
        sync=sync_desk(
            transactions=transactions,
            gyms=gyms,
            locks=sync_locks,
            guard=guard,
            phones=phones,
            readers=readers,
            clock=clock,
            ids=ids,
        ),
        complete_task=CompleteTask(transactions, clock),
        get_task=GetTask(transactions),
        list_jobs=ListJobs(transactions),
        show_job=ShowJob(transactions),
        retry_job=RetryJob(transactions),
        cancel_job=CancelJob(transactions),
        list_schedules=ListSchedules(transactions, shows),
        create_schedule=CreateSchedule(transactions, timings, readiness, shows, clock, ids),
        edit_schedule=EditSchedule(transactions, timings, shows, clock),
        pause_schedule=PauseSchedule(transactions, shows, clock),
        delete_schedule=DeleteSchedule(transactions),
        run_schedule=RunSchedule(transactions, readiness),
        receive_webhook=receive,
        answer_inbound_call=AnswerInboundCall(receive, intake, NoSetup(), {"memory": MemoryCallAnswers()}),
        administer_inbox=AdministerInbox(
            transactions,
            OpenInbox(webhooks, tokens, clock),
            webhooks,
            WebhookAddresses("https://desk.example/ignored"),
            *(box, tokens, clock),
        ),
        get_delivery=GetDelivery(transactions),
        replay_deliveries=ReplayDeliveries(transactions),
        ensure_webhooks=ensure_webhooks,
        webhook_providers=webhooks,
        observe_webhook=lambda _provider, _status: None,
        inbox_readers=inboxes,
        outgoing_readers=MemoryOutgoingReaders(store),
        browse_endpoints=BrowseEndpoints(transactions),
        create_endpoint=CreateEndpoint(
            transactions, MemoryWebhookSender(), SequenceSecrets(), box, clock, ids, EventTypes()
        ),
        update_endpoint=UpdateEndpoint(transactions, MemoryWebhookSender(), EventTypes()),
        rotate_endpoint_secret=RotateSecret(transactions, SequenceSecrets(), box, clock),
        switch_endpoint=SwitchEndpoint(transactions, GiveUp(clock, ids)),
        delete_endpoint=DeleteEndpoint(transactions, GiveUp(clock, ids)),
        send_test_message=SendTest(transactions, clock, ids),
        replay_messages=ReplayMessages(transactions, clock),
        job_queue=MemoryJobQueue(store),
        readers=readers,
        directory=directory,
        audit=MemoryAuditLog(store),
        limiter=limiter,
        clock=clock,
    )
