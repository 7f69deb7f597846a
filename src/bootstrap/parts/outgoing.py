"""What we send to others: endpoints and the messages that go there."""

from ...adapters.outgoing.sender import HttpWebhookSender
from ...adapters.outgoing.signature import RandomSigningSecrets
from ...application.outgoing.browse_endpoints import BrowseEndpoints
from ...application.outgoing.change_endpoint import DeleteEndpoint, RotateSecret, SwitchEndpoint, UpdateEndpoint
from ...application.outgoing.create_endpoint import CreateEndpoint
from ...application.outgoing.deliver import DeliverMessage
from ...application.outgoing.give_up import GiveUp
from ...application.outgoing.places import Places
from ...application.outgoing.send_again import ReplayMessages, SendTest
from ...application.ports.outgoing import SigningSecrets, WebhookSender
from ..injection import providers
from ..metrics import observe_attempt
from .ground import Ground
from .storage import Storage


class Outgoing(Storage):
    """Use cases of outgoing webhooks."""

    webhook_sender: providers.Provider[WebhookSender] = providers.Singleton(
        HttpWebhookSender, Ground.clock, allow_private=Ground.settings.provided.allow_private_addresses
    )
    signing_secrets: providers.Provider[SigningSecrets] = providers.Singleton(RandomSigningSecrets)
    give_up: providers.Provider[GiveUp] = providers.Singleton(GiveUp, Ground.clock, Ground.ids)
    deliver_message: providers.Provider[DeliverMessage] = providers.Singleton(
        DeliverMessage,
        Storage.transactions,
        webhook_sender,
        Ground.box,
        give_up,
        Ground.clock,
        Ground.dice,
        providers.Singleton(Places, Ground.clock, Ground.dice),
        providers.Object(observe_attempt),
    )

    browse_endpoints: providers.Provider[BrowseEndpoints] = providers.Singleton(BrowseEndpoints, Storage.transactions)
    create_endpoint: providers.Provider[CreateEndpoint] = providers.Singleton(
        CreateEndpoint,
        Storage.transactions,
        webhook_sender,
        signing_secrets,
        Ground.box,
        Ground.clock,
        Ground.ids,
        Storage.known_events,
    )
    update_endpoint: providers.Provider[UpdateEndpoint] = providers.Singleton(
        UpdateEndpoint, Storage.transactions, webhook_sender, Storage.known_events
    )
    rotate_endpoint_secret: providers.Provider[RotateSecret] = providers.Singleton(
        RotateSecret, Storage.transactions, signing_secrets, Ground.box, Ground.clock
    )
    switch_endpoint: providers.Provider[SwitchEndpoint] = providers.Singleton(
        SwitchEndpoint, Storage.transactions, give_up
    )
    delete_endpoint: providers.Provider[DeleteEndpoint] = providers.Singleton(
        DeleteEndpoint, Storage.transactions, give_up
    )
    send_test_message: providers.Provider[SendTest] = providers.Singleton(
        SendTest, Storage.transactions, Ground.clock, Ground.ids
    )
    replay_messages: providers.Provider[ReplayMessages] = providers.Singleton(
        ReplayMessages, Storage.transactions, Ground.clock
    )
