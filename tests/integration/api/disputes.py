"""Both sides of a record change, so that a person must decide; and other things that syncs keep."""

import attrs
from tests.world import World

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.contact import PhoneNumber
from tresen.domain.shared.ids import MemberId

from .conftest import Caller

ADA = "1001"  # her id at the gym, the first of its members
ASKED = {"fields": {"phone": "ask", "city": "ask"}}
HERE, THERE = "030 1", "030 2"


async def ask_about(world: World, document: dict[str, object] | None = None) -> None:
    """From now on a person decides about phone numbers and cities of members."""
    await world.use_cases.sync.set_policy(world.north.id, "member", document or ASKED, by="Owner")


async def edit_here(world: World, external_id: str = ADA, **values: object) -> None:
    """Somebody edits our member."""

    async def work(uow: UnitOfWork) -> None:
        links = await uow.sync_records.by_external_ids(world.account.id, "member", [external_id])
        member = await uow.members.get(MemberId(links[external_id].local_id))
        for name, value in values.items():
            setattr(member, name, value)
        await uow.members.save(member)

    await world.transactions.run(world.north.id, "test", work)


async def local_id(world: World, external_id: str = ADA) -> str:
    """Our id of a member."""
    found = await world.use_cases.sync.links.of_theirs(world.north.id, "member", external_id, [world.account.id])
    return str(found[0].local_id)


async def dispute(world: World, external_id: str = ADA) -> None:
    """A conflict about a member's phone number."""
    await ask_about(world)
    await edit_here(world, external_id, phone=PhoneNumber(HERE))
    world.gym.books.members.edit(external_id, {"phone": THERE})
    await world.sync()


async def phone_of(caller: Caller, world: World, external_id: str = ADA) -> object:
    """As the API tells it."""
    answer = await caller.get(f"/members/{await local_id(world, external_id)}")
    return answer.json()["member"]["phone"] if "member" in answer.json() else answer.json()["phone"]


async def open_conflict(caller: Caller) -> str:
    """The id of the newest one."""
    answer = await caller.get("/conflicts", state="open")
    return str(answer.json()["conflicts"][0]["id"])


async def planned(caller: Caller, kind: str = "members") -> str:
    """The id of a new plan."""
    answer = await caller.post(f"/sync/{kind}/plan", {})
    return str(answer.json()["runs"][0]["plan_id"])


async def empty_the_gym(world: World, members: int = 8) -> None:
    """So many members that a guard stops the sync when they are all gone."""
    extra = {world.enrol(f"M{number}") for number in range(members)}
    await world.sync()
    for shelf, member in ((world.gym.books.memberships, "member"), (world.gym.books.members, None)):
        for entry in list(shelf.entries()):
            if (entry.values[member] if member else entry.external_id) in extra:
                shelf.remove(entry.external_id)


@attrs.frozen
class Kept:
    """What stands for the ids of things that a sync keeps."""

    conflict: str
    plan: str
    run: str
    change: str
    record: str


async def keep_some(caller: Caller, world: World) -> Kept:
    """An open conflict, a plan that was not applied, a journal line and its run, an override."""
    await dispute(world)
    world.gym.books.members.edit(ADA, {"first_name": "Adele"})
    await world.sync()
    record = await local_id(world)
    versions = (await caller.get(f"/sync/records/member/{record}/history")).json()["versions"]
    change = versions[0]["changes"][0]
    world.gym.books.members.edit(ADA, {"city": "Ulm"})
    return Kept(
        conflict=await open_conflict(caller),
        plan=await planned(caller),
        run=change["run_id"],
        change=change["id"],
        record=record,
    )
