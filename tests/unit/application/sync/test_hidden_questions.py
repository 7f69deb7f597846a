"""An open conflict about a field that lists lack: what a list does not show settles nothing."""

from collections.abc import Awaitable, Callable

import attrs
import pytest

from tresen.application.ports.sources import Observed, Reading
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.conflicts.resolve_conflict import ConflictChoice
from tresen.application.sync.deciding.open_questions import open_questions
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.sync.records.scope import Scope
from tresen.domain.shared.errors import GatewayRejected
from tresen.domain.shared.ids import RunId
from tresen.domain.sync.conflict import Choice, Conflict, ConflictState
from tresen.domain.sync.laws import NEVER_EDITED
from tresen.domain.sync.run import Run
from tresen.domain.sync.schema import Field, Schema

from ..studio import A_MINUTE, AN_HOUR, Studio
from .scene import forgotten, gets, open_conflicts, rests, set_policy, there

Happens = Callable[[Studio, str], Awaitable[Run]]


async def contested(*, agreed: bool = True) -> tuple[Studio, str]:
    """A member whose city no list shows, edited on both sides: a single look found that, an hour ago."""
    studio = Studio()
    await set_policy(studio, MEMBER, fields={"city": "ask"})
    studio.gym._lists_lack = frozenset() if agreed else frozenset({"city"})
    ada, _ = studio.enrol("Ada", city="Berlin"), studio.enrol("Bea")
    await studio.members_synced()
    studio.gym._lists_lack = frozenset({"city"})
    await forgotten(studio)
    studio.books.members.edit(ada, {"city": "theirs"})
    studio.clock.advance(A_MINUTE)
    await studio.edit_member(ada, city="ours")
    studio.clock.advance(A_MINUTE)
    await studio.members_synced()
    assert asked(studio) == [("city", "ours", "theirs", ConflictState.OPEN)]
    studio.clock.advance(AN_HOUR)
    return studio, ada


def asked(studio: Studio) -> list[tuple[object, ...]]:
    return [(each.field, each.ours, each.theirs, each.state) for each in studio.conflicts()]


async def synced(studio: Studio, *, whole: bool) -> Run:
    studio.clock.advance(A_MINUTE)
    return await studio.members_synced(whole=whole)


async def quiet(studio: Studio, ada: str) -> Run:
    return await synced(studio, whole=False)


async def listed(studio: Studio, ada: str) -> Run:
    return await synced(studio, whole=True)


async def another_field_there(studio: Studio, ada: str) -> Run:
    studio.books.members.edit(ada, {"street": "Ring 1"})
    return await synced(studio, whole=True)


async def another_field_here(studio: Studio, ada: str) -> Run:
    await studio.edit_member(ada, street="Ring 1")
    return await synced(studio, whole=True)


@pytest.mark.parametrize("happens", [quiet, listed, another_field_there, another_field_here])
@pytest.mark.parametrize("agreed", [True, False])
async def test_it_stays_open_until_a_person_decides(happens: Happens, agreed: bool) -> None:
    studio, ada = await contested(agreed=agreed)
    await happens(studio, ada)
    await rests(studio)
    assert asked(studio) == [("city", "ours", "theirs", ConflictState.OPEN)]
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("ours", "theirs")


async def test_what_a_list_merges_beside_it_leaves_it_open() -> None:
    studio, ada = await contested()
    # Where the provider's stamp did not move, nobody looks closer.
    studio.books.members.get(ada).values["street"] = "Ring 1"
    before = gets(studio)
    await listed(studio, ada)
    assert (gets(studio), studio.member(ada).street) == (before, "Ring 1")
    assert asked(studio) == [("city", "ours", "theirs", ConflictState.OPEN)]


@pytest.mark.parametrize(
    ("choice", "stands"), [(Choice.OURS, "ours"), (Choice.THEIRS, "theirs"), (Choice.VALUE, "typed")]
)
async def test_what_is_decided_then_is_on_both_sides(choice: Choice, stands: str) -> None:
    studio, ada = await contested()
    await listed(studio, ada)
    (conflict,) = open_conflicts(studio)
    value = "typed" if choice is Choice.VALUE else None
    await studio.desk.resolve(
        ConflictChoice(tenant_id=studio.tenant.id, conflict_id=conflict.id, choice=choice, value=value, by="Eva")
    )
    await listed(studio, ada)
    await rests(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == (stands, stands)
    assert [each.state for each in studio.conflicts()] == [ConflictState.RESOLVED]


@pytest.mark.parametrize("whole", [True, False])
async def test_it_settles_when_the_provider_comes_to_agree(whole: bool) -> None:
    studio, ada = await contested()
    studio.books.members.edit(ada, {"city": "ours"})
    await synced(studio, whole=whole)
    assert [each.state for each in studio.conflicts()] == [ConflictState.SETTLED]
    await rests(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("ours", "ours")


@pytest.mark.parametrize("value", ["theirs", "Berlin"])
@pytest.mark.parametrize("whole", [True, False])
async def test_it_settles_when_we_come_to_agree_or_take_our_edit_back(value: str, whole: bool) -> None:
    studio, ada = await contested()
    await studio.edit_member(ada, city=value)
    await synced(studio, whole=whole)
    assert [each.state for each in studio.conflicts()] == [ConflictState.SETTLED]
    await rests(studio)
    assert (studio.member(ada).city, there(studio, ada, "city")) == ("theirs", "theirs")


async def test_a_further_edit_there_brings_it_up_to_date() -> None:
    studio, ada = await contested()
    studio.books.members.edit(ada, {"city": "Bonn"})
    await listed(studio, ada)
    assert asked(studio) == [("city", "ours", "Bonn", ConflictState.OPEN)]


async def test_a_law_that_a_person_changes_decides_it() -> None:
    studio, ada = await contested()
    await set_policy(studio, MEMBER, fields={"city": "theirs"})
    await listed(studio, ada)
    assert (studio.member(ada).city, open_conflicts(studio)) == ("theirs", [])


async def test_it_is_looked_at_by_itself_only_when_it_may_be_another() -> None:
    studio, ada = await contested()
    before = gets(studio)
    await listed(studio, ada)
    assert gets(studio) == before
    studio.books.members.edit(ada, {"street": "Ring 1"})
    await listed(studio, ada)
    assert gets(studio) == before + 1
    studio.clock.advance(AN_HOUR)
    await listed(studio, ada)
    assert gets(studio) == before + 1


async def test_an_edit_there_that_no_sync_compares_is_told_and_looked_at_once() -> None:
    studio, ada = await contested()
    studio.books.members.edit(ada, {"shoe_size": "44"})
    before, at = gets(studio), studio.clock.now()
    for _ in range(2):
        studio.clock.advance(AN_HOUR)
        await listed(studio, ada)
    assert gets(studio) == before + 1
    (conflict,) = open_conflicts(studio)
    assert conflict.edited.theirs_at == at


async def test_what_lists_show_is_not_looked_at_by_itself() -> None:
    studio, ada = await contested()
    studio.gym._lists_lack = frozenset()
    studio.books.members.edit(ada, {"street": "Ring 1"})
    before = gets(studio)
    await listed(studio, ada)
    assert (gets(studio), studio.member(ada).street) == (before, "Ring 1")


async def closer(studio: Studio, ada: str, reading: Reading | Exception) -> object:
    def shown() -> Reading:
        if isinstance(reading, Exception):
            raise reading
        return reading

    one = Observed(external_id=ada, fingerprint=b"other", read=shown)
    scope = Scope(
        tenant_id=studio.tenant.id,
        account_id=studio.account.id,
        run_id=RunId(studio.account.id),
        now=studio.clock.now(),
    )
    schema = Schema(kind=MEMBER, fields=(Field("street"), Field("city")))
    found = await studio.read(lambda uow: open_questions(uow, schema, scope, [one], edited=()))
    return found.hidden


async def keep(studio: Studio, conflict: Conflict) -> None:
    async def save(uow: UnitOfWork) -> None:
        await uow.conflicts.save(conflict)

    await studio.transactions.run(studio.tenant.id, "keep", save)


async def test_where_no_stamp_tells_it_is_looked_at_each_time() -> None:
    studio, ada = await contested()
    (conflict,) = open_conflicts(studio)
    edited_at = conflict.edited.theirs_at
    assert await closer(studio, ada, Reading({"street": "Ring 1"}, edited_at)) == set()
    assert await closer(studio, ada, Reading({"street": "Ring 1"})) == {ada}
    await keep(studio, attrs.evolve(conflict, edited=NEVER_EDITED))
    assert await closer(studio, ada, Reading({"street": "Ring 1"})) == {ada}
    assert await closer(studio, ada, Reading({"city": "theirs"})) == set()
    assert await closer(studio, ada, ValueError("its source stumbles")) == set()


async def test_an_edit_in_the_moment_of_the_look_is_not_missed() -> None:
    studio, ada = await contested()
    studio.books.members.edit(ada, {"street": "Ring 1"})
    studio.gym.faults.meanwhile("members.get", lambda: studio.books.members.edit(ada, {"city": "Bonn"}))
    await studio.members_synced(whole=True)
    assert asked(studio) == [("city", "ours", "Bonn", ConflictState.OPEN)]
    # After that look, and with the same stamp.
    studio.books.members.edit(ada, {"city": "ours"})
    await listed(studio, ada)
    assert [each.state for each in studio.conflicts()] == [ConflictState.SETTLED]


async def test_a_look_that_fails_leaves_it_open() -> None:
    studio, ada = await contested()
    studio.books.members.edit(ada, {"city": "ours"})
    studio.gym.faults.fail_next("members.get", GatewayRejected("not now"))
    run = await listed(studio, ada)
    assert (run.counts.errors, len(open_conflicts(studio))) == (1, 1)
    await listed(studio, ada)
    assert open_conflicts(studio) == []
