"""What a sync holds in memory does not grow with the number of pages, but for an id of each record."""

import gc
import hashlib
import logging
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

import attrs
import pytest
from tests.builders import a_tenant, an_account
from tests.contract.stores import in_sqlite
from tests.unit.application.studio import PlainPhones

from tresen.adapters.memory.clock import FixedClock, FixedDice, SequenceIds
from tresen.adapters.memory.gym import MemoryGym
from tresen.adapters.memory.gym_books import GymBooks
from tresen.adapters.memory.gym_providers import PROVIDER, MemoryGymProviders
from tresen.adapters.memory.locks import MemoryRunLocks
from tresen.application.ports.sources import Batch, Observed, Reading, Source
from tresen.application.sync.deciding import plan_writer, walk
from tresen.application.sync.desk import SyncDesk, sync_desk
from tresen.application.sync.records.kinds import MEMBER
from tresen.application.sync.runs import execution
from tresen.application.tenancy.credentials import CredentialGuard
from tresen.application.transactions import Transactions
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.run import Counts, RunState
from tresen.domain.tenancy.provider_account import ProviderAccount

# So small that ten pages fill a batch.
PAGE, BATCH = 10, 100
FEW, MANY = 10, 100
# An id and a fingerprint take some 200 bytes; a record that is held takes a multiple of that.
PER_RECORD = 300


@attrs.define
class Pages(Source):
    """So many pages, each made when it is asked for; another ``round`` gives every record another name."""

    pages: int
    round: int = 1
    kind: str = MEMBER
    writable: frozenset[str] = frozenset()
    can_create: bool = False
    can_delete: bool = False
    tells_changes: bool = False
    resolution_s: int = 1

    async def listing(self) -> AsyncIterator[Batch]:
        for page in range(self.pages):
            yield Batch(observed=[self._one(page * PAGE + number) for number in range(PAGE)])

    def _one(self, number: int) -> Observed:
        seen = hashlib.sha256(f"{number} {self.round}".encode()).digest()
        return Observed(str(100_000 + number), seen, partial(self._read, number))

    def _read(self, number: int) -> Reading:
        name = f"Round {self.round} of number {number}"
        return Reading({"first_name": name, "last_name": "Byron", "email": f"{number}@example.org", "status": "active"})

    def changes(self, cursor: str) -> AsyncIterator[Batch]:
        raise NotImplementedError(cursor)

    async def get(self, external_id: str) -> Observed | None:
        return self._one(int(external_id) - 100_000)

    async def push(self, external_id: str, values: object) -> Observed:
        raise NotImplementedError(external_id, values)

    async def create(self, values: object) -> Observed:
        raise NotImplementedError(values)

    async def delete(self, external_id: str) -> None:
        raise NotImplementedError(external_id)


@attrs.frozen
class House:
    """A desk over a file, and the pages of its gym's members."""

    desk: SyncDesk
    account: ProviderAccount
    pages: Pages

    async def peak(self) -> int:
        """How many bytes a sync takes at most, besides what was there before, and what is only yet to be collected."""
        gc.collect()
        gc.freeze()
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            run = await self.desk.members(
                self.account.tenant_id, self.account.id, force=True, whole=True, progress=_collect
            )
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            gc.unfreeze()
        assert (run.state, run.counts.seen) == (RunState.COMPLETED, self.pages.pages * PAGE)
        return peak - before


def _collect(_: str, __: Counts) -> None:
    gc.collect()


async def peaks(file: Path, pages: int) -> Sequence[int]:
    """Of a first load, of a listing that shows nothing new, and of one in which every record is another."""
    clock, ids = FixedClock(), SequenceIds()
    async with in_sqlite(file) as backend:
        tenant = a_tenant("studio")
        await backend.directory.add_tenant(tenant)
        account = attrs.evolve(an_account(tenant.id), provider=PROVIDER, base_url="memory://gym")
        await backend.write(tenant.id, lambda uow: uow.accounts.add(account))
        gym, source = MemoryGym(GymBooks(clock), clock), Pages(pages)
        inner = gym.source
        gym.source = lambda kind: source if kind == MEMBER else inner(kind)  # type: ignore[method-assign] # of this one
        desk = sync_desk(
            transactions=Transactions(backend.units, clock, FixedDice(0.5)),
            gyms=MemoryGymProviders({"memory://gym": gym}),
            locks=MemoryRunLocks(),
            guard=CredentialGuard(clock, ids),
            phones=PlainPhones(),
            readers=backend.readers,
            clock=clock,
            ids=ids,
            policy=Policy(),
        )
        house = House(desk, account, source)
        found = [await house.peak(), await house.peak()]
        source.round = 2
        return [*found, await house.peak()]


@pytest.mark.no_cover
async def test_ten_times_as_many_pages_take_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # What is logged is kept for the tests that ask for it.
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(walk, "BATCH", BATCH)
    # A small plan is applied from memory and a large one read back: here both are read back.
    monkeypatch.setattr(plan_writer, "AT_HAND", 0)
    monkeypatch.setattr(execution, "AT_ONCE", BATCH)
    await peaks(tmp_path / "warm.db", 1)
    few, many = await peaks(tmp_path / "few.db", FEW), await peaks(tmp_path / "many.db", MANY)
    grown = [more - less for less, more in zip(few, many, strict=True)]
    assert max(grown) < (MANY - FEW) * PAGE * PER_RECORD, (few, many)
