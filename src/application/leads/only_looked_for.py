"""Who is to be entered may be at the provider by now: what was sent of them got no answer, or a person is asked whose a
record there is. Then the counter makes nothing, and only looks.

Somebody may have changed there what was made: by what was sent it is found no more, and would be made a second time. A
sync that looks through everything finds it by its name, and asks.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import attrs

from ...domain.shared.errors import InvalidValue
from ...domain.staff.task import TaskReason
from ...domain.sync.canonical import Values
from ...domain.sync.conflict import PAIRING
from ...domain.sync.pairing import found_by
from ...domain.sync.push import Push
from ..gym.provider_writes import NotMade
from ..ports.sources import Observed, Source
from ..ports.unit_of_work import UnitOfWork
from ..sync.courses.lead_records import LeadRecords
from ..sync.links.doubted import ASKED_FIRST
from ..sync.links.sent import sent
from ..sync.records.called import called_alike
from ..sync.records.kinds import LEAD
from ..sync.records.reading import read

_ASKED = ASKED_FIRST + " {} at the provider: until that is decided, nothing is sent and nothing is sold"
_NO_ANSWER = (
    "it was sent before, no answer came, and it is not found there by what was sent: it may have been changed there "
    "since, so it is made again only once a sync has looked through everything there; look at the provider"
)

# A look through everything began by then, whatever other runs there were since.
_LONGEST_WALK = timedelta(minutes=15)


@attrs.frozen
class OnlyLook:
    """``why`` nothing is made. ``is_asked``: a person is asked whose a record is."""

    why: str
    is_asked: bool

    def not_made(self) -> NotMade:
        """What to raise where nothing was found."""
        return NotMade(self.why, TaskReason.UNDECIDED if self.is_asked else TaskReason.OUTCOME_UNKNOWN)

    async def __call__(self, source: Source, values: Values) -> Observed:
        """Who has the address of what was to be sent. Raises NotMade where nobody has it, or who is called otherwise;
        GatewayUnsupported where nobody can be looked for; SeveralThere.
        """
        found = await source.find(values)
        if found is None or not _may_be(values, found):
            raise self.not_made()
        return found


async def sent_before(uow: UnitOfWork, before: Push | None) -> OnlyLook | None:
    """``before`` is how this lead was to be made so far. None: nothing stands between."""
    if before is None or not before.was_sent or await _is_walked_since(uow, before):
        return None
    return OnlyLook(_NO_ANSWER, is_asked=False)


async def others_before(uow: UnitOfWork, kind: LeadRecords, made: Push) -> OnlyLook | None:
    """``made`` is about to be sent, and others of ours may be the same person. None: nothing stands between."""
    alike = await _alike(uow, kind, made)
    asked = await asked_whose_records(uow, alike)
    if asked is not None:
        return OnlyLook(asked, is_asked=True)
    making = await uow.pushes.creations(made.account_id, LEAD, alike)
    looks = [await sent_before(uow, making[one]) for one in sorted(making)]
    return next((look for look in looks if look is not None), None)


async def asked_whose_records(uow: UnitOfWork, ours: Collection[UUID]) -> str | None:
    """What a person is asked about records at the provider that one of these leads may be, in words; None: nothing."""
    about = await uow.conflicts.about(LEAD, ours)
    asked = {each.id: each for conflicts in about.values() for each in conflicts if each.field == PAIRING}
    told = sorted(f"record {each.external_id} is (question {each.id})" for each in asked.values())
    return _ASKED.format(", ".join(told)) if told else None


def _may_be(values: Values, found: Observed) -> bool:
    """Unless somebody else has that address by now. What nobody can read is for the caller to tell."""
    try:
        return called_alike(values, read(found).values)
    except InvalidValue:
        return True


async def _alike(uow: UnitOfWork, kind: LeadRecords, made: Push) -> Collection[UUID]:
    """Others of that address and first name that no link ties, by what they say today or by what was sent of them."""
    keys = found_by(kind.schema, made.values)
    if not keys:
        return ()
    today, before = await kind.unlinked(uow, keys), (await sent(uow, kind, made.account_id)).with_keys(keys)
    said = (*today.items(), *before.items())
    return {one for one, values in said if one != made.local_id and called_alike(values, made.values)}


async def _is_walked_since(uow: UnitOfWork, push: Push) -> bool:
    """Whether a sync looked through everything there, and began that after the push was tried last."""
    state = await uow.sync_states.get(push.account_id, LEAD)
    if state.complete_at is None or state.complete_at <= push.updated_at:
        return False
    if state.complete_at - push.updated_at >= _LONGEST_WALK:
        return True
    began = None if state.run_id is None else (await uow.runs.get(state.run_id)).started_at
    return began is not None and push.updated_at < began <= state.complete_at
