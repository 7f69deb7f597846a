"""A studio in which both sides edit the same things."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import attrs
from tests.integration.cli.desk import Desk, Result

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.membership.member import Member
from tresen.domain.shared.ids import MemberId

NORTH, SOUTH = ("--tenant", "north"), ("--tenant", "south")
NAMES = ("Ada", "Bob", "Cy", "Dora", "Eve", "Fay", "Gus", "Hal")


@attrs.frozen
class Quarrel:
    """Eight members, synced two hours ago. ``ids`` are theirs at the provider, in the order of ``NAMES``."""

    desk: Desk
    ids: tuple[str, ...]

    def sync(self, *options: str) -> Result:
        """A forced run of the members."""
        return self.desk("sync", "run", "members", "--force", *options, *NORTH)

    def later(self) -> None:
        self.desk.world.clock.advance(timedelta(hours=2))

    def there(self, number: int, **values: str | None) -> None:
        """The provider edits a member."""
        self.desk.world.gym.books.members.edit(self.ids[number], values)

    def here(self, number: int, email: str) -> None:
        """We edit a member."""
        asyncio.run(self.desk.world.edit_email(self.ids[number], email))

    def here_name(self, number: int, last_name: str) -> None:
        """We rename a member."""
        self._here(number, lambda uow, member: _renamed(uow, member, last_name))

    def delete_here(self, number: int) -> None:
        """We delete a member, and what belongs to it."""
        self._here(number, _deleted)

    def _here(self, number: int, work: Callable[[UnitOfWork, Member], Awaitable[None]]) -> None:
        world = self.desk.world

        async def do(uow: UnitOfWork) -> None:
            links = await uow.sync_records.by_external_ids(world.account.id, "member", [self.ids[number]])
            await work(uow, await uow.members.get(MemberId(links[self.ids[number]].local_id)))

        asyncio.run(world.transactions.run(world.north.id, "test", do))

    def lose(self, *numbers: int) -> None:
        """Members leave at the provider."""
        for number in numbers:
            self.desk.world.lose(self.ids[number])

    def law(self, *words: str) -> None:
        assert self.desk("sync", "policy", "set", "member", *words, *NORTH).code == 0

    def forbid_writes(self) -> None:
        """Nothing may be written to the provider from now on."""
        world = self.desk.world

        async def forbid(uow: UnitOfWork) -> None:
            account = await uow.accounts.get(world.account.id)
            account.writes_enabled = False
            await uow.accounts.save(account)

        asyncio.run(world.transactions.run(world.north.id, "test", forbid))

    def json(self, *argv: str) -> Any:
        """What ``tresen sync …`` answers for programs."""
        result = self.desk("sync", *argv, "--json", *NORTH)
        assert result.code in {0, 7}, result.err
        return result.json

    def members(self) -> dict[str, str | None]:
        """E-mail addresses here, by first name."""
        found = self.desk("members", "list", "--limit", "200", "--json", *NORTH).json["members"]
        return {one["first_name"]: one["email"] for one in found}

    def disagree(self, *numbers: int) -> list[str]:
        """Both sides edit the address of members, whose law asks a person; the ids of the conflicts, oldest first."""
        for number in numbers:
            self.here(number, f"here{number}@example.org")
            self.there(number, email=f"there{number}@example.org")
        self.later()
        assert self.sync().code == 0
        return [one["id"] for one in self.json("conflicts")["conflicts"]][::-1]


async def _renamed(uow: UnitOfWork, member: Member, last_name: str) -> None:
    member.last_name, member.updated_at = last_name, member.updated_at + timedelta(hours=1)
    await uow.members.save(member)


async def _deleted(uow: UnitOfWork, member: Member) -> None:
    await uow.memberships.remove_many(await uow.memberships.of_member(member.id))
    await uow.members.remove_many([member])


def begin(desk: Desk) -> Quarrel:
    """The first sync, and two hours of peace."""
    ids = tuple(desk.world.enrol(name) for name in NAMES)
    quarrel = Quarrel(desk, ids)
    assert quarrel.sync().code == 0
    quarrel.later()
    return quarrel
