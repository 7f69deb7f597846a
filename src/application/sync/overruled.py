"""Which steps of a plan a person overruled since: a law that was given to a field, or taken away, is part of what a
step was computed from.
"""

from collections.abc import Collection, Mapping, Sequence

from ...domain.shared.ids import AccountId
from ...domain.sync.laws import Laws
from ...domain.sync.override import Override
from ...domain.sync.step import Step
from ..ports.unit_of_work import UnitOfWork


def laws_of(overrides: Sequence[Override], laws: Laws) -> Mapping[str, str]:
    """The names of the laws that hold for single fields; one that is not there any more leaves it to the policy."""
    return {each.field: each.law for each in overrides if laws.get(each.law) is not None}


async def overruled(
    uow: UnitOfWork, account_id: AccountId, kind: str, steps: Sequence[Step], laws: Laws
) -> Collection[str]:
    """External ids of those steps of records of both sides for which other overrides hold by now."""
    linked = {step.external_id: step for step in steps if step.external_id is not None and step.inputs.base is not None}
    said = await uow.overrides.of_records(account_id, kind, linked) if linked else {}
    return [
        key
        for key, step in linked.items()
        if laws_of(said.get(key, ()), laws) != {field: law.name for field, law in step.inputs.overrides.items()}
    ]
