"""Which overrides hold for a record: those that are about the record of ours that the provider's is tied to."""

from collections.abc import Mapping, Sequence

import attrs

from ....domain.shared.errors import NotFound
from ....domain.shared.ids import AccountId
from ....domain.sync.conflict import PAIRING
from ....domain.sync.override import Override
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork


class NotPinned(NotFound):
    """A field that nothing pins; ``details["pinned"]`` are those of that record that something does."""

    def __init__(self, field: str, kind: str, external_id: str, pinned: Sequence[Override]) -> None:
        fields = [each.field for each in pinned]
        told = ", ".join(fields) or "nothing"
        super().__init__("override", f"of {field} of {kind} {external_id}; pinned there: {told}")
        self.details |= {"key": field, "pinned": fields}


async def pins_of(uow: UnitOfWork, link: SyncRecord) -> Sequence[Override]:
    """Those of one record, by field."""
    return (await pins_of_all(uow, link.account_id, link.kind, {link.external_id: link})).get(link.external_id, ())


async def pins_of_all(
    uow: UnitOfWork, account_id: AccountId, kind: str, links: Mapping[str, SyncRecord]
) -> Mapping[str, Sequence[Override]]:
    """Those of the records behind these links, as these are: by external id."""
    found = await uow.overrides.of_records(account_id, kind, links) if links else {}
    return {key: [pin for pin in pins if pin.is_about(links[key].local_id)] for key, pins in found.items()}


async def pins_at(uow: UnitOfWork, account_id: AccountId, kind: str, external_id: str) -> Sequence[Override]:
    """Whatever is pinned under an id of the provider's, and whomever it is about."""
    return (await uow.overrides.of_records(account_id, kind, [external_id])).get(external_id, ())


async def pins_under(uow: UnitOfWork, before: SyncRecord, external_id: str) -> Sequence[Override]:
    """Those that hold for the record under another id of the provider's."""
    found = await uow.overrides.of_records(before.account_id, before.kind, [before.external_id, external_id])
    return list(moved(before, external_id, found).values())


def moved(before: SyncRecord, external_id: str, found: Mapping[str, Sequence[Override]]) -> Mapping[str, Override]:
    """Those that hold under the new id, by field: of two for one field the one that was set last.

    That a record of the provider's is none of ours was said of that one, and stays with it.
    """
    pins = {pin.field: pin for pin in found.get(external_id, ()) if pin.is_about(before.local_id)}
    for pin in found.get(before.external_id, ()):
        if pin.field == PAIRING or not pin.is_about(before.local_id):
            continue
        if pin.field not in pins or pins[pin.field].set_at < pin.set_at:
            pins[pin.field] = attrs.evolve(pin, external_id=external_id)
    return pins
