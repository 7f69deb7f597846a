"""``make bench``: measures, prints a table, writes ``bench.json``."""

import argparse
import json
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from . import api, cli, deciding, ingest, jobs, sync
from .figures import Figure

BENCHES = {
    "sync": sync.figures,
    "decide": deciding.figures,
    "api": api.figures,
    "cli": cli.figures,
    "ingest": ingest.figures,
    "jobs": jobs.figures,
}


def table(figures: Iterable[Figure]) -> str:
    """Aligned columns."""
    head = ("name", "value", "unit", "reference", "its value", "ratio")
    rows = [head, *(f.row() for f in figures)]
    widths = [max(len(r[i]) for r in rows) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def main(arguments: Sequence[str]) -> None:
    """Run all, or those that are named."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("only", nargs="*", help="which to run; all without")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each; the median is shown")
    given = parser.parse_args(arguments)
    found = [f for name in given.only or BENCHES for f in BENCHES[name](given.records, given.rounds)]
    sys.stdout.write(f"Python {platform.python_version()}, {platform.machine()}, medians of {given.rounds}\n")
    sys.stdout.write(table(found) + "\n")
    Path("bench.json").write_text(json.dumps([f.as_json() for f in found], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
