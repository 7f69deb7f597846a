"""What a guard holds: what it saw, and how a person lets it through."""

from typing import TYPE_CHECKING

from .documents import row
from .lines import Line, Span, Tone, line

if TYPE_CHECKING:
    from ...domain.sync.kept_plan import KeptPlan


def command(words: str, tenant: str | None) -> str:
    """A command of ours, to be copied, for the tenant that was named."""
    return f"tresen {words}" if tenant is None else f"tresen {words} --tenant {tenant}"


def acceptance(plan: "KeptPlan", tenant: str | None) -> str:
    """What lets this one plan through."""
    return command(f"sync apply {plan.id} --accept-guard", tenant)


def held_lines(plan: "KeptPlan", account: str, tenant: str | None, *, is_shown: bool = False) -> list[Line]:
    """What a guard saw, and the next commands; ``is_shown``: the plan is looked at already."""
    what = f"held: {plan.kind} at {account}; a guard stopped it before anything of this plan was written:"
    return [
        line(Span(what, Tone.ASKED)),
        *(line(f"  {part.kind}s: {trip.message}") for part in plan.parts for trip in part.trips),
        *([] if is_shown else [line(f"look at it:     {command(f'sync plan show {plan.id}', tenant)}")]),
        line(f"let it through: {acceptance(plan, tenant)}"),
    ]


def held_document(plan: "KeptPlan", tenant: str | None) -> dict[str, object]:
    """The same for programs."""
    return {
        "plan_id": str(plan.id),
        "trips": [{"kind": part.kind, **row(trip)} for part in plan.parts for trip in part.trips],
        "accept": acceptance(plan, tenant),
    }
