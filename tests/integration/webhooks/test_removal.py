"""What was set up at a provider is taken away again, and nothing else."""

from collections.abc import AsyncIterator

import pytest
from tests.integration.webhooks.front_desk import FrontDesk

from tresen.adapters.emulators.calcom.shapes import WebhookBody
from tresen.adapters.emulators.providers import EmulatedProviders, serving_providers
from tresen.adapters.emulators.woocommerce.shapes import WebhookBody as ShopWebhookBody
from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.system import SystemClock
from tresen.application.ports.registrars import Registrars, Wanted
from tresen.domain.shared.errors import GatewayUnsupported, NotConfigured
from tresen.domain.tenancy.provider_account import ProviderAccount

SECRET = "s3cret"


@pytest.fixture
def clock() -> FixedClock:
    """Emulators and installation tell the machine's time."""
    return FixedClock(SystemClock().now())


@pytest.fixture
async def providers() -> AsyncIterator[EmulatedProviders]:
    async with serving_providers() as providers:
        yield providers


@pytest.fixture
def registrars(desk: FrontDesk) -> Registrars:
    found: Registrars = desk.installation._container.registrars()
    return found


async def connected(desk: FrontDesk, providers: EmulatedProviders, provider: str) -> ProviderAccount:
    connection = providers.connection(provider)
    return await desk.connect(
        provider, connection.credentials, base_url=connection.base_url, settings=connection.settings
    )


@pytest.mark.parametrize(("provider", "count"), [("calcom", 1), ("woocommerce", 7), ("google_calendar", 1)])
async def test_only_ours_is_removed(
    desk: FrontDesk, providers: EmulatedProviders, registrars: Registrars, provider: str, count: int
) -> None:
    account = await connected(desk, providers, provider)
    providers.calcom.state.subscribe(WebhookBody(active=True, subscriber_url="https://else.example/", triggers=[]))
    providers.woocommerce.subscriptions.create(
        ShopWebhookBody(topic="order.created", delivery_url=f"{desk.url}/elsewhere", status="paused")
    )
    wanted = Wanted(address=f"{desk.url}/webhooks/{provider}/key", secret=SECRET, now=desk.clock.now())
    async with registrars.open(account) as registrar:
        made = await registrar.ensure(wanted)
        known = {one.external_id: one.details for one in made.registrations}
        again = Wanted(address=wanted.address, secret=SECRET, known=known, now=desk.clock.now())
        gone = await registrar.remove(again)
        assert sorted(gone) == sorted(known)
        assert len(gone) == count
        # Google lists no channels: those that were closed are closed again, which it does not mind.
        assert len(await registrar.remove(again)) == (count if provider == "google_calendar" else 0)
    assert len(providers.calcom.state.webhooks) == 1
    assert len(providers.woocommerce.subscriptions.rows) == 1
    assert providers.google_calendar.channels.open == {}


@pytest.mark.parametrize("provider", ["stripe", "retell"])
async def test_where_a_person_does_it_there_is_no_registrar(
    desk: FrontDesk, providers: EmulatedProviders, registrars: Registrars, provider: str
) -> None:
    account = await connected(desk, providers, provider)
    assert not registrars.can_register(provider)
    assert registrars.by_hand(provider, "https://x")
    with pytest.raises(GatewayUnsupported):
        registrars.open(account)


async def test_an_account_that_may_not_be_called_is_not(
    desk: FrontDesk, providers: EmulatedProviders, registrars: Registrars
) -> None:
    account = await connected(desk, providers, "calcom")
    account.block("no", now=desk.clock.now())
    with pytest.raises(NotConfigured):
        async with registrars.open(account):
            raise AssertionError
    assert providers.calcom.calls.total() == 0


@pytest.mark.parametrize("provider", ["calcom", "woocommerce"])
async def test_when_the_installation_moves_its_webhooks_follow_and_others_with_their_numbers_do_not(
    desk: FrontDesk, providers: EmulatedProviders, registrars: Registrars, provider: str
) -> None:
    account = await connected(desk, providers, provider)
    foreign = "https://else.example/webhooks/x"
    theirs = providers.calcom.state.subscribe(WebhookBody(active=True, subscriber_url=foreign, triggers=[]))
    their_hook = providers.woocommerce.subscriptions.create(
        ShopWebhookBody(topic="order.created", delivery_url=foreign, status="paused")
    )
    known = {str(theirs.id): "{}", str(their_hook.id): "{}"}
    before, after = f"{desk.url}/webhooks/{provider}/key", f"https://moved.example/desk/webhooks/{provider}/key"
    async with registrars.open(account) as registrar:
        for address in (before, after):
            await registrar.ensure(Wanted(address=address, secret=SECRET, known=known, now=desk.clock.now()))
    urls = [one.subscriber_url for one in providers.calcom.state.webhooks.values()]
    urls += [one.delivery_url for one in providers.woocommerce.subscriptions.rows.values()]
    assert before not in urls
    assert urls.count(after) == (1 if provider == "calcom" else 7)
    assert urls.count(foreign) == 2
