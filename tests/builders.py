"""Values for tests: valid, small, and different in exactly what the test names."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import attrs

from tresen.adapters.memory.clock import SequenceIds
from tresen.application.ports.readers import AuditEntry
from tresen.domain.identity.credentials import ApiKey, Session
from tresen.domain.identity.role import Role, Scope
from tresen.domain.identity.user import User
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.member import Member
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.package import Package
from tresen.domain.membership.status import Status, Terms
from tresen.domain.schedules.schedule import Schedule
from tresen.domain.schedules.timing import Every, Timing
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.ids import (
    AccountId,
    ApiKeyId,
    DeliveryId,
    EntryId,
    LeadId,
    MemberId,
    MembershipId,
    RunId,
    ScheduleId,
    SessionId,
    SiteId,
    TaskId,
    TenantId,
    UserId,
)
from tresen.domain.shared.money import Money
from tresen.domain.staff.task import StaffTask, TaskReason, TaskState
from tresen.domain.sync.journal import Change
from tresen.domain.sync.record import SyncRecord
from tresen.domain.sync.run import Counts, Run, RunState, SyncError
from tresen.domain.sync.schema import Value, Values
from tresen.domain.sync.side import Side
from tresen.domain.tenancy.provider_account import ProviderAccount
from tresen.domain.tenancy.tenant import Site, Tenant
from tresen.domain.webhooks.delivery import Delivery, content_hash, content_key
from tresen.domain.webhooks.inbox import Inbox, InboxSecret

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDS = SequenceIds(start=1_000_000)
# A run that nobody looks at.
RUN = RunId(IDS.new())


def values_of(entity: attrs.AttrsInstance) -> dict[str, object]:
    """Every field by name, without recorded events: what a store keeps. For comparing entities."""
    return {f.name: getattr(entity, f.name) for f in attrs.fields(type(entity)) if f.name != "_events"}


def an_email(raw: str | None) -> EmailAddress | None:
    return None if raw is None else EmailAddress(raw)


def a_phone(raw: str | None, e164: str | None = None) -> PhoneNumber | None:
    return None if raw is None else PhoneNumber(raw, e164)


def a_tenant(slug: str = "studio") -> Tenant:
    return Tenant(id=TenantId(IDS.new()), slug=slug, name=f"The {slug}", zone="Europe/Berlin", created_at=NOON)


def a_member(
    tenant: TenantId,
    first_name: str = "Ada",
    last_name: str = "Byron",
    *,
    email: str | None = None,
    phone: PhoneNumber | None = None,
    status: Status = Status.ACTIVE,
    status_text: str | None = None,
    joined_on: date | None = None,
    created_at: datetime = NOON,
    updated_at: datetime = NOON,
) -> Member:
    return Member(
        id=MemberId(IDS.new()),
        tenant_id=tenant,
        first_name=first_name,
        last_name=last_name,
        email=an_email(email),
        phone=phone,
        status=status,
        status_text=status_text,
        joined_on=joined_on,
        created_at=created_at,
        updated_at=updated_at,
    )


def a_membership(
    tenant: TenantId,
    member: MemberId,
    *,
    name: str = "Gold",
    starts_on: date | None = None,
    changes_on: date | None = None,
    price: Money | None = None,
    status: Status = Status.ACTIVE,
) -> Membership:
    return Membership(
        id=MembershipId(IDS.new()),
        tenant_id=tenant,
        member_id=member,
        name=name,
        terms=Terms(starts_on=starts_on, flagged_active=True),
        price=price,
        status=status,
        status_changes_on=changes_on,
        created_at=NOON,
        updated_at=NOON,
    )


def a_package(number: int = 1, *, name: str = "Gold", price: Money | None = None) -> Package:
    return Package(id=str(number), name=name, price=price)


def a_lead(
    tenant: TenantId,
    first_name: str = "Grace",
    last_name: str = "Hopper",
    *,
    email: str | None = None,
    phone: PhoneNumber | None = None,
    stage: Stage = Stage.NEW,
    stage_text: str | None = None,
    created_at: datetime = NOON,
) -> Lead:
    return Lead(
        id=LeadId(IDS.new()),
        tenant_id=tenant,
        first_name=first_name,
        last_name=last_name,
        email=an_email(email),
        phone=phone,
        stage=stage,
        stage_text=stage_text,
        created_at=created_at,
        updated_at=created_at,
    )


def an_account(
    tenant: TenantId,
    name: str = "main",
    *,
    provider: str = "memory",
    base_url: str = "memory://gym",
    settings: Mapping[str, str] | None = None,
    credentials: bytes | None = b"sealed",
    writes_enabled: bool = True,
) -> ProviderAccount:
    return ProviderAccount(
        id=AccountId(IDS.new()),
        tenant_id=tenant,
        provider=provider,
        name=name,
        base_url=base_url,
        credentials=credentials,
        settings=settings or {},
        writes_enabled=writes_enabled,
        created_at=NOON,
    )


def a_site(tenant: TenantId, name: str = "Mitte", *, zone: str | None = None) -> Site:
    return Site(id=SiteId(IDS.new()), tenant_id=tenant, name=name, zone=zone)


def a_user(
    tenant: TenantId,
    email: str = "ada@example.org",
    *,
    name: str = "Ada",
    role: Role = Role.ADMIN,
    active: bool = True,
    created_at: datetime = NOON,
) -> User:
    return User(
        id=UserId(IDS.new()),
        tenant_id=tenant,
        email=EmailAddress(email),
        name=name,
        role=role,
        password_hash="hashed",
        active=active,
        created_at=created_at,
    )


def a_session(user: User, token_hash: bytes = b"\x01" * 32) -> Session:
    return Session(
        id=SessionId(IDS.new()),
        tenant_id=user.tenant_id,
        user_id=user.id,
        token_hash=token_hash,
        created_at=NOON,
        expires_at=NOON.replace(year=2027),
    )


def an_api_key(tenant: TenantId, key_hash: bytes = b"\x02" * 32, *, created_at: datetime = NOON) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(IDS.new()),
        tenant_id=tenant,
        name="front desk",
        hint="tk_ab",
        key_hash=key_hash,
        scopes=frozenset({Scope.MEMBERS_READ, Scope.LEADS_WRITE}),
        created_at=created_at,
    )


def a_task(
    tenant: TenantId,
    title: str = "Cancel the membership",
    *,
    operation: str = "cancel_membership",
    account_id: AccountId | None = None,
    subject: str | None = None,
    details: Mapping[str, str | None] | None = None,
    state: TaskState = TaskState.OPEN,
    created_at: datetime = NOON,
) -> StaffTask:
    return StaffTask(
        id=TaskId(IDS.new()),
        tenant_id=tenant,
        account_id=account_id,
        operation=operation,
        title=title,
        reason=TaskReason.UNSUPPORTED,
        subject=subject,
        details=details or {},
        state=state,
        created_at=created_at,
    )


def a_run(
    account: ProviderAccount,
    *,
    kind: str = "members",
    state: RunState = RunState.RUNNING,
    started_at: datetime = NOON,
    counts: Counts | None = None,
) -> Run:
    return Run(
        id=RunId(IDS.new()),
        tenant_id=account.tenant_id,
        account_id=account.id,
        kind=kind,
        state=state,
        counts=counts or Counts(),
        started_at=started_at,
    )


def a_sync_error(run: Run, external_id: str | None = "17", *, at: datetime = NOON, message: str = "odd") -> SyncError:
    return SyncError(
        run_id=run.id, kind="member", external_id=external_id, code="invalid_value", message=message, at=at
    )


def a_record(
    account: AccountId,
    external_id: str,
    local: Member | Membership | Lead,
    *,
    kind: str = "member",
    base: Values | None = None,
    fingerprint: bytes = b"\x03" * 32,
    local_version: int | None = None,
    run: RunId | None = None,
) -> SyncRecord:
    return SyncRecord(
        account_id=account,
        kind=kind,
        external_id=external_id,
        local_id=local.id,
        base=base or {},
        fingerprint=fingerprint,
        local_version=local.version if local_version is None else local_version,
        synced_at=NOON,
        run_id=run or RUN,
    )


def a_change(
    run: Run,
    local: Member | Lead,
    *,
    kind: str = "member",
    field: str = "first_name",
    base: Value = None,
    ours: Value = None,
    theirs: Value = None,
    value: Value = None,
    version: int = 0,
    at: datetime = NOON,
) -> Change:
    return Change(
        id=EntryId(IDS.new()),
        run_id=run.id,
        kind=kind,
        external_id="17",
        local_id=local.id,
        field=field,
        base=base,
        ours=ours,
        theirs=theirs,
        value=value,
        version=version,
        side=Side.THEIRS,
        rule="theirs",
        reason="the provider owns this field",
        at=at,
    )


def an_audit_entry(action: str = "create lead", *, at: datetime = NOON, address: str | None = "::1") -> AuditEntry:
    return AuditEntry(
        at=at,
        principal="user:1",
        name="Ada",
        action=action,
        status=201,
        correlation_id="c-1",
        address=address,
    )


def an_inbox(account: ProviderAccount, key: str = "k" * 43, *, secret: bytes = b"sealed") -> Inbox:
    return Inbox(
        id=account.id,
        tenant_id=account.tenant_id,
        provider=account.provider,
        key=key,
        secrets=(InboxSecret(sealed=secret, created_at=NOON),),
        created_at=NOON,
    )


def a_delivery(
    account: ProviderAccount, body: bytes = b"{}", *, key: str | None = None, received_at: datetime = NOON
) -> Delivery:
    hashed = content_hash(body)
    return Delivery(
        id=DeliveryId(IDS.new()),
        tenant_id=account.tenant_id,
        account_id=account.id,
        provider=account.provider,
        delivery_key=key or content_key(hashed),
        content_hash=hashed,
        headers={"x-topic": "order.updated"},
        body=body,
        received_at=received_at,
        correlation_id="c-1",
    )


HOURLY = Every(3_600)


def a_schedule(
    tenant_id: TenantId,
    name: str = "hourly",
    *,
    kind: str = "sync_members",
    timing: Timing = HOURLY,
    next_at: datetime | None = NOON + timedelta(hours=1),
) -> Schedule:
    return Schedule(
        id=ScheduleId(IDS.new()),
        tenant_id=tenant_id,
        name=name,
        kind=kind,
        timing=timing,
        next_at=next_at,
        created_at=NOON,
    )
