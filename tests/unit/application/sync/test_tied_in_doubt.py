"""A record of ours of which nobody could tell whether it was made, and that is tied to the provider's by now: the doubt
is over, and stands in no run's way when the provider loses it.
"""

import attrs

from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.shared.ids import PushId
from tresen.domain.sync.push import Push, PushState

from ..leads.test_capturing_beside_runs import enter
from ..studio import A_MINUTE, Studio
from .scene import edit_lead, pushes, set_policy
from .test_edited_on_the_way import DOWN, settled
from .test_edits_around_creations import made
from .test_second_lives import shown_again


async def keeping(studio: Studio, kind: str = LEAD) -> None:
    """What was edited here is made anew where the provider deletes it."""
    await set_policy(studio, kind, account=None, create_there=True, deletes="keep_edited", default="newest")


async def found_while_writing_is_off(studio: Studio) -> str:
    """Ann was entered without an answer. Her id there."""
    await keeping(studio)
    studio.attract("Other")
    await studio.leads_synced()
    studio.gym.faults.fail_next("create_lead", DOWN, after=1)
    await enter(studio)
    studio.change_account(writes_enabled=False)
    studio.clock.advance(A_MINUTE)
    await studio.leads_synced()
    return made(studio).external_id


async def lost_after_an_edit(studio: Studio, key: str) -> None:
    studio.clock.advance(A_MINUTE)
    await edit_lead(studio, key, last_name="Murray")
    studio.books.leads.remove(key)
    await settled(studio)


def in_doubt(studio: Studio) -> list[Push]:
    return pushes(studio, PushState.UNSURE, PushState.WAITING)


async def test_one_that_was_found_while_writing_is_off_is_in_doubt_no_more(studio: Studio) -> None:
    key = await found_while_writing_is_off(studio)
    assert studio.knows("lead", key)
    assert in_doubt(studio) == []
    studio.change_account(writes_enabled=True)
    await lost_after_an_edit(studio, key)
    assert made(studio).values["last_name"] == "Murray"


async def test_a_doubt_that_was_left_beside_a_link_stops_no_run(studio: Studio) -> None:
    """As an earlier version left it."""
    key = await found_while_writing_is_off(studio)
    (old,) = pushes(studio)
    left = attrs.evolve(old, id=PushId(studio.ids.new()), state=PushState.UNSURE)
    await studio.transactions.run(studio.tenant.id, "leave", lambda uow: uow.pushes.add(left))
    studio.change_account(writes_enabled=True)
    await lost_after_an_edit(studio, key)
    assert made(studio).values["last_name"] == "Murray"
    assert in_doubt(studio) == []


async def test_a_lead_that_is_back_under_its_old_id_is_in_doubt_no_more(studio: Studio) -> None:
    await keeping(studio)
    studio.attract("Other")
    key = studio.attract("Ann")
    await studio.leads_synced()
    before = studio.books.leads.get(key)
    for _ in range(2):
        studio.gym.faults.fail_next("leads.create", DOWN)
    await edit_lead(studio, key, last_name="King")
    studio.books.leads.remove(key)
    await studio.leads_synced()
    studio.change_account(writes_enabled=False)
    await studio.leads_synced()
    assert [push.state for push in pushes(studio)] == [PushState.UNSURE]
    shown_again(studio, studio.books.leads, key, before)
    await settled(studio)
    assert in_doubt(studio) == []
    studio.change_account(writes_enabled=True)
    await settled(studio)
    await lost_after_an_edit(studio, key)
    assert made(studio).values["last_name"] == "Murray"


async def test_a_member_who_is_back_under_their_old_id_is_in_doubt_no_more(studio: Studio) -> None:
    await keeping(studio, MEMBER)
    studio.enrol("Other")
    key = studio.enrol("Ada", email="ada@example.org")
    await studio.members_synced()
    before = studio.books.members.get(key)
    for _ in range(2):
        studio.gym.faults.fail_next("members.create", DOWN)
    studio.clock.advance(A_MINUTE)
    await studio.edit_member(key, last_name="King")
    studio.books.members.remove(key)
    await studio.members_synced()
    studio.change_account(writes_enabled=False)
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.UNSURE]
    shown_again(studio, studio.books.members, key, before)
    await settled(studio)
    assert in_doubt(studio) == []
