"""Whose a record is that the provider answered with when a lead was entered: the same looks as a run takes, before it
is tied to anything.
"""

from collections.abc import Mapping
from uuid import UUID

import attrs

from ...domain.shared.ids import LeadId
from ...domain.sync.canonical import Values
from ...domain.sync.conflict import PAIRING, Conflict
from ...domain.sync.pairing import found_by
from ...domain.sync.push import Push, PushState
from ...domain.tenancy.provider_account import ProviderAccount
from ..gym.absorb import Absorb
from ..ports.sources import Observed
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import LeadRecords
from ..sync.links.lost_there import may_be_another
from ..sync.links.sent import sent
from ..sync.policies.overruled import none_of_ours
from ..sync.records.called import called_alike
from ..sync.records.kinds import LEAD
from ..sync.records.reading import read
from .only_looked_for import asked_whose_records


@attrs.frozen
class Found:
    """It is this lead of ours, perhaps another one than was entered. ``made``: what was sent of it, where no link ties
    the two yet.
    """

    lead_id: LeadId
    made: Push


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
_ASKED_ALREADY = "the provider answered with its record {}, but {}"
_AWAY = (
    "the provider answered with its record {}, which was taken away here: have that come back, or let go of it, and "
    "join the leads"
)
_TIED = (
    "the provider answered with its record {}, but this lead was tied to {} meanwhile: join the two at the provider, "
    "if both are this person"
)
_SEVERAL = (
    "the provider answered with its record {}, which may be what was sent of any of several leads of one address: say "
    "which it is, once it is asked"
)
_ALIKE = (
    "the provider answered with its record {}, which may be another of ours, that it lost or has under another "
    "address: say which it is, once it is asked"
)
_OVER = "the provider answered with its record {}, but what was sent is over by a person's decision: look whose it is"


async def whose(
    uow: UnitOfWork, absorb: Absorb, account: ProviderAccount, made: Push, observed: Observed
) -> Found | InDoubt:
    """``made`` is what was sent. Everything is to be claimed by now."""
    external_id = observed.external_id
    links = await uow.sync_records.by_external_ids(made.account_id, LEAD, [external_id])
    known = LeadId(links[external_id].local_id) if external_id in links else None
    if known == made.local_id:
        return Found(known, made)
    tied = await uow.sync_records.of_local(LEAD, made.local_id)
    if tied:
        return InDoubt(_TIED.format(external_id, tied[0].external_id), PushState.DROPPED)
    if known is not None:
        here = await uow.leads.get_many([known])
        return Found(known, made) if here else InDoubt(_AWAY.format(external_id), PushState.REFUSED)
    return await _of_new(uow, absorb, account, made, observed)


async def _of_new(
    uow: UnitOfWork, absorb: Absorb, account: ProviderAccount, made: Push, observed: Observed
) -> Found | InDoubt:
    """Of a record that no link knows."""
    external_id = observed.external_id
    if not (await uow.pushes.get(made.id)).may_be_made:
        return InDoubt(_OVER.format(external_id))
    if await none_of_ours(uow, made.account_id, LEAD, [external_id]):
        return InDoubt(_SAID.format(external_id), PushState.REFUSED)
    asked = (await uow.conflicts.open_of(made.account_id, LEAD, [external_id])).get(external_id, ())
    pairing = next((each for each in asked if each.field == PAIRING), None)
    if pairing is not None:
        return InDoubt(_ASKED.format(external_id), asked=pairing)
    about_it = await asked_whose_records(uow, [made.local_id])
    if about_it is not None:
        return InDoubt(_ASKED_ALREADY.format(external_id, about_it))
    if await may_be_another(uow, absorb.leads(uow, account), made.account_id, observed, made.local_id):
        return InDoubt(_ALIKE.format(external_id))
    return await _of_alike(uow, absorb, account, made, observed)


async def _of_alike(
    uow: UnitOfWork, absorb: Absorb, account: ProviderAccount, made: Push, observed: Observed
) -> Found | InDoubt:
    """As far as nobody was asked or said anything: it may be another of ours that the account is not known to have."""
    shown = read(observed).values
    earlier = await _earlier(uow, absorb.leads(uow, account), made, shown)
    if not earlier:
        return Found(LeadId(made.local_id), made)
    one, values = next(iter(earlier.items()))
    if len(earlier) > 1 or not _is_it(values, made.values, shown) or await uow.conflicts.about(LEAD, [one]):
        return InDoubt(_SEVERAL.format(observed.external_id))
    return Found(LeadId(one), await absorb.being_made.resume(uow, account, LEAD, one, values))


def _is_it(earlier: Values, made: Values, shown: Values) -> bool:
    """Whether the record is the ``earlier`` of two with one address: a family may share it."""
    return called_alike(earlier, made) or (called_alike(earlier, shown) and not called_alike(made, shown))


async def _earlier(uow: UnitOfWork, kind: LeadRecords, made: Push, shown: Values) -> Mapping[UUID, Values]:
    """Others of ours that the record may be, by what it says: what was sent of those of which nobody knows whether they
    were made, and what the first of those says that were never sent, and are called like the one that was. Where that
    one is called like the record, only those are that are so, too.
    """
    keys = found_by(kind.schema, shown)
    if not keys:
        return {}
    # By what they say today as well: it may be the record that stands there.
    free = await kind.unlinked(uow, keys)
    found = {*free, *(await sent(uow, kind, made.account_id)).with_keys(keys)} - {made.local_id}
    here = await kind.load(uow, found)
    pushes = await uow.pushes.creations(made.account_id, LEAD, here) if here else {}
    tried = {one: push.values for one, push in pushes.items() if push.was_sent}
    alike = [one for one in here if one in free and one not in tried and called_alike(free[one], made.values)]
    # Several wait for their turn at once: each finds the first one.
    first = sorted(alike, key=lambda one: (here[one].created_at, one))[:1]
    others = {**{one: free[one] for one in first}, **tried}
    if not called_alike(made.values, shown):
        return others
    return {one: values for one, values in others.items() if called_alike(values, shown)}
