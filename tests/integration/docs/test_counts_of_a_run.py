"""The page on language says what the counts of a run count."""

import attrs
from tests.unit.application.studio import Studio
from tests.unit.application.sync.scene import applied, crowd, planned, set_policy, synced_crowd

from tresen.domain.sync.run import Counts

from .pages import DOCS, rows_below


def test_every_count_is_defined() -> None:
    told = rows_below(DOCS / "reference/language.md", "Counts of a run")
    assert set(told) == {*(field.name for field in attrs.fields(Counts)), "seen"}


async def test_what_went_to_the_provider_alone_is_unchanged_and_pushed() -> None:
    studio = Studio()
    ada, *_ = await synced_crowd(studio, 3)
    await set_policy(studio, "member", default="ours")
    await studio.edit_member(ada, last_name="King")
    assert (await studio.members_synced(whole=True)).counts == Counts(unchanged=3, pushed=1)


async def test_conflicts_are_counted_by_field_and_once() -> None:
    studio = Studio()
    await set_policy(studio, "member", default="ask")
    ada, *_ = await synced_crowd(studio, 2)
    await studio.edit_member(ada, last_name="King", city="Ulm")
    studio.books.members.edit(ada, {"last_name": "Kaiser", "city": "Bonn"})
    assert (await studio.members_synced(whole=True)).counts == Counts(unchanged=2, conflicts=2)
    assert (await studio.members_synced(whole=True)).counts == Counts(unchanged=2)


async def test_a_plan_counts_what_needs_nothing_and_its_application_the_steps() -> None:
    studio = Studio()
    ada, *_ = await synced_crowd(studio, 3)
    studio.books.members.edit(ada, {"city": "Bonn"})
    plan = await planned(studio, whole=True)
    assert plan.counts == Counts(unchanged=2)
    assert (await applied(studio, plan.plan_id)).counts == Counts(updated=1)


async def test_seen_is_what_the_provider_showed() -> None:
    studio = Studio()
    crowd(studio, 3)
    await studio.members_synced()
    state = await studio.read(lambda uow: uow.sync_states.get(studio.account.id, "member"))
    assert state.seen == 3
