"""``tresen simulate``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...application.sync.sync_account import no_progress
from ...domain.shared.errors import InvalidValue
from ..runtime import FailedSeed, Simulated, SimulateOptions
from .answer import Answer
from .call import Given
from .exit_codes import ExitCode
from .options import JsonOption
from .screen import ConsoleScreen

_SEEDS_MAX = 1_000_000
_PROCESSES_MAX = 256


async def simulate(
    *,
    seeds: Annotated[int, Parameter(help="How many seeds.")] = SimulateOptions().seeds,
    first: Annotated[int, Parameter(help="The first of them.")] = 0,
    seed: Annotated[int | None, Parameter(help="This one alone.")] = None,
    script: Annotated[Path | None, Parameter(metavar="FILE", help="A script in JSON instead of seeds.")] = None,
    kinds: Annotated[
        str, Parameter(metavar="WORDS", help="What is synced, by commas: members, leads; without it both.")
    ] = "",
    faults: Annotated[
        str,
        Parameter(metavar="WORDS", help="What may go wrong, by commas; without it everything, and none for nothing."),
    ] = "",
    processes: Annotated[int, Parameter(help="How many processes work at a time.")] = 1,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Play the two-way sync with people, providers, failures and crashes, all from a seed, and look whether everything
    holds that must. Exit code 1 when a seed fails; its script is made short and shown.
    """
    options = SimulateOptions(
        seeds=_within(1 if seed is not None else seeds, "seeds", _SEEDS_MAX),
        first=first if seed is None else seed,
        script=script,
        kinds=_words(kinds),
        faults=_words(faults),
        processes=_within(processes, "processes", _PROCESSES_MAX),
    )
    began = call.terminal.monotonic()
    if as_json:
        found = await call.runtime.simulate(options, progress=no_progress)
    else:
        async with ConsoleScreen(call.terminal, {"seed": options.seeds}).progress("simulation") as progress:
            found = await call.runtime.simulate(options, progress=progress)
    seconds = call.terminal.monotonic() - began
    return Answer(
        document=_document(found, seconds),
        parts=[_summary(found, seconds), *(line for each in found.failed for line in _told(each))],
        as_json=as_json,
        code=ExitCode.FAILED if found.failed else ExitCode.OK,
    )


def _summary(found: Simulated, seconds: float) -> str:
    rate = f", {found.seeds / seconds:,.1f} seeds/s" if seconds > 0 else ""
    failed = f"{len(found.failed)} failed" if found.failed else "everything holds"
    return f"{found.seeds:,} seeds, {found.runs:,} runs, {found.calls:,} calls to providers{rate}: {failed}"


def _told(failed: FailedSeed) -> list[str]:
    again = f"again: tresen simulate --seed {failed.seed}"
    return ["", f"seed {failed.seed} breaks {failed.rule}: {failed.seen}", *failed.lines, again]


def _document(found: Simulated, seconds: float) -> dict[str, object]:
    return {
        "seeds": found.seeds,
        "runs": found.runs,
        "calls": found.calls,
        "seconds": round(seconds, 3),
        "digest": found.digest,
        "failed": [
            {"seed": each.seed, "rule": each.rule, "seen": each.seen, "script": each.script} for each in found.failed
        ],
    }


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _within(number: int, name: str, most: int) -> int:
    if not 1 <= number <= most:
        raise InvalidValue(f"{name} is a number from 1 to {most}, not {number}", field=name)
    return number
