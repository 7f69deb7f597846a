"""Whose law holds: what is built in, the tenant's, the account's; and what a change of it does."""

import pytest

from tresen.application.sync.records.kinds import LEAD, MEMBER
from tresen.domain.shared.errors import GatewayUnavailable, InvalidValue
from tresen.domain.sync.run import Counts, RunState

from ..studio import AN_HOUR, BOOKS, Studio
from .scene import captured, crowd, forgotten, rests, second_gym, set_policy, state, synced_crowd, there, writes


async def test_the_tenants_layer_holds_over_what_is_built_in(studio: Studio) -> None:
    (ada,) = await synced_crowd(studio, 1)
    await set_policy(studio, MEMBER, fields={"last_name": "ours"})
    await studio.edit_member(ada, last_name="King", first_name="Adah")
    await studio.members_synced()
    assert (studio.member(ada).last_name, studio.member(ada).first_name) == ("King", "M0")
    assert there(studio, ada, "last_name") == "King"


async def test_the_accounts_layer_holds_over_the_tenants(studio: Studio) -> None:
    second = studio.add_account("second", "memory://gym")
    (ada,) = await synced_crowd(studio, 1)
    await studio.sync_members(studio.tenant.id, second.id)
    await set_policy(studio, MEMBER, default="ours", fields={"city": "theirs"})
    await set_policy(studio, MEMBER, account=studio.account.id, fields={"last_name": "theirs"})
    await studio.edit_member(ada, last_name="King", first_name="Adah", city="Bonn")
    await studio.members_synced()
    assert (studio.member(ada).last_name, studio.member(ada).first_name) == ("Byron", "Adah")
    assert studio.member(ada).city is None
    studio.books.members.edit(ada, {"last_name": "Kaiser"})
    await studio.sync_members(studio.tenant.id, second.id, force=True)
    assert studio.member(ada, second.id).last_name == "Byron", "the other account knows only the tenant's"


async def test_another_kind_has_its_own(studio: Studio) -> None:
    (ada,) = await synced_crowd(studio, 1)
    await set_policy(studio, LEAD, default="ours")
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    assert studio.member(ada).last_name == "Byron"


async def test_another_policy_looks_at_records_that_did_not_change(studio: Studio) -> None:
    await set_policy(studio, MEMBER, default="ours")
    studio.change_account(writes_enabled=False)
    (ada, *_) = await synced_crowd(studio, 3)
    await studio.edit_member(ada, last_name="King")
    await studio.members_synced()
    await forgotten(studio)
    assert studio.member(ada).last_name == "King"
    await set_policy(studio, MEMBER, default="theirs")
    run = await studio.members_synced()
    assert run.counts == Counts(updated=1, unchanged=2)
    assert studio.member(ada).last_name == "Byron"
    await rests(studio)


async def test_a_run_that_broke_off_has_not_looked_at_all_anew(studio: Studio) -> None:
    await set_policy(studio, MEMBER, default="ours")
    studio.change_account(writes_enabled=False)
    ids = await synced_crowd(studio, 6)
    await studio.edit_member(ids[-1], last_name="King")
    await studio.members_synced()
    await set_policy(studio, MEMBER, default="theirs")
    version = (await state(studio)).policy_version
    studio.gym.faults.fail_next("members", GatewayUnavailable("503"), after=1)
    assert (await studio.members_synced()).state is RunState.FAILED
    assert (await state(studio)).policy_version == version
    await studio.members_synced()
    assert studio.member(ids[-1]).last_name == "Byron"


async def test_a_layer_that_names_what_is_not_there_stops_the_run_before_it_does_anything(studio: Studio) -> None:
    await synced_crowd(studio, 1)
    await set_policy(studio, MEMBER, fields={"last_name": "nonsense"})
    before = studio.rows(without=BOOKS)
    with pytest.raises(InvalidValue):
        await studio.members_synced()
    assert studio.rows(without=BOOKS) == before


async def test_what_may_not_be_created_here_is_left_there_and_leaves_no_trace(studio: Studio) -> None:
    await set_policy(studio, MEMBER, create_here=False)
    crowd(studio, 3)
    assert (await studio.members_synced()).counts == Counts(unchanged=3)
    assert studio.members() == []
    await rests(studio)
    assert studio.rows()["studio.plans"] == {}


async def test_without_a_policy_for_it_nothing_is_made_or_deleted_there(studio: Studio) -> None:
    studio.attract()
    await studio.leads_synced()
    await captured(studio, "Ada")
    await studio.leads_synced(whole=True)
    assert writes(studio) == []


async def test_two_accounts_are_synced_side_by_side(studio: Studio) -> None:
    gym, second = second_gym(studio)
    crowd(studio, 3)
    for number in range(4):
        gym.books.members.add({"first_name": f"S{number}", "last_name": "X", "status": "active"})
    await studio.members_synced()
    run = await studio.sync_members(studio.tenant.id, second.id)
    assert run.counts == Counts(created=4)
    gym.books.members.remove("1001")
    studio.clock.advance(AN_HOUR)
    await studio.members_synced(whole=True)
    assert (await studio.sync_members(studio.tenant.id, second.id, force=True)).counts.deleted == 1
    assert sorted(m.first_name for m in studio.members()) == ["M0", "M1", "M2", "S1", "S2", "S3"]
    assert studio.knows("member", "1001")
    assert not studio.knows("member", "1001", second.id)


async def test_the_failure_of_one_account_leaves_the_other_alone(studio: Studio) -> None:
    gym, second = second_gym(studio)
    gym.faults.outage = GatewayUnavailable("503")
    crowd(studio, 3)
    failed = await studio.sync_members(studio.tenant.id, second.id)
    assert (failed.state, failed.reason) == (RunState.FAILED, "503")
    assert (await studio.members_synced()).counts == Counts(created=3)
