"""Records of the provider's that wait for a person: which of ours they are was decided, and is to be decided anew.

What told it before would tell the same again, so that no run links one of them, makes it here, or makes there what it
may be, until somebody says which it is.
"""

from collections.abc import Mapping, Sequence

from ....domain.sync.conflict import PAIRING, Conflict
from ...ports.unit_of_work import UnitOfWork
from ..records.scope import Scope


async def awaited(uow: UnitOfWork, scope: Scope, kind: str, external_ids: Sequence[str]) -> Mapping[str, Conflict]:
    """Those of them that wait so, each with what is asked."""
    if not external_ids:
        return {}
    open_ones = await uow.conflicts.open_of(scope.account_id, kind, external_ids)
    return {key: one for key, conflicts in open_ones.items() for one in conflicts if one.waits_for_person}


def ends_with_it(conflicts: Sequence[Conflict]) -> bool:
    """Whether it is asked whose a record is of the provider's that nothing is tied to, and not any more once that is
    gone: unless a person took an answer back.
    """
    return any(each.field == PAIRING and not each.waits_for_person for each in conflicts)
