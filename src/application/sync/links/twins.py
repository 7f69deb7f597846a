"""Whether a record that is to be made here came to be here meanwhile."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from ....domain.shared.ids import AccountId
from ....domain.sync.action import Action
from ....domain.sync.conflict import PAIRING
from ....domain.sync.pairing import found_by
from ....domain.sync.step import Step, values_of
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from .sent import sent

E = TypeVar("E", bound=Versioned)


async def here_meanwhile(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, steps: Sequence[Step]
) -> Collection[str]:
    """External ids of those new records that may be one of ours, unless a person said that they are none."""
    new = {str(s.external_id): values_of(s.inputs.theirs) for s in steps if s.decision.action is Action.CREATE_HERE}
    if not new:
        return ()
    wanted = found_by(kind.schema, *new.values())
    wanted &= set(await kind.open_keys(uow)) if wanted else set()
    free = found_by(kind.schema, *(await kind.unlinked(uow, wanted)).values()) if wanted else set()
    in_doubt = await sent(uow, kind, account_id)
    found = [key for key, values in new.items() if found_by(kind.schema, values) & free or in_doubt.may_be(values)]
    said = await uow.overrides.of_records(account_id, kind.schema.kind, found) if found else {}
    return {one for one in found if all(each.field != PAIRING for each in said.get(one, ()))}
