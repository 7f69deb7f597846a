"""What providers send us: doors, deliveries, calls that ring, and the webhooks' setting up."""

from ...adapters.retell.inbound import RetellCallAnswers
from ...application.ports.inbound_calls import InboundCalls
from ...application.webhooks.addresses import WebhookAddresses
from ...application.webhooks.administer_inbox import AdministerInbox
from ...application.webhooks.answer_call import AnswerInboundCall, NoSetup
from ...application.webhooks.doors import Doors
from ...application.webhooks.ensure import EnsureWebhooks, StoreMissed
from ...application.webhooks.get_delivery import GetDelivery
from ...application.webhooks.intake import Intake
from ...application.webhooks.open_inbox import OpenInbox
from ...application.webhooks.process import ProcessDelivery
from ...application.webhooks.receive import ReceiveWebhook
from ...application.webhooks.replay import ReplayDeliveries
from ...application.webhooks.sweep import SweepDeliveries
from ..injection import providers
from .connections import Connections
from .ground import Ground
from .storage import Storage


class Webhooks(Storage, Connections):
    """Use cases of incoming webhooks."""

    open_inbox: providers.Provider[OpenInbox] = providers.Singleton(
        OpenInbox, Connections.webhook_providers, Ground.tokens, Ground.clock
    )
    doors: providers.Provider[Doors] = providers.Singleton(
        Doors, Storage.inbox_readers, Connections.webhook_providers, Ground.box, Ground.clock
    )
    intake: providers.Provider[Intake] = providers.Singleton(Intake, Storage.transactions)
    receive_webhook: providers.Provider[ReceiveWebhook] = providers.Singleton(
        ReceiveWebhook, doors, intake, Ground.clock, Ground.ids
    )
    process_delivery: providers.Provider[ProcessDelivery] = providers.Singleton(
        ProcessDelivery, Storage.transactions, Connections.webhook_providers, Ground.clock
    )
    sweep_deliveries: providers.Provider[SweepDeliveries] = providers.Singleton(
        SweepDeliveries, Storage.inbox_readers, Storage.transactions, Ground.clock
    )
    get_delivery: providers.Provider[GetDelivery] = providers.Singleton(GetDelivery, Storage.transactions)
    replay_deliveries: providers.Provider[ReplayDeliveries] = providers.Singleton(
        ReplayDeliveries, Storage.transactions
    )

    # Who answers calls that ring: replaced by whoever has something to say.
    inbound_calls: providers.Provider[InboundCalls] = providers.Singleton(NoSetup)
    answer_inbound_call: providers.Provider[AnswerInboundCall] = providers.Singleton(
        AnswerInboundCall,
        receive_webhook,
        intake,
        inbound_calls,
        providers.Dict(retell=providers.Singleton(RetellCallAnswers)),
    )

    webhook_addresses: providers.Provider[WebhookAddresses] = providers.Singleton(
        WebhookAddresses, Ground.settings.provided.public_url, Ground.settings.provided.allow_private_addresses
    )
    administer_inbox: providers.Provider[AdministerInbox] = providers.Singleton(
        AdministerInbox,
        Storage.transactions,
        open_inbox,
        Connections.webhook_providers,
        webhook_addresses,
        Ground.box,
        Ground.tokens,
        Ground.clock,
    )
    ensure_webhooks: providers.Provider[EnsureWebhooks] = providers.Singleton(
        EnsureWebhooks,
        Storage.transactions,
        Connections.registrars,
        Connections.webhook_providers,
        open_inbox,
        providers.Singleton(StoreMissed, doors, receive_webhook, intake),
        webhook_addresses,
        Ground.box,
        Ground.tokens,
        Storage.locks,
        Connections.guard,
        Ground.clock,
    )
