"""Whether a record that is to be made here, or to be paired with one of ours, may be another one of ours meanwhile."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from ....domain.shared.ids import AccountId
from ....domain.sync.action import Action
from ....domain.sync.canonical import Values
from ....domain.sync.conflict import PAIRING
from ....domain.sync.pairing import found_by
from ....domain.sync.step import Step, values_of
from ...ports.unit_of_work import UnitOfWork
from ..records.record_kind import RecordKind, Versioned
from .elsewhere import ties
from .sent import Sent, sent

E = TypeVar("E", bound=Versioned)


async def here_meanwhile(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, steps: Sequence[Step]
) -> Collection[str]:
    """External ids of those new records that may be one of ours, unless a person said that they are none; and of those
    that are to be paired, and may be another one of ours as well, or what was made of one that was deleted here since.
    """
    new = {str(s.external_id): values_of(s.inputs.theirs) for s in steps if s.decision.action is Action.CREATE_HERE}
    paired = [step for step in steps if step.external_id is not None and ties(step)]
    made = await _made_meanwhile(uow, kind, account_id, new) if new else ()
    return {*made, *(await _shared_meanwhile(uow, kind, account_id, paired) if paired else ())}


async def _made_meanwhile(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, new: Mapping[str, Values]
) -> Collection[str]:
    wanted = found_by(kind.schema, *new.values())
    wanted &= set(await kind.open_keys(uow)) if wanted else set()
    free = found_by(kind.schema, *(await kind.unlinked(uow, wanted)).values()) if wanted else set()
    in_doubt = await sent(uow, kind, account_id)
    found = [key for key, values in new.items() if found_by(kind.schema, values) & free or in_doubt.may_be(values)]
    said = await uow.overrides.of_records(account_id, kind.schema.kind, found) if found else {}
    return {one for one in found if all(each.field != PAIRING for each in said.get(one, ()))}


async def _shared_meanwhile(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, paired: Sequence[Step]
) -> Collection[str]:
    """As a meeting has it: those that more than one of ours could be, be it tied to the account or not."""
    keys = {str(step.external_id): found_by(kind.schema, values_of(step.inputs.theirs)) for step in paired}
    wanted = set().union(*keys.values())
    here = await kind.sharing(uow, wanted) if wanted else {}
    in_doubt = await sent(uow, kind, account_id)
    others = dict[str, set[UUID]]()
    for step in paired:
        said = keys[str(step.external_id)]
        alike = {*(one for key in said for one in here.get(key, ())), *in_doubt.with_keys(said)}
        others[str(step.external_id)] = {one for one in alike if one != step.local_id}
    left = {str(step.external_id) for step in paired if _is_left(in_doubt, step)}
    every = set[UUID]().union(*others.values())
    if not every:
        return left
    tied = await uow.sync_records.of_locals(account_id, kind.schema.kind, every)
    may_be = {*tied, *await kind.unlinked(uow, wanted), *in_doubt.values}
    return left | {key for key, ones in others.items() if not ones.isdisjoint(may_be)}


def _is_left(in_doubt: Sent, step: Step) -> bool:
    return in_doubt.is_left(values_of(step.inputs.theirs), values_of(step.inputs.ours))
