"""The state that the fakes of one installation share."""

import asyncio
from collections.abc import Collection
from copy import deepcopy
from datetime import datetime
from itertools import count
from typing import TypeVar
from uuid import UUID

import attrs

from ...application.ports.clock import Clock, IdSource
from ...application.ports.events import StoredEvent
from ...application.ports.readers import AuditEntry
from ...application.ports.sync_books import PolicyDocument
from ...domain.identity.credentials import ApiKey, Session
from ...domain.identity.user import User
from ...domain.jobs.job import Job
from ...domain.leads.lead import Lead
from ...domain.membership.member import Member
from ...domain.membership.membership import Membership
from ...domain.membership.package import Package
from ...domain.schedules.schedule import Schedule
from ...domain.shared.errors import NotFound
from ...domain.shared.ids import AccountId, JobId, MessageId, PlanId, TenantId
from ...domain.staff.task import StaffTask
from ...domain.sync.conflict import Conflict, ConflictState
from ...domain.sync.journal import Change
from ...domain.sync.kept_plan import KeptPlan
from ...domain.sync.override import Override
from ...domain.sync.push import Push
from ...domain.sync.record import SyncRecord
from ...domain.sync.run import Run, SyncError
from ...domain.sync.state import SyncState
from ...domain.tenancy.provider_account import ProviderAccount
from ...domain.tenancy.tenant import Site, Tenant
from ...domain.webhooks.delivery import Delivery
from ...domain.webhooks.endpoint import Endpoint
from ...domain.webhooks.inbox import Inbox
from ...domain.webhooks.message import Attempt, Message
from ...domain.webhooks.standing import Standing
from .clock import FixedClock, SequenceIds
from .tables import Table

T = TypeVar("T")
RecordKey = tuple[AccountId, str, str]
# A record, and how many times it became due.
Due = tuple[AccountId, str, str, int]
SubjectKey = tuple[AccountId, str, str]
OverrideKey = tuple[AccountId, str, str, str]
LayerKey = tuple[str, AccountId | None]
PlanStep = tuple[int, str, str]


# Far from where tests begin to count.
_OWN_IDS = 1_000_000_000


@attrs.frozen(kw_only=True)
class HeldJob:
    """A job, its place in the order of enqueueing, and who has leased it until when."""

    job: Job
    number: int
    worker: UUID | None = None
    lease_until: datetime | None = None


class Room:
    """The committed rows of one tenant. Append-only tables are numbered from 0."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.members: Table[UUID, Member] = Table(attrs.evolve)
        self.memberships: Table[UUID, Membership] = Table(attrs.evolve, {"member": lambda m: m.member_id})
        self.leads: Table[UUID, Lead] = Table(attrs.evolve)
        self.packages: Table[AccountId, tuple[Package, ...]] = Table(_itself)
        self.sync_records: Table[RecordKey, SyncRecord] = Table(
            lambda r: attrs.evolve(r, base=dict(r.base)),
            {
                "local": lambda r: (r.kind, r.local_id),
                "side": lambda r: (r.account_id, r.kind),
                "run": lambda r: r.run_id,
            },
        )
        self.former: Table[RecordKey, UUID] = Table(_itself)
        self.changes: Table[UUID, Change] = Table(
            _itself, {"local": lambda c: (c.kind, c.local_id), "run": lambda c: c.run_id}
        )
        self.runs: Table[UUID, Run] = Table(attrs.evolve, {"side": lambda r: (r.account_id, r.kind)})
        self.errors: Table[int, SyncError] = Table(_itself)
        self.policies: Table[tuple[LayerKey, int], PolicyDocument] = Table(
            lambda d: attrs.evolve(d, document=deepcopy(dict(d.document))), {"layer": lambda d: (d.kind, d.account_id)}
        )
        self.overrides: Table[OverrideKey, Override] = Table(
            _itself, {"record": lambda o: (o.account_id, o.kind, o.external_id)}
        )
        self.conflicts: Table[UUID, Conflict] = Table(
            attrs.evolve, {"open": _open_about, "open record": _open_of, "open side": _open_at}
        )
        self.plans: Table[UUID, KeptPlan] = Table(_own_plan)
        self.plan_steps: Table[tuple[PlanId, int], tuple[PlanId, PlanStep]] = Table(_itself, {"plan": lambda s: s[0]})
        self.pushes: Table[UUID, Push] = Table(
            lambda p: attrs.evolve(p, values=dict(p.values), expected=dict(p.expected)),
            {
                "side": lambda p: (p.account_id, p.kind, p.state),
                "record": lambda p: (p.account_id, p.kind, p.external_id),
                "making": lambda p: (p.kind, p.local_id),
            },
        )
        self.sync_states: Table[tuple[AccountId, str], SyncState] = Table(_itself)
        self.due: Table[RecordKey, Due] = Table(_itself, {"side": lambda key: key[:2]})
        self.tasks: Table[UUID, StaffTask] = Table(
            lambda t: attrs.evolve(t, details=dict(t.details)),
            {"work": lambda t: (t.operation, t.subject), "at": lambda t: (t.account_id, t.state)},
        )
        self.accounts: Table[UUID, ProviderAccount] = Table(
            lambda a: attrs.evolve(a, settings=dict(a.settings)), {"name": lambda a: (a.provider, a.name)}
        )
        self.sites: Table[UUID, Site] = Table(_itself, {"name": lambda s: s.name})
        self.users: Table[UUID, User] = Table(attrs.evolve, {"email": lambda u: u.email.canonical})
        self.sessions: Table[UUID, Session] = Table(attrs.evolve, {"hash": lambda s: s.token_hash})
        self.api_keys: Table[UUID, ApiKey] = Table(attrs.evolve, {"hash": lambda k: k.key_hash})
        self.inboxes: Table[UUID, Inbox] = Table(
            lambda i: attrs.evolve(i, registrations=dict(i.registrations)), {"key": lambda i: i.key}
        )
        self.deliveries: Table[UUID, Delivery] = Table(
            attrs.evolve,
            {
                "key": lambda d: (d.account_id, d.delivery_key),
                "content": lambda d: (d.account_id, d.content_hash),
                "state": lambda d: d.state,
            },
        )
        self.standings: Table[SubjectKey, Standing] = Table(attrs.evolve)
        self.events: Table[int, StoredEvent] = Table(
            lambda e: attrs.evolve(e, data=dict(e.data)),
            {"id": lambda e: e.id, "subject": lambda e: (e.subject_kind, e.subject_id)},
        )
        self.marks: Table[tuple[str, str], datetime] = Table(_itself)
        self.schedules: Table[UUID, Schedule] = Table(
            lambda s: attrs.evolve(s, payload=dict(s.payload)), {"name": lambda s: s.name}
        )
        self.jobs: Table[JobId, HeldJob] = Table(
            lambda h: h, {"key": lambda h: h.job.key, "lane": lambda h: h.job.lane}
        )
        self.endpoints: Table[UUID, Endpoint] = Table(attrs.evolve, {"name": lambda e: e.name})
        self.messages: Table[UUID, Message] = Table(attrs.evolve, {"endpoint": lambda m: m.endpoint_id})
        self.attempts: Table[tuple[MessageId, int], Attempt] = Table(_itself, {"message": lambda a: a.message_id})
        self.audit: list[AuditEntry] = []


class MemoryStore:
    """One installation: its tenants' rooms, and the turn of the one writer at a time.

    ``clock`` and ``ids`` stamp what units of work make themselves, such as events. ``news`` is set by every commit.
    """

    def __init__(self, clock: Clock | None = None, ids: IdSource | None = None) -> None:
        self.clock = clock or FixedClock()
        self.ids = ids or SequenceIds(_OWN_IDS)
        self._rooms: dict[TenantId, Room] = {}
        self.job_numbers = count(1)
        self.news = asyncio.Event()
        self.writing = asyncio.Lock()
        self.writer: asyncio.Task[object] | None = None

    @property
    def rooms(self) -> Collection[Room]:
        """Every tenant's room."""
        return self._rooms.values()

    def room(self, tenant_id: TenantId) -> Room:
        """One tenant's room. Raises NotFound."""
        room = self._rooms.get(tenant_id)
        if room is None:
            raise NotFound("tenant", tenant_id)
        return room

    def add_room(self, tenant: Tenant) -> None:
        """Make room for a new tenant."""
        self._rooms[tenant.id] = Room(tenant)


def _itself(row: T) -> T:
    return row


def _open_about(conflict: Conflict) -> tuple[AccountId, str, str, str] | None:
    return (*key, conflict.field) if (key := _open_of(conflict)) else None


def _open_of(conflict: Conflict) -> RecordKey | None:
    return (*side, conflict.external_id) if (side := _open_at(conflict)) else None


def _open_at(conflict: Conflict) -> tuple[AccountId, str] | None:
    return (conflict.account_id, conflict.kind) if conflict.state is ConflictState.OPEN else None


def _own_plan(plan: KeptPlan) -> KeptPlan:
    return attrs.evolve(plan, parts=tuple(attrs.evolve(part, actions=dict(part.actions)) for part in plan.parts))
