"""C124: every query that an endpoint or a sync runs finds its rows by an index, in both databases.

The queries are those that the adapters really send, caught on their way while every read of every port is done once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from tests.builders import NOON, RUN, a_delivery, a_lead, a_member, a_record, a_run, a_tenant, a_user, an_account
from tests.outgoing import a_message, an_endpoint
from tests.sync_books import a_conflict, a_plan, a_policy, a_push, an_override

from tresen.adapters.persistence.agenda import SqlAgenda
from tresen.adapters.persistence.audit import SqlAuditLog
from tresen.adapters.persistence.connection import Database
from tresen.adapters.persistence.directory import SqlDirectory
from tresen.adapters.persistence.inbox_readers import SqlInboxReaders
from tresen.adapters.persistence.outgoing_readers import SqlOutgoingReaders
from tresen.adapters.persistence.postgres import PostgresDatabase
from tresen.adapters.persistence.readers import SqlReaders
from tresen.adapters.persistence.repositories.events import SqlEventLog
from tresen.adapters.persistence.sqlite import SqliteDatabase
from tresen.adapters.persistence.unit_of_work import SqlUnitsOfWork
from tresen.application.ports.events import EventPosition, NewEvent
from tresen.application.ports.inboxes import DeliveryFilter, DeliveryListing
from tresen.application.ports.outgoing import MessageFilter
from tresen.application.ports.readers import LEAD_ORDER, MEMBER_ORDER, TASK_ORDER, USER_ORDER, ConflictFilter
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.application.sync.links.former_ids import links_by_former_ids
from tresen.application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP
from tresen.domain.shared.errors import NotFound
from tresen.domain.shared.ids import EntryId, LeadId, MemberId
from tresen.domain.shared.page import Listing
from tresen.domain.sync.conflict import ConflictState
from tresen.domain.sync.kept_plan import PlanState
from tresen.domain.sync.push import PushState
from tresen.domain.sync.record import MISSING
from tresen.domain.sync.run import RunState
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.tenancy.tenant import Tenant
from tresen.domain.webhooks.delivery import DeliveryState
from tresen.domain.webhooks.message import MessageState


@attrs.frozen
class Sent:
    """A query and its parameters, as they went to the driver."""

    sql: str
    parameters: Any


@asynccontextmanager
async def caught(database: Database) -> AsyncIterator[list[Sent]]:
    """The queries that are sent while inside."""
    sent: list[Sent] = []

    def note(_c: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        sent.append(Sent(sql, parameters))

    assert isinstance(database, SqliteDatabase | PostgresDatabase)
    engine = database._engine if isinstance(database, SqliteDatabase) else database._pool.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


async def _every_read_of_a_sync(units: SqlUnitsOfWork, tenant: Tenant, account: ProviderAccount) -> None:
    member, lead = a_member(tenant.id), a_lead(tenant.id)
    async with units.open(tenant.id) as uow:
        for kind in (MEMBER, MEMBERSHIP, LEAD):
            await uow.sync_records.fingerprints(account.id, kind, ["1", "2"])
            await uow.sync_records.by_external_ids(account.id, kind, ["1", "2"])
            await uow.sync_records.edited(account.id, kind)
            await uow.sync_records.edited_anyhow(account.id, kind)
            await uow.sync_records.of_local(kind, member.id)
            await uow.sync_records.of_locals(account.id, kind, [member.id])
            await uow.sync_records.external_ids(account.id, kind, after="1", limit=5)
            await uow.sync_records.remove_many(account.id, kind, ["3", "4"])
            await uow.sync_records.retire(a_record(account.id, "5", member, kind=kind))
            await uow.sync_records.former(account.id, kind, ["4", "5"])
            await uow.journal.of_record(kind, member.id)
        await _every_read_of_edits(uow, account)
        await uow.sync_records.counts(account.id, [MEMBER, MEMBERSHIP])
        await uow.sync_records.of_run(RUN, limit=5)
        await uow.journal.of_run(RUN, limit=5)
        await uow.journal.of_run(RUN, after=EntryId(RUN), limit=5)
        with pytest.raises(NotFound):
            await uow.journal.get(EntryId(RUN))
        for collection, one in ((uow.members, a_member(tenant.id)), (uow.leads, a_lead(tenant.id))):
            await collection.add(one)  # type: ignore[arg-type]  # its own kind
            await collection.remove_many([one])  # type: ignore[list-item]  # its own kind
        await uow.members.get_many([member.id])
        await uow.leads.get_many([LeadId(lead.id)])
        await uow.leads.unlinked(account.id)
        await uow.leads.of_addresses(["ada@example.org"])
        await uow.members.of_addresses(["ada@example.org"])
        await uow.memberships.of_member(member.id)
        await uow.memberships.turning_by(NOON.date(), limit=100)
        await uow.packages.of_account(account.id)
        await uow.packages.replace(account.id, [])
        await uow.runs.last(account.id, "members", success=True)
        await uow.runs.last(account.id, "members", success=False)
        await uow.runs.interrupt_running(account.id, "members", now=NOON)
        await uow.runs.recent_errors(10)
        await uow.runs.errors_of(a_run(account), limit=5)
        await uow.runs.count_errors()
        await uow.tasks.open_for("cancel_membership", "lead:1")
        await uow.tasks.open_at(account.id)
        await uow.accounts.all()
        await uow.sites.all()
        await uow.schedules.all()
        await uow.users.taken(["ada@example.org"])


async def _every_read_of_edits(uow: UnitOfWork, account: ProviderAccount) -> None:
    """With something that was edited there is more to ask."""
    (link,) = (await uow.sync_records.by_external_ids(account.id, MEMBER, ["1"])).values()
    member = await uow.members.get(MemberId(link.local_id))
    await uow.members.save_many([member])
    assert await uow.sync_records.edited(account.id, MEMBER) == {"1"}
    await uow.sync_records.put_many([a_record(account.id, "1", member)])
    assert not await uow.sync_records.edited(account.id, MEMBER)


async def _every_read_of_the_books(database: Database, tenant: Tenant, account: ProviderAccount) -> None:
    key, ids = account.id, ["1", "2"]
    plan, conflict, push = a_plan(account), a_conflict(account), a_push(account)
    async with SqlUnitsOfWork(database).open(tenant.id) as uow:
        await uow.policies.add(a_policy())
        await uow.policies.versions(MEMBER, key)
        await uow.policies.all()
        await uow.overrides.put_many([an_override(account)])
        await uow.overrides.of_records(key, MEMBER, ids)
        await uow.overrides.all(limit=5, offset=5)
        await uow.overrides.remove(key, MEMBER, "17", "email")
        await uow.conflicts.add(conflict)
        await uow.conflicts.get(conflict.id)
        await uow.conflicts.open_of(key, MEMBER, ids)
        await uow.conflicts.about(MEMBER, [RUN])
        await uow.conflicts.in_doubt(key, MEMBER)
        await uow.conflicts.count_open(key, MEMBER)
        await uow.plans.add(plan)
        await uow.plans.add_steps(plan.id, 0, [(MEMBER, "{}"), (MEMBER, "{}")])
        await uow.plans.latest(limit=5)
        await uow.plans.latest(limit=5, account_id=key)
        await uow.plans.latest(limit=5, account_id=key, state=PlanState.HELD)
        await uow.plans.steps(plan.id, start=1, limit=5)
        await uow.plans.remove_steps(plan.id)
        await uow.pushes.add(push)
        await uow.pushes.waiting(key, MEMBER, limit=5)
        await uow.pushes.of_records(key, MEMBER, ids)
        await uow.pushes.count_waiting(key, MEMBER)
        await uow.pushes.tried_in_vain(key, MEMBER, "1", since=push.created_at)
        await uow.pushes.creating(key, MEMBER)
        await uow.pushes.creations(key, MEMBER, [RUN])
        await uow.sync_states.get(key, MEMBER)
        await uow.sync_states.all()
        await uow.due.add(key, MEMBER, ids)
        await uow.due.all(key, MEMBER)
        await uow.due.remove(key, MEMBER, ids)


async def _every_list_of_the_books(database: Database, tenant: Tenant, account: ProviderAccount) -> None:
    readers, key = SqlReaders(database), account.id
    for state in (None, ConflictState.OPEN):
        wanted = ConflictFilter(state=state)
        await readers.conflicts(tenant.id, wanted, limit=5, offset=1)
        wanted = ConflictFilter(state=state, account_id=key, kind=MEMBER, field="email")
        await readers.conflicts(tenant.id, wanted, limit=5, offset=1)
        for record in (ConflictFilter(state=state, external_id="17"), ConflictFilter(state=state, local_id=RUN)):
            await readers.conflicts(tenant.id, record, limit=5)
    for push_state in (None, PushState.REFUSED):
        await readers.pushes(tenant.id, limit=5, offset=1, state=push_state)
    await readers.runs(tenant.id, limit=5, account_id=key)
    await readers.runs(tenant.id, limit=5, account_id=key, kind="members", state=RunState.HELD)
    await readers.runs(tenant.id, limit=5, state=RunState.HELD)


async def _every_read_of_the_doors(database: Database, tenant: Tenant) -> None:
    readers, directory = SqlReaders(database), SqlDirectory(database)
    lists = (
        (readers.members, MEMBER_ORDER),
        (readers.leads, LEAD_ORDER),
        (readers.tasks, TASK_ORDER),
        (readers.users, USER_ORDER),
    )
    for read, order in lists:
        for field in order:
            for descending in (False, True):
                await read(tenant.id, Listing(order_by=field, descending=descending, offset=1))
        await read(tenant.id, Listing(status="active", q="ad by", offset=1))
    await readers.api_keys(tenant.id)
    await readers.runs(tenant.id, limit=5)
    await readers.runs(tenant.id, limit=5, pushes=False)
    await readers.counts(tenant.id)
    await SqlAuditLog(database).latest(tenant.id, limit=5, offset=1)
    await directory.tenant(tenant.slug)
    await directory.user_by_email("ada@example.org")
    await directory.session_by_hash(b"1")
    await directory.api_key_by_hash(b"1")
    await SqlAgenda(database).due(NOON, limit=5)
    await SqlAgenda(database).next_tick(NOON)


async def _every_read_of_the_log(database: Database, tenant: Tenant) -> None:
    log = SqlEventLog(database)
    async with SqlUnitsOfWork(database).open(tenant.id) as uow:
        uow.events.record(NewEvent(type="t", subject_kind="k", subject_id="1", occurred_at=NOON))
        await uow.commit()
        (event,) = await uow.events.of_subject("k", "1")
        await uow.events.get(event.id)
        await uow.marks.add("scope", "1")
        await uow.marks.remove("scope", "1")
    for types in (None, ("t", "u")):
        await log.after(tenant.id, EventPosition(0, 0), limit=5, types=types)
    await log.end(tenant.id)


async def _every_read_of_what_goes_out(database: Database, tenant: Tenant) -> None:
    endpoint, states = an_endpoint(tenant.id), frozenset({MessageState.FAILED})
    message = a_message(endpoint)
    filters = (MessageFilter(), MessageFilter(states=states), MessageFilter(since=NOON), MessageFilter(event_type="t"))
    async with SqlUnitsOfWork(database).open(tenant.id) as uow:
        await uow.endpoints.add(endpoint)
        await uow.endpoints.all()
        await uow.endpoints.active()
        await uow.messages.add(message)
        for wanted in filters:
            await uow.messages.page(endpoint.id, wanted, Listing(descending=True, offset=1))
            for after in (None, message):
                await uow.messages.matching(endpoint.id, wanted, after=after, limit=5)
        await uow.messages.attempts(message.id)
        await uow.messages.heads(endpoint.id)
        await uow.messages.heads(endpoint.id, {"lead:1"})
        await uow.messages.counts()
        await uow.messages.cancel_pending(endpoint.id, now=NOON)
        await uow.endpoints.remove(endpoint.id)


async def _every_read_of_what_comes_in(database: Database, tenant: Tenant, account: ProviderAccount) -> None:
    readers, states = SqlInboxReaders(database), frozenset({DeliveryState.DEAD, DeliveryState.DONE})
    filters = (
        DeliveryFilter(),
        DeliveryFilter(provider="memory"),
        DeliveryFilter(states=states),
        DeliveryFilter(since=NOON, until=NOON),
    )
    for wanted in filters:
        for descending in (False, True):
            window = Listing(descending=descending, offset=1)
            await readers.page(tenant.id, DeliveryListing(window=window, filter=wanted))
    await readers.by_key("key")
    delivery = a_delivery(account)
    async with SqlUnitsOfWork(database).open(tenant.id) as uow:
        await uow.inboxes.all()
        await uow.deliveries.add_new([delivery])
        # Known already: it is counted.
        await uow.deliveries.add_new([delivery])
        await uow.deliveries.get(delivery.id)
        await uow.deliveries.save(delivery)
        await uow.deliveries.done_with_content(account.id, b"1")
        await uow.deliveries.waiting(account.id, limit=5)
        await uow.deliveries.standing(account.id, "thing", "1")
        for wanted in filters:
            await uow.deliveries.matching(wanted, limit=5)


@pytest.fixture
async def sent(database: Database) -> list[Sent]:
    tenant = a_tenant()
    await SqlDirectory(database).add_tenant(tenant)
    account, units = an_account(tenant.id), SqlUnitsOfWork(database)
    member, user, run = a_member(tenant.id), a_user(tenant.id), a_run(account)
    async with units.open(tenant.id) as uow:
        await uow.accounts.add(account)
        await uow.members.add(member)
        await uow.users.add(user)
        await uow.runs.add(run)
        await uow.sync_records.put_many([a_record(account.id, "1", member)])
        await uow.commit()
    async with caught(database) as queries:
        await _every_read_of_a_sync(units, tenant, account)
        await _every_read_of_the_books(database, tenant, account)
        await _every_list_of_the_books(database, tenant, account)
        await _every_read_of_the_doors(database, tenant)
        await _every_read_of_the_log(database, tenant)
        await _every_read_of_what_goes_out(database, tenant)
        await _every_read_of_what_comes_in(database, tenant, account)
    assert len(queries) > 130
    return queries


async def test_every_query_is_answered_by_an_index(database: Database, sent: list[Sent]) -> None:
    found = await database.run(lambda connection: [(q.sql, _misses(connection, q)) for q in sent])
    assert [(sql, misses) for sql, misses in found if misses] == []


async def test_the_usual_order_of_every_list_is_that_of_an_index(sqlite: SqliteDatabase) -> None:
    tenant, readers = a_tenant(), SqlReaders(sqlite)
    await SqlDirectory(sqlite).add_tenant(tenant)
    async with caught(sqlite) as queries:
        for read in (readers.members, readers.leads, readers.tasks, readers.users):
            await read(tenant.id, Listing())
        await SqlEventLog(sqlite).after(tenant.id, EventPosition(0, 0), limit=5)
        for state in (None, ConflictState.OPEN):
            await readers.conflicts(tenant.id, ConflictFilter(state=state), limit=5)
        for push_state in (None, PushState.REFUSED):
            await readers.pushes(tenant.id, limit=5, state=push_state)
    plans = await sqlite.run(lambda connection: [_sqlite_plan(connection, q) for q in queries])
    assert [step for plan in plans for step in plan if "TEMP B-TREE" in step] == []


Ask = Callable[[UnitOfWork, ProviderAccount], Awaitable[object]]
# What is asked, and the index that was made for it.
_BY_INDEX: list[tuple[str, Ask]] = [
    ("ix_change_run", lambda uow, _: uow.journal.of_run(RUN, after=EntryId(RUN), limit=5)),
    ("ix_change_record", lambda uow, _: uow.journal.of_record(MEMBER, RUN)),
    ("ix_sync_record_run", lambda uow, _: uow.sync_records.of_run(RUN, limit=5)),
    ("ix_sync_record_local", lambda uow, _: uow.sync_records.of_local(MEMBER, RUN)),
    ("ix_sync_record_local", lambda uow, account: uow.sync_records.of_locals(account.id, MEMBER, [RUN])),
    ("uq_sync_conflict_open", lambda uow, account: uow.conflicts.open_of(account.id, MEMBER, ["1"])),
    ("uq_sync_conflict_open", lambda uow, account: uow.conflicts.in_doubt(account.id, MEMBER)),
    ("ix_sync_conflict_state", lambda uow, _: uow.conflicts.about(MEMBER, [RUN])),
    ("ix_sync_push_waiting", lambda uow, account: uow.pushes.waiting(account.id, MEMBER, limit=5)),
    ("ix_sync_push_unanswered", lambda uow, account: uow.pushes.of_records(account.id, MEMBER, ["1"])),
    ("ix_sync_push_state", lambda uow, account: uow.pushes.tried_in_vain(account.id, MEMBER, "1", since=NOON)),
    ("ix_sync_push_unanswered", lambda uow, account: uow.pushes.creating(account.id, MEMBER)),
    ("ix_sync_push_unanswered", lambda uow, account: uow.pushes.creations(account.id, MEMBER, [RUN])),
    ("ix_sync_push_unanswered", lambda uow, account: uow.pushes.sent_unanswered(account.id, MEMBER)),
    ("ix_member_email", lambda uow, _: uow.members.of_addresses(["ada@example.org"])),
    ("ix_lead_email", lambda uow, _: uow.leads.of_addresses(["ada@example.org"])),
    ("ix_sync_plan_account", lambda uow, account: uow.plans.latest(limit=5, account_id=account.id)),
]


@pytest.mark.parametrize(("index", "ask"), _BY_INDEX)
async def test_a_question_is_answered_by_the_index_made_for_it(sqlite: SqliteDatabase, index: str, ask: Ask) -> None:
    tenant = a_tenant()
    await SqlDirectory(sqlite).add_tenant(tenant)
    async with SqlUnitsOfWork(sqlite).open(tenant.id) as uow, caught(sqlite) as queries:
        await ask(uow, an_account(tenant.id))
    (plan,) = await sqlite.run(lambda connection: [_sqlite_plan(connection, q) for q in queries])
    assert any(step.startswith("SEARCH") and index in step for step in plan), plan


async def test_the_links_of_a_page_are_one_question_that_follows_the_index_made_for_it(sqlite: SqliteDatabase) -> None:
    tenant, readers = a_tenant(), SqlReaders(sqlite)
    await SqlDirectory(sqlite).add_tenant(tenant)
    async with SqlUnitsOfWork(sqlite).open(tenant.id) as uow:
        await uow.members.add_many([a_member(tenant.id) for _ in range(3)])
        await uow.commit()
    async with caught(sqlite) as queries:
        assert len((await readers.members(tenant.id, Listing())).items) == 3
        assert not (await readers.leads(tenant.id, Listing())).items
    _members, links, _leads = await sqlite.run(lambda connection: [_sqlite_plan(connection, q) for q in queries])
    assert any(step.startswith("SEARCH") and "ix_sync_record_local" in step for step in links), links


async def test_todays_links_of_many_former_ids_are_two_questions(database: Database) -> None:
    tenant = a_tenant()
    await SqlDirectory(database).add_tenant(tenant)
    account, members = an_account(tenant.id), [a_member(tenant.id) for _ in range(3)]
    units = SqlUnitsOfWork(database)
    async with units.open(tenant.id) as uow:
        await uow.accounts.add(account)
        await uow.members.add_many(members)
        old = [a_record(account.id, f"old {n}", member) for n, member in enumerate(members)]
        await uow.sync_records.add_many(old)
        for record in old:
            await uow.sync_records.retire(record)
        await uow.sync_records.add_many([a_record(account.id, f"new {n}", member) for n, member in enumerate(members)])
        await uow.commit()
    async with units.open(tenant.id, read_only=True) as uow, caught(database) as queries:
        found = await links_by_former_ids(uow, account.id, MEMBER, [record.external_id for record in old])
    assert {key: link.external_id for key, link in found.items()} == {f"old {n}": f"new {n}" for n in range(3)}
    assert len(queries) == 2


async def test_where_nothing_was_edited_one_look_tells(database: Database) -> None:
    """Not even a sync that saves and links, or removes and forgets, leaves marks behind."""
    tenant = a_tenant()
    await SqlDirectory(database).add_tenant(tenant)
    account, member, lead = an_account(tenant.id), a_member(tenant.id), a_lead(tenant.id)
    units = SqlUnitsOfWork(database)
    async with units.open(tenant.id) as uow:
        await uow.accounts.add(account)
        await uow.members.add(member)
        await uow.leads.add(lead)
        await uow.sync_records.add_many([a_record(account.id, "1", member)])
        await uow.commit()
    async with units.open(tenant.id) as uow:
        await uow.members.save(member)
        await uow.leads.save(lead)
        await uow.sync_records.put_many([a_record(account.id, "1", member)])
        await uow.sync_records.add_many([a_record(account.id, "1", lead, kind=LEAD)])
        await uow.commit()
    async with units.open(tenant.id) as uow:
        await uow.members.remove_many([member])
        await uow.sync_records.put_many([a_record(account.id, "1", member, local_version=MISSING)])
        await uow.leads.remove(lead.id)
        await uow.commit()
    async with units.open(tenant.id) as uow:
        assert await uow.sync_records.edited(account.id, LEAD) == {"1"}
        await uow.sync_records.remove_many(account.id, LEAD, ["1"])
        await uow.commit()
    async with units.open(tenant.id, read_only=True) as uow, caught(database) as queries:
        assert not await uow.sync_records.edited(account.id, MEMBER)
        assert not await uow.sync_records.edited(account.id, LEAD)
    assert [query.sql.split("FROM")[1].split()[0] for query in queries] == ["edited_record"] * 2
    assert await database.run(lambda c: c.exec_driver_sql("SELECT count(*) FROM edited_record").scalar()) == 0


async def test_what_looks_at_all_tenants_finds_their_deliveries_by_index(sqlite: SqliteDatabase) -> None:
    readers = SqlInboxReaders(sqlite)
    async with caught(sqlite) as queries:
        await readers.waiting(before=NOON, limit=5)
        await readers.figures()
    plans = await sqlite.run(lambda connection: [_sqlite_plan(connection, q) for q in queries])
    assert len(plans) == 2
    for plan in plans:
        (step,) = (step for step in plan if "delivery" in step)
        assert step.startswith("SEARCH delivery")
        assert "ix_delivery_state (tenant_id=? AND state=?" in step


async def test_what_looks_at_all_tenants_finds_their_messages_by_index(sqlite: SqliteDatabase) -> None:
    async with caught(sqlite) as queries:
        await SqlOutgoingReaders(sqlite).figures()
    plans = [step for q in queries for step in await sqlite.run(lambda connection, q=q: _sqlite_plan(connection, q))]  # type: ignore[misc]  # bound now
    assert any("SEARCH webhook_message" in step and "endpoint_id=? AND state=?" in step for step in plans)
    assert any("SEARCH webhook_endpoint" in step and "ix_webhook_endpoint_state" in step for step in plans)


def test_the_judge_knows_a_miss(sqlite: SqliteDatabase) -> None:
    with sqlite._engine.connect() as connection:
        assert _misses(connection, Sent("SELECT * FROM member WHERE first_name = ?", ("Ada",)))
        assert not _misses(connection, Sent("SELECT * FROM member WHERE tenant_id = ?", (b"1",)))


def _misses(connection: sa.Connection, query: Sent) -> list[str]:
    """The steps that look at all rows of a table."""
    if connection.dialect.name == "sqlite":
        steps = _sqlite_plan(connection, query)
        return [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    # Without rows the planner would read the whole table, rightly; what is asked is whether it could do otherwise.
    connection.exec_driver_sql("SET enable_seqscan = off")
    explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON, GENERIC_PLAN false) {query.sql}", query.parameters)
    (plan,) = explained.scalar_one()
    return list(_scans(plan["Plan"]))


def _sqlite_plan(connection: sa.Connection, query: Sent) -> list[str]:
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query.sql}", query.parameters)]


def _scans(node: dict[str, Any]) -> Iterator[str]:
    if "Scan" in node["Node Type"] and "Index Cond" not in node and node["Node Type"] != "Bitmap Heap Scan":
        yield f"{node['Node Type']} on {node.get('Relation Name')}"
    for child in node.get("Plans", []):
        yield from _scans(child)
