"""Whether a record that is to be made here came to be here meanwhile."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from ...domain.shared.ids import AccountId
from ...domain.sync.action import Action
from ...domain.sync.conflict import PAIRING
from ...domain.sync.pairing import match_values
from ...domain.sync.step import Step, values_of
from ..ports.unit_of_work import UnitOfWork
from .records import MatchValues, RecordKind, Versioned

E = TypeVar("E", bound=Versioned)


async def here_meanwhile(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, steps: Sequence[Step]
) -> Collection[str]:
    """External ids of those new records that may be one of ours, unless a person said that they are none."""
    keys = {str(s.external_id): _keys(kind, s) for s in steps if s.decision.action is Action.CREATE_HERE}
    wanted = {key for values in keys.values() for key in values} if keys else set()
    wanted &= set(await kind.open_keys(uow)) if wanted else set()
    if not wanted:
        return ()
    ours = await kind.unlinked(uow, wanted)
    free = {match_values(kind.schema, key, values) for values in ours.values() for key in kind.schema.match}
    found = [external_id for external_id, values in keys.items() if values & free]
    said = await uow.overrides.of_records(account_id, kind.schema.kind, found)
    return {one for one in found if all(each.field != PAIRING for each in said.get(one, ()))}


def _keys(kind: RecordKind[E], step: Step) -> set[MatchValues]:
    values = values_of(step.inputs.theirs)
    found = (match_values(kind.schema, key, values) for key in kind.schema.match)
    return {key for key in found if key is not None}
