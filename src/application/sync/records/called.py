"""Whether two sets of a person's values may be one person's, where an e-mail address alone does not tell: a family may
share it.
"""

from ....domain.sync.canonical import Values

_NAMES = frozenset({"first_name", "last_name"})


def called_alike(one: Values, other: Values) -> bool:
    """By the first name: who marries is called by another last name. What is not told does not differ."""
    first, second = _first_name(one), _first_name(other)
    return not first or not second or first == second


def is_called(one: Values) -> bool:
    """Whether a first name is told."""
    return bool(_first_name(one))


def known_by_name(sent: Values, theirs: Values) -> bool:
    """Whether ``theirs`` tells the whole name that was ``sent``, however it is written."""
    told = [name for name in _NAMES if _folded(sent, name) and name in theirs]
    return bool(told) and all(_folded(sent, name) == _folded(theirs, name) for name in told)


def _first_name(values: Values) -> str:
    return _folded(values, "first_name")


def _folded(values: Values, name: str) -> str:
    return str(values.get(name) or "").strip().casefold()
