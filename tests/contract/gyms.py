"""Gyms whose gateways the contract suite holds to the same promises."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Protocol

from tests.builders import NOON, a_package, a_tenant, an_account

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.wodify import Sizes, WodifyEmulator
from tresen.adapters.emulators.wodify.bodies import ClientCreate, LeadCreate, MembershipCreate
from tresen.adapters.emulators.wodify.vocabulary import (
    ACTIVE,
    INACTIVE,
    LEAD_STATUSES,
    LOCATIONS,
    SUSPENDED,
    TEMPLATES,
)
from tresen.adapters.http.chain import CallChains
from tresen.adapters.memory.clock import FixedClock, FixedDice
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.security.sealing import AesGcmSecretBox, new_key
from tresen.adapters.wodify.provider import WodifyProvider
from tresen.application.ports.gym import GymGateway
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable
from tresen.domain.shared.money import Money

LOCATION = LOCATIONS[0].id


class GymWorld(Protocol):
    """A gym that is empty at first, seen from both sides: our gateway, and the people who work there.

    ``today`` is the gym's civil date. ``packages`` are the ids of what is on sale, at least two.
    """

    gateway: GymGateway
    today: date
    packages: Sequence[str]

    async def add_member(self, first_name: str, *, email: str | None = None, status: str = "active") -> str:
        """Somebody at the gym enters a member; its id. ``status``: active, paused or cancelled."""

    async def add_lead(self, first_name: str, *, email: str | None = None, status: str = "new") -> str:
        """Somebody at the gym enters a lead; its id. ``status``: new, contacted or lost."""

    async def add_membership(self, member: str) -> str:
        """Somebody at the gym sells the first package from today on; its id."""

    async def rename_member(self, external_id: str, first_name: str) -> None:
        """Somebody at the gym edits a member."""

    async def remove_lead(self, external_id: str) -> None:
        """Somebody at the gym deletes a lead."""

    async def go_down(self) -> None:
        """No call is answered any more."""

    async def refuse_key(self) -> None:
        """The gym no longer accepts our key."""

    async def lose_next_answer(self, call: str) -> None:
        """The next write by that method of the gateway takes effect, but its answer never arrives."""


class MemoryGymWorld(GymWorld):
    """The fake."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.books = GymBooks(self.clock)
        self.books.packages = [
            a_package(1, name="Gold", price=Money("49.00", "EUR")),
            a_package(2, name="Silver", price=Money("29.00", "EUR")),
        ]
        self.gateway = self.gym = MemoryGym(self.books, self.clock, page_size=3)
        self.today = self.clock.now().date()
        self.packages = [package.id for package in self.books.packages]

    async def add_member(self, first_name: str, *, email: str | None = None, status: str = "active") -> str:
        return self.books.members.add(
            {"first_name": first_name, "last_name": "Member", "email": email, "status": status}
        )

    async def add_lead(self, first_name: str, *, email: str | None = None, status: str = "new") -> str:
        return self.books.leads.add({"first_name": first_name, "last_name": "Lead", "email": email, "status": status})

    async def add_membership(self, member: str) -> str:
        return self.books.memberships.add(
            {"member": member, "name": "Gold", "starts_on": self.today.isoformat(), "flagged_active": True}
        )

    async def rename_member(self, external_id: str, first_name: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        self.books.members.edit(external_id, {"first_name": first_name})

    async def remove_lead(self, external_id: str) -> None:
        self.books.leads.remove(external_id)

    async def go_down(self) -> None:
        self.gym.faults.outage = GatewayUnavailable("nobody answers")

    async def refuse_key(self) -> None:
        self.gym.faults.outage = CredentialsRefused("wrong key")

    async def lose_next_answer(self, call: str) -> None:
        self.gym.faults.fail_next(call, GatewayUnavailable("no answer"), after=1)


class WodifyWorld(GymWorld):
    """The emulated Wodify, reached over a socket through the whole chain of transports."""

    def __init__(self, emulator: WodifyEmulator, gateway: GymGateway, stranger: GymGateway) -> None:
        self.emulator = emulator
        self.gateway = gateway
        self.stranger = stranger
        self.today = emulator.state.today
        self.packages = [str(template.id) for template in TEMPLATES]

    async def add_member(self, first_name: str, *, email: str | None = None, status: str = "active") -> str:
        state = {"active": ACTIVE, "paused": SUSPENDED, "cancelled": INACTIVE}[status]
        body = ClientCreate(first_name=first_name, email=email or "", location_id=LOCATION, client_status_id=state)
        return str(self.emulator.state.create_client(body).id)

    async def add_lead(self, first_name: str, *, email: str | None = None, status: str = "new") -> str:
        (state,) = (key for key, word in LEAD_STATUSES.items() if word.casefold() == status)
        body = LeadCreate(
            first_name=first_name, last_name="Lead", email=email or "", location_id=LOCATION, lead_status_id=state
        )
        return str(self.emulator.state.create_lead(body).id)

    async def add_membership(self, member: str) -> str:
        body = MembershipCreate(
            client_id=int(member), template_id=int(self.packages[0]), start_date=self.today.isoformat()
        )
        return str(self.emulator.state.create_membership(body).id)

    async def rename_member(self, external_id: str, first_name: str) -> None:
        client = self.emulator.state.clients.get(int(external_id))
        client.first_name = first_name
        self.emulator.state.clients.put(client)

    async def remove_lead(self, external_id: str) -> None:
        self.emulator.state.leads.remove(int(external_id))

    async def go_down(self) -> None:
        self.emulator.faults.replace((FaultRule(kind=Fault.SERVER_ERROR),))

    async def refuse_key(self) -> None:
        self.gateway = self.stranger

    async def lose_next_answer(self, call: str) -> None:
        path = {"create_lead": "/v1/leads", "create_membership": "/v1/memberships"}[call]
        self.emulator.faults.replace((FaultRule(kind=Fault.CLOSE_AFTER_EFFECT, method="POST", path=path, times=1),))


@asynccontextmanager
async def in_memory() -> AsyncIterator[GymWorld]:
    """The fake."""
    yield MemoryGymWorld()


@asynccontextmanager
async def at_wodify() -> AsyncIterator[GymWorld]:
    """The emulator, with pages of three."""
    emulator = WodifyEmulator(today=NOON.date(), sizes=Sizes(clients=0, memberships=0, leads=0))
    box = AesGcmSecretBox(new_key())
    provider = WodifyProvider(CallChains(FixedClock(), FixedDice(), allow_private=True), box)
    async with emulator.serving() as url:
        settings = {"location_id": str(LOCATION), "allow_unproven": "true", "page_size": "3"}
        ours, wrong = (
            an_account(a_tenant().id, provider="wodify", base_url=url, settings=settings, credentials=box.seal(key))
            for key in (emulator.options.api_key, "wrong")
        )
        async with provider.open(ours) as gateway, provider.open(wrong) as stranger:
            yield WodifyWorld(emulator, gateway, stranger)
