"""Which kinds of jobs there are, and who does them."""

from collections.abc import Awaitable, Callable

import attrs

from ...domain.jobs.job import Job
from ...domain.resilience.retry import RetryPolicy
from ...domain.shared.errors import TresenError

Handler = Callable[[Job], Awaitable[None]]

# A job that fails is tried again for up to a day and a half: at most 1 s, 2 s, 4 s … 6 h between two tries, jittered.
USUAL_RETRY = RetryPolicy(attempts=20, first_s=1.0, longest_s=21_600.0, longest_wait_s=86_400.0)


@attrs.frozen(kw_only=True)
class JobKind:
    """How one kind of job is run. ``run`` may be called more than once for a job, and then must do nothing more.

    ``retry`` says how often and when a failed one is tried again; ``concurrency`` how many of the kind may run at a
    time over all processes (None: no limit).
    """

    name: str
    run: Handler
    retry: RetryPolicy = USUAL_RETRY
    concurrency: int | None = None


class NotYet(TresenError):
    """Raised by a handler whose time has not come: the job is run again after ``delay_s``; the retry policy still
    limits how often. If it does not count (``counts``), nothing was tried, and it does not matter how often."""

    code = "not_yet"

    def __init__(self, message: str, *, delay_s: float, counts: bool = True) -> None:
        super().__init__(message)
        self.delay_s, self.counts = delay_s, counts


class Hopeless(TresenError):
    """Raised by a handler that will never succeed with this job: it is dead at once."""

    code = "hopeless"
