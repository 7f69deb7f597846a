"""Several of the provider's may be what a push is to make there: nobody is guessed."""

from collections.abc import Sequence

from ....domain.sync.push import Push
from ...ports.unit_of_work import UnitOfWork
from ..policies.overruled import none_of_ours
from .push_end import NONE_IS_IT, NONE_OF_OURS, PushEnd


async def left_to_a_person(uow: UnitOfWork, push: Push, found: Sequence[str]) -> PushEnd | None:
    """The next run looks at those that may be it still, and asks. Else how the push ends: each is another of ours, or
    none, as a person said.
    """
    of = (push.account_id, push.kind)
    none, links = await none_of_ours(uow, *of, found), await uow.sync_records.by_external_ids(*of, found)
    free = [one for one in found if one not in none and one not in links]
    await uow.due.add(*of, free)
    if free:
        return None
    return NONE_OF_OURS if none else NONE_IS_IT
