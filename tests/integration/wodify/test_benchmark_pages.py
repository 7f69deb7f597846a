"""The page server of the benchmarks, as the adapter reads it: what it measures must be what happens."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.benchmarks.pages import steer
from tests.benchmarks.processes import serving

from tresen.application.ports.sources import Batch, Observed
from tresen.application.sync.records.kinds import LEAD, MEMBER

from .conftest import Open

RECORDS = 1_250


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving("tests.benchmarks.pages", "--records", str(RECORDS)) as found:
        yield found


async def read(batches: AsyncIterator[Batch]) -> tuple[list[Observed], str | None]:
    """The records, and the last cursor."""
    found = [batch async for batch in batches]
    return [one for batch in found for one in batch.observed], found[-1].cursor


async def test_what_changed_is_read_with_a_cursor(connect: Open, url: str) -> None:
    async with connect(base_url=url, changed_since="true", calls_per_second="1000000", burst="1000000") as gym:
        source = gym.source(MEMBER)
        everybody, cursor = await read(source.listing())
        first = {one.external_id: one.fingerprint for one in everybody}
        assert len(everybody) == len(first) == RECORDS
        for percent, changed in ((1, 12), (40, 500)):
            await asyncio.to_thread(steer, url, f"change?percent={percent}")
            assert cursor is not None
            told, cursor = await read(source.changes(cursor))
            edited = [one.external_id for one in told if one.fingerprint != first[one.external_id]]
            assert changed <= len(edited) <= len(told) <= changed + 71
            again, _ = await read(source.listing())
            assert {one.external_id: one.fingerprint for one in again} == first | {
                one.external_id: one.fingerprint for one in told
            }
            first |= {one.external_id: one.fingerprint for one in told}
        await asyncio.to_thread(steer, url, "reset")
        again, _ = await read(source.listing())
        assert [one.fingerprint for one in again] == [one.fingerprint for one in everybody]
        assert [batch async for batch in gym.source(LEAD).listing()] == []
