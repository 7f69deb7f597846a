"""How a push ends that the provider did not confirm, and what a run's books say of one that ended in it."""

import attrs

from ....domain.shared.errors import TresenError
from ....domain.staff.task import TaskReason
from ....domain.sync.pairing import found_by
from ....domain.sync.push import Push, PushState
from ....domain.sync.run import Counts
from ....domain.sync.schema import Schema
from ..links.found_again import FOUND_AFTER_ALL
from ..records.single_looks import AnotherRecord


@attrs.frozen(kw_only=True)
class PushEnd:
    """How it ends; ``waiting``: this time, and it is tried again. ``why`` is for people. ``asks``: why the staff are
    asked to do at the provider what a person edited here; None: they are not. ``error`` is told among those of the run.
    """

    state: PushState
    why: str
    asks: TaskReason | None = None
    error: TresenError | None = None

    @property
    def is_bad(self) -> bool:
        """Whether somebody must look at it; one that is decided anew, or put off, needs nobody."""
        return self.error is not None or self.state not in {PushState.DROPPED, PushState.WAITING}


OVERTAKEN = PushEnd(state=PushState.DROPPED, why="the record changed meanwhile, there or here; it is decided anew")
DELETED_HERE = PushEnd(
    state=PushState.DROPPED,
    why="it was deleted here; what may be there of it is decided as any other record is",
)
NOT_FOUND_YET = PushEnd(
    state=PushState.WAITING,
    why="it was not found at the provider; nothing is made before what is there was looked through once more",
)
UNREADABLE = PushEnd(
    state=PushState.DROPPED,
    why="nobody can read what the provider shows of it by now; it is decided anew",
    asks=TaskReason.OUTCOME_UNKNOWN,
)
UNSURE = PushEnd(
    state=PushState.UNSURE,
    why="nobody can tell whether it was made there; look at the provider, and make it there by hand",
)
THERE_AFTER_ALL = PushEnd(state=PushState.DROPPED, why=FOUND_AFTER_ALL)
NONE_OF_OURS = PushEnd(state=PushState.REFUSED, why="a person said that the provider's record is none of ours")
NONE_IS_IT = PushEnd(state=PushState.REFUSED, why="each of the provider's records is another of ours")
NOT_WANTED = PushEnd(state=PushState.DROPPED, why="the policy is another since; it is decided anew")
SWITCHED_OFF = PushEnd(state=PushState.DROPPED, why="writing was switched off", asks=TaskReason.WRITES_DISABLED)


def withdrawn(schema: Schema, push: Push, *, is_lost: bool) -> PushEnd | None:
    """Of one that waits where nothing may be written any more. None: it goes on waiting, as its record may be there,
    and is looked up once something may be written again. ``is_lost``: the provider had it before, so that a person can
    be asked.
    """
    if not push.was_sent:
        return SWITCHED_OFF
    return None if found_by(schema, push.values) and not is_lost else UNSURE


def refused(error: TresenError) -> PushEnd:
    """The provider will not do it; one that showed another record was not asked to."""
    if isinstance(error, AnotherRecord):
        return PushEnd(state=PushState.DROPPED, why=error.message, asks=TaskReason.OUTCOME_UNKNOWN, error=error)
    return PushEnd(state=PushState.REFUSED, why=error.message, asks=TaskReason.REJECTED)


def was_overtaken(push: Push) -> bool:
    """Whether the last look at its record told that its values are not there."""
    return push.why == OVERTAKEN.why


def counted(state: PushState) -> Counts:
    """One that ended so."""
    return Counts(
        pushed=int(state is PushState.DONE),
        refused=int(state is PushState.REFUSED),
        dropped=int(state is PushState.DROPPED),
    )
