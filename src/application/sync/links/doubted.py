"""Records of ours about which a person is asked: none of them is made at any provider before it is said."""

from ....domain.sync.conflict import PAIRING
from ....domain.sync.push import Push
from ...ports.unit_of_work import UnitOfWork

WHOSE = "it waits until a person says which of ours the provider's record is"
_WHAT_BECOMES_OF_IT = "it waits until a person says what becomes of the record"


async def why_it_waits(uow: UnitOfWork, push: Push) -> str | None:
    """Why a push is not sent yet that is to make a record, in words; None: nothing is asked about it."""
    if push.external_id is not None:
        return None
    asked = (await uow.conflicts.about(push.kind, [push.local_id])).get(push.local_id, ())
    if not asked:
        return None
    return WHOSE if any(each.field == PAIRING for each in asked) else _WHAT_BECOMES_OF_IT
