"""The job queue, beside the same statements without anything around them, on the same disk in the same run."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .figures import Figure, median
from .postgres import fresh_databases
from .processes import command, measured

# A second: 20,000 jobs from the embedded queue, 8,000 from PostgreSQL's, 800 transactions that enqueue one.
_EMBEDDED_AIM_US, _POSTGRES_AIM_US, _ENQUEUE_AIM_US = 50.0, 125.0, 1_250.0
_MOST = 20_000
Places = Callable[[], tuple[str, str]]


def figures(records: int, rounds: int) -> Sequence[Figure]:
    """At most 20,000 jobs; SQLite, then PostgreSQL."""
    count = min(records, _MOST)
    with tempfile.TemporaryDirectory(prefix="tresen-bench-") as folder, fresh_databases() as fresh_dsn:
        number = iter(range(rounds))

        def sqlite_places() -> tuple[str, str]:
            place = Path(folder) / str(next(number))
            return f"{place}.floor.db", f"sqlite:///{place}.db"

        return [
            *_compared("SQLite", "jobs_floor", sqlite_places, count, rounds, _EMBEDDED_AIM_US),
            *_compared(
                "PostgreSQL",
                "jobs_floor_postgres",
                lambda: (fresh_dsn(), fresh_dsn()),
                count,
                rounds,
                _POSTGRES_AIM_US,
            ),
        ]


def _compared(title: str, floor: str, places: Places, count: int, rounds: int, drain_aim_us: float) -> Sequence[Figure]:
    floors, done = [], []
    for _ in range(rounds):
        floor_place, place = places()
        command("tresen", "db", "upgrade", TRESEN_DATABASE_URL=place)
        floors.append(measured(f"tests.benchmarks.{floor}", floor_place, str(count)))
        done.append(measured("tests.benchmarks.jobs_drain", place, str(count)))
    drain, drain_floor = (median(one["drain_us"] for one in of) for of in (done, floors))
    enqueue, enqueue_floor = (median(one["enqueue_us"] for one in of) for of in (done, floors))
    worked = f"{count} jobs through a worker, {title}, each"
    enqueued = f"a job enqueued in a transaction of its own, {title}"
    return [
        Figure(name=worked, unit="µs", value=drain, reference="floor", reference_value=drain_floor),
        Figure(name=worked, unit="µs", value=drain, reference="aim", reference_value=drain_aim_us),
        Figure(name=enqueued, unit="µs", value=enqueue, reference="floor", reference_value=enqueue_floor),
        Figure(name=enqueued, unit="µs", value=enqueue, reference="aim", reference_value=_ENQUEUE_AIM_US),
    ]
