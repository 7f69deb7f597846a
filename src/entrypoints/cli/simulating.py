"""``tresen simulate``."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...application.sync.runs.sync_account import no_progress
from ...domain.shared.errors import InvalidValue
from ..runtime import FailedSeed, Simulated, SimulateOptions
from .answer import Answer
from .call import Given
from .exit_codes import ExitCode
from .options import JsonOption
from .screen import ConsoleScreen

_SEEDS = SimulateOptions().seeds
_SEEDS_MAX = 1_000_000
_PROCESSES_MAX = 256


async def simulate(
    *,
    seeds: Annotated[int | None, Parameter(help=f"How many seeds; {_SEEDS:,} unless told.")] = None,
    first: Annotated[int | None, Parameter(help="The first of them; 0 unless told.")] = None,
    seed: Annotated[int | None, Parameter(help="This one alone.")] = None,
    script: Annotated[Path | None, Parameter(metavar="FILE", help="A script in JSON instead of seeds.")] = None,
    kinds: Annotated[
        str | None, Parameter(metavar="WORDS", help="What is synced, by commas: members, leads; without it both.")
    ] = None,
    faults: Annotated[
        str | None,
        Parameter(metavar="WORDS", help="What may go wrong, by commas; without it everything, and none for nothing."),
    ] = None,
    processes: Annotated[int, Parameter(help="How many processes work at a time.")] = 1,
    as_json: JsonOption = False,
    call: Given,
) -> Answer:
    """Play the two-way sync with people, providers, failures and crashes, all from a seed, and look whether everything
    holds that must. Exit code 1 when a seed fails; its script is made short and shown.
    """
    _ensure_apart({"--script": script, "--seed": seed, "--seeds": seeds})
    _ensure_apart({"--script": script, "--seed": seed, "--first": first})
    _ensure_apart({"--script": script, "--kinds": kinds})
    _ensure_apart({"--script": script, "--faults": faults})
    alone = seed is not None or script is not None
    options = SimulateOptions(
        seeds=_within(1 if alone else _SEEDS if seeds is None else seeds, "seeds", _SEEDS_MAX),
        first=seed or first or 0,
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
        parts=[_summary(found, seconds), *(line for each in found.failed for line in _told(each, options))],
        as_json=as_json,
        code=ExitCode.FAILED if found.failed else ExitCode.OK,
    )


def _summary(found: Simulated, seconds: float) -> str:
    rate = f", {found.seeds / seconds:,.1f} seeds/s" if seconds > 0 else ""
    failed = f"{len(found.failed)} failed" if found.failed else "everything holds"
    seeds = _counted(found.seeds, "seed")
    return f"{seeds}, {_counted(found.runs, 'run')}, {_counted(found.calls, 'call')} to providers{rate}: {failed}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _told(failed: FailedSeed, options: SimulateOptions) -> list[str]:
    what = f"seed {failed.seed}" if options.script is None else "the script"
    return ["", f"{what} breaks {failed.rule}: {failed.seen}", *failed.lines, f"again: {_again(failed, options)}"]


def _again(failed: FailedSeed, options: SimulateOptions) -> str:
    """The same seed is another world where other things may go wrong in it."""
    if options.script is not None:
        return shlex.join(["tresen", "simulate", "--script", str(options.script)])
    words = {"--kinds": options.kinds, "--faults": options.faults}
    narrowed = [part for name, chosen in words.items() if chosen for part in (name, ",".join(chosen))]
    return shlex.join(["tresen", "simulate", "--seed", str(failed.seed), *narrowed])


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


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _ensure_apart(given: Mapping[str, object]) -> None:
    """Options of which each says by itself what is played."""
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise InvalidValue(f"give either {' or '.join(named)}", field=named[-1].removeprefix("--"))


def _within(number: int, name: str, most: int) -> int:
    if not 1 <= number <= most:
        raise InvalidValue(f"{name} is a number from 1 to {most}, not {number}", field=name)
    return number
