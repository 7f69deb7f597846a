"""What belongs to records of ours, and must go before them."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from ....domain.shared.errors import RuleViolation
from ....domain.shared.ids import AccountId
from ...ports.unit_of_work import UnitOfWork
from .record_kind import Belongings, RecordKind, Versioned

E = TypeVar("E", bound=Versioned)
# So many are told by name.
_NAMED = 5


class OthersBelong(RuleViolation):
    """The record cannot be deleted here before what belongs to it."""

    code = "others_belong"


def stays_for(belongings: Belongings, then: str = "the next sync deletes it then") -> OthersBelong:
    """``then``: what becomes of it once they are gone."""
    names = sorted(belongings.values())
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return OthersBelong(
        f"it cannot be deleted here before what belongs to it: {', '.join(names[:_NAMED])}{more}; delete that at the "
        f"provider, too, or let go of what keeps it here; {then}"
    )


async def owning(
    uow: UnitOfWork, kind: RecordKind[E], account_id: AccountId, external_ids: Collection[str]
) -> Mapping[str, Belongings]:
    """Those records of ours to which something belongs, by their ids there."""
    links = await uow.sync_records.by_external_ids(account_id, kind.schema.kind, external_ids) if external_ids else {}
    owners = await kind.owners(uow, [link.local_id for link in links.values()]) if links else {}
    return {key: owners[link.local_id] for key, link in links.items() if link.local_id in owners}
