"""Kinds as people write them, of records and of syncs: in the singular and the plural, alike at every door."""

from collections.abc import Collection

from ..domain.shared.errors import InvalidValue, NotFound


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


def _brought(word: str, kinds: Collection[str]) -> str:
    """Of syncs: what comes with another kind."""
    brought = word in {"membership", "memberships"} and "members" in kinds
    return "; members bring their memberships" if brought else ""
