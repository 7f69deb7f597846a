"""Every collection of entities, with an entity that uses all its fields."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast
from uuid import UUID

import attrs
import pytest
from tests.builders import (
    NOON,
    a_delivery,
    a_lead,
    a_member,
    a_membership,
    a_run,
    a_schedule,
    a_session,
    a_task,
    a_user,
    an_account,
    an_api_key,
    an_inbox,
)
from tests.outgoing import a_message, an_attempt, an_endpoint
from tests.sync_books import a_conflict, a_plan, a_push

from tresen.adapters.cron import read_cron
from tresen.application.ports.repositories import Entities, Synced
from tresen.application.ports.unit_of_work import UnitOfWork
from tresen.domain.identity.credentials import ApiKey, Session
from tresen.domain.identity.role import Role
from tresen.domain.identity.user import User
from tresen.domain.leads.lead import Lead
from tresen.domain.leads.stage import Stage
from tresen.domain.membership.member import Member
from tresen.domain.membership.membership import Membership
from tresen.domain.membership.status import Status, Terms
from tresen.domain.schedules.schedule import Schedule
from tresen.domain.schedules.timing import Cron
from tresen.domain.shared.contact import EmailAddress, PhoneNumber
from tresen.domain.shared.ids import AccountId, MemberId, PlanId, RunId
from tresen.domain.shared.money import Money
from tresen.domain.staff.task import StaffTask, TaskState
from tresen.domain.sync.canonical import Value
from tresen.domain.sync.conflict import Choice, Conflict, ConflictState, Resolution
from tresen.domain.sync.guards import Trip
from tresen.domain.sync.kept_plan import KeptPlan, Part, PlanState
from tresen.domain.sync.laws import Edited
from tresen.domain.sync.push import Push, PushState
from tresen.domain.sync.run import Counts, Run, RunState
from tresen.domain.tenancy.provider_account import CredentialState, ProviderAccount
from tresen.domain.webhooks.delivery import Delivery, DeliveryState
from tresen.domain.webhooks.endpoint import DisabledReason, Endpoint, EndpointSecret
from tresen.domain.webhooks.inbox import Inbox, InboxSecret
from tresen.domain.webhooks.message import Message

# Umlauts, an emoji of four code points, a combining diaeresis, both quotes, a newline and what LIKE and JSON treat
# specially: all of it must come back as it went in.
ODD = 'Zoë Ünïcödé 👩‍🚀 u\u0308 \'" \\ %_ \n {"a": null} \u200f'
LATER = NOON + timedelta(hours=3, microseconds=7)
# The same instant as LATER, said in another zone.
LATER_ELSEWHERE = LATER.astimezone(timezone(timedelta(hours=-9, minutes=-30)))


@attrs.frozen(kw_only=True)
class Kind:
    """A collection: its name in the unit of work, how a full entity is made (with what it depends on stored),
    and how one is changed so that every field that may change does."""

    name: str
    make: Callable[[UnitOfWork], Awaitable[Any]]
    change: Callable[[Any], None]
    versioned: bool

    def of(self, uow: UnitOfWork) -> Entities[Any, UUID]:
        """The collection."""
        return cast(Entities[Any, UUID], getattr(uow, self.name))

    def synced(self, uow: UnitOfWork) -> Synced[Any, UUID]:
        """The collection, of a kind that is synced."""
        return cast(Synced[Any, UUID], getattr(uow, self.name))


async def _member(uow: UnitOfWork) -> Member:
    member = a_member(uow.tenant.id, ODD, "O'Brien", email=" Ada@Example.ORG ", phone=PhoneNumber("030 / 1", "+49301"))
    member.location, member.joined_on, member.born_on = "17", date(2024, 2, 29), date(1815, 12, 10)
    member.street, member.postcode, member.city, member.country = ODD, "01067", "Köln", "DE"
    member.email_opt_in, member.sms_opt_in = True, False
    return member


def _change_member(member: Member) -> None:
    member.first_name, member.last_name, member.email, member.phone = "", ODD, None, None
    member.status, member.status_text, member.location = Status.UNKNOWN, "Frozen ❄", None
    member.joined_on = member.born_on = member.street = member.postcode = member.city = member.country = None
    member.email_opt_in, member.sms_opt_in, member.updated_at = None, True, LATER


async def _membership(uow: UnitOfWork) -> Membership:
    member = a_member(uow.tenant.id)
    await uow.members.add(member)
    one = a_membership(uow.tenant.id, member.id, name=ODD, starts_on=date(2026, 1, 31), price=Money("0.00", "EUR"))
    one.kind, one.auto_renew, one.status_changes_on = "Class Plan", False, date(2026, 12, 31)
    return one


def _change_membership(membership: Membership) -> None:
    membership.name, membership.kind, membership.price = "Silver", None, Money("1.234", "TND")
    membership.terms = Terms(ends_on=date.max, cancels_on=date(2026, 5, 1), deleted=True, on_hold=True)
    membership.auto_renew, membership.status, membership.status_changes_on = None, Status.CANCELLED, None
    membership.updated_at = LATER


async def _lead(uow: UnitOfWork) -> Lead:
    lead = a_lead(uow.tenant.id, ODD, ODD, email="grace@example.org", phone=PhoneNumber("gar keine"))
    lead.source, lead.interested_in, lead.message, lead.notes, lead.location = "Web", "Yoga", ODD, "", "3"
    return lead


def _change_lead(lead: Lead) -> None:
    lead.first_name, lead.last_name, lead.email, lead.phone = "G", "", EmailAddress("nonsense"), None
    lead.stage, lead.stage_text, lead.source, lead.interested_in = Stage.UNKNOWN, "Hot 🔥", None, None
    lead.message, lead.notes, lead.location, lead.updated_at = None, ODD, None, LATER_ELSEWHERE
    lead.member_id = MemberId(lead.id)


async def _account(uow: UnitOfWork) -> ProviderAccount:
    return an_account(uow.tenant.id, ODD, settings={"a": ODD, ODD: ""}, credentials=bytes(range(256)))


def _change_account(account: ProviderAccount) -> None:
    account.name, account.base_url, account.credentials = "second", "https://example.org/ü", None
    account.settings, account.writes_enabled = {}, False
    account.credential_state, account.state_reason, account.told_owner_at = CredentialState.REVOKED, ODD, LATER


async def _run(uow: UnitOfWork) -> Run:
    account = an_account(uow.tenant.id, "for a run")
    await uow.accounts.add(account)
    run = a_run(account, kind="leads", started_at=LATER)
    run.forced = True
    return run


def _change_run(run: Run) -> None:
    here = Counts(created=100_000, updated=2, unchanged=2**40, errors=1, deleted=3)
    run.counts = here + Counts(pushed=4, conflicts=5, refused=6, dropped=7)
    run.plan_id = PlanId(run.id)
    run.allowed_at = LATER
    run.finish(RunState.HELD, now=LATER, reason=ODD)


async def _task(uow: UnitOfWork) -> StaffTask:
    task = a_task(uow.tenant.id, ODD, subject=f"lead:{ODD}", details={"why": ODD, "notes": None, "": "x"})
    task.account_id = AccountId(task.id)
    return task


def _change_task(task: StaffTask) -> None:
    task.account_id, task.title, task.subject, task.details = None, "Do it", None, {}
    task.complete(by=ODD, now=LATER, note=ODD)
    assert task.state is TaskState.DONE


async def _user(uow: UnitOfWork) -> User:
    return a_user(uow.tenant.id, "Zoë@Example.org", name=ODD, role=Role.OWNER)


def _change_user(user: User) -> None:
    user.email, user.name, user.role = EmailAddress("ada@example.com"), "A", Role.VIEWER
    user.password_hash, user.active, user.last_login_at = ODD, False, LATER


async def _session(uow: UnitOfWork) -> Session:
    user = a_user(uow.tenant.id)
    await uow.users.add(user)
    return a_session(user, bytes(range(32)))


def _change_session(session: Session) -> None:
    session.expires_at, session.revoked_at = LATER, datetime(1970, 1, 1, tzinfo=UTC)


async def _api_key(uow: UnitOfWork) -> ApiKey:
    return an_api_key(uow.tenant.id, bytes(range(32)))


def _change_api_key(key: ApiKey) -> None:
    key.name, key.hint, key.scopes, key.expires_at, key.revoked_at = ODD, "", frozenset(), LATER, NOON


async def _inbox(uow: UnitOfWork) -> Inbox:
    account = an_account(uow.tenant.id, "for an inbox")
    await uow.accounts.add(account)
    inbox = an_inbox(account, str(account.id), secret=bytes(range(256)))
    inbox.rotate(b"new", now=LATER, former_until=LATER + timedelta(days=1))
    inbox.registrations = {"142": ODD}
    return inbox


def _change_inbox(inbox: Inbox) -> None:
    inbox.secrets, inbox.registrations = (InboxSecret(sealed=b"", created_at=LATER_ELSEWHERE),), {}
    inbox.disabled_at = LATER


async def _delivery(uow: UnitOfWork) -> Delivery:
    account = an_account(uow.tenant.id, "for a delivery")
    await uow.accounts.add(account)
    delivery = a_delivery(account, bytes(range(256)), key=ODD.replace("\n", ""), received_at=LATER)
    delivery.type = ODD
    return delivery


def _change_delivery(delivery: Delivery) -> None:
    delivery.fail("first")
    delivery.conclude(DeliveryState.DEAD, now=LATER, reason=ODD)
    delivery.type, delivery.business_key, delivery.subject = "order", ODD, f"order:{ODD}"
    delivery.replays = 7


async def _schedule(uow: UnitOfWork) -> Schedule:
    schedule = a_schedule(uow.tenant.id, ODD, kind=ODD, next_at=LATER_ELSEWHERE)
    schedule.payload = {"a": ODD, ODD: ""}
    return schedule


def _change_schedule(schedule: Schedule) -> None:
    expression = "*/5 5-14 1,15 jan MON"
    schedule.name, schedule.payload = "nightly", {}
    schedule.timing = Cron(expression, read_cron(expression), "Australia/Lord_Howe")
    schedule.paused_at, schedule.next_at, schedule.last_tick_at = LATER, None, NOON


async def _endpoint(uow: UnitOfWork) -> Endpoint:
    endpoint = an_endpoint(uow.tenant.id, ODD, url=f"https://example.com/?q={ODD}", secret=bytes(range(256)))
    endpoint.rotate(b"new", now=LATER, overlap=timedelta(days=1))
    return endpoint


def _change_endpoint(endpoint: Endpoint) -> None:
    endpoint.name, endpoint.url, endpoint.events = "second", "", ("a.*", "b")
    endpoint.secrets = (EndpointSecret(sealed=b"", created_at=LATER_ELSEWHERE),)
    endpoint.note_failure(final=True, now=LATER)
    endpoint.disable(DisabledReason.FAILING, now=LATER)
    endpoint.openings = 7


async def _message(uow: UnitOfWork) -> Message:
    endpoint = an_endpoint(uow.tenant.id, "for a message")
    await uow.endpoints.add(endpoint)
    return a_message(endpoint, "a.b", subject=ODD, body=bytes(range(256)), created_at=LATER)


def _change_message(message: Message) -> None:
    message.next_attempt_number()
    message.note(an_attempt(message, status=500), again_in_s=5.25)
    message.cancel(now=LATER)
    message.round = 2


async def _conflict(uow: UnitOfWork) -> Conflict:
    account = an_account(uow.tenant.id, "for a conflict")
    await uow.accounts.add(account)
    conflict = a_conflict(account, ODD, ODD, kind=ODD, base=True, ours=1, theirs=("a", ODD), opened_at=LATER)
    conflict.edited = Edited(ours_at=LATER_ELSEWHERE, theirs_at=NOON, resolution_s=60, skew_s=0)
    conflict.candidates, conflict.rule, conflict.reason = ("1", ODD), ODD, ODD
    conflict.local_version = 2**40
    return conflict


def _change_conflict(conflict: Conflict) -> None:
    conflict.see(
        base=ODD,
        ours=False,
        theirs=0,
        edited=Edited(theirs_at=LATER),
        local_version=3,
        run_id=RunId(conflict.id),
        now=LATER_ELSEWHERE,
    )
    conflict.local_id, conflict.candidates = None, ()
    conflict.state = ConflictState.OPEN
    conflict.resolve(Resolution(choice=Choice.VALUE, value=("b", ODD), by=ODD, at=LATER))


async def _plan(uow: UnitOfWork) -> KeptPlan:
    account = an_account(uow.tenant.id, "for a plan")
    await uow.accounts.add(account)
    return a_plan(account, created_at=LATER)


def _change_plan(plan: KeptPlan) -> None:
    trip = Trip(guard="deleted", count=7, shared=9, message=ODD)
    part = Part(
        kind=ODD,
        policy_version=3,
        shared=9,
        seen=2**40,
        actions={"merge": 1, ODD: 2},
        trips=(trip, trip),
        fingerprint=ODD,
        cursor=ODD,
        complete=True,
        permits=(ODD, "create_there"),
        allows=("create_there", "delete_there"),
    )
    plan.finish((part, Part(kind="lead", policy_version=0)))
    plan.accept(ODD)
    plan.end(PlanState.APPLIED, now=LATER, reason=ODD)


async def _push(uow: UnitOfWork) -> Push:
    account = an_account(uow.tenant.id, "for a push")
    await uow.accounts.add(account)
    values: dict[str, Value] = {ODD: ODD, "flag": True, "count": 1, "set": ("a", ODD), "empty": (), "none": None}
    return a_push(account, ODD, kind=ODD, values=values, expected={"flag": 1, "count": True}, created_at=LATER)


def _change_push(push: Push) -> None:
    push.fail(ODD, now=LATER)
    push.external_id, push.values, push.expected = None, {}, {ODD: ("True",)}
    push.end(PushState.REFUSED, now=LATER_ELSEWHERE, why=ODD)


KINDS = (
    Kind(name="members", make=_member, change=_change_member, versioned=True),
    Kind(name="memberships", make=_membership, change=_change_membership, versioned=True),
    Kind(name="leads", make=_lead, change=_change_lead, versioned=True),
    Kind(name="accounts", make=_account, change=_change_account, versioned=True),
    Kind(name="inboxes", make=_inbox, change=_change_inbox, versioned=True),
    Kind(name="deliveries", make=_delivery, change=_change_delivery, versioned=True),
    Kind(name="schedules", make=_schedule, change=_change_schedule, versioned=True),
    Kind(name="endpoints", make=_endpoint, change=_change_endpoint, versioned=True),
    Kind(name="messages", make=_message, change=_change_message, versioned=True),
    Kind(name="conflicts", make=_conflict, change=_change_conflict, versioned=True),
    Kind(name="plans", make=_plan, change=_change_plan, versioned=False),
    Kind(name="pushes", make=_push, change=_change_push, versioned=False),
    Kind(name="runs", make=_run, change=_change_run, versioned=False),
    Kind(name="tasks", make=_task, change=_change_task, versioned=True),
    Kind(name="users", make=_user, change=_change_user, versioned=False),
    Kind(name="sessions", make=_session, change=_change_session, versioned=False),
    Kind(name="api_keys", make=_api_key, change=_change_api_key, versioned=False),
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
every_versioned = pytest.mark.parametrize("kind", [k for k in KINDS if k.versioned], ids=lambda kind: kind.name)
every_synced = pytest.mark.parametrize("kind", KINDS[:3], ids=lambda kind: kind.name)
