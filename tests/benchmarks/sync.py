"""Loading 100,000 records, then what changed of them, beside the floor that reads the same pages in the same run."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .figures import Figure, median
from .pages import steer
from .postgres import fresh_databases
from .processes import command, measured, serving

FLOOR, TRESEN = "tests.benchmarks.floor", "tests.benchmarks.tresen_sync"
PEAK_AIM_MB = 100.0
Places = Callable[[], tuple[str, str]]


def figures(records: int, rounds: int) -> Sequence[Figure]:
    """SQLite, then PostgreSQL."""
    with (
        serving("tests.benchmarks.pages", "--records", str(records)) as url,
        serving("tests.benchmarks.pages", "--records", str(records // 10)) as small_url,
        tempfile.TemporaryDirectory(prefix="tresen-bench-") as folder,
        fresh_databases() as fresh_dsn,
    ):
        number = iter(range(10 * rounds))

        def sqlite_places() -> tuple[str, str]:
            place = Path(folder) / f"{next(number)}"
            return f"{place}.floor.db", f"sqlite:///{place}.db"

        return [
            *_compared("SQLite", "sqlite", sqlite_places, url, rounds),
            *_compared("PostgreSQL", "postgresql", lambda: (fresh_dsn(), fresh_dsn()), url, rounds),
            _flatness(sqlite_places()[1], url, sqlite_places()[1], small_url, records),
        ]


def _flatness(place: str, url: str, small_place: str, small_url: str, records: int) -> Figure:
    """What ten times as many pages cost in memory, when all of them are listed and compared."""
    peaks = []
    for where, source in ((place, url), (small_place, small_url)):
        command("tresen", "db", "upgrade", TRESEN_DATABASE_URL=where)
        measured(TRESEN, where, source)
        peaks.append(measured(TRESEN, where, source, "whole")["peak_mb"])
    return Figure(
        name=f"sync of {records} records, SQLite: peak memory, everything listed",
        unit="MB",
        value=peaks[0],
        reference=f"of {records // 10} records",
        reference_value=peaks[1],
    )


def _compared(title: str, kind: str, places: Places, url: str, rounds: int) -> Sequence[Figure]:
    floors, firsts, wholes, quiets, changed = [], [], [], [], []
    for _ in range(rounds):
        floor_place, place = places()
        steer(url, "reset")
        command("tresen", "db", "upgrade", TRESEN_DATABASE_URL=place)
        floors.append(measured(FLOOR, kind, floor_place, url))
        firsts.append(measured(TRESEN, place, url))
        wholes.append(measured(TRESEN, place, url, "whole"))
        quiets.append(measured(TRESEN, place, url))
        steer(url, "change?percent=1")
        changed.append(_all_updated(measured(TRESEN, place, url), firsts[-1]["records"] / 100))
    floor, first, whole, quiet, some = (
        median(m["seconds"] for m in done) for done in (floors, firsts, wholes, quiets, changed)
    )
    peak = max(m["peak_mb"] for m in (*firsts, *wholes, *quiets, *changed))
    name = f"sync of {int(firsts[0]['records'])} records, {title}"
    against = [
        ("1 % changed, by cursor", some),
        ("nothing changed, by cursor", quiet),
        ("nothing changed, everything listed", whole),
    ]
    return [
        Figure(name=f"{name}: first load", unit="s", value=first, reference="floor", reference_value=floor),
        *(
            Figure(name=f"{name}: {what}", unit="s", value=value, reference="first load", reference_value=first)
            for what, value in against
        ),
        Figure(name=f"{name}: peak memory", unit="MB", value=peak, reference="aim", reference_value=PEAK_AIM_MB),
    ]


def _all_updated(measured_: dict[str, float], expected: float) -> dict[str, float]:
    if measured_["updated"] != expected:
        sys.exit(f"{expected:.0f} records were changed there, {measured_['updated']:.0f} were updated here")
    return measured_
