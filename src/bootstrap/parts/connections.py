"""Every provider that Tresen knows: how it is reached, what it sends, and how that is set up."""

from ...adapters.calcom.account import calcom
from ...adapters.calcom.registrar import CalcomRegistrars
from ...adapters.calcom.webhooks import CalcomWebhooks
from ...adapters.google_calendar.account import google_calendar
from ...adapters.google_calendar.registrar import GoogleCalendarRegistrars
from ...adapters.google_calendar.webhooks import GoogleCalendarWebhooks
from ...adapters.http.chain import CallChains
from ...adapters.http.observation import CallObserver
from ...adapters.providers import GymRegistry, ProviderRegistry
from ...adapters.registrars import RegistrarRegistry
from ...adapters.retell.account import retell
from ...adapters.retell.by_hand import steps as retell_steps
from ...adapters.retell.webhooks import RetellWebhooks
from ...adapters.stripe.account import stripe
from ...adapters.stripe.by_hand import steps as stripe_steps
from ...adapters.stripe.webhooks import StripeWebhooks
from ...adapters.webhooks.registry import WebhookProviderRegistry
from ...adapters.wodify.provider import WodifyProvider
from ...adapters.woocommerce.account import woocommerce
from ...adapters.woocommerce.registrar import WooCommerceRegistrars
from ...adapters.woocommerce.webhooks import WooCommerceWebhooks
from ...application.ports.gym import GymProviders
from ...application.ports.providers import Providers
from ...application.ports.registrars import Registrars
from ...application.ports.webhooks import WebhookProviders
from ...application.tenancy.credentials import CredentialGuard
from ..injection import providers
from ..metrics import prometheus_call_observer
from .ground import Ground

_allow_private = Ground.settings.provided.allow_private_addresses


class Connections(Ground):
    """A new provider is added to these lists."""

    call_observer: providers.Provider[CallObserver] = providers.Singleton(prometheus_call_observer)
    chains: providers.Provider[CallChains] = providers.Singleton(
        CallChains, Ground.clock, Ground.dice, call_observer, allow_private=_allow_private
    )
    guard: providers.Provider[CredentialGuard] = providers.Singleton(CredentialGuard, Ground.clock, Ground.ids)

    wodify: providers.Provider[WodifyProvider] = providers.Singleton(WodifyProvider, chains, Ground.box)
    gyms: providers.Provider[GymProviders] = providers.Singleton(GymRegistry, providers.List(wodify))
    connectable: providers.Provider[Providers] = providers.Singleton(
        ProviderRegistry,
        providers.List(
            wodify,
            providers.Singleton(calcom, allow_private=_allow_private),
            providers.Singleton(google_calendar, allow_private=_allow_private),
            providers.Singleton(retell, allow_private=_allow_private),
            providers.Singleton(stripe, allow_private=_allow_private),
            providers.Singleton(woocommerce, allow_private=_allow_private),
        ),
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
    registrars: providers.Provider[Registrars] = providers.Singleton(
        RegistrarRegistry,
        providers.List(
            providers.Singleton(CalcomRegistrars, chains, Ground.box),
            providers.Singleton(GoogleCalendarRegistrars, chains, Ground.box, Ground.clock, Ground.ids),
            providers.Singleton(WooCommerceRegistrars, chains, Ground.box),
        ),
        providers.Object({"retell": retell_steps, "stripe": stripe_steps}),
    )
