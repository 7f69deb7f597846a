"""Gyms whose gateways the contract suite holds to the same promises."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Protocol

from tests.builders import a_package

from tresen.adapters.memory.clock import FixedClock
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.application.ports.gym import GymGateway
from tresen.domain.shared.errors import CredentialsRefused, GatewayUnavailable
from tresen.domain.shared.money import Money


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


@asynccontextmanager
async def in_memory() -> AsyncIterator[GymWorld]:
    """The fake."""
    yield MemoryGymWorld()
