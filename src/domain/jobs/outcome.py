"""How the run of a job ended."""

import attrs

from ..shared.text import storable
from .job import Job

LONGEST_DELAY_S = 400 * 86_400.0


def possible_delay_s(delay_s: float) -> float:
    """The nearest one that can be booked: from 0, which it is for NaN, too, to 400 days."""
    if delay_s != delay_s:  # noqa: PLR0124 - a huge int is no NaN either, and no float
        return 0.0
    return float(min(max(delay_s, 0.0), LONGEST_DELAY_S))


@attrs.frozen
class Done:
    """It is finished."""

    job: Job


@attrs.frozen
class Again:
    """It failed and is run once more, not before ``delay_s`` seconds have passed.

    Whatever is given, it can be booked: the delay is at least 0 (which it is for NaN, too) and at most 400 days, and
    ``error`` a text that every queue can keep.
    """

    job: Job
    delay_s: float = attrs.field(converter=possible_delay_s)
    error: str = attrs.field(converter=storable)


@attrs.frozen
class Dead:
    """It failed for the last time; it is kept for a person. ``error`` as that of ``Again``."""

    job: Job
    error: str = attrs.field(converter=storable)


@attrs.frozen
class Returned:
    """It was not finished, and nobody is to blame: the process ends, or there is no place. The run does not count.

    ``delay_s``: it is not run again before so many seconds have passed; None: it is due as it was.
    """

    job: Job
    delay_s: float | None = attrs.field(default=None, converter=attrs.converters.optional(possible_delay_s))


Outcome = Done | Again | Dead | Returned
