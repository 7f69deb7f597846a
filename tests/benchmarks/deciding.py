"""How many fields a second the pure core decides, on one core."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tresen.domain.sync.canonical import Values, folded, plain
from tresen.domain.sync.decision import decide
from tresen.domain.sync.laws import Edited, Law
from tresen.domain.sync.policy import Policy
from tresen.domain.sync.schema import Field, Schema

from .figures import Figure, median

AIM = 300_000.0
FIELDS = 14
_SCHEMA = Schema("thing", tuple(Field(f"f{n}", folded if n % 2 else plain) for n in range(FIELDS)))
_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_EDITED = Edited(ours_at=_NOON, theirs_at=_NOON + timedelta(minutes=1))


def figures(records: int, rounds: int) -> Sequence[Figure]:
    """Records of 14 fields of which none, two or all differ; ``newest`` decides."""
    named = {"none differs": 0, "two differ": 2, "all differ": FIELDS}
    return [
        Figure(
            name=f"decide, {FIELDS} fields, {what}",
            unit="fields/s",
            value=median(_speed(records, differing) for _ in range(rounds)),
            reference="aim",
            reference_value=AIM,
        )
        for what, differing in named.items()
    ]


def _speed(records: int, differing: int) -> float:
    base, ours, theirs = _sides(differing)
    policy = Policy(default=Law.NEWEST)
    started = time.perf_counter()
    for _ in range(records):
        decide(_SCHEMA, policy, base=base, ours=ours, theirs=theirs, edited=_EDITED)
    return records * FIELDS / (time.perf_counter() - started)


def _sides(differing: int) -> tuple[Values, Values, Values]:
    """Both sides edited the first fields, each otherwise."""
    base: dict[str, str] = {f"f{n}": f"value {n}" for n in range(FIELDS)}
    ours = {name: f"{value} of ours" if int(name[1:]) < differing else value for name, value in base.items()}
    theirs = {name: f"{value} of theirs" if int(name[1:]) < differing else value for name, value in base.items()}
    return base, ours, theirs
