"""What a decision does to a record as a whole."""

import enum


class Action(enum.Enum):
    """``merge``: both sides have it, the fields tell. ``apart``: it stays on one side only, the link is kept.
    ``forget``: both sides lost it, the link goes. ``wait``: a side is unknown. ``ask``: a person decides.
    ``restore``: the other side deleted what this side edited; it is created anew there.
    """

    MERGE = "merge"
    CREATE_HERE = "create_here"
    CREATE_THERE = "create_there"
    DELETE_HERE = "delete_here"
    DELETE_THERE = "delete_there"
    RESTORE_HERE = "restore_here"
    RESTORE_THERE = "restore_there"
    APART = "apart"
    FORGET = "forget"
    WAIT = "wait"
    ASK = "ask"

    @property
    def mirrored(self) -> "Action":
        """The sides swapped."""
        return _MIRROR.get(self, self)


_PAIRS = (
    (Action.CREATE_HERE, Action.CREATE_THERE),
    (Action.DELETE_HERE, Action.DELETE_THERE),
    (Action.RESTORE_HERE, Action.RESTORE_THERE),
)
_MIRROR = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
