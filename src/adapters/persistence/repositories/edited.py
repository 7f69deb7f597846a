"""What was edited here since it was last compared with a provider's record."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Delete, Select, Table, and_, bindparam, delete, func, select

from ....application.sync.records.kinds import LEAD as LEAD_KIND
from ....application.sync.records.kinds import MEMBER as MEMBER_KIND
from ....application.sync.records.kinds import MEMBERSHIP as MEMBERSHIP_KIND
from ....domain.shared.ids import AccountId, TenantId
from ....domain.sync.record import MISSING
from ..connection import Transaction
from ..hints import few
from ..tables import EDITED_RECORD, LEAD, MEMBER, MEMBERSHIP, SYNC_RECORD
from .slices import in_slices

_mark, _link = EDITED_RECORD.c, SYNC_RECORD.c

_of_kind = (_mark.tenant_id == bindparam("tenant_id"), _mark.kind == bindparam("kind"))
ANY_MARK = select(_mark.local_id).where(*_of_kind).limit(1)
# From the few marks to their links. The account would lead SQLite to all of its links instead: it is looked at here.
EDITED = (
    select(_link.account_id, _link.external_id)
    .join(
        EDITED_RECORD,
        and_(
            _link.tenant_id == _mark.tenant_id,
            few(_link.local_id == _mark.local_id),
            _link.kind == _mark.kind,
            _link.local_version != _mark.version,
        ),
    )
    .where(*_of_kind)
)


def _behind(table: Table) -> Select[Any]:
    """The records of which a link has another version. PostgreSQL keeps them from being saved until the commit."""
    same = (table.c.tenant_id == _link.tenant_id, few(_link.local_id == table.c.id))
    return (
        select(table.c.id, table.c.version)
        .join(SYNC_RECORD, same[0] & same[1])
        .where(
            table.c.tenant_id == bindparam("tenant_id"),
            _link.kind == bindparam("kind"),
            _link.local_version != table.c.version,
        )
        .with_for_update(of=table, key_share=True)
    )


def _missing(table: Table) -> Select[Any]:
    """Records that are gone and have a link that does not say so."""
    same = (table.c.tenant_id == _link.tenant_id) & (table.c.id == _link.local_id)
    return (
        select(_link.local_id)
        .distinct()
        .outerjoin(table, same)
        .where(
            _link.tenant_id == bindparam("tenant_id"),
            _link.kind == bindparam("kind"),
            _link.local_version != MISSING,
            table.c.id.is_(None),
        )
    )


def _compared(table: Table) -> Select[Any]:
    """Links of an account that say another version than their record has, or that it is here though it is gone."""
    same = (table.c.tenant_id == _link.tenant_id) & (table.c.id == _link.local_id)
    return (
        select(_link.external_id)
        .outerjoin(table, same)
        .where(
            _link.tenant_id == bindparam("tenant_id"),
            _link.account_id == bindparam("account_id"),
            _link.kind == bindparam("kind"),
            _link.local_version != func.coalesce(table.c.version, MISSING),
        )
    )


_TABLES = {MEMBER_KIND: MEMBER, MEMBERSHIP_KIND: MEMBERSHIP, LEAD_KIND: LEAD}
BEHIND = {kind: _behind(table) for kind, table in _TABLES.items()}
COMPARED = {kind: _compared(table) for kind, table in _TABLES.items()}
GONE = {kind: _missing(table) for kind, table in _TABLES.items()}

_FORGET = delete(EDITED_RECORD).where(*_of_kind, _mark.local_id.in_(bindparam("ids", expanding=True)))
# Counted on purpose: when PostgreSQL had to wait for a save, it looks at the mark again, with the version that was
# saved meanwhile, and counts anew. It would not do so for NOT EXISTS.
_other_links = (
    select(func.count())
    .select_from(SYNC_RECORD)
    .where(
        _link.tenant_id == _mark.tenant_id,
        few(_link.local_id == _mark.local_id),
        _link.kind == _mark.kind,
        _link.local_version != _mark.version,
    )
    .scalar_subquery()
)


def _caught_up(table: Table) -> Delete:
    """Or back again, after it was gone: had a link another version then, the mark would have it as well by now."""
    here = (
        select(func.count())
        .select_from(table)
        .where(table.c.tenant_id == _mark.tenant_id, table.c.id == _mark.local_id)
        .scalar_subquery()
    )
    return _FORGET.where((_other_links == 0) | ((_mark.version == MISSING) & (here > 0)))


_FORGET_CAUGHT_UP = {kind: _caught_up(table) for kind, table in _TABLES.items()}
_links = (
    select(func.count())
    .select_from(SYNC_RECORD)
    .where(_link.tenant_id == _mark.tenant_id, few(_link.local_id == _mark.local_id), _link.kind == _mark.kind)
    .scalar_subquery()
)
_FORGET_UNLINKED = delete(EDITED_RECORD).where(*_of_kind, _mark.version == MISSING, _links == 0)


class Saved(Protocol):
    """An entity with a version."""

    version: int

    @property
    def id(self) -> UUID:
        """Its id."""


class EditedRecords:
    """Marks of our records whose links may be behind, in the table ``edited_record``.

    A save leaves a mark, at the end of the transaction; but not when the transaction links the record as well and all
    its links have the version that it has by then. So does a removal, with the version 0, unless all links are gone by
    then, too, or say so. So a sync leaves none, and a first load does not come here.
    """

    def __init__(self, transaction: Transaction, tenant_id: TenantId) -> None:
        self._transaction = transaction
        self._tenant_id = tenant_id
        self._saved: defaultdict[str, dict[UUID, int]] = defaultdict(dict)
        self._linked: defaultdict[str, dict[UUID, None]] = defaultdict(dict)
        self._removed: defaultdict[str, dict[UUID, None]] = defaultdict(dict)
        self._unlinked: set[str] = set()

    def saved(self, kind: str, entities: Iterable[Saved]) -> None:
        """They have a new version."""
        self._saved[kind].update((entity.id, entity.version) for entity in entities)

    def linked(self, kind: str, local_ids: Iterable[UUID]) -> None:
        """Their links were written."""
        self._linked[kind].update(dict.fromkeys(local_ids))

    def linked_anew(self, kind: str, local_ids: Iterable[UUID]) -> None:
        """They got new links: all the same unless they were saved before."""
        if saved := self._saved.get(kind):
            self.linked(kind, (local_id for local_id in local_ids if local_id in saved))

    def unlinked(self, kind: str) -> None:
        """Links of this kind were taken away."""
        self._unlinked.add(kind)

    async def removed(self, kind: str, local_ids: Collection[UUID]) -> None:
        """They are gone."""
        for local_id in local_ids:
            self._saved[kind].pop(local_id, None)
            self._linked[kind].pop(local_id, None)
        self._removed[kind].update(dict.fromkeys(local_ids))
        await self._execute(_FORGET, kind, local_ids)

    async def of(self, account_id: AccountId, kind: str) -> Collection[str]:
        """External ids of the account's records whose links have another version than the mark."""
        await self.flush()
        if not await self._has_marks(kind):
            return set()
        links = await self._transaction.fetch(EDITED, self._of(kind=kind), long=True)
        return {str(external_id) for account, external_id in links if account == account_id}

    async def among_all(self, account_id: AccountId, kind: str) -> Collection[str]:
        """The same, without relying on marks: whatever else writes to the tables leaves none."""
        if kind not in COMPARED:
            return set()
        await self.flush()
        rows = await self._transaction.fetch(COMPARED[kind], self._of(kind=kind, account_id=account_id), long=True)
        return {str(external_id) for (external_id,) in rows}

    async def flush(self) -> None:
        """Write the marks. Nothing is asked or written when nothing was saved, linked or removed."""
        saved, self._saved = self._saved, defaultdict(dict)
        linked, self._linked = self._linked, defaultdict(dict)
        removed, self._removed = self._removed, defaultdict(dict)
        unlinked, self._unlinked = self._unlinked, set()
        for kind, marks in saved.items():
            await self._mark(kind, {key: version for key, version in marks.items() if key not in linked[kind]})
        for kind, local_ids in linked.items():
            behind = await self._behind(kind, local_ids)
            await self._mark(kind, behind)
            if kind in _FORGET_CAUGHT_UP and await self._has_marks(kind):
                # An older mark has a version that no link will have; nobody else saves these until the commit.
                await self._execute(_FORGET, kind, (saved[kind].keys() & local_ids.keys()) - behind.keys())
                await self._execute(_FORGET_CAUGHT_UP[kind], kind, local_ids)
        for kind, gone in removed.items():
            await self._mark(kind, await self._missing(kind, gone))
        for kind in unlinked:
            await self._transaction.execute(_FORGET_UNLINKED, self._of(kind=kind))

    async def _has_marks(self, kind: str) -> bool:
        return bool(await self._transaction.fetch(ANY_MARK, self._of(kind=kind)))

    async def _behind(self, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, int]:
        found: dict[UUID, int] = {}
        for slice_ in in_slices(local_ids if kind in BEHIND else ()):
            statement = self._transaction.among(BEHIND[kind], _TABLES[kind].c.id, slice_)
            found.update(map(tuple, await self._transaction.fetch(statement, self._of(kind=kind))))
        return found

    async def _missing(self, kind: str, local_ids: Collection[UUID]) -> Mapping[UUID, int]:
        found: dict[UUID, int] = {}
        for slice_ in in_slices(local_ids if kind in GONE else ()):
            statement = self._transaction.among(GONE[kind], _link.local_id, slice_)
            found.update((row[0], MISSING) for row in await self._transaction.fetch(statement, self._of(kind=kind)))
        return found

    async def _mark(self, kind: str, versions: Mapping[UUID, int]) -> None:
        rows = [(self._tenant_id, kind, local_id, version) for local_id, version in versions.items()]
        if rows:
            await self._transaction.upsert(EDITED_RECORD, rows, len(rows))

    async def _execute(self, statement: Any, kind: str, local_ids: Collection[UUID]) -> None:
        for slice_ in in_slices(local_ids):
            await self._transaction.execute(statement, self._of(kind=kind, ids=slice_))

    def _of(self, **parameters: object) -> dict[str, object]:
        return {"tenant_id": self._tenant_id, **parameters}
