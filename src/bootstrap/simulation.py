"""The simulation, for the command line."""

from collections.abc import Sequence
from hashlib import sha256

from ..adapters.simulation.campaign import Campaign, quietly
from ..adapters.simulation.phrases import told
from ..adapters.simulation.script_json import read_script, script_document
from ..adapters.simulation.shrink import shrink
from ..adapters.simulation.simulate import Outcome
from ..adapters.simulation.simulate import simulate as simulate_script
from ..adapters.simulation.words import ALL_FAULTS, COURSE_NAMES
from ..application.sync.runs.sync_account import Progress
from ..domain.shared.errors import InvalidValue
from ..domain.sync.run import Counts
from ..entrypoints.kinds import meant_kind
from ..entrypoints.runtime import FailedSeed, Simulated, SimulateOptions
from ..entrypoints.text_files import text_of

_SHORTENED = 3
_NOTHING = "none"


async def simulate(options: SimulateOptions, *, progress: Progress) -> Simulated:
    """Raises InvalidValue for words and scripts that nobody knows, NotFound for a file that is not there."""
    quietly()
    outcomes: list[Outcome] = []
    if options.script is not None:
        outcomes.append(await simulate_script(read_script(text_of(options.script, what="script"))))
    else:
        async for some in _campaign(options).outcomes():
            outcomes += some
            progress("seed", Counts(unchanged=len(outcomes)))
    outcomes.sort(key=lambda outcome: outcome.script.seed)
    broken = [outcome for outcome in outcomes if outcome.broken]
    return Simulated(
        seeds=len(outcomes),
        runs=sum(outcome.runs for outcome in outcomes),
        calls=sum(outcome.calls for outcome in outcomes),
        digest=sha256("".join(outcome.digest for outcome in outcomes).encode()).hexdigest(),
        failed=[_failed(await shrink(one) if n < _SHORTENED else one) for n, one in enumerate(broken)],
    )


def _campaign(options: SimulateOptions) -> Campaign:
    faults = () if tuple(options.faults) == (_NOTHING,) else options.faults or sorted(ALL_FAULTS)
    return Campaign(
        first=options.first,
        count=options.seeds,
        courses=_courses(options.kinds),
        faults=frozenset(_known(faults, sorted(ALL_FAULTS), "faults")),
        processes=options.processes,
    )


def _courses(words: Sequence[str]) -> tuple[str, ...]:
    meant = [meant_kind(word, COURSE_NAMES) or word for word in words]
    known = _known(meant or COURSE_NAMES, COURSE_NAMES, "kinds")
    return tuple(name for name in COURSE_NAMES if name in known)


def _known(words: Sequence[str], known: Sequence[str], field: str) -> Sequence[str]:
    for word in words:
        if word not in known:
            raise InvalidValue(f"{field} has no {word!r}; choose from {', '.join(known)}", field=field)
    return words


def _failed(outcome: Outcome) -> FailedSeed:
    first = outcome.broken[0]
    return FailedSeed(
        seed=outcome.script.seed,
        rule=first.rule,
        seen=first.seen,
        lines=told(outcome.script),
        script=script_document(outcome.script),
    )
