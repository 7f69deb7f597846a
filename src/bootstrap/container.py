"""Every class of the installation, put together in one place."""

from collections.abc import Sequence

from ..adapters.calcom.account import calcom
from ..adapters.calcom.registrar import CalcomRegistrars
from ..adapters.calcom.webhooks import CalcomWebhooks
from ..adapters.cron import LibraryCronParser
from ..adapters.google_calendar.account import google_calendar
from ..adapters.google_calendar.registrar import GoogleCalendarRegistrars
from ..adapters.google_calendar.webhooks import GoogleCalendarWebhooks
from ..adapters.http.chain import CallChains
from ..adapters.http.observation import CallObserver
from ..adapters.jobs.choice import JobChannel
from ..adapters.memory.limits import MemoryLimiter
from ..adapters.outgoing.sender import HttpWebhookSender
from ..adapters.outgoing.signature import RandomSigningSecrets
from ..adapters.persistence.agenda import SqlAgenda
from ..adapters.persistence.audit import SqlAuditLog
from ..adapters.persistence.connection import Database
from ..adapters.persistence.database import open_database
from ..adapters.persistence.directory import SqlDirectory
from ..adapters.persistence.inbox_readers import SqlInboxReaders
from ..adapters.persistence.locks import SqlRunLocks
from ..adapters.persistence.outgoing_readers import SqlOutgoingReaders
from ..adapters.persistence.readers import SqlReaders
from ..adapters.persistence.repositories.events import SqlEventLog
from ..adapters.persistence.store_care import SqlStoreCare
from ..adapters.persistence.unit_of_work import SqlUnitsOfWork
from ..adapters.phones import LibraryPhoneBook
from ..adapters.providers import GymRegistry, ProviderRegistry
from ..adapters.registrars import RegistrarRegistry
from ..adapters.retell.account import retell
from ..adapters.retell.by_hand import steps as retell_steps
from ..adapters.retell.inbound import RetellCallAnswers
from ..adapters.retell.webhooks import RetellWebhooks
from ..adapters.security.passwords import Argon2PasswordHasher
from ..adapters.security.sealing import AesGcmSecretBox
from ..adapters.security.tokens import RandomTokens
from ..adapters.stripe.account import stripe
from ..adapters.stripe.by_hand import steps as stripe_steps
from ..adapters.stripe.webhooks import StripeWebhooks
from ..adapters.system import SystemClock, SystemDice, UuidSource
from ..adapters.webhooks.registry import WebhookProviderRegistry
from ..adapters.wodify.provider import WodifyProvider
from ..adapters.woocommerce.account import woocommerce
from ..adapters.woocommerce.registrar import WooCommerceRegistrars
from ..adapters.woocommerce.webhooks import WooCommerceWebhooks
from ..application.event_types import EventTypes
from ..application.gym.absorb import Absorb
from ..application.gym.browse import Browse
from ..application.gym.provider_writes import ProviderWrites
from ..application.identity.authenticate import Authenticate
from ..application.identity.create_api_key import CreateApiKey
from ..application.identity.create_user import CreateUser
from ..application.identity.import_users import ImportUsers
from ..application.identity.log_in import LogIn
from ..application.identity.log_out import LogOut
from ..application.identity.revoke_api_key import RevokeApiKey
from ..application.jobs.cancel_job import CancelJob
from ..application.jobs.list_jobs import ListJobs
from ..application.jobs.retry_job import RetryJob
from ..application.jobs.show_job import ShowJob
from ..application.jobs.worker import Worker
from ..application.leads.convert_lead import ConvertLead
from ..application.leads.create_lead import CreateLead
from ..application.leads.get_lead import GetLead
from ..application.leads.update_lead import UpdateLead
from ..application.membership.cancel_membership import CancelMembership
from ..application.membership.create_membership import CreateMembership
from ..application.membership.get_member import GetMember
from ..application.membership.list_packages import ListPackages
from ..application.membership.push_membership import PushMembership
from ..application.membership.update_membership import UpdateMembership
from ..application.outgoing.announce import Announce
from ..application.outgoing.browse_endpoints import BrowseEndpoints
from ..application.outgoing.change_endpoint import DeleteEndpoint, RotateSecret, SwitchEndpoint, UpdateEndpoint
from ..application.outgoing.create_endpoint import CreateEndpoint
from ..application.outgoing.deliver import DeliverMessage
from ..application.outgoing.give_up import GiveUp
from ..application.outgoing.places import Places
from ..application.outgoing.send_again import ReplayMessages, SendTest
from ..application.ports.clock import Clock, Dice, IdSource
from ..application.ports.directory import Directory
from ..application.ports.events import EventLog
from ..application.ports.gym import GymProviders
from ..application.ports.inbound_calls import InboundCalls
from ..application.ports.inboxes import InboxReaders
from ..application.ports.jobs import JobQueue
from ..application.ports.limits import Limiter
from ..application.ports.locks import RunLocks
from ..application.ports.outgoing import OutgoingReaders, SigningSecrets, WebhookSender
from ..application.ports.phones import PhoneBook
from ..application.ports.providers import Providers
from ..application.ports.readers import AuditLog, Readers
from ..application.ports.registrars import Registrars
from ..application.ports.schedules import Agenda
from ..application.ports.secrets import PasswordHasher, SecretBox, TokenSource
from ..application.ports.store import StoreCare
from ..application.ports.unit_of_work import UnitsOfWork
from ..application.ports.webhooks import WebhookProviders
from ..application.reactions import Reactions, Row, reaction_kind, table
from ..application.schedules.change_schedules import CreateSchedule, DeleteSchedule, EditSchedule, PauseSchedule
from ..application.schedules.install_seeds import InstallSeeds
from ..application.schedules.list_schedules import ListSchedules
from ..application.schedules.readiness import Readiness
from ..application.schedules.run_schedule import RunSchedule
from ..application.schedules.scheduler import Scheduler
from ..application.schedules.shown import Shows
from ..application.schedules.timings import Timings
from ..application.staff.complete_task import CompleteTask
from ..application.sync.desk import SyncDesk, sync_desk
from ..application.sync.sync_job import sync_job_kind
from ..application.tenancy.check_provider import CheckProvider
from ..application.tenancy.connect_provider import ConnectProvider
from ..application.tenancy.create_tenant import CreateTenant
from ..application.tenancy.credentials import CredentialGuard
from ..application.tenancy.list_provider_accounts import ListProviderAccounts
from ..application.transactions import Transactions
from ..application.webhooks.addresses import WebhookAddresses
from ..application.webhooks.administer_inbox import AdministerInbox
from ..application.webhooks.answer_call import AnswerInboundCall, NoSetup
from ..application.webhooks.doors import Doors
from ..application.webhooks.ensure import EnsureWebhooks, StoreMissed
from ..application.webhooks.ensure_job import EnsureWebhooksJob
from ..application.webhooks.get_delivery import GetDelivery
from ..application.webhooks.intake import Intake
from ..application.webhooks.open_inbox import OpenInbox
from ..application.webhooks.process import ProcessDelivery
from ..application.webhooks.receive import ReceiveWebhook
from ..application.webhooks.replay import ReplayDeliveries
from ..application.webhooks.sweep import SweepDeliveries
from ..domain.sync.laws import Laws
from ..domain.sync.policy import Policy
from ..entrypoints.use_cases import UseCases
from .injection import containers, providers
from .metrics import observe_attempt, observe_job, observe_transaction, observe_webhook, prometheus_call_observer
from .schedules import readiness as readiness_of
from .settings import Settings, secret_key


def _queue_of(channel: JobChannel) -> JobQueue:
    return channel.queue()


class Container(containers.DeclarativeContainer):
    """Providers are typed as ports, so that a test overrides any of them with a fake.

    Engines and clients are built synchronously and closed by ``Installation``. One container per application.
    """

    settings: providers.Provider[Settings] = providers.Dependency(instance_of=Settings)

    clock: providers.Provider[Clock] = providers.Singleton(SystemClock)
    ids: providers.Provider[IdSource] = providers.Singleton(UuidSource)
    dice: providers.Provider[Dice] = providers.Singleton(SystemDice)
    hasher: providers.Provider[PasswordHasher] = providers.Singleton(Argon2PasswordHasher)
    tokens: providers.Provider[TokenSource] = providers.Singleton(RandomTokens)
    box: providers.Provider[SecretBox] = providers.Singleton(AesGcmSecretBox, providers.Callable(secret_key, settings))
    phones: providers.Provider[PhoneBook] = providers.Singleton(LibraryPhoneBook)
    limiter: providers.Provider[Limiter] = providers.Singleton(MemoryLimiter, clock)

    database: providers.Provider[Database] = providers.Singleton(
        open_database, settings.provided.effective_database_url, clock=clock, ids=ids
    )
    channel: providers.Provider[JobChannel] = providers.Singleton(JobChannel, database)
    announce: providers.Provider[Announce] = providers.Singleton(Announce, ids)
    # What embedders let follow from events: container.reactions.add_args(providers.Object(Reaction(...))).
    reactions: providers.List = providers.List()
    reaction_table: providers.Provider[Sequence[Row]] = providers.Callable(
        table, outgoing_webhooks=announce.provided.row.call(), embedders=reactions
    )
    # Types of events that embedders record: container.event_types.add_args(providers.Object("tournament.won")).
    event_types: providers.List = providers.List()
    known_events: providers.Provider[EventTypes] = providers.Singleton(EventTypes, event_types)
    fanout: providers.Provider[Reactions] = providers.Singleton(Reactions, reaction_table.provider, known_events)
    units: providers.Provider[UnitsOfWork] = providers.Singleton(
        SqlUnitsOfWork, database, fanout, channel.provided.jobs
    )
    queue: providers.Provider[JobQueue] = providers.Singleton(_queue_of, channel)
    event_log: providers.Provider[EventLog] = providers.Singleton(SqlEventLog, database)
    directory: providers.Provider[Directory] = providers.Singleton(SqlDirectory, database)
    readers: providers.Provider[Readers] = providers.Singleton(SqlReaders, database)
    inbox_readers: providers.Provider[InboxReaders] = providers.Singleton(SqlInboxReaders, database)
    outgoing_readers: providers.Provider[OutgoingReaders] = providers.Singleton(SqlOutgoingReaders, database)
    audit: providers.Provider[AuditLog] = providers.Singleton(SqlAuditLog, database)
    locks: providers.Provider[RunLocks] = providers.Singleton(SqlRunLocks, database)
    store: providers.Provider[StoreCare] = providers.Singleton(SqlStoreCare, database)

    call_observer: providers.Provider[CallObserver] = providers.Singleton(prometheus_call_observer)
    chains: providers.Provider[CallChains] = providers.Singleton(
        CallChains, clock, dice, call_observer, allow_private=settings.provided.allow_private_addresses
    )
    wodify: providers.Provider[WodifyProvider] = providers.Singleton(WodifyProvider, chains, box)
    gyms: providers.Provider[GymProviders] = providers.Singleton(GymRegistry, providers.List(wodify))
    connectable: providers.Provider[Providers] = providers.Singleton(
        ProviderRegistry,
        providers.List(
            wodify,
            providers.Singleton(calcom, allow_private=settings.provided.allow_private_addresses),
            providers.Singleton(google_calendar, allow_private=settings.provided.allow_private_addresses),
            providers.Singleton(retell, allow_private=settings.provided.allow_private_addresses),
            providers.Singleton(stripe, allow_private=settings.provided.allow_private_addresses),
            providers.Singleton(woocommerce, allow_private=settings.provided.allow_private_addresses),
        ),
    )

    transactions: providers.Provider[Transactions] = providers.Singleton(
        Transactions, units, clock, dice, providers.Object(observe_transaction)
    )
    guard: providers.Provider[CredentialGuard] = providers.Singleton(CredentialGuard, clock, ids)
    writes: providers.Provider[ProviderWrites] = providers.Singleton(
        ProviderWrites, transactions, gyms, guard, locks, clock, ids
    )
    absorb: providers.Provider[Absorb] = providers.Singleton(Absorb, phones, clock, ids)
    policy: providers.Provider[Policy] = providers.Singleton(Policy)
    # Laws that policies may name besides Tresen's own: container.laws.add_args(providers.Object(Law(...))).
    laws: providers.List = providers.List()
    sync: providers.Provider[SyncDesk] = providers.Singleton(
        sync_desk,
        transactions=transactions,
        gyms=gyms,
        locks=locks,
        guard=guard,
        phones=phones,
        readers=readers,
        clock=clock,
        ids=ids,
        policy=policy,
        laws=providers.Singleton(Laws, laws),
    )
    push_membership: providers.Provider[PushMembership] = providers.Singleton(
        PushMembership, transactions, writes, absorb
    )
    create_membership: providers.Provider[CreateMembership] = providers.Singleton(
        CreateMembership, transactions, writes, absorb, clock
    )

    webhook_providers: providers.Provider[WebhookProviders] = providers.Singleton(
        WebhookProviderRegistry,
        providers.List(
            providers.Singleton(CalcomWebhooks),
            providers.Singleton(GoogleCalendarWebhooks),
            providers.Singleton(RetellWebhooks),
            providers.Singleton(StripeWebhooks),
            providers.Singleton(WooCommerceWebhooks),
        ),
    )
    open_inbox: providers.Provider[OpenInbox] = providers.Singleton(OpenInbox, webhook_providers, tokens, clock)
    # Who answers calls that ring: replaced by whoever has something to say.
    inbound_calls: providers.Provider[InboundCalls] = providers.Singleton(NoSetup)
    doors: providers.Provider[Doors] = providers.Singleton(Doors, inbox_readers, webhook_providers, box, clock)
    intake: providers.Provider[Intake] = providers.Singleton(Intake, transactions)
    receive_webhook: providers.Provider[ReceiveWebhook] = providers.Singleton(ReceiveWebhook, doors, intake, clock, ids)
    process_delivery: providers.Provider[ProcessDelivery] = providers.Singleton(
        ProcessDelivery, transactions, webhook_providers, clock
    )
    sweep_deliveries: providers.Provider[SweepDeliveries] = providers.Singleton(
        SweepDeliveries, inbox_readers, transactions, clock
    )

    webhook_addresses: providers.Provider[WebhookAddresses] = providers.Singleton(
        WebhookAddresses, settings.provided.public_url, settings.provided.allow_private_addresses
    )
    registrars: providers.Provider[Registrars] = providers.Singleton(
        RegistrarRegistry,
        providers.List(
            providers.Singleton(CalcomRegistrars, chains, box),
            providers.Singleton(GoogleCalendarRegistrars, chains, box, clock, ids),
            providers.Singleton(WooCommerceRegistrars, chains, box),
        ),
        providers.Object({"retell": retell_steps, "stripe": stripe_steps}),
    )
    ensure_webhooks: providers.Provider[EnsureWebhooks] = providers.Singleton(
        EnsureWebhooks,
        transactions,
        registrars,
        webhook_providers,
        open_inbox,
        providers.Singleton(StoreMissed, doors, receive_webhook, intake),
        webhook_addresses,
        box,
        tokens,
        locks,
        guard,
        clock,
    )

    webhook_sender: providers.Provider[WebhookSender] = providers.Singleton(
        HttpWebhookSender, clock, allow_private=settings.provided.allow_private_addresses
    )
    signing_secrets: providers.Provider[SigningSecrets] = providers.Singleton(RandomSigningSecrets)
    give_up: providers.Provider[GiveUp] = providers.Singleton(GiveUp, clock, ids)
    deliver_message: providers.Provider[DeliverMessage] = providers.Singleton(
        DeliverMessage,
        transactions,
        webhook_sender,
        box,
        give_up,
        clock,
        dice,
        providers.Singleton(Places, clock, dice),
        providers.Object(observe_attempt),
    )
    # What jobs can be done here. Embedders add theirs: container.job_kinds.add_args(providers.Object(JobKind(...))).
    job_kinds: providers.List = providers.List(
        providers.Singleton(sync_job_kind, "members", sync.provided.members, gyms, transactions, clock),
        providers.Singleton(sync_job_kind, "leads", sync.provided.leads, gyms, transactions, clock),
        process_delivery.provided.kind.call(),
        deliver_message.provided.kind.call(),
        providers.Singleton(reaction_kind, transactions, fanout),
        providers.Singleton(EnsureWebhooksJob, ensure_webhooks, transactions, clock, ids).provided.kind.call(),
    )

    # A new one each time, for one process may have several: container.worker(parallel=5).
    worker: providers.Provider[Worker] = providers.Factory(
        Worker, queue, job_kinds, clock, dice, ids, observe=providers.Object(observe_job)
    )

    agenda: providers.Provider[Agenda] = providers.Singleton(SqlAgenda, database)
    timings: providers.Provider[Timings] = providers.Singleton(Timings, providers.Singleton(LibraryCronParser))
    readiness: providers.Provider[Readiness] = providers.Singleton(readiness_of, job_kinds, gyms, webhook_providers)
    shows: providers.Provider[Shows] = providers.Singleton(Shows, readiness)
    install_seeds: providers.Provider[InstallSeeds] = providers.Singleton(
        InstallSeeds, directory, transactions, timings, clock, ids
    )
    scheduler: providers.Provider[Scheduler] = providers.Singleton(
        Scheduler, agenda, directory, transactions, readiness, install_seeds, clock, ids
    )

    use_cases: providers.Provider[UseCases] = providers.Singleton(
        UseCases,
        log_in=providers.Singleton(LogIn, directory, transactions, hasher, tokens, limiter, clock, ids),
        log_out=providers.Singleton(LogOut, directory, transactions, tokens, clock),
        authenticate=providers.Singleton(Authenticate, directory, tokens, clock),
        create_user=providers.Singleton(CreateUser, transactions, hasher, clock, ids),
        import_users=providers.Singleton(ImportUsers, transactions, hasher, clock, ids),
        create_api_key=providers.Singleton(CreateApiKey, transactions, tokens, clock, ids),
        revoke_api_key=providers.Singleton(RevokeApiKey, transactions, clock),
        create_tenant=providers.Singleton(CreateTenant, directory, clock, ids, install_seeds),
        connect_provider=providers.Singleton(ConnectProvider, transactions, connectable, open_inbox, box, clock, ids),
        list_provider_accounts=providers.Singleton(ListProviderAccounts, transactions, gyms),
        check_provider=providers.Singleton(CheckProvider, transactions, gyms, clock),
        create_membership=create_membership,
        update_membership=providers.Singleton(UpdateMembership, transactions, push_membership),
        cancel_membership=providers.Singleton(CancelMembership, transactions, push_membership),
        get_member=providers.Singleton(GetMember, transactions),
        list_packages=providers.Singleton(ListPackages, transactions),
        create_lead=providers.Singleton(CreateLead, transactions, writes, absorb, phones, clock, ids),
        get_lead=providers.Singleton(GetLead, transactions),
        update_lead=providers.Singleton(UpdateLead, transactions, writes, absorb, clock),
        convert_lead=providers.Singleton(ConvertLead, transactions, writes, absorb, create_membership, clock),
        browse=providers.Singleton(Browse, transactions, gyms),
        sync=sync,
        complete_task=providers.Singleton(CompleteTask, transactions, clock),
        list_jobs=providers.Singleton(ListJobs, transactions),
        show_job=providers.Singleton(ShowJob, transactions),
        retry_job=providers.Singleton(RetryJob, transactions),
        cancel_job=providers.Singleton(CancelJob, transactions),
        list_schedules=providers.Singleton(ListSchedules, transactions, shows),
        create_schedule=providers.Singleton(CreateSchedule, transactions, timings, readiness, shows, clock, ids),
        edit_schedule=providers.Singleton(EditSchedule, transactions, timings, shows, clock),
        pause_schedule=providers.Singleton(PauseSchedule, transactions, shows, clock),
        delete_schedule=providers.Singleton(DeleteSchedule, transactions),
        run_schedule=providers.Singleton(RunSchedule, transactions, readiness),
        receive_webhook=receive_webhook,
        answer_inbound_call=providers.Singleton(
            AnswerInboundCall,
            receive_webhook,
            intake,
            inbound_calls,
            providers.Dict(retell=providers.Singleton(RetellCallAnswers)),
        ),
        administer_inbox=providers.Singleton(
            AdministerInbox, transactions, open_inbox, webhook_providers, webhook_addresses, box, tokens, clock
        ),
        get_delivery=providers.Singleton(GetDelivery, transactions),
        replay_deliveries=providers.Singleton(ReplayDeliveries, transactions),
        ensure_webhooks=ensure_webhooks,
        webhook_providers=webhook_providers,
        observe_webhook=providers.Object(observe_webhook),
        inbox_readers=inbox_readers,
        outgoing_readers=outgoing_readers,
        browse_endpoints=providers.Singleton(BrowseEndpoints, transactions),
        create_endpoint=providers.Singleton(
            CreateEndpoint, transactions, webhook_sender, signing_secrets, box, clock, ids, known_events
        ),
        update_endpoint=providers.Singleton(UpdateEndpoint, transactions, webhook_sender, known_events),
        rotate_endpoint_secret=providers.Singleton(RotateSecret, transactions, signing_secrets, box, clock),
        switch_endpoint=providers.Singleton(SwitchEndpoint, transactions, give_up),
        delete_endpoint=providers.Singleton(DeleteEndpoint, transactions, give_up),
        send_test_message=providers.Singleton(SendTest, transactions, clock, ids),
        replay_messages=providers.Singleton(ReplayMessages, transactions, clock),
        job_queue=queue,
        readers=readers,
        directory=directory,
        audit=audit,
        limiter=limiter,
        clock=clock,
    )
