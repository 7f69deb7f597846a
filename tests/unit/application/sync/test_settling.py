"""States of memberships follow the tenant's calendar, without an edit by anybody."""

from datetime import UTC, date, datetime

import pytest

from tresen.domain.membership.status import Status
from tresen.domain.shared.errors import GatewayUnavailable
from tresen.domain.sync.laws import BUILT_IN, Law
from tresen.domain.sync.run import Counts, RunState
from tresen.domain.sync.schema import Value

from ..studio import A_DAY, A_MINUTE, BOOKS, Studio


async def sold(studio: Studio, **values: Value) -> str:
    there = studio.sell_there(studio.enrol(), **values)
    await studio.members_synced()
    return there


async def rests(studio: Studio) -> None:
    before = studio.rows(without=BOOKS)
    run = await studio.members_synced()
    assert run.counts.updated == 0
    assert studio.rows(without=BOOKS) == before


# Berlin is an hour ahead of UTC in winter, two in summer; it changed on 29 March and 25 October 2026.
@pytest.mark.parametrize(
    ("values", "last_minute", "before", "after"),
    [
        ({"ends_on": "2026-03-10"}, datetime(2026, 3, 10, 22, 59, tzinfo=UTC), Status.ACTIVE, Status.EXPIRED),
        ({"starts_on": "2026-03-29"}, datetime(2026, 3, 28, 22, 59, tzinfo=UTC), Status.PENDING, Status.ACTIVE),
        ({"cancels_on": "2026-03-30"}, datetime(2026, 3, 29, 21, 59, tzinfo=UTC), Status.ACTIVE, Status.CANCELLED),
        ({"ends_on": "2026-10-24"}, datetime(2026, 10, 24, 21, 59, tzinfo=UTC), Status.ACTIVE, Status.EXPIRED),
        ({"ends_on": "2026-10-25"}, datetime(2026, 10, 25, 22, 59, tzinfo=UTC), Status.ACTIVE, Status.EXPIRED),
    ],
)
async def test_a_state_turns_at_the_tenants_midnight(
    studio: Studio, values: dict[str, Value], last_minute: datetime, before: Status, after: Status
) -> None:
    there = await sold(studio, **values)
    studio.clock.set(last_minute - A_MINUTE)
    await studio.members_synced()
    assert studio.membership(there).status is before
    run = await studio.members_synced()
    assert studio.clock.now() == last_minute + A_MINUTE
    assert studio.membership(there).status is after
    assert run.counts.updated == 1
    assert studio.membership(there).updated_at == studio.clock.now()
    await rests(studio)


async def test_days_that_were_slept_through_are_made_up_for(studio: Studio) -> None:
    there = await sold(studio, starts_on="2026-03-05", ends_on="2026-03-20")
    assert studio.membership(there).status is Status.PENDING
    assert studio.membership(there).status_changes_on == date(2026, 3, 5)
    studio.clock.advance(60 * A_DAY)
    await studio.members_synced()
    assert (studio.membership(there).status, studio.membership(there).status_changes_on) == (Status.EXPIRED, None)
    await rests(studio)


async def test_a_state_that_turned_is_no_local_edit(studio: Studio) -> None:
    there = await sold(studio, ends_on="2026-03-10")
    studio.clock.advance(20 * A_DAY)
    await studio.members_synced()
    assert studio.changes() == []
    studio.books.memberships.edit(there, {"ends_on": "2026-12-31"})
    await studio.members_synced()
    assert studio.membership(there).status is Status.ACTIVE
    assert [(c.field, c.rule) for c in studio.changes()] == [("ends_on", "only_theirs_changed")]
    await rests(studio)


@pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.name)
async def test_time_passes_under_every_law(law: Law) -> None:
    studio = Studio(default=law)
    there = await sold(studio, ends_on="2026-03-10")
    studio.clock.advance(20 * A_DAY)
    await studio.members_synced()
    assert studio.membership(there).status is Status.EXPIRED
    assert studio.changes() == []
    await rests(studio)


async def test_time_passes_also_while_the_listing_is_down(studio: Studio) -> None:
    there = await sold(studio, ends_on="2026-03-10")
    studio.clock.advance(20 * A_DAY)
    studio.gym.faults.outage = GatewayUnavailable("503")
    run = await studio.members_synced()
    assert run.state is RunState.FAILED
    assert studio.membership(there).status is Status.EXPIRED
    studio.gym.faults.outage = None
    await studio.members_synced()
    await rests(studio)


async def test_more_than_one_portion_is_settled_in_one_run(studio: Studio) -> None:
    ada = studio.enrol()
    for _ in range(1_100):
        studio.sell_there(ada, ends_on="2026-03-10")
    await studio.members_synced()
    studio.clock.advance(20 * A_DAY)
    run = await studio.members_synced()
    assert run.counts == Counts(updated=1_100, unchanged=1_101)
    assert {m.status for m in studio.memberships()} == {Status.EXPIRED}
    await rests(studio)


async def test_for_ever_is_for_ever(studio: Studio) -> None:
    there = await sold(studio, ends_on="9999-12-31")
    assert studio.membership(there).status_changes_on is None
