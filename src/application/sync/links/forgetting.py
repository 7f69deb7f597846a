"""A link is forgotten, and with it ends whatever was pinned of the record of ours that it led to."""

from collections.abc import Sequence

from ....domain.sync.conflict import PAIRING
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.scope import Scope
from .pinning import Pinning

BOTH_GONE = "the record is gone on both sides, which ended"


async def forget(
    uow: UnitOfWork, scope: Scope, ids: IdSource, kind: str, external_ids: Sequence[str], what: str
) -> None:
    """Else a pin would rule the next record of ours for which the provider shows the id. ``what``: as the journal tells
    of each that it ended, such as "Eva let it in anew, which ended".

    That a record of the provider's is none of ours was said of that one, and stays.
    """
    await uow.sync_records.remove_many(scope.account_id, kind, external_ids)
    found = await uow.overrides.of_records(scope.account_id, kind, external_ids)
    going = [pin for key in external_ids for pin in found.get(key, ()) if pin.field != PAIRING]
    await Pinning(scope, ids).let_go(uow, going, what)
