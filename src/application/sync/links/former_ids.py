"""Ids that records of ours had at a provider before, and those that they have today."""

from collections.abc import Collection, Mapping
from typing import TypeVar

import attrs

from ....domain.shared.ids import AccountId
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned

E = TypeVar("E", bound=Versioned)


async def links_by_former_ids(
    uow: UnitOfWork, account_id: AccountId, kind: str, external_ids: Collection[str]
) -> Mapping[str, SyncRecord]:
    """Today's links of our records that were known there by these ids before, and to which no other was tied since."""
    former = await uow.sync_records.former(account_id, kind, external_ids) if external_ids else {}
    links = await uow.sync_records.of_locals(account_id, kind, set(former.values())) if former else {}
    return {key: links[local_id] for key, local_id in former.items() if local_id in links}


async def links_of_today(
    uow: UnitOfWork, kind: RecordKind[E], links: Mapping[str, SyncRecord]
) -> Mapping[str, SyncRecord]:
    """The same links; what was agreed on names other records as they are known today."""
    bases = [link.base for link in links.values()]
    today = await kind.as_of_today(uow, bases)
    if today is bases:
        return links
    return {key: attrs.evolve(links[key], base=base) for key, base in zip(links, today, strict=True)}
