"""What the counter asks of a provider in words of its own: which fields of a record it means by them."""

from collections.abc import Collection, Mapping

from ....domain.membership.status import Status
from .kinds import LEAD, MEMBERSHIP

_END = frozenset({"ends_on", "cancels_on", "flagged_active", "deleted", "on_hold", "auto_renew"})
_CANCELLED = frozenset({"cancels_on", "flagged_active"})
_HELD = frozenset({"on_hold"})

# By kind and word the fields that are written with it.
_WRITTEN: Mapping[str, Mapping[str, Collection[str]]] = {
    MEMBERSHIP: {
        "reason": _END,
        "status": _END,
        "package": {"name", "kind", "price"},
        "monthly_price": {"price"},
    },
    LEAD: {"stage": {"status"}},
}


def is_word(kind: str, name: str) -> bool:
    """Whether the counter calls something so, and no schema does."""
    return name in _WRITTEN.get(kind, {})


def written_by(kind: str, name: str) -> frozenset[str]:
    """The fields that may become others with it; of a field's own name only that."""
    return frozenset(_WRITTEN.get(kind, {}).get(name, {name}))


def meant_by(kind: str, name: str, value: str | None) -> frozenset[str]:
    """The fields of which it asks for a value: who asks for another one wants something else. A cancellation ends no
    pause, and what a package costs comes with it.
    """
    if kind != MEMBERSHIP:
        return written_by(kind, name)
    if name == "reason" or (name == "status" and value == Status.CANCELLED.value):
        return _CANCELLED
    if name == "status":
        return _HELD if value == Status.PAUSED.value else _HELD | _CANCELLED
    return written_by(kind, name) - ({"price"} if name == "package" else set())
