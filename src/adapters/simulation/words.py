"""The words of what may go wrong, and of what is synced."""

from collections.abc import Mapping

from ...application.sync.records.kinds import LEAD, MEMBER, MEMBERSHIP

# How a provider behaves, what one call may run into, and what else may happen.
HABITS = ("normalise", "page-shift", "no-tombstones", "no-changes", "picky")
FAULTS = (
    "lost",
    "timeout-after-commit",
    "429",
    "5xx",
    "410",
    "partial",
    "short",
    "rejected",
    "ignored",
    "duplicate",
    "reorder",
)
EVENTS = ("crash", "collision", "meanwhile", "late-commit", "forgotten", "unreadable", "expired", "delay", "clock")
# Kinds of record in the order in which they are synced.
COURSE_KINDS: Mapping[str, tuple[str, ...]] = {"members": (MEMBER, MEMBERSHIP), "leads": (LEAD,)}
COURSE_NAMES = tuple(COURSE_KINDS)
ALL_FAULTS = frozenset({*HABITS, *FAULTS, *EVENTS})

# The sorts of calls that a fault may be put at: pages of a listing and of changes, single looks, writes.
LIST, CHANGES, LOOK, PUSH, CREATE, DELETE = CALLS = ("list", "changes", "get", "push", "create", "delete")
