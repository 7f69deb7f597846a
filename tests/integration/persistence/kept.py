"""What a sync kept in a database of revision 0002, and how it looks after an upgrade."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa
from tests.builders import (
    NOON,
    a_change,
    a_lead,
    a_member,
    a_membership,
    a_record,
    a_run,
    a_sync_error,
    a_task,
    a_tenant,
    an_account,
    values_of,
)

from tresen.adapters.persistence.mappers import contracts, people, staff, sync, tenancy
from tresen.adapters.persistence.mappers.values import Row
from tresen.adapters.persistence.tables import (
    CHANGE,
    LEAD,
    MEMBER,
    MEMBERSHIP,
    PROVIDER_ACCOUNT,
    STAFF_TASK,
    SYNC_ERROR,
    SYNC_RECORD,
    SYNC_RUN,
    TENANT,
)
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.shared.ids import EntryId, RunId
from tresen.domain.sync.record import SyncRecord
from tresen.domain.sync.run import Counts, RunState
from tresen.domain.sync.side import Side

# The columns that revision 0003 added.
_NEW = {
    "sync_record": {"run_id", "stamped_at", "edited_at"},
    "change": {"value", "version"},
    "staff_task": {"version"},
    "sync_run": {"deleted", "pushed", "conflicts", "refused", "dropped", "plan_id", "allowed_at"},
}
BEFORE_RUNS_WERE_KEPT = RunId(UUID(int=0))


class Kept:
    """A tenant with a quiet and an edited record of every kind, their links, a run, an error, a task, journal lines."""

    def __init__(self) -> None:
        self.tenant = a_tenant()
        self.account = an_account(self.tenant.id)
        self.run = a_run(self.account, state=RunState.COMPLETED, counts=Counts(created=1, updated=2, errors=3))
        self.error = a_sync_error(self.run)
        key = self.tenant.id
        self.task = a_task(self.tenant.id, account_id=self.account.id, subject="lead:ü'", details={"why": "ü'"})
        self.task.complete(by="Bob", now=NOON, note="ü'")
        self.task.version = 1
        self.members = [a_member(key), a_member(key)]
        memberships = [a_membership(key, self.members[0].id) for _ in range(2)]
        leads = [a_lead(key), a_lead(key)]
        self.entities: dict[str, list[Any]] = {"member": self.members, "membership": memberships, "lead": leads}
        for quiet, edited in self.entities.values():
            quiet.version, edited.version = 1, 7
        self.changes = [
            a_change(self.run, self.members[0], field="first_name", ours="a", theirs=True, value=True),
            attrs.evolve(
                a_change(self.run, self.members[0], field="last_name", ours=("b", "ü'"), theirs="c", value=("b", "ü'")),
                side=Side.OURS,
            ),
        ]

    def write(self, connection: sa.Connection) -> int:
        """As a version with revision 0002 did."""
        tables: dict[sa.Table, Callable[[Any], Row]] = {
            MEMBER: people.member_row,
            MEMBERSHIP: contracts.membership_row,
            LEAD: people.lead_row,
        }
        _put(connection, TENANT, tenancy.tenant_row(self.tenant))
        _put(connection, PROVIDER_ACCOUNT, tenancy.account_row(self.account))
        _put(connection, SYNC_RUN, sync.run_row(self.run))
        _put(connection, STAFF_TASK, staff.task_row(self.task))
        _put(connection, SYNC_ERROR, sync.error_row(self.tenant.id, EntryId(self.run.id), self.error))
        for (table, to_row), entities in zip(tables.items(), self.entities.values(), strict=True):
            for entity in entities:
                _put(connection, table, to_row(entity))
        for link in self._links():
            _put(connection, SYNC_RECORD, sync.sync_record_row(self.tenant.id, link))
        for change in self.changes:
            _put(connection, CHANGE, sync.change_row(self.tenant.id, change))
        return 0

    async def assert_is_there(self, uow: UnitOfWork) -> None:
        """With what could be known of what was not kept then."""
        for kind in self.entities:
            found = await uow.sync_records.by_external_ids(self.account.id, kind, ["quiet", "edited"])
            assert [found["quiet"], found["edited"]] == [link for link in self._links() if link.kind == kind]
            assert await uow.sync_records.edited(self.account.id, kind) == {"edited"}
        assert values_of(await uow.runs.get(self.run.id)) == values_of(self.run)
        assert values_of(await uow.tasks.get(self.task.id)) == values_of(self.task)
        assert list(await uow.runs.recent_errors(9)) == [self.error]
        assert repr(list(await uow.journal.of_record("member", self.members[0].id))) == repr(self.changes)
        assert list(await uow.journal.of_run(self.run.id, limit=9)) == self.changes

    def _links(self) -> list[SyncRecord]:
        return [
            a_record(
                self.account.id,
                external_id,
                entity,
                kind=kind,
                base={"a": True},
                local_version=1,
                run=BEFORE_RUNS_WERE_KEPT,
            )
            for kind, entities in self.entities.items()
            for external_id, entity in zip(("quiet", "edited"), entities, strict=True)
        ]


def _put(connection: sa.Connection, table: sa.Table, row: Row) -> None:
    names = [column.name for column in table.columns]
    old = {name: value for name, value in zip(names, row, strict=True) if name not in _NEW.get(table.name, ())}
    connection.execute(sa.insert(table).values(old))
