"""What stops no run, and what no run overlooks, whatever keeps the records."""

import attrs
import pytest

from tresen.domain.shared.ids import TenantId
from tresen.domain.sync.run import RunState
from tresen.domain.sync.schema import Value

from .stores import Backend
from .syncing import SyncedStudio, synced_studio


@pytest.fixture
async def studio(backend: Backend, tenant: TenantId) -> SyncedStudio:
    return await synced_studio(backend, tenant)


class Parsed(str):
    """A text as some parsers of markup give it: equal to a plain one, and no column takes it."""

    __slots__ = ()


BAD = ["Gra\0ce", "Gra\ud800ce", Parsed("Grace")]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("first", [True, False])
async def test_a_value_that_cannot_be_kept_is_an_error_of_its_record(
    studio: SyncedStudio, bad: Value, first: bool
) -> None:
    if not first:
        studio.attract("Other")
        await studio.synced()
    grace, bob = studio.attract("Grace", notes=bad), studio.attract("Bob")
    run = await studio.synced()
    assert (run.state, run.counts.errors, run.counts.created) == (RunState.COMPLETED, 1, 1)
    (error,) = await studio.errors()
    assert (error.external_id, error.code) == (grace, "invalid_value")
    assert "notes" in error.message
    studio.gym.books.leads.edit(grace, {"notes": "well"})
    assert (await studio.synced()).counts.created == 1
    assert {grace, bob} <= (await studio.names()).keys()


@pytest.mark.parametrize("bad", BAD)
async def test_a_known_record_with_such_a_value_stays_as_it_is(studio: SyncedStudio, bad: Value) -> None:
    """It was seen: a listing with it proves nothing against it."""
    grace, bob = studio.attract("Grace"), studio.attract("Bob")
    await studio.synced()
    studio.gym.books.leads.edit(grace, {"notes": bad, "first_name": "Gracia"})
    studio.gym.books.leads.edit(bob, {"first_name": "Rob"})
    for _ in range(2):
        run = await studio.synced(whole=True)
        assert (run.state, run.counts.errors, run.counts.deleted) == (RunState.COMPLETED, 1, 0)
        assert await studio.names() == {grace: "Grace", bob: "Rob"}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("bad", ["17\0", "17\ud800", ""])
async def test_a_record_whose_id_cannot_be_kept_is_an_error_that_shows_the_id(
    studio: SyncedStudio, bad: str, first: bool
) -> None:
    other = studio.attract("Other")
    if not first:
        await studio.synced()
    grace = studio.attract("Grace")
    leads = studio.gym.books.leads._entries
    leads[bad] = attrs.evolve(leads.pop(grace), external_id=bad)
    bob = studio.attract("Bob")
    run = await studio.synced(whole=True)
    assert (run.state, run.counts.errors) == (RunState.COMPLETED, 1)
    assert await studio.names() == {other: "Other", bob: "Bob"}
    (error,) = await studio.errors()
    assert (error.external_id, error.code, error.kind) == (None, "invalid_value", "lead")
    assert repr(bad) in error.message or not bad


@pytest.mark.parametrize("bad", ["17\0", "17\ud800"])
async def test_a_tombstone_of_such_an_id_is_about_nothing_here(studio: SyncedStudio, bad: str) -> None:
    grace = studio.attract("Grace")
    await studio.synced()
    studio.gym.books.leads.tombstones[bad] = studio.clock.now()
    studio.gym.books.leads.edit(grace, {"first_name": "Gracia"})
    run = await studio.synced()
    assert (run.state, run.counts.errors) == (RunState.COMPLETED, 0)
    assert await studio.names() == {grace: "Gracia"}
