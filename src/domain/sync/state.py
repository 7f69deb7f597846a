"""How the sync of one kind at one account stands."""

import enum
from datetime import datetime, timedelta

import attrs

from ..shared.ids import AccountId, RunId


class Phase(enum.Enum):
    """What is going on. ``held``: a guard stopped the last run, and a person must look."""

    IDLE = "idle"
    OBSERVING = "observing"
    APPLYING = "applying"
    PUSHING = "pushing"
    HELD = "held"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class SyncState:
    """``kind`` is a kind of record. ``cursor`` (None: list everything) covers what was there at ``cursor_at``.

    ``complete_at`` is when the complete listing was made that was last applied, perhaps by a plan of before;
    ``succeeded_at`` is when anything was last applied. ``policy_version`` is that of the last run that applied: under
    another one, records are looked at anew that did not change. ``place`` is where the account led then: elsewhere,
    nothing of this holds. ``seen`` counts the records of the run that ``phase`` is about, about a thousand at a time
    while it runs. Instants in UTC.
    """

    account_id: AccountId
    kind: str
    phase: Phase = Phase.IDLE
    run_id: RunId | None = None
    seen: int = 0
    cursor: str | None = None
    cursor_at: datetime | None = None
    complete_at: datetime | None = None
    succeeded_at: datetime | None = None
    policy_version: int = -1
    place: str = ""

    @property
    def is_busy(self) -> bool:
        """Whether a run is at it, as far as is known: a process that died could not say so."""
        return self.phase in {Phase.OBSERVING, Phase.APPLYING, Phase.PUSHING}

    def lag(self, now: datetime) -> timedelta | None:
        """How long ago both sides were last brought in step; None: never."""
        return None if self.succeeded_at is None else now - self.succeeded_at
