"""When our record counts as edited: what the law `newest` is told, whatever a sync writes beside the edit."""

import attrs

from tresen.adapters.memory.gym_habits import Habits
from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.sync.laws import Law

from ..stirring import calm, stir
from ..studio import A_MINUTE, AN_HOUR, Studio
from .scene import rests


async def synced(**values: str) -> tuple[Studio, str]:
    studio = Studio(default=Law.NEWEST)
    ada = studio.enrol(**values)
    await studio.members_synced()
    studio.clock.advance(AN_HOUR)
    return studio, ada


async def test_a_run_that_began_before_an_edit_does_not_make_it_older() -> None:
    """It merges another field after it; what the provider edited between the two is the older edit still."""
    studio, ada = await synced(street="A", city="A")
    studio.change_account(writes_enabled=False)
    studio.books.members.edit(ada, {"city": "B"})

    async def meanwhile() -> None:
        studio.clock.advance(5 * A_MINUTE)
        await studio.edit_member(ada, street="ours")

    stir(studio.gym, "member", meanwhile)
    await studio.members_synced()
    calm(studio.gym)
    member = studio.member(ada)
    assert (member.city, member.street, member.updated_at) == ("B", "ours", studio.clock.now())
    studio.books.members.edit(ada, {"street": "theirs"}, late=2 * A_MINUTE)
    await studio.members_synced()
    assert studio.member(ada).street == "ours"
    await rests(studio)


async def test_an_old_edit_is_not_newer_because_a_sync_wrote_another_field() -> None:
    studio, ada = await synced(street="A", city="A")
    studio.change_account(writes_enabled=False)
    await studio.edit_member(ada, street="ours")
    studio.clock.advance(10 * A_MINUTE)
    studio.books.members.edit(ada, {"city": "B"})
    theirs_at = studio.clock.now()
    studio.clock.advance(AN_HOUR)
    await studio.members_synced()
    assert (studio.member(ada).city, studio.member(ada).updated_at) == ("B", theirs_at)
    studio.books.members.edit(ada, {"street": "theirs"}, late=30 * A_MINUTE)
    await studio.members_synced(whole=True)
    assert studio.member(ada).street == "theirs"
    await rests(studio)


async def test_an_old_edit_is_not_newer_because_the_provider_spells_another_otherwise() -> None:
    studio, ada = await synced(street="A", city="A")
    studio.gym.habits = _Shouting(writable={MEMBER: frozenset({"city"})})
    await studio.edit_member(ada, street="ours", city="Bonn")
    edited_at = studio.clock.now()
    studio.clock.advance(AN_HOUR)
    await studio.members_synced()
    assert (studio.member(ada).city, studio.member(ada).updated_at) == ("BONN!", edited_at)
    studio.books.members.edit(ada, {"street": "theirs"}, late=30 * A_MINUTE)
    await studio.members_synced(whole=True)
    assert studio.member(ada).street == "theirs"
    await rests(studio)


async def test_a_provider_whose_clock_is_ahead_makes_nothing_of_ours_edited_in_the_future() -> None:
    studio, ada = await synced(street="A", city="A")
    studio.change_account(writes_enabled=False)
    await studio.edit_member(ada, street="ours")
    studio.books.members.edit(ada, {"city": "B"}, late=-AN_HOUR)
    await studio.members_synced()
    assert (studio.member(ada).city, studio.member(ada).updated_at) == ("B", studio.clock.now())


async def test_a_clock_that_is_set_back_makes_no_edit_older() -> None:
    studio, ada = await synced(street="A", city="A")
    await studio.edit_member(ada, street="ours")
    edited_at = studio.clock.now()
    await studio.members_synced()
    studio.books.members.edit(ada, {"city": "B"})
    studio.clock.advance(-AN_HOUR)
    await studio.members_synced(whole=True)
    assert (studio.member(ada).city, studio.member(ada).updated_at) == ("B", edited_at)


@attrs.frozen(kw_only=True)
class _Shouting(Habits):
    def spelled(self, values):  # type: ignore[no-untyped-def]
        return {name: f"{value}!".upper() if name == "city" else value for name, value in values.items()}
