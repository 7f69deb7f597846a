"""Whose a record is that the provider answered with when a lead was entered: the same looks as a run takes, before it
is tied to anything.
"""

import attrs

from ...domain.shared.ids import LeadId
from ...domain.sync.conflict import PAIRING, Conflict
from ...domain.sync.push import Push, PushState
from ..ports.unit_of_work import UnitOfWork
from ..sync.kinds import LEAD
from ..sync.overruled import none_of_ours


@attrs.frozen
class Found:
    """It is this lead of ours, which may be another one than was entered."""

    lead_id: LeadId


@attrs.frozen
class InDoubt:
    """No machine may say whose it is. ``why`` is for the person who does; ``ends`` is how the push ends that was to
    make it, None where it may still turn out to be made by that; ``asked`` is what is asked about the record already.
    """

    why: str
    ends: PushState | None = None
    asked: Conflict | None = None


_SAID = "a person said that the provider's record {} is a new one; look whether this lead is that one"
_ASKED = "the provider answered with its record {}, of which it is asked whose it is: decide that, and join the leads"
_AWAY = (
    "the provider answered with its record {}, which was taken away here: have that come back, or let go of it, and "
    "join the leads"
)
_TIED = (
    "the provider answered with its record {}, but this lead was tied to {} meanwhile: join the two at the provider, "
    "if both are this person"
)
_OVER = "the provider answered with its record {}, but what was sent is over by a person's decision: look whose it is"


async def whose(uow: UnitOfWork, made: Push, external_id: str) -> Found | InDoubt:
    """``made`` is what was sent. Everything is to be claimed by now."""
    links = await uow.sync_records.by_external_ids(made.account_id, LEAD, [external_id])
    known = LeadId(links[external_id].local_id) if external_id in links else None
    if known == made.local_id:
        return Found(known)
    tied = await uow.sync_records.of_local(LEAD, made.local_id)
    if tied:
        return InDoubt(_TIED.format(external_id, tied[0].external_id), PushState.DROPPED)
    if known is not None:
        here = await uow.leads.get_many([known])
        return Found(known) if here else InDoubt(_AWAY.format(external_id), PushState.REFUSED)
    if not (await uow.pushes.get(made.id)).may_be_made:
        return InDoubt(_OVER.format(external_id))
    if await none_of_ours(uow, made.account_id, LEAD, [external_id]):
        return InDoubt(_SAID.format(external_id), PushState.REFUSED)
    asked = (await uow.conflicts.open_of(made.account_id, LEAD, [external_id])).get(external_id, ())
    pairing = next((each for each in asked if each.field == PAIRING), None)
    return Found(LeadId(made.local_id)) if pairing is None else InDoubt(_ASKED.format(external_id), asked=pairing)
