"""Kinds as people write them, of records and of syncs: in the singular and the plural, alike at every door. And their
fields.
"""

from collections.abc import Collection, Mapping

from ..domain.shared.errors import InvalidValue, NotFound
from ..domain.sync.conflict import PAIRING
from ..domain.sync.decision import WHOLE
from ..domain.sync.override import Override

# What a conflict may be about besides a field: the record as a whole, and which of ours a new one is.
_NO_FIELDS = frozenset({WHOLE, PAIRING})


class UnknownKind(NotFound):
    """A kind that there is not, in an address."""

    def __init__(self, what: str, kind: str, kinds: Collection[str]) -> None:
        super().__init__(what, kind)
        self.message = f"no {what} {kind}; there are {', '.join(kinds)}{_brought(kind, kinds)}"


def meant_kind(word: str, kinds: Collection[str]) -> str | None:
    """The one of ``kinds`` that is meant by ``member`` or ``members``; None where none is."""
    return next((kind for kind in kinds if word in {kind, f"{kind}s"} or kind == f"{word}s"), None)


def known_kind(word: str, kinds: Collection[str]) -> str:
    """The same. Raises InvalidValue, with those that there are."""
    kind = meant_kind(word, kinds)
    if kind is None:
        raise InvalidValue(
            f"there is no kind {word!r}; there are {', '.join(kinds)}{_brought(word, kinds)}", field="kind"
        )
    return kind


def field_wanted(name: str | None, kind: str | None, fields: Mapping[str, Collection[str]]) -> str | None:
    """A field that conflicts are filtered by, of this kind of record or of any; None: all of them. Raises InvalidValue
    for one that there is not, which would look like an empty list.
    """
    known = [field for each, names in fields.items() if kind in {None, each} for field in names]
    if name is None or name in _NO_FIELDS or name in known:
        return name
    told = ", ".join(dict.fromkeys(known))
    if kind is None:
        raise InvalidValue(f"no kind of record has a field {name!r}; there are {told}", field="field")
    raise InvalidValue(f"a {kind} has no field {name!r}; it has {told}", field="field")


def passed_over(override: Override, fields: Mapping[str, Collection[str]]) -> str | None:
    """Why an override does nothing: its kind was another when it was set. None: it holds."""
    known = fields.get(override.kind)
    if known is None:
        return f"{override.kind} is no kind of record any more"
    if override.field in known or override.field in _NO_FIELDS:
        return None
    return f"a {override.kind} has no field {override.field} any more"


def _brought(word: str, kinds: Collection[str]) -> str:
    """Of syncs: what comes with another kind."""
    brought = word in {"membership", "memberships"} and "members" in kinds
    return "; members bring their memberships" if brought else ""
