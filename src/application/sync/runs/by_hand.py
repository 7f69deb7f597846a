"""What people change in records that are synced: each time a run of its own, so that the journal can name it."""

from typing import Any
from uuid import UUID

import attrs

from ....domain.shared.errors import NotFound
from ....domain.shared.ids import AccountId, RunId
from ....domain.sync.policy import Policy
from ....domain.sync.record import SyncRecord, not_in_step
from ....domain.sync.run import Counts, Run, RunState
from ....domain.tenancy.provider_account import ProviderAccount
from ...ports.clock import Clock, IdSource
from ...ports.unit_of_work import UnitOfWork
from ..links.former_ids import links_of_today
from ..links.link_at import link_at
from ..policies.policy_book import PolicyBook
from ..records.record_kind import RecordKind
from ..records.run_books import Opened
from ..records.scope import Scope
from .sync_course import Courses


@attrs.frozen(kw_only=True)
class Hand:
    """A run by hand, under way: its books, the kind of record, and the scope of what is written."""

    opened: Opened
    kind: RecordKind[Any]
    scope: Scope


@attrs.frozen
class ByHand:
    """Shared by the use cases of people."""

    courses: Courses
    policies: PolicyBook
    clock: Clock
    ids: IdSource

    async def hold(self, uow: UnitOfWork, account_id: AccountId, kind: str, run: Run | None) -> Hand:
        """A hand within a run that has its books elsewhere; without one only to look. Raises NotFound."""
        account = await uow.accounts.get(account_id)
        running = run or self._run(account, "")
        return await self._hand(uow, Opened(run=running, account=account, tenant=uow.tenant), kind)

    async def begin(self, uow: UnitOfWork, account_id: AccountId, kind: str, work: str) -> Hand:
        """Claim the account, open the books. ``work`` is the run's kind. Raises NotFound for account and kind."""
        account = await uow.accounts.claim(account_id)
        run = self._run(account, work)
        await uow.runs.add(run)
        return await self._hand(uow, Opened(run=run, account=account, tenant=uow.tenant), kind)

    async def _hand(self, uow: UnitOfWork, opened: Opened, kind: str) -> Hand:
        record_kind = self.record_kind(opened, kind)
        policy = await self.policies.effective(uow, opened.account.id, record_kind.schema)
        return Hand(opened=opened, kind=record_kind, scope=_scope(opened, opened.account, policy))

    def _run(self, account: ProviderAccount, work: str) -> Run:
        return Run(
            id=RunId(self.ids.new()),
            tenant_id=account.tenant_id,
            account_id=account.id,
            kind=work,
            forced=True,
            started_at=self.clock.now(),
        )

    async def end(self, uow: UnitOfWork, hand: Hand, counts: Counts, what: str) -> None:
        """Close the books. ``what``: who did what to which record, which no other column of a run tells."""
        run = hand.opened.run
        run.counts = counts
        run.finish(RunState.COMPLETED, now=self.clock.now(), reason=what)
        await uow.runs.save(run)

    def record_kind(self, opened: Opened, kind: str) -> RecordKind[Any]:
        """The kind of record of that name. Raises NotFound."""
        for name in self.courses.names:
            course = self.courses.named(name)
            if kind in course.kinds:
                return course.records(opened)[course.kinds.index(kind)]
        raise NotFound("kind of record", kind)


def _scope(opened: Opened, account: ProviderAccount, policy: Policy) -> Scope:
    return Scope(
        tenant_id=account.tenant_id,
        account_id=account.id,
        run_id=opened.run.id,
        policy=policy,
        now=opened.run.started_at,
    )


async def link_of(uow: UnitOfWork, hand: Hand, external_id: str) -> SyncRecord:
    """The link of a record, as runs compare it. Raises NotFound."""
    kind = hand.kind.schema.kind
    found = await uow.sync_records.by_external_ids(hand.scope.account_id, kind, [external_id])
    if external_id not in found:
        raise not_in_step(kind, external_id)
    return (await links_of_today(uow, hand.kind, found))[external_id]


async def link_of_ours(uow: UnitOfWork, hand: Hand, local_id: UUID) -> SyncRecord | None:
    """The link that a record of ours has today, as runs compare it. None: no record at the account is tied to it."""
    link = await link_at(uow, hand.scope.account_id, hand.kind.schema.kind, local_id)
    return None if link is None else (await links_of_today(uow, hand.kind, {"": link}))[""]
