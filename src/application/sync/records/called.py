"""Whether two sets of a person's values may be one person's, where an e-mail address alone does not tell: a family may
share it.
"""

from ....domain.sync.canonical import Values

# The fields that say what somebody is called.
NAMES = frozenset({"first_name", "last_name"})


def called_alike(one: Values, other: Values) -> bool:
    """By the first name: who marries is called by another last name. What is not told does not differ."""
    first, second = _first_name(one), _first_name(other)
    return not first or not second or first == second


def is_called(one: Values) -> bool:
    """Whether a first name is told."""
    return bool(_first_name(one))


def _first_name(values: Values) -> str:
    return str(values.get("first_name") or "").strip().casefold()
