"""An edit that is undone, of which nobody knows whether the provider has it: no sync brings it back."""

from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.undo.undo_plan import UndoTarget
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.push import PushState

from ..stirring import calm, stir
from ..studio import A_MINUTE, Studio
from .scene import pushes, rests, there
from .test_editing import edit, synced

DOWN = GatewayUnavailable("504")


async def undo_the_edit(studio: Studio) -> set[str]:
    """The fields that it pinned."""
    studio.clock.advance(A_MINUTE)
    run_id = next(line.run_id for line in studio.changes() if line.value == "King")
    await studio.desk.undo(studio.tenant.id, UndoTarget(run_id=run_id), by="Eva")
    return {each.field for each in await studio.desk.overrides(studio.tenant.id)}


async def got_there_unseen(studio: Studio, ada: str) -> None:
    """An edit reached the provider, but no answer came, and the provider shows nothing from then on."""
    await edit(studio, ada, last_name="King")

    async def cut() -> None:
        studio.gym.faults.outage = DOWN
        raise DOWN

    stir(studio.gym, "member", cut, at="writes")
    await studio.members_synced()
    calm(studio.gym)
    assert there(studio, ada, "last_name") == "King"


async def test_an_edit_that_got_there_unseen_stays_undone_though_its_push_was_dropped() -> None:
    studio, ada = await synced()
    await got_there_unseen(studio, ada)
    studio.change_account(writes_enabled=False)
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    studio.gym.faults.outage = None
    studio.change_account(writes_enabled=True)
    assert await undo_the_edit(studio) == {"last_name"}
    for _ in range(2):
        await studio.members_synced(whole=True)
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("Byron", "Byron")
    await rests(studio)


async def test_an_edit_of_which_a_look_told_that_it_is_not_there_is_undone_without_a_pin() -> None:
    """The provider holds a third value, which the record was not compared with yet."""
    studio, ada = await synced()
    await edit(studio, ada, last_name="King")
    studio.clock.advance(A_MINUTE)
    studio.books.members.edit(ada, {"last_name": "Murray"})
    faults = studio.gym.faults
    faults.meanwhile("members.changes", lambda: setattr(faults, "outage", DOWN))
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    faults.outage = None
    assert await undo_the_edit(studio) == set()
    await studio.members_synced()
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("Murray", "Murray")
    await rests(studio)


async def test_an_edit_after_which_nobody_can_read_the_record_there_stays_undone() -> None:
    studio, ada = await synced()
    await got_there_unseen(studio, ada)
    entry, studio.gym.faults.outage = studio.books.members.get(ada), None
    entry.unreadable = True
    await studio.members_synced()
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED]
    assert await undo_the_edit(studio) == {"last_name"}
    entry.unreadable = False
    for _ in range(2):
        await studio.members_synced(whole=True)
    assert (studio.member(ada).last_name, there(studio, ada, "last_name")) == ("Byron", "Byron")


async def test_what_was_tried_in_vain_before_an_edit_says_nothing_of_it() -> None:
    studio, ada = await synced()
    await got_there_unseen(studio, ada)
    studio.change_account(writes_enabled=False)
    await studio.members_synced()
    studio.gym.faults.outage = None
    studio.change_account(writes_enabled=True)
    await studio.members_synced(whole=True)
    assert studio.member(ada).last_name == "King"
    await edit(studio, ada, last_name="Lovelace")
    member_id = studio.member(ada).id

    async def last(uow: UnitOfWork) -> UndoTarget:
        return UndoTarget(change_id=(await uow.journal.of_record("member", member_id))[-1].id)

    await studio.desk.undo(studio.tenant.id, await studio.read(last), by="Eva")
    assert studio.member(ada).last_name == "King"
    assert await studio.desk.overrides(studio.tenant.id) == []
