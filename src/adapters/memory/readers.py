"""Lists and figures from memory."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import attrs

from ...application.ports.readers import (
    LEAD_ORDER,
    MEMBER_ORDER,
    TASK_ORDER,
    USER_ORDER,
    ConflictFilter,
    LeadRow,
    MemberRow,
    MembershipFilter,
    MembershipRow,
    Readers,
    RowLink,
    SoldMembership,
)
from ...application.search import search_words
from ...application.sync.records.kinds import LEAD, MEMBER
from ...domain.identity.credentials import ApiKey
from ...domain.identity.user import User
from ...domain.shared.errors import InvalidValue, NotFound
from ...domain.shared.ids import AccountId, MemberId, TenantId
from ...domain.shared.page import Listing, Page
from ...domain.staff.task import StaffTask
from ...domain.sync.conflict import Conflict
from ...domain.sync.push import Push, PushState
from ...domain.sync.run import PUSH, Run, RunState
from .entities import Identified
from .members import latest_start
from .ordering import arranged
from .rows import LEADS, MEMBERS, TASKS, USERS, Listed, membership_row, sold_membership
from .store import MemoryStore, Room
from .tables import Table

E = TypeVar("E", bound=Identified)
R = TypeVar("R")
P = TypeVar("P", MemberRow, LeadRow)


class MemoryReaders(Readers):
    """Sees what is committed."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def members(self, tenant_id: TenantId, listing: Listing) -> Page[MemberRow]:
        """``q`` looks at the names, the e-mail address and both forms of the phone number."""
        room = self._store.room(tenant_id)
        return _linked(room, MEMBER, _page(room.members, MEMBERS, listing, MEMBER_ORDER))

    async def memberships(self, tenant_id: TenantId, member_id: MemberId) -> Sequence[MembershipRow]:
        """Latest start first, unknown starts last, then by id."""
        room = self._store.room(tenant_id)
        if member_id not in room.members:
            raise NotFound("member", member_id)
        rows = sorted((m for _, m in room.memberships.among("member", member_id)), key=latest_start)
        return [membership_row(row) for row in rows]

    async def sold_memberships(
        self, tenant_id: TenantId, wanted: MembershipFilter, *, limit: int, offset: int = 0
    ) -> Page[SoldMembership]:
        """Of one start by id."""
        room = self._store.room(tenant_id)
        if wanted.member_id is not None and wanted.member_id not in room.members:
            raise NotFound("member", wanted.member_id)
        found = (
            each
            for _, each in room.memberships.items()
            if wanted.status in (None, each.status.value) and wanted.member_id in (None, each.member_id)
        )
        rows = sorted(found, key=latest_start)
        window = rows[offset : offset + limit]
        return Page(tuple(sold_membership(each, room.members.find(each.member_id)) for each in window), len(rows))

    async def leads(self, tenant_id: TenantId, listing: Listing) -> Page[LeadRow]:
        """``q`` looks where it does with members."""
        room = self._store.room(tenant_id)
        return _linked(room, LEAD, _page(room.leads, LEADS, listing, LEAD_ORDER))

    async def tasks(self, tenant_id: TenantId, listing: Listing) -> Page[StaffTask]:
        """``q`` looks at the title."""
        return _page(self._store.room(tenant_id).tasks, TASKS, listing, TASK_ORDER)

    async def users(self, tenant_id: TenantId, listing: Listing) -> Page[User]:
        """``q`` looks at the e-mail address and the name; ``status`` is ``active`` or ``inactive``."""
        return _page(self._store.room(tenant_id).users, USERS, listing, USER_ORDER)

    async def api_keys(self, tenant_id: TenantId) -> Sequence[ApiKey]:
        """Of one instant, the greater id first."""
        table = self._store.room(tenant_id).api_keys
        keys = sorted((key for _, key in table.items()), key=lambda key: (key.created_at, key.id), reverse=True)
        return [table.copy(key) for key in keys]

    async def runs(
        self,
        tenant_id: TenantId,
        *,
        limit: int,
        offset: int = 0,
        pushes: bool = True,
        account_id: AccountId | None = None,
        kind: str | None = None,
        state: RunState | None = None,
    ) -> Sequence[Run]:
        """By start; of one instant, the greater id first."""
        table = self._store.room(tenant_id).runs
        wanted = (
            run
            for _, run in table.items()
            if (pushes or run.kind != PUSH)
            and account_id in (None, run.account_id)
            and kind in (None, run.kind)
            and state in (None, run.state)
        )
        runs = sorted(wanted, key=lambda run: (run.started_at, run.id), reverse=True)
        return [table.copy(run) for run in runs[offset : offset + limit]]

    async def conflicts(
        self, tenant_id: TenantId, wanted: ConflictFilter, *, limit: int, offset: int = 0
    ) -> Page[Conflict]:
        """Of one instant, the greater id first."""
        table = self._store.room(tenant_id).conflicts
        found = (conflict for _, conflict in table.items() if _fits(conflict, wanted))
        rows = sorted(found, key=lambda conflict: (conflict.opened_at, conflict.id), reverse=True)
        return Page(tuple(map(table.copy, rows[offset : offset + limit])), len(rows))

    async def pushes(
        self, tenant_id: TenantId, *, limit: int, offset: int = 0, state: PushState | None = None
    ) -> Page[Push]:
        """Of one instant, the greater id first."""
        table = self._store.room(tenant_id).pushes
        wanted = (push for _, push in table.items() if state in (None, push.state))
        rows = sorted(wanted, key=lambda push: (push.created_at, push.id), reverse=True)
        return Page(tuple(map(table.copy, rows[offset : offset + limit])), len(rows))

    async def counts(self, tenant_id: TenantId) -> Mapping[str, Mapping[str, int]]:
        """Only the statuses that occur."""
        room = self._store.room(tenant_id)
        return {
            "members": _count(room.members, lambda m: m.status.value),
            "memberships": _count(room.memberships, lambda m: m.status.value),
            "leads": _count(room.leads, lambda lead: lead.stage.value),
            "tasks": _count(room.tasks, lambda task: task.state.value),
        }


def _page(table: Table[UUID, E], listed: Listed[E, R], listing: Listing, allowed: tuple[str, ...]) -> Page[R]:
    order_by = listing.order_by or allowed[0]
    if order_by not in allowed:
        raise InvalidValue(f"this list is ordered by {', '.join(allowed)}, not by {order_by!r}", field="order_by")
    words = search_words(listing.q)
    found = (
        row
        for _, row in table.items()
        if listing.status in (None, listed.status(row)) and _has_all(words, listed.text(row))
    )
    rows = arranged(found, listed.keys[order_by], descending=listing.descending)
    window = rows[listing.offset : listing.offset + listing.limit]
    return Page(tuple(listed.row(table.copy(row)) for row in window), len(rows))


def _linked(room: Room, kind: str, page: Page[P]) -> Page[P]:
    return Page(tuple(attrs.evolve(row, links=_links(room, kind, row.id)) for row in page.items), page.count)


def _links(room: Room, kind: str, local_id: UUID) -> Sequence[RowLink]:
    found = sorted(
        (link.account_id, link.external_id) for _, link in room.sync_records.among("local", (kind, local_id))
    )
    known = [(room.accounts.find(account_id), external_id) for account_id, external_id in found]
    return tuple(
        RowLink(account_id=account.id, provider=account.provider, account=account.name, external_id=external_id)
        for account, external_id in known
        if account is not None
    )


def _fits(conflict: Conflict, wanted: ConflictFilter) -> bool:
    asked = attrs.asdict(wanted, recurse=False)
    return all(value in (None, getattr(conflict, name)) for name, value in asked.items())


def _has_all(words: Sequence[str], text: str) -> bool:
    return all(word in text for word in words)


def _count(table: Table[UUID, E], status: Callable[[E], str]) -> Mapping[str, int]:
    return dict(Counter(status(row) for _, row in table.items()))
