"""The simulation as it is wired: seeds over processes, a script from a file, words that nobody knows."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tresen.adapters.simulation.draw import draw
from tresen.adapters.simulation.script_json import script_document
from tresen.application.sync.runs.sync_account import no_progress
from tresen.bootstrap.simulation import simulate
from tresen.domain.shared.errors import InvalidValue, NotFound
from tresen.domain.sync.run import Counts
from tresen.entrypoints.runtime import SimulateOptions


@pytest.fixture(autouse=True)
def heard_again() -> Iterator[None]:
    """The simulation silences the log of its process: here it is that of all tests."""
    logger = logging.getLogger("tresen.application")
    level = logger.level
    yield
    logger.setLevel(level)


async def test_seeds_over_two_processes_give_what_one_gives() -> None:
    seen: list[int] = []
    options = {"seeds": 24, "kinds": ("leads",), "faults": ("lost", "crash")}
    two = await simulate(
        SimulateOptions(**options, processes=2),  # type: ignore[arg-type] # as they are written above
        progress=lambda _, counts: seen.append(counts.seen),
    )
    one = await simulate(SimulateOptions(**options), progress=no_progress)  # type: ignore[arg-type] # as above
    assert two == one
    assert (one.seeds, one.failed) == (24, [])
    assert max(seen) == 24


async def test_a_script_from_a_file_is_played(tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_text(json.dumps(script_document(draw(3))), encoding="utf-8")
    found = await simulate(SimulateOptions(script=file), progress=_nobody)
    again = await simulate(SimulateOptions(seeds=1, first=3), progress=_nobody)
    assert (found.seeds, found.digest) == (1, again.digest)


async def test_kinds_are_taken_in_the_singular_too() -> None:
    one = await simulate(SimulateOptions(seeds=3, kinds=("lead",)), progress=_nobody)
    assert one == await simulate(SimulateOptions(seeds=3, kinds=("leads",)), progress=_nobody)
    assert one != await simulate(SimulateOptions(seeds=3), progress=_nobody)


async def test_words_and_files_that_nobody_knows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="faults has no 'bad luck'; choose from 410"):
        await simulate(SimulateOptions(faults=("bad luck",)), progress=_nobody)
    with pytest.raises(InvalidValue, match="kinds has no 'goats'"):
        await simulate(SimulateOptions(kinds=("goats",)), progress=_nobody)
    with pytest.raises(NotFound):
        await simulate(SimulateOptions(script=tmp_path / "nothing.json"), progress=_nobody)


async def test_a_file_that_is_no_script_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_bytes(b"\xff\xfe{")
    with pytest.raises(InvalidValue, match="is no text in UTF-8"):
        await simulate(SimulateOptions(script=file), progress=_nobody)
    for name in ("x" * 5_000, "."):
        with pytest.raises(NotFound):
            await simulate(SimulateOptions(script=tmp_path / name), progress=_nobody)
    file.write_text(json.dumps(script_document(draw(3))), encoding="utf-8-sig")
    assert (await simulate(SimulateOptions(script=file), progress=_nobody)).seeds == 1


def _nobody(kind: str, counts: Counts) -> None:
    """Nobody watches."""
