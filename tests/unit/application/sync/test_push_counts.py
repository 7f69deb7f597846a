"""What a run's books say of pushes: those that it tried or found waiting, as they ended in it, whatever comes later."""

from tresen.application.sync.records.kinds import LEAD
from tresen.domain.shared.errors import GatewayRejected, GatewayUnavailable
from tresen.domain.sync.laws import Law
from tresen.domain.sync.push import PushState
from tresen.domain.sync.run import Run

from ..studio import Studio
from .scene import captured, edit_lead, pushes, set_policy
from .test_editing import edit, synced
from .test_moving import another_gym, moves, with_a_push
from .test_push_ends import drop
from .test_pushing import Deaf, edited

DOWN = GatewayUnavailable("503")


async def books(studio: Studio, run: Run) -> tuple[int, int, int]:
    """How many were pushed, refused and dropped, as it is kept."""
    kept = (await studio.desk.show_run(studio.tenant.id, run.id)).run.counts
    return kept.pushed, kept.refused, kept.dropped


async def test_one_that_is_split_is_neither_refused_nor_dropped() -> None:
    studio, ada = await synced(Law.OURS)
    await studio.edit_member(ada, city="Bonn", last_name="King")
    studio.gym.faults.fail_next("members.push", GatewayRejected("not both"))
    run = await studio.members_synced()
    assert len(pushes(studio, PushState.DROPPED, PushState.DONE)) == 3
    assert await books(studio, run) == (2, 0, 0)


async def test_of_one_that_is_split_the_values_count_that_are_refused_by_themselves() -> None:
    studio, ada = await synced(Law.OURS)
    await studio.edit_member(ada, city="Bonn", last_name="King")
    for _ in range(2):
        studio.gym.faults.fail_next("members.push", GatewayRejected("no"))
    assert await books(studio, await studio.members_synced()) == (1, 1, 0)


async def test_a_refusal_is_counted_once() -> None:
    studio, _ = await edited()
    studio.gym.faults.fail_next("members.push", GatewayRejected("no"))
    first = await studio.members_synced()
    assert await books(studio, await studio.members_synced()) == (0, 0, 0)
    assert await books(studio, first) == (0, 1, 0)


async def test_what_a_provider_ignored_is_refused() -> None:
    studio, _ = await edited()
    studio.gym.habits = Deaf()
    assert await books(studio, await studio.members_synced()) == (0, 1, 0)


async def test_one_that_was_overtaken_is_dropped() -> None:
    studio, ada = await edited(Law.NEWEST)
    studio.gym.faults.meanwhile("members.get", lambda: studio.books.members.edit(ada, {"last_name": "Kaiser"}))
    assert await books(studio, await studio.members_synced()) == (0, 0, 1)


async def test_one_that_nobody_answered_is_not_over() -> None:
    studio, _ = await edited()
    studio.gym.faults.fail_next("members.push", DOWN)
    assert await books(studio, await studio.members_synced()) == (0, 0, 0)


async def test_one_that_is_withdrawn_is_dropped() -> None:
    studio, _ = await edited()
    studio.gym.faults.fail_next("members.push", DOWN)
    await studio.members_synced()
    studio.change_account(writes_enabled=False)
    assert await books(studio, await studio.members_synced()) == (0, 0, 1)


async def test_one_that_a_person_dropped_while_it_was_tried_is_not_the_runs() -> None:
    studio, ada = await synced()
    await edit(studio, ada, city="Bonn")
    studio.gym.faults.meanwhile("members.push", lambda: drop(studio, ada))
    studio.gym.faults.fail_next("members.push", GatewayRejected("no"))
    assert await books(studio, await studio.members_synced()) == (0, 0, 0)


async def test_what_waited_for_an_account_that_leads_elsewhere_is_dropped() -> None:
    studio, _ = await with_a_push()
    another_gym(studio, "Emmy")
    await moves(studio)
    assert await books(studio, await studio.members_synced()) == (0, 0, 1)


async def test_what_another_gym_refused_is_refused_by_that_run_for_ever(studio: Studio) -> None:
    await set_policy(studio, LEAD, create_there=True)
    await studio.leads_synced()
    await captured(studio)
    studio.gym.faults.fail_next("leads.create", GatewayRejected("no"))
    first = await studio.leads_synced(whole=True)
    another_gym(studio)
    await moves(studio)
    second = await studio.leads_synced()
    assert [push.state for push in pushes(studio)] == [PushState.DROPPED, PushState.DONE]
    assert await books(studio, first) == (0, 1, 0)
    assert await books(studio, second) == (1, 0, 0)


async def test_what_was_refused_of_a_record_that_is_made_anew_stays_refused_by_that_run(studio: Studio) -> None:
    await set_policy(studio, LEAD, default="newest", deletes="keep_edited", create_there=True)
    there = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Murray")
    studio.gym.faults.fail_next("leads.push", GatewayRejected("no"))
    first = await studio.leads_synced()
    studio.books.leads.remove(there)
    second = await studio.leads_synced()
    assert {push.state for push in pushes(studio)} == {PushState.DROPPED, PushState.DONE}
    assert await books(studio, first) == (0, 1, 0)
    assert await books(studio, second) == (1, 0, 0)


async def waits_for_one_that_is_gone(studio: Studio) -> None:
    """An edit of a record that the provider lost and is to have anew waits, as nobody answers whether it is there."""
    await set_policy(studio, LEAD, default="newest", deletes="keep_edited", create_there=True)
    there = studio.attract()
    await studio.leads_synced()
    await edit_lead(studio, there, last_name="Murray")
    studio.gym.faults.fail_next("leads.push", DOWN)
    await studio.leads_synced()
    studio.books.leads.remove(there)
    for _ in range(2):
        studio.gym.faults.fail_next("leads.get", DOWN)


async def test_what_waited_for_a_record_that_is_made_anew_is_dropped(studio: Studio) -> None:
    await waits_for_one_that_is_gone(studio)
    run = await studio.leads_synced()
    assert {push.state for push in pushes(studio)} == {PushState.DROPPED, PushState.DONE}
    assert await books(studio, run) == (1, 0, 1)


async def test_what_waited_for_a_record_that_is_found_under_another_id_is_dropped(studio: Studio) -> None:
    await waits_for_one_that_is_gone(studio)
    studio.gym.faults.fail_next("leads.create", DOWN)
    await studio.leads_synced()
    assert [push.state for push in pushes(studio)] == [PushState.WAITING] * 2
    studio.attract()
    for call in ("get", "find"):
        studio.gym.faults.fail_next(f"leads.{call}", DOWN)
    run = await studio.leads_synced()
    edit_of_old, creation, *later = pushes(studio)
    assert (edit_of_old.state, creation.state) == (PushState.DROPPED, PushState.DROPPED)
    assert await books(studio, run) == (len(later), 0, 2)
