"""Which of our records another account has, or is about to have: two providers would overwrite each other for ever. So
would two records of one provider.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from ....domain.shared.ids import AccountId
from ....domain.sync.action import Action
from ....domain.sync.record import SyncRecord
from ....domain.sync.step import Step
from ...ports.unit_of_work import UnitOfWork
from .reviving import waits_to_be_made

_TIES = frozenset({Action.CREATE_THERE, Action.MERGE})


def ties(step: Step) -> bool:
    """Whether it ties one of our records to the account for the first time: by making it there, or by a pairing."""
    return step.local_id is not None and step.inputs.base is None and step.decision.action in _TIES


async def claim_all(uow: UnitOfWork) -> None:
    """For whoever ties records to an account: that none other is tied to is to be so until the transaction ends."""
    for account in sorted(await uow.accounts.all(), key=lambda one: one.id):
        await uow.accounts.claim(account.id)


async def tied_elsewhere(uow: UnitOfWork, account_id: AccountId, kind: str, steps: Sequence[Step]) -> Collection[UUID]:
    """Our records of those steps that would tie them here, though another account has them by now, or a person said
    meanwhile which record of this one each of them is.
    """
    ids = [step.local_id for step in steps if ties(step) and step.local_id is not None]
    links = await _links(uow, kind, ids)
    tied = {link.local_id for link in links if link.account_id != account_id or not waits_to_be_made(link)}
    return tied | await _being_made(uow, account_id, kind, ids)


async def elsewhere(uow: UnitOfWork, account_id: AccountId, kind: str, local_ids: Collection[UUID]) -> Collection[UUID]:
    """Those that another account of the tenant is tied to, or at which they may be made by a push of ours."""
    tied = {link.local_id for link in await _links(uow, kind, local_ids) if link.account_id != account_id}
    return tied | await _being_made(uow, account_id, kind, local_ids)


async def _links(uow: UnitOfWork, kind: str, local_ids: Collection[UUID]) -> list[SyncRecord]:
    return [link for local_id in local_ids for link in await uow.sync_records.of_local(kind, local_id)]


async def _being_made(uow: UnitOfWork, account_id: AccountId, kind: str, local_ids: Collection[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    if local_ids:
        for account in await uow.accounts.all():
            if account.id != account_id:
                making = await uow.pushes.creations(account.id, kind, local_ids)
                found |= {one for one, push in making.items() if push.may_be_made}
    return found
