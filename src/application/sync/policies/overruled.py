"""Which steps of a plan a person overruled since: a law that was given to a field, or taken away, is part of what a
step was computed from, and so is that a record of the provider's is none of ours.
"""

from collections.abc import Collection, Mapping, Sequence

from ....domain.shared.ids import AccountId
from ....domain.sync.conflict import PAIRING
from ....domain.sync.laws import Laws
from ....domain.sync.override import Override
from ....domain.sync.schema import NOT_FIELDS, Schema
from ....domain.sync.step import Step
from ...ports.unit_of_work import UnitOfWork
from ..links.elsewhere import ties
from ..links.pins import pins_under


def laws_of(overrides: Sequence[Override], laws: Laws, schema: Schema) -> Mapping[str, str]:
    """The names of the laws that hold for single fields; one that is not there any more leaves it to the policy. Fields
    that a later version of the kind does not have are passed over.
    """
    there = {each.field: each.law for each in overrides if laws.get(each.law) is not None}
    return {field: law for field, law in there.items() if field in schema.by_name or field in NOT_FIELDS}


async def overruled(
    uow: UnitOfWork, account_id: AccountId, schema: Schema, steps: Sequence[Step], laws: Laws
) -> Collection[str]:
    """External ids of those steps of records of both sides for which other overrides hold by now, and of those that
    would pair what is not to be paired, or ask about what a person said.
    """
    kind = schema.kind
    linked = {step.external_id: step for step in steps if step.external_id is not None and step.inputs.base is not None}
    found = await uow.overrides.of_records(account_id, kind, linked) if linked else {}
    said: dict[str, Sequence[Override]] = {key: _about(linked[key], pins) for key, pins in found.items()}
    paired = {step.external_id: step for step in steps if step.external_id is not None and ties(step)}
    said.update(await _said_before(uow, account_id, kind, paired))
    asking = [step.external_id for step in steps if step.external_id is not None and step.inputs.candidates]
    apart = await none_of_ours(uow, account_id, kind, [*paired, *asking])
    decided = [key for key in asking if key in apart]
    return decided + [
        key
        for key, step in {**linked, **paired}.items()
        if key in apart
        or laws_of(said.get(key, ()), laws, schema) != {field: law.name for field, law in step.inputs.overrides.items()}
    ]


def _about(step: Step, pins: Sequence[Override]) -> Sequence[Override]:
    return [pin for pin in pins if step.local_id is not None and pin.is_about(step.local_id)]


async def none_of_ours(
    uow: UnitOfWork, account_id: AccountId, kind: str, external_ids: Collection[str]
) -> Collection[str]:
    """Those of which a person said so: each is a new one."""
    found = await uow.overrides.of_records(account_id, kind, external_ids) if external_ids else {}
    return [key for key, overrides in found.items() if any(each.field == PAIRING for each in overrides)]


async def _said_before(
    uow: UnitOfWork, account_id: AccountId, kind: str, paired: Mapping[str, Step]
) -> Mapping[str, Sequence[Override]]:
    """What people said of those of ours that were to be made there anew and were found instead."""
    keys = {step.local_id: key for key, step in paired.items() if step.local_id is not None}
    found: dict[str, Sequence[Override]] = {}
    for local_id in await uow.pushes.creations(account_id, kind, keys) if keys else ():
        key = keys[local_id]
        for link in await uow.sync_records.of_local(kind, local_id):
            if link.account_id == account_id:
                found[key] = await pins_under(uow, link, key)
    return found
