"""A record of ours that the provider lost and has again under another id: what hung on the old id follows, or ends.

So it is whether a sync made it there anew, a person said which record it is, or it was found by what tells a record.
"""

from ....domain.sync.record import SyncRecord
from ....domain.sync.run import Counts
from ...ports.clock import IdSource
from ...ports.unit_of_work import UnitOfWork
from ..records.scope import Scope
from ..records.task_at_provider import readdress
from .parting import part
from .pinning import Pinning

_WHY = "the record is another one at the provider by now; what differs there is decided anew"


async def is_now(uow: UnitOfWork, scope: Scope, ids: IdSource, before: SyncRecord, external_id: str) -> Counts:
    """Part with the old link: the record is ``external_id`` from now on, whose link is the caller's to write. What
    waited for the old one is dropped, which counts for the run that found it so.

    A person's laws are about our record, and follow it, as does what the staff are asked to do there. What waits for
    the old one, was refused of it or is asked about it speaks of values that are there no more: the next run compares
    the new one, and asks where it must.
    """
    waited = await part(uow, before, now=scope.now, why=_WHY)
    await Pinning(scope, ids).follow(uow, before, external_id)
    await readdress(uow, before, external_id)
    await uow.due.remove(before.account_id, before.kind, [before.external_id])
    await uow.sync_records.retire(before)
    return Counts(dropped=waited)
