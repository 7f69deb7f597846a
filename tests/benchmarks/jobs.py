"""The embedded job queue, beside the same statements without anything around them, on the same disk in the same run."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from .figures import Figure, median
from .processes import command, measured

# 20,000 jobs a second from the queue, and 800 transactions a second that enqueue one.
_DRAIN_AIM_US, _ENQUEUE_AIM_US = 50.0, 1_250.0
_MOST = 20_000


def figures(records: int, rounds: int) -> Sequence[Figure]:
    """At most 20,000 jobs."""
    count = min(records, _MOST)
    floors, done = [], []
    with tempfile.TemporaryDirectory(prefix="tresen-bench-") as folder:
        for number in range(rounds):
            place = Path(folder) / str(number)
            command("tresen", "db", "upgrade", TRESEN_DATABASE_URL=f"sqlite:///{place}.db")
            floors.append(measured("tests.benchmarks.jobs_floor", f"{place}.floor.db", str(count)))
            done.append(measured("tests.benchmarks.jobs_drain", f"sqlite:///{place}.db", str(count)))
    drain, drain_floor = (median(one["drain_us"] for one in of) for of in (done, floors))
    enqueue, enqueue_floor = (median(one["enqueue_us"] for one in of) for of in (done, floors))
    worked, enqueued = f"{count} jobs through a worker, each", "a job enqueued in a transaction of its own"
    return [
        Figure(name=worked, unit="µs", value=drain, reference="floor", reference_value=drain_floor),
        Figure(name=worked, unit="µs", value=drain, reference="aim", reference_value=_DRAIN_AIM_US),
        Figure(name=enqueued, unit="µs", value=enqueue, reference="floor", reference_value=enqueue_floor),
        Figure(name=enqueued, unit="µs", value=enqueue, reference="aim", reference_value=_ENQUEUE_AIM_US),
    ]
