"""The emulated providers that send webhooks, and how an account is connected to each."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import attrs

from .calcom import CalcomEmulator
from .google_calendar import GoogleCalendarEmulator
from .retell import RetellEmulator
from .sending.emulator import SendingEmulator
from .stripe import StripeEmulator
from .woocommerce import WooCommerceEmulator


@attrs.frozen(kw_only=True)
class Connection:
    """What an account at an emulated provider is connected with."""

    provider: str
    base_url: str
    credentials: str = attrs.field(repr=False)
    settings: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class EmulatedProviders:
    """One of each, each as reachable as its own block allows."""

    calcom: CalcomEmulator
    google_calendar: GoogleCalendarEmulator
    retell: RetellEmulator
    stripe: StripeEmulator
    woocommerce: WooCommerceEmulator

    def all(self) -> Mapping[str, SendingEmulator]:
        """By the word in accounts' ``provider``."""
        return {
            "calcom": self.calcom,
            "google_calendar": self.google_calendar,
            "retell": self.retell,
            "stripe": self.stripe,
            "woocommerce": self.woocommerce,
        }

    def connection(self, provider: str) -> Connection:
        """How an account is connected to that one. Raises KeyError; RuntimeError while it is not serving."""
        connect: Mapping[str, Callable[[], Connection]] = {
            "calcom": self._calcom,
            "google_calendar": self._google_calendar,
            "retell": self._retell,
            "stripe": self._stripe,
            "woocommerce": self._woocommerce,
        }
        return connect[provider]()

    def _calcom(self) -> Connection:
        key = self.calcom.options.api_key
        return Connection(provider="calcom", base_url=self.calcom.url, credentials=key)

    def _google_calendar(self) -> Connection:
        return Connection(
            provider="google_calendar",
            base_url=self.google_calendar.url,
            credentials=self.google_calendar.key_file(),
            settings={"calendars": ",".join(self.google_calendar.state.events)},
        )

    def _retell(self) -> Connection:
        key = self.retell.options.api_key
        return Connection(provider="retell", base_url=self.retell.root_url, credentials=key)

    def _stripe(self) -> Connection:
        key = self.stripe.options.api_key
        return Connection(provider="stripe", base_url=self.stripe.root_url, credentials=key)

    def _woocommerce(self) -> Connection:
        options = self.woocommerce.options
        pair = f"{options.consumer_key}:{options.consumer_secret}"
        return Connection(provider="woocommerce", base_url=self.woocommerce.root_url, credentials=pair)


def emulated_providers(*, seed: int = 1) -> EmulatedProviders:
    """One of each; none serves yet. They tell this machine's time and send by themselves."""
    return EmulatedProviders(
        calcom=CalcomEmulator(seed=seed),
        google_calendar=GoogleCalendarEmulator(seed=seed),
        retell=RetellEmulator(seed=seed),
        stripe=StripeEmulator(seed=seed),
        woocommerce=WooCommerceEmulator(seed=seed),
    )


@asynccontextmanager
async def serving_providers(*, seed: int = 1) -> AsyncIterator[EmulatedProviders]:
    """All of them, answering and sending while inside, each on a free loopback port."""
    providers = emulated_providers(seed=seed)
    async with AsyncExitStack() as stack:
        for emulator in providers.all().values():
            await stack.enter_async_context(emulator.serving())
        yield providers
