"""Guards: how much a plan may take away before a person is asked.

An empty or halved answer of a provider looks exactly as if somebody had deleted everything. What no single record
can tell, their number can.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from ..shared.errors import InvalidValue
from ..shared.given import ensure_is, ensure_whole
from ..shared.text import quoted, storable

# More records than a guard can be meant to let through unseen.
MOST_AT_LEAST = 1_000_000


@attrs.frozen
class Share:
    """``percent`` (0–100) of the records that both sides share, and never less than ``at_least`` records
    (0–1,000,000).
    """

    percent: int = 10
    at_least: int = 5

    def __attrs_post_init__(self) -> None:
        ensure_whole(self.percent, "percent", 0, 100)
        ensure_whole(self.at_least, "at_least", 0, MOST_AT_LEAST)

    def allows(self, count: int, shared: int) -> bool:
        """Whether ``count`` of ``shared`` records is no more than that."""
        return count <= self.at_least or count * 100 <= self.percent * shared


_USUAL = Share()


@attrs.frozen(kw_only=True)
class Guards:
    """How many records may be deleted, how many may lose the value of any one field, how many may be in conflict.

    Raises InvalidValue for what is no Share: ``changed`` is what reads documents.
    """

    deleted: Share = _USUAL
    blanked: Share = _USUAL
    conflicts: Share = _USUAL

    def __attrs_post_init__(self) -> None:
        for name in ("deleted", "blanked", "conflicts"):
            ensure_is(Share, getattr(self, name), f"guards.{name}", ", such as Share(10, 5)")

    def changed(self, document: object) -> "Guards":
        """These, with what ``{"deleted": {"percent": 5, "at_least": 3}, …}`` names. Raises
        InvalidValue; its ``field`` is the key, such as ``guards.deleted.percent``.
        """
        parts = _known(document, ("deleted", "blanked", "conflicts"), "guards")
        return attrs.evolve(
            self, **{name: _share(getattr(self, name), part, f"guards.{name}") for name, part in parts.items()}
        )

    def document(self) -> dict[str, object]:
        """What ``changed`` reads."""
        return attrs.asdict(self)


DEFAULT_GUARDS = Guards()


@attrs.frozen(kw_only=True)
class Trip:
    """One guard that a plan trips: which, how many of how many, what it allows, in a sentence."""

    guard: str
    count: int
    shared: int
    message: str


@attrs.define(kw_only=True)
class Tally:
    """What a plan would take away. ``shared`` is the number of records that both sides had before it.

    ``lost`` of the ``deleted`` are gone at the provider, but not deleted here.
    ``blanked`` counts by field: a provider that stopped sending telephone numbers takes one value of each record.
    """

    shared: int = 0
    deleted: int = 0
    lost: int = 0
    conflicts: int = 0
    blanked: dict[str, int] = attrs.field(factory=dict)

    def trips(self, guards: Guards) -> tuple[Trip, ...]:
        """The guards that this trips, in a fixed order."""
        found = [
            _trip("deleted", self._gone(), guards.deleted, self.deleted, self.shared),
            *(
                _trip("blanked", f"would lose their {field}", guards.blanked, count, self.shared)
                for field, count in sorted(self.blanked.items())
            ),
            _trip("conflicts", "would be in conflict", guards.conflicts, self.conflicts, self.shared),
        ]
        return tuple(trip for trip in found if trip is not None)

    def _gone(self) -> str:
        if not self.lost:
            return "would be deleted"
        lost = "are lost at the provider"
        return lost if self.lost == self.deleted else f"would be deleted or {lost}"


def _trip(guard: str, what: str, share: Share, count: int, shared: int) -> Trip | None:
    if share.allows(count, shared):
        return None
    allowed = f"{share.percent} % and at least {share.at_least} are allowed"
    return Trip(guard=guard, count=count, shared=shared, message=f"{count} of {shared} records {what}; {allowed}")


def _share(share: Share, document: object, key: str) -> Share:
    parts = _known(document, ("percent", "at_least"), key)
    try:
        return attrs.evolve(share, **parts)
    except InvalidValue as error:
        raise InvalidValue(error.message, field=f"{key}.{error.details['field']}") from None


def _known(document: object, names: tuple[str, ...], key: str) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise InvalidValue(f"{key} has {' and '.join(names)}, it is not {quoted(document)}", field=key)
    for name in document:
        if name not in names:
            raise InvalidValue(
                f"{key} has no {quoted(name)}; it has {', '.join(names)}", field=storable(f"{key}.{name}")
            )
    return document
