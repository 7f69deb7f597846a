"""Where the records of a page are at providers: one question, however many lines it has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from ...application.ports.readers import RowLink
from ...domain.shared.ids import TenantId
from .connection import Connection
from .hints import few
from .tables import PROVIDER_ACCOUNT, SYNC_RECORD

_link = SYNC_RECORD.c
LINKS = (
    select(_link.local_id, _link.account_id, PROVIDER_ACCOUNT.c.provider, PROVIDER_ACCOUNT.c.name, _link.external_id)
    .join(
        PROVIDER_ACCOUNT,
        and_(PROVIDER_ACCOUNT.c.tenant_id == _link.tenant_id, PROVIDER_ACCOUNT.c.id == _link.account_id),
    )
    .where(
        _link.tenant_id == bindparam("tenant_id"),
        _link.kind == bindparam("kind"),
        few(_link.local_id.in_(bindparam("ids", expanding=True))),
    )
    .order_by(_link.account_id, _link.external_id)
)


async def links_of(
    connection: Connection, tenant_id: TenantId, kind: str, local_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[RowLink]]:
    """Those of these records that have any, each by account and external id."""
    if not local_ids:
        return {}
    rows = await connection.fetch(LINKS, {"tenant_id": tenant_id, "kind": kind, "ids": local_ids})
    found = defaultdict[UUID, list[RowLink]](list)
    for local_id, account_id, provider, account, external_id in rows:
        one = RowLink(account_id=account_id, provider=provider, account=account, external_id=external_id)
        found[local_id].append(one)
    return {local_id: tuple(links) for local_id, links in found.items()}
