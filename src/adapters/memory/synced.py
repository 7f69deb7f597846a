"""Links, journal and runs of the sync in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from heapq import nsmallest
from uuid import UUID

from ...application.ports.repositories import Journal, Runs, SyncRecords
from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.shared.errors import AlreadyExists, NotFound, StorageConflict
from ...domain.shared.ids import AccountId, EntryId, RunId, TenantId
from ...domain.sync.journal import Change, in_order
from ...domain.sync.record import MISSING, SyncRecord
from ...domain.sync.run import Run, RunState, SyncError
from .entities import MemoryEntities, Versioned
from .store import RecordKey
from .tables import Draft

_KINDS = frozenset({MEMBER, MEMBERSHIP, LEAD})


class MemorySyncRecords(SyncRecords):
    """Links, with the entities to which they lead."""

    def __init__(
        self,
        rows: Draft[RecordKey, SyncRecord],
        former: Draft[RecordKey, UUID],
        *,
        members: Draft[UUID, Member],
        memberships: Draft[UUID, Membership],
        leads: Draft[UUID, Lead],
    ) -> None:
        self._rows, self._former = rows, former
        self._members, self._memberships, self._leads = members, memberships, leads

    async def by_external_ids(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, SyncRecord]:
        """Copies."""
        return {key: self._rows.copy(row) for key, row in self._found(account_id, kind, external_ids)}

    async def fingerprints(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Mapping[str, bytes]:
        """Fingerprints only."""
        return {key: row.fingerprint for key, row in self._found(account_id, kind, external_ids)}

    async def of_local(self, kind: str, local_id: UUID) -> Sequence[SyncRecord]:
        """Copies, by account and external id."""
        rows = sorted(self._rows.among("local", (kind, local_id)), key=lambda r: (r.account_id, r.external_id))
        return [self._rows.copy(row) for row in rows]

    async def of_locals(
        self, account_id: AccountId, kind: str, local_ids: Collection[UUID]
    ) -> Mapping[UUID, SyncRecord]:
        """Copies."""
        links = [link for local_id in local_ids for link in await self.of_local(kind, local_id)]
        return {link.local_id: link for link in reversed(links) if link.account_id == account_id}

    async def edited(self, account_id: AccountId, kind: str) -> Collection[str]:
        """Compares each link's version with its entity's."""
        return {
            row.external_id
            for row in self._rows.among("side", (account_id, kind))
            if kind in _KINDS and self._version(kind, row.local_id) != row.local_version
        }

    async def edited_anyhow(self, account_id: AccountId, kind: str) -> Collection[str]:
        """No other than those."""
        return await self.edited(account_id, kind)

    async def counts(self, account_id: AccountId, kinds: Collection[str]) -> Mapping[str, int]:
        """One by one."""
        return {kind: sum(1 for _ in self._rows.among("side", (account_id, kind))) for kind in kinds}

    async def external_ids(self, account_id: AccountId, kind: str, *, after: str, limit: int) -> Sequence[str]:
        """By code points."""
        ids = (row.external_id for row in self._rows.among("side", (account_id, kind)))
        return nsmallest(limit, (key for key in ids if key > after))

    async def of_run(self, run_id: RunId, *, limit: int) -> Sequence[SyncRecord]:
        """Copies."""
        rows = self._rows.among("run", run_id)
        first = nsmallest(limit, rows, key=lambda r: (r.account_id, r.kind, r.external_id))
        return [self._rows.copy(row) for row in first]

    async def remove_many(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> None:
        """By key."""
        for external_id in external_ids:
            self._rows.remove((account_id, kind, external_id))

    async def retire(self, record: SyncRecord) -> None:
        """By key."""
        key = (record.account_id, record.kind, record.external_id)
        self._rows.remove(key)
        self._former.put(key, record.local_id)

    async def former(self, account_id: AccountId, kind: str, external_ids: Collection[str]) -> Mapping[str, UUID]:
        """By key."""
        found = ((external_id, self._former.find((account_id, kind, external_id))) for external_id in external_ids)
        return {external_id: local_id for external_id, local_id in found if local_id is not None}

    async def add_many(self, records: Sequence[SyncRecord]) -> None:
        """Keep copies."""
        keys = {(record.account_id, record.kind, record.external_id) for record in records}
        if len(keys) < len(records) or any(self._rows.find(key) is not None for key in keys):
            raise StorageConflict("one of the records was linked by somebody else meanwhile")
        await self.put_many(records)

    async def put_many(self, records: Sequence[SyncRecord]) -> None:
        """Keep copies."""
        for record in records:
            key = (record.account_id, record.kind, record.external_id)
            self._rows.put(key, record)
            self._former.remove(key)

    def _found(
        self, account_id: AccountId, kind: str, external_ids: Collection[str]
    ) -> Iterable[tuple[str, SyncRecord]]:
        for external_id in external_ids:
            row = self._rows.find((account_id, kind, external_id))
            if row is not None:
                yield external_id, row

    def _version(self, kind: str, local_id: UUID) -> int:
        local: Versioned | None = self._leads.find(local_id)
        if kind != LEAD:
            local = self._members.find(local_id) if kind == MEMBER else self._memberships.find(local_id)
        return MISSING if local is None else local.version


class MemoryJournal(Journal):
    """Lines of all runs."""

    def __init__(self, rows: Draft[UUID, Change]) -> None:
        self._rows = rows

    async def append(self, changes: Iterable[Change]) -> None:
        """Add lines."""
        lines = list(changes)
        if len({line.id for line in lines}) < len(lines) or any(line.id in self._rows for line in lines):
            raise AlreadyExists("there is such a change already", kind="change")
        for line in lines:
            self._rows.put(line.id, line)

    async def get(self, change_id: EntryId) -> Change:
        """The line."""
        line = self._rows.find(change_id)
        if line is None:
            raise NotFound("change", change_id)
        return line

    async def of_record(self, kind: str, local_id: UUID) -> Sequence[Change]:
        """By version, then by id."""
        return in_order(self._rows.among("local", (kind, local_id)))

    async def of_run(self, run_id: RunId, *, after: EntryId | None = None, limit: int) -> Sequence[Change]:
        """By id."""
        lines = (line for line in self._rows.among("run", run_id) if after is None or line.id > after)
        return nsmallest(limit, lines, key=lambda line: line.id)


class MemoryRuns(MemoryEntities[Run, RunId], Runs):
    """Runs and errors."""

    def __init__(self, tenant_id: TenantId, rows: Draft[UUID, Run], errors: Draft[int, SyncError]) -> None:
        super().__init__("run", tenant_id, rows)
        self._errors = errors

    async def last(self, account_id: AccountId, kind: str, *, success: bool) -> Run | None:
        """A copy."""
        runs = self._rows.among("side", (account_id, kind))
        counted = (run for run in runs if not success or run.state is RunState.COMPLETED)
        latest = max(counted, key=lambda run: (run.started_at, run.id), default=None)
        return None if latest is None else self._rows.copy(latest)

    async def interrupt_running(self, account_id: AccountId, kind: str, *, now: datetime) -> int:
        """They end now."""
        runs = [run for run in self._rows.among("side", (account_id, kind)) if run.state is RunState.RUNNING]
        for run in map(self._rows.copy, runs):
            run.finish(RunState.INTERRUPTED, now=now)
            await self.save(run)
        return len(runs)

    async def add_errors(self, errors: Sequence[SyncError]) -> None:
        """Add lines."""
        for error in errors:
            self._errors.put(self._errors.next_number(), error)

    async def recent_errors(self, limit: int) -> Sequence[SyncError]:
        """By instant; of one instant, the one added last first."""
        latest_added_first = reversed(list(self._errors.all()))
        return sorted(latest_added_first, key=lambda error: error.at, reverse=True)[:limit]

    async def errors_of(self, run: Run, *, limit: int) -> Sequence[SyncError]:
        """By instant; of one instant, the one added first first."""
        found = (error for error in self._errors.all() if error.run_id == run.id)
        return sorted(found, key=lambda error: error.at)[:limit]

    async def count_errors(self) -> int:
        """How many lines."""
        return self._errors.next_number()
