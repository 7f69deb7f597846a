"""Seeds and scripts are simulated one by one."""

from hashlib import sha256

import attrs

from ...application.log_context import bound
from .broken import Broken
from .player import Player
from .script import Script
from .settling import Settling


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of a script. ``digest`` is of its log and of everything that was stored, here and there."""

    script: Script
    broken: tuple[Broken, ...]
    log: tuple[str, ...]
    runs: int
    calls: int
    digest: str


async def simulate(script: Script) -> Outcome:
    """Play a script to its end and let the world come to rest, or stop at the first thing that does not hold."""
    # Deliveries, events and jobs keep the correlation id of whoever asks; the digest is of the script alone.
    with bound(correlation_id=f"seed-{script.seed}"):
        player = Player(script)
        await player.play()
        if not player.broken:
            await Settling(player)()
    told = "\n".join([*player.log, *map(str, player.broken), player.digest()])
    return Outcome(
        script=script,
        broken=tuple(player.broken),
        log=tuple(player.log),
        runs=player.runs,
        calls=player.calls,
        digest=sha256(told.encode()).hexdigest(),
    )
