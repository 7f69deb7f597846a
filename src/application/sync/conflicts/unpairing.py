"""A pairing that is to be decided anew is taken back: the two records are two again, and nothing is agreed on."""

import attrs

from ....domain.shared.errors import RuleViolation
from ....domain.sync.conflict import Conflict
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from ..links.parting import part
from ..links.tied_before import tie_back
from ..runs.by_hand import ByHand


@attrs.frozen
class Unpairing:
    """Used inside a transaction. What the two took over from each other while they were one stays in both. Ours is tied
    again to the one that the provider lost, if it was before.

    Their overrides are for the caller to let go of.
    """

    _by_hand: ByHand

    async def __call__(self, uow: UnitOfWork, conflict: Conflict) -> bool:
        """Whether there were two that were one. Raises RuleViolation when it is linked to one that was made for it
        here: that would be here twice; and when it has another id at the provider since, of which nobody was asked.
        """
        key = (conflict.account_id, conflict.kind, conflict.external_id)
        link = (await uow.sync_records.by_external_ids(*key[:2], [conflict.external_id])).get(conflict.external_id)
        if link is None:
            if await uow.sync_records.former(*key[:2], [conflict.external_id]):
                raise RuleViolation(
                    f"{conflict.kind} {conflict.external_id} is gone at the provider, where it has another id since"
                )
            return False
        hand = await self._by_hand.hold(uow, conflict.account_id, conflict.kind, None)
        is_here = link.local_id in await hand.kind.load(uow, [link.local_id])
        if is_here and str(link.local_id) not in conflict.candidates:
            raise RuleViolation(
                f"{link.kind} {link.external_id} was made anew here, as {link.local_id}: "
                f"undo run {link.run_id}, which made it, then reopen this"
            )
        await self._forget(uow, link, conflict)
        return True

    async def _forget(self, uow: UnitOfWork, link: SyncRecord, conflict: Conflict) -> None:
        """Nothing of what was decided about the two together is right for another pair."""
        await part(uow, link, now=self._by_hand.clock.now(), why="a person took the pairing back")
        await uow.sync_records.remove_many(link.account_id, link.kind, [link.external_id])
        await tie_back(uow, link, conflict)
