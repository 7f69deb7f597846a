"""An emulated Wodify on a loopback port, and gateways that reach it through the whole chain of transports."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from uuid import UUID

import pytest

from tresen.adapters.emulators.wodify import Sizes, WodifyEmulator, WodifyOptions
from tresen.adapters.http.chain import CallChains
from tresen.adapters.memory.clock import NOON, FixedClock, FixedDice
from tresen.adapters.providers import GymRegistry
from tresen.adapters.wodify.provider import WodifyProvider
from tresen.application.ports.gym import GymGateway
from tresen.application.ports.secrets import SecretBox
from tresen.domain.shared.ids import AccountId, TenantId
from tresen.domain.tenancy.provider_account import ProviderAccount

TODAY = date(2026, 3, 1)
SIZES = Sizes(clients=230, memberships=340, leads=120)

Open = Callable[..., AbstractAsyncContextManager[GymGateway]]


class GlassBox(SecretBox):
    """Seals nothing."""

    def seal(self, plain: str) -> bytes:
        return plain.encode()

    def open(self, sealed: bytes) -> str:
        return sealed.decode()


async def no_pause(_seconds: float) -> None:
    """Latencies pass at once."""


@pytest.fixture
def options() -> WodifyOptions:
    return WodifyOptions()


@pytest.fixture
async def emulator(options: WodifyOptions) -> AsyncIterator[WodifyEmulator]:
    wodify = WodifyEmulator(today=TODAY, seed=11, sizes=SIZES, options=options, sleep=no_pause)
    async with wodify.serving():
        yield wodify


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def wodify(clock: FixedClock) -> WodifyProvider:
    return WodifyProvider(CallChains(clock, FixedDice(), allow_private=True), GlassBox())


@pytest.fixture
def connect(emulator: WodifyEmulator, wodify: WodifyProvider) -> Open:
    """Opens an account at the emulator; ``key`` and settings as given, unproven writes allowed."""

    def open_account(
        *, key: str | None = None, base_url: str | None = None, **settings: str
    ) -> AbstractAsyncContextManager[GymGateway]:
        given = {"location_id": "20", "allow_unproven": "true", **settings}
        connection = wodify.check(base_url=base_url or emulator.url, settings=given)
        account = ProviderAccount(
            id=AccountId(UUID(int=1)),
            tenant_id=TenantId(UUID(int=2)),
            provider="wodify",
            name="main",
            base_url=connection.base_url,
            credentials=(key or emulator.options.api_key).encode(),
            settings=connection.settings,
            created_at=NOON,
        )
        return GymRegistry([wodify]).open(account)

    return open_account


@pytest.fixture
async def gym(connect: Open) -> AsyncIterator[GymGateway]:
    async with connect() as gateway:
        yield gateway
