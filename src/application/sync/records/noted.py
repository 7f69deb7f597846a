"""What a counter enters at the provider is one text there, in the notes: providers have no field for each."""

from ....domain.sync.canonical import Value, Values

_TEXTS = frozenset({"message", "interested_in"})


def is_noted(theirs: Values, name: str, value: Value) -> bool:
    """Whether the provider's notes tell what we have in this field."""
    return name in _TEXTS and str(value) in str(theirs.get("notes") or "")
