"""Which of our records another account has, or is about to have: two providers would overwrite each other for ever."""

from collections.abc import Collection
from uuid import UUID

from ...domain.shared.ids import AccountId
from ..ports.unit_of_work import UnitOfWork


async def elsewhere(uow: UnitOfWork, account_id: AccountId, kind: str, local_ids: Collection[UUID]) -> Collection[UUID]:
    """Those that another account of the tenant is tied to, or at which they may be made by a push of ours."""
    found: set[UUID] = set()
    for local_id in local_ids:
        links = await uow.sync_records.of_local(kind, local_id)
        if any(link.account_id != account_id for link in links):
            found.add(local_id)
    if local_ids:
        for account in await uow.accounts.all():
            if account.id != account_id:
                making = await uow.pushes.creations(account.id, kind, local_ids)
                found |= {one for one, push in making.items() if push.may_be_made}
    return found
