"""Which of our records another account has, or is about to have: two providers would overwrite each other for ever."""

from collections.abc import Collection, Sequence
from uuid import UUID

from ...domain.shared.ids import AccountId
from ...domain.sync.action import Action
from ...domain.sync.step import Step
from ..ports.unit_of_work import UnitOfWork

_TIES = frozenset({Action.CREATE_THERE, Action.MERGE})


def ties(step: Step) -> bool:
    """Whether it ties one of our records to the account for the first time: by making it there, or by a pairing."""
    return step.local_id is not None and step.inputs.base is None and step.decision.action in _TIES


async def claim_all(uow: UnitOfWork) -> None:
    """For whoever ties records to an account: that none other is tied to is to be so until the transaction ends."""
    for account in sorted(await uow.accounts.all(), key=lambda one: one.id):
        await uow.accounts.claim(account.id)


async def tied_elsewhere(uow: UnitOfWork, account_id: AccountId, kind: str, steps: Sequence[Step]) -> Collection[UUID]:
    """Our records of those steps that would tie them here, though another account has them by now."""
    ids = [step.local_id for step in steps if ties(step) and step.local_id is not None]
    return await elsewhere(uow, account_id, kind, ids) if ids else ()


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
