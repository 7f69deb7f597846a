"""What was decided first goes to the provider first: of two values for one field the later one stands."""

from tresen.application.sync.records.kinds import MEMBER
from tresen.domain.shared.errors import GatewayRejected
from tresen.domain.sync.edit_fate import Fate
from tresen.domain.sync.laws import Law
from tresen.domain.sync.override import Override

from ..studio import AN_HOUR, Studio
from .scene import rests, there, writes
from .test_edited_on_the_way import DOWN, settled
from .test_editing import edit, fates, synced


async def pinned_theirs(studio: Studio, ada: str) -> None:
    """A person says that the city is the gym's."""
    pin = Override(
        account_id=studio.account.id,
        kind=MEMBER,
        external_id=ada,
        local_id=studio.member(ada).id,
        field="city",
        law=Law.THEIRS.name,
        because="they know better",
        set_by="Eva",
        set_at=studio.clock.now(),
    )
    await studio.transactions.run(studio.tenant.id, "override", lambda uow: uow.overrides.put_many([pin]))


async def waiting() -> tuple[Studio, str]:
    """A city and a street that were tried together, and a city that somebody edited since."""
    studio, ada = await synced(Law.NEWEST)
    await studio.edit_member(ada, city="First", street="Elm 1")
    studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    await pinned_theirs(studio, ada)
    assert fates(await edit(studio, ada, city="Later")) == {"city": Fate.PUSH}
    return studio, ada


async def test_a_later_edit_goes_after_the_parts_of_what_was_refused_as_a_whole() -> None:
    studio, ada = await waiting()
    studio.gym.faults.fail_next("members.push", GatewayRejected("no such street"))
    await settled(studio)
    assert (there(studio, ada, "city"), studio.member(ada).city) == ("Later", "Later")
    assert there(studio, ada, "street") == "Elm 1"
    await rests(studio)


async def test_a_later_edit_waits_while_the_one_before_it_is_not_answered() -> None:
    studio, ada = await waiting()
    studio.gym.faults.fail_next("members.push", DOWN)
    await settled(studio)
    assert (there(studio, ada, "city"), studio.member(ada).city) == ("Later", "Later")


async def test_one_that_is_not_answered_holds_up_nothing_else_of_its_record() -> None:
    studio, ada = await waiting()
    await edit(studio, ada, phone="030 77")
    studio.gym.faults.fail_next("members.push", DOWN)
    before = len(writes(studio))
    await studio.members_synced()
    assert there(studio, ada, "phone") == "030 77"
    assert len(writes(studio)) == before + 4, "the first failed and came again at the end, before the later one"


async def test_a_later_edit_goes_after_the_one_before_it_though_the_clock_was_set_back() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="First")
    for _ in range(2):
        studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    studio.clock.advance(-AN_HOUR)
    await edit(studio, ada, city="Later")
    studio.clock.advance(AN_HOUR)
    await settled(studio)
    assert (there(studio, ada, "city"), studio.member(ada).city) == ("Later", "Later")


async def test_a_third_edit_goes_after_the_first_though_it_takes_the_place_of_the_second() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="First")
    for _ in range(2):
        studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    studio.clock.advance(-AN_HOUR)
    await edit(studio, ada, city="Later")
    await edit(studio, ada, city="Last")
    studio.clock.advance(AN_HOUR)
    await settled(studio)
    assert (there(studio, ada, "city"), studio.member(ada).city) == ("Last", "Last")
