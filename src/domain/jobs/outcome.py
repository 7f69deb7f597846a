"""How the run of a job ended."""

import attrs

from .job import Job


@attrs.frozen
class Done:
    """It is finished."""

    job: Job


@attrs.frozen
class Again:
    """It failed and is run once more, not before ``delay_s`` seconds have passed."""

    job: Job
    delay_s: float
    error: str


@attrs.frozen
class Dead:
    """It failed for the last time; it is kept for a person."""

    job: Job
    error: str


@attrs.frozen
class Returned:
    """It was not finished, and nobody is to blame: the process ends. The run does not count."""

    job: Job


Outcome = Done | Again | Dead | Returned
