"""How a record of ours that somebody edits is tied to a provider: by its link, or by what it was in step with once."""

from collections.abc import Sequence
from uuid import UUID

import attrs

from ....domain.sync.decision import WHOLE
from ....domain.sync.edit_fate import Absence
from ....domain.sync.override import Override
from ....domain.sync.push import PushState
from ....domain.sync.record import SyncRecord
from ...ports.unit_of_work import UnitOfWork
from .former_link import former_link
from .pins import pins_of
from .reviving import waits_to_be_made


@attrs.frozen
class Tie:
    """``absence`` says what stands between an edit and the provider; None: it has the record, as far as is known.

    Without a link, ``link`` is what it was like, and nothing is agreed on.
    """

    link: SyncRecord
    absence: Absence | None = None


def is_kept_here(link: SyncRecord, pins: Sequence[Override]) -> bool:
    """Whether the provider lost a record that is here, and a person's override keeps it. ``pins`` are those that hold
    for it; one that is shown again is compared after it was pinned.
    """
    return any(pin.field == WHOLE and (waits_to_be_made(link) or link.synced_at < pin.set_at) for pin in pins)


async def tie_of(uow: UnitOfWork, kind: str, local_id: UUID) -> Tie | None:
    """A link to a provider that has the record goes before any other. None: no account was ever tied to it, or it is
    about to be made at one, as it is then.
    """
    ties = [Tie(link, await _absence(uow, link)) for link in await uow.sync_records.of_local(kind, local_id)]
    there = next((tie for tie in ties if tie.absence is None), None)
    if there is not None:
        return there
    if await _is_being_made(uow, kind, local_id):
        return None
    if ties:
        return ties[0]
    link = await former_link(uow, await uow.journal.of_record(kind, local_id))
    return None if link is None else Tie(link, Absence.UNLINKED)


async def _absence(uow: UnitOfWork, link: SyncRecord) -> Absence | None:
    if is_kept_here(link, await pins_of(uow, link)):
        return Absence.LOST
    return Absence.OPEN if waits_to_be_made(link) else None


async def _is_being_made(uow: UnitOfWork, kind: str, local_id: UUID) -> bool:
    for account in await uow.accounts.all():
        push = (await uow.pushes.creations(account.id, kind, [local_id])).get(local_id)
        if push is not None and push.state is PushState.WAITING:
            return True
    return False
