"""Whether `newest` took the side that was edited later, as far as the clocks can tell: said once more."""

from datetime import UTC, datetime, timedelta

from ...domain.sync.journal import Change
from ...domain.sync.laws import Law
from ...domain.sync.side import Side
from .script import AccountSpec

_TIE = "tie"
_FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)


def out_of_time(line: Change, *, ours_at: datetime, theirs_at: datetime, spec: AccountSpec, skew_s: int) -> str | None:
    """What is wrong with a line. ``theirs_at`` is what the provider's clock told, ``skew_s`` by how much the policy
    lets the clocks be apart: when they are further apart than that, nobody can tell.
    """
    if line.rule != Law.NEWEST.name or abs(spec.ahead_s) > skew_s:
        return None
    step, apart = timedelta(seconds=spec.resolution_s), abs(ours_at - theirs_at)
    truly = theirs_at - timedelta(seconds=spec.ahead_s)
    told = f"{line.field} of {line.kind} {line.external_id}: ours of {ours_at}, theirs of {theirs_at}"
    if line.reason.startswith(_TIE):
        return f"{told} count as equally old" if apart > step + timedelta(seconds=skew_s) else None
    is_one_moment = apart < step and (ours_at - _FIRST_MOMENT) // step == (theirs_at - _FIRST_MOMENT) // step
    if line.side is Side.OURS and (truly >= ours_at or is_one_moment):
        return f"{told}, in truth of {truly}, and ours counts as newer"
    if line.side is Side.THEIRS and (truly + step <= ours_at or is_one_moment):
        return f"{told}, in truth of {truly}, and theirs counts as newer"
    return None
