"""Gyms whose gateways the contract suite holds to the same promises."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Protocol

import attrs
import msgspec
from tests.builders import NOON, a_package, a_tenant, an_account

from tresen.adapters.emulators.faults import Fault, FaultRule
from tresen.adapters.emulators.wodify import Sizes, WodifyEmulator
from tresen.adapters.emulators.wodify.bodies import ClientCreate, LeadCreate, MembershipCreate
from tresen.adapters.emulators.wodify.habits import Removal
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
from tresen.application.ports.sources import Batch, Observed
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable
from tresen.domain.shared.money import Money
from tresen.domain.sync.schema import Value

LOCATION = LOCATIONS[0].id


class GymWorld(Protocol):
    """A gym that is empty at first, seen from both sides: our gateway, and the people who work there.

    ``today`` is the gym's civil date. ``packages`` are the ids of what is on sale, at least two. ``tells_gone``:
    whether changes tell what was deleted.
    """

    gateway: GymGateway
    today: date
    packages: Sequence[str]
    tells_gone: bool

    async def add_member(self, first_name: str, *, email: str | None = None, status: str = "active") -> str:
        """Somebody at the gym enters a member; its id. ``status``: active, paused or cancelled."""

    async def add_lead(self, first_name: str, *, email: str | None = None, status: str = "new") -> str:
        """Somebody at the gym enters a lead; its id. ``status``: new, contacted or lost."""

    async def add_membership(self, member: str) -> str:
        """Somebody at the gym sells the first package from today on; its id."""

    async def rename_member(self, external_id: str, first_name: str) -> None:
        """Somebody at the gym edits a member."""

    async def rename_lead(self, external_id: str, first_name: str, *, late: bool = False) -> None:
        """Somebody at the gym edits a lead; ``late``: it took a minute until the edit, stamped by then, is seen."""

    async def remove_lead(self, external_id: str) -> None:
        """Somebody at the gym deletes a lead."""

    async def remove_lead_after(self, external_id: str, *, answers: int) -> None:
        """Somebody at the gym deletes a lead as soon as so many calls for a page of leads were answered, or that page
        is asked for; from now on pages are cut anew at each call.
        """

    async def hours_pass(self) -> None:
        """Until nothing that was done before counts as recent."""

    async def hold_clock(self) -> None:
        """Whatever is done from now on bears the same stamp."""

    async def respell(self) -> None:
        """The gym keeps addresses in small letters and numbers as they are dialled internationally, from now on."""

    async def forget(self) -> None:
        """Changes that were made until now can no longer be asked for."""

    async def go_down(self) -> None:
        """No call is answered any more."""

    async def refuse_key(self) -> None:
        """The gym no longer accepts our key."""

    async def lose_next_answer(self, call: str) -> None:
        """The next write by that method, of the gateway or such as ``leads.push``, takes effect, but its answer never
        arrives."""


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
        self.tells_gone = True
        self._tick = timedelta(seconds=1)
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
        self.clock.advance(self._tick)
        self.books.members.edit(external_id, {"first_name": first_name})

    async def rename_lead(self, external_id: str, first_name: str, *, late: bool = False) -> None:
        self.clock.advance(self._tick)
        self.books.leads.edit(external_id, {"first_name": first_name}, late=timedelta(minutes=late))

    async def remove_lead(self, external_id: str) -> None:
        self.clock.advance(self._tick)
        self.books.leads.remove(external_id)

    async def remove_lead_after(self, external_id: str, *, answers: int) -> None:
        self.gym.habits = attrs.evolve(self.gym.habits, pages_shift=True)
        self.gym.faults.meanwhile("leads", lambda: self.books.leads.remove(external_id), page=answers)

    async def hours_pass(self) -> None:
        self.clock.advance(timedelta(hours=3))

    async def hold_clock(self) -> None:
        self._tick = timedelta()

    async def respell(self) -> None:
        self.gym.habits = attrs.evolve(self.gym.habits, lowers_emails=True, dials_phones=True)

    async def forget(self) -> None:
        for shelf in (self.books.members, self.books.memberships, self.books.leads):
            shelf.forget()

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
        self.tells_gone = False
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
        self.emulator.state.edit("clients", int(external_id), msgspec.json.encode({"first_name": first_name}))

    async def rename_lead(self, external_id: str, first_name: str, *, late: bool = False) -> None:
        state, key = self.emulator.state, int(external_id)
        state.edit("leads", key, msgspec.json.encode({"first_name": first_name}))
        if late:
            stamp = datetime.fromisoformat(state.leads.get(key).updated.updated_on_datetime) - timedelta(minutes=1)
            patch = {"updated": {"updated_on_datetime": stamp.isoformat()}}
            state.edit("leads", key, msgspec.json.encode(patch))

    async def remove_lead(self, external_id: str) -> None:
        self.emulator.state.leads.remove(int(external_id))

    async def remove_lead_after(self, external_id: str, *, answers: int) -> None:
        removal = Removal(id=int(external_id), route="GET /leads", answers=answers)
        self.emulator.state.removals.append(("leads", removal))

    async def hours_pass(self) -> None:
        self.emulator.state.pass_time(3 * 3600)

    async def hold_clock(self) -> None:
        self.emulator.state.switches.still_clock = True

    async def respell(self) -> None:
        self.emulator.state.switches.respells = True

    async def forget(self) -> None:
        self.emulator.state.switches.blind_search = True

    async def go_down(self) -> None:
        self.emulator.faults.replace((FaultRule(kind=Fault.SERVER_ERROR),))

    async def refuse_key(self) -> None:
        self.gateway = self.stranger

    async def lose_next_answer(self, call: str) -> None:
        method, path = {
            "create_lead": ("POST", "/v1/leads"),
            "create_membership": ("POST", "/v1/memberships"),
            "leads.push": ("PUT", "/v1/leads"),
            "members.push": ("PUT", "/v1/clients"),
        }[call]
        self.emulator.faults.replace((FaultRule(kind=Fault.CLOSE_AFTER_EFFECT, method=method, path=path, times=1),))


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
        settings = {"location_id": str(LOCATION), "allow_unproven": "true", "page_size": "3", "changed_since": "true"}
        ours, wrong = (
            an_account(a_tenant().id, provider="wodify", base_url=url, settings=settings, credentials=box.seal(key))
            for key in (emulator.options.api_key, "wrong")
        )
        async with provider.open(ours) as gateway, provider.open(wrong) as stranger:
            yield WodifyWorld(emulator, gateway, stranger)


WORLDS: Mapping[str, Callable[[], AbstractAsyncContextManager[GymWorld]]] = {
    "memory": in_memory,
    "wodify": at_wodify,
}


async def everything(batches: AsyncIterator[Batch]) -> list[Observed]:
    """Every record of every batch."""
    return [one async for batch in batches for one in batch.observed]


def value(observed: Observed | None, field: str) -> Value:
    """One value of a record that is there."""
    assert observed is not None
    return observed.read().values[field]


def ids(observed: Sequence[Observed]) -> list[str]:
    """Of records, in order."""
    return [one.external_id for one in observed]
