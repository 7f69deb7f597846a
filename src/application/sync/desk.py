"""Everything that can be done about syncs, put together over one set of ports."""

import attrs

from ...domain.sync.laws import Laws
from ...domain.sync.policy import BUILT_IN_POLICY, Policy
from ..ports.clock import Clock, IdSource
from ..ports.gym import GymProviders
from ..ports.locks import RunLocks
from ..ports.phones import PhoneBook
from ..ports.readers import Readers
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions
from .execution import Execution
from .leads_course import LeadsCourse
from .members_course import MembersCourse
from .policy_book import PolicyBook
from .run_books import RunBooks
from .sync_account import SyncAccount
from .sync_course import ApplyPlan, Courses, PlanSync, SyncCourse
from .sync_status import SyncStatus
from .weaving import Weaving

BUILT_IN_LAWS = Laws()


@attrs.frozen(kw_only=True)
class SyncDesk:
    """One attribute per use case."""

    members: SyncCourse
    leads: SyncCourse
    plan: PlanSync
    apply: ApplyPlan
    status: SyncStatus


def sync_desk(
    *,
    transactions: Transactions,
    gyms: GymProviders,
    locks: RunLocks,
    guard: CredentialGuard,
    phones: PhoneBook,
    readers: Readers,
    clock: Clock,
    ids: IdSource,
    policy: Policy = BUILT_IN_POLICY,
    laws: Laws = BUILT_IN_LAWS,
) -> SyncDesk:
    """The use cases. ``policy`` holds where no tenant says otherwise; ``laws`` are those that a policy may name."""
    books = RunBooks(transactions, guard, clock, ids)
    weaving = Weaving(books, PolicyBook(laws, policy), clock, ids)
    sync = SyncAccount(books, gyms, locks, weaving, Execution(books, laws, clock, ids))
    members, leads = MembersCourse(books, phones), LeadsCourse(phones)
    courses = Courses(members, leads)
    return SyncDesk(
        members=SyncCourse(sync, members),
        leads=SyncCourse(sync, leads),
        plan=PlanSync(sync, courses),
        apply=ApplyPlan(sync, courses, transactions),
        status=SyncStatus(transactions, readers, gyms),
    )
