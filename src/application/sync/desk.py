"""Everything that can be done about syncs, put together over one set of ports."""

from collections.abc import Mapping

import attrs

from ...domain.sync.laws import Laws
from ...domain.sync.policy import BUILT_IN_POLICY, Policy
from ...domain.sync.schema import Schema
from ..gym.absorb import Absorb
from ..leads.edit_lead import EditLead
from ..leads.join_left import JoinLeft
from ..membership.edit_member import EditMember
from ..ports.clock import Clock, IdSource
from ..ports.gym import GymProviders
from ..ports.locks import RunLocks
from ..ports.phones import PhoneBook
from ..ports.readers import Readers
from ..tenancy.credentials import CredentialGuard
from ..transactions import Transactions
from .conflicts.reopen_conflict import ReopenConflict
from .conflicts.resolve_conflict import ResolveConflict
from .conflicts.resolve_conflicts import ResolveConflicts
from .courses.leads_course import LeadsCourse
from .courses.members_course import MembersCourse
from .edits.edit_outlook import Outlooks
from .edits.edit_person import EditPerson
from .edits.keep_edit import KeepEdit
from .edits.overrides import ListOverrides, RemoveOverride
from .policies.change_policy import ListPolicyVersions, SetPolicy, ShowPolicy
from .policies.policy_book import PolicyBook
from .records.kinds import schemas_of
from .records.run_books import RunBooks
from .runs.apply_plan import ApplyPlan
from .runs.by_hand import ByHand
from .runs.execution import Execution
from .runs.sync_account import SyncAccount
from .runs.sync_course import Courses, PlanSync, SyncCourse
from .runs.weaving import Weaving
from .undo.undo import PlanUndo, Undo
from .views.conflict_in_full import ShowConflictInFull
from .views.explain import Explain
from .views.find_links import FindLinks
from .views.history import History
from .views.look_at_plans import ListPlans, ShowPlan
from .views.overview import ListSyncStates
from .views.show_conflict import ShowConflict
from .views.show_run import ShowRun
from .views.sync_status import SyncStatus
from .views.waiting_at import WaitingAt
from .views.what_if import WhatIf

BUILT_IN_LAWS = Laws()


@attrs.frozen(kw_only=True)
class SyncDesk:
    """One attribute per use case. ``kinds`` are the kinds of record, each before those that belong to it; ``fields``
    those of each.
    """

    kinds: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    members: SyncCourse
    leads: SyncCourse
    plan: PlanSync
    plans: ListPlans
    show_plan: ShowPlan
    apply: ApplyPlan
    status: SyncStatus
    states: ListSyncStates
    waiting: WaitingAt
    show_run: ShowRun
    links: FindLinks
    edit_member: EditMember
    edit_lead: EditLead
    conflict: ShowConflict
    conflict_in_full: ShowConflictInFull
    resolve: ResolveConflict
    resolve_many: ResolveConflicts
    reopen: ReopenConflict
    explain: Explain
    history: History
    plan_undo: PlanUndo
    undo: Undo
    what_if: WhatIf
    show_policy: ShowPolicy
    policy_versions: ListPolicyVersions
    set_policy: SetPolicy
    overrides: ListOverrides
    remove_override: RemoveOverride


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
    books, policies = RunBooks(transactions, guard, clock, ids), PolicyBook(laws, policy)
    weaving = Weaving(books, policies, ids)
    sync = SyncAccount(books, gyms, locks, weaving, Execution(books, laws, clock, ids))
    left = JoinLeft(books, readers, Absorb(phones, clock, ids, policies), phones, clock, ids)
    members, leads = MembersCourse(books, phones), LeadsCourse(phones, left)
    courses = Courses(members, leads)

    def schemas_in(region: str) -> Mapping[str, Schema]:
        return schemas_of(lambda raw: phones.read(raw, region))

    # For who looks at nothing but the names of fields and laws.
    schemas = schemas_in("")
    by_hand = ByHand(courses, policies, clock, ids)
    resolve = ResolveConflict(transactions, by_hand, gyms)
    edit = EditPerson(transactions, Outlooks(transactions, gyms, by_hand), KeepEdit(by_hand), clock)
    return SyncDesk(
        kinds=courses.kinds,
        fields={kind: tuple(schemas[kind].names) for kind in courses.kinds},
        members=SyncCourse(sync, members),
        leads=SyncCourse(sync, leads),
        plan=PlanSync(sync, courses),
        plans=ListPlans(transactions),
        show_plan=ShowPlan(transactions, laws),
        apply=ApplyPlan(sync, by_hand, transactions),
        status=SyncStatus(transactions, readers, gyms),
        states=ListSyncStates(transactions, gyms, courses, clock),
        waiting=WaitingAt(transactions, courses.kinds),
        show_run=ShowRun(transactions),
        links=FindLinks(transactions),
        edit_member=EditMember(edit, phones, clock),
        edit_lead=EditLead(edit, phones),
        conflict=ShowConflict(transactions),
        conflict_in_full=ShowConflictInFull(transactions, by_hand, laws),
        resolve=resolve,
        resolve_many=ResolveConflicts(resolve),
        reopen=ReopenConflict(transactions, by_hand),
        explain=Explain(transactions, by_hand),
        history=History(transactions, by_hand),
        plan_undo=PlanUndo(transactions, by_hand, gyms),
        undo=Undo(transactions, by_hand, gyms),
        what_if=WhatIf(transactions, policies, schemas_in),
        show_policy=ShowPolicy(transactions, policies, schemas, gyms),
        policy_versions=ListPolicyVersions(transactions, schemas),
        set_policy=SetPolicy(transactions, policies, schemas, clock),
        overrides=ListOverrides(transactions),
        remove_override=RemoveOverride(transactions, by_hand, gyms),
    )
