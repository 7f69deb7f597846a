"""``python -m tresen.adapters.emulators.wodify``: serve until interrupted; says ``ready: <base URL>`` first."""

import argparse
import asyncio
from datetime import date

from ..faults import FaultRule, read_rules
from ..until_told import serve_until_told
from . import Sizes, WodifyEmulator, WodifyOptions
from .data import LIVE_CLIENTS, LIVE_LEADS, LIVE_MEMBERSHIPS


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line; wrong values end the process with a usage line."""
    defaults = WodifyOptions()
    parser = argparse.ArgumentParser(prog="python -m tresen.adapters.emulators.wodify", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--today", type=date.fromisoformat, help="day on which the gym stands; default: this machine's")
    parser.add_argument("--clients", type=int, default=LIVE_CLIENTS)
    parser.add_argument("--memberships", type=int, default=LIVE_MEMBERSHIPS)
    parser.add_argument("--leads", type=int, default=LIVE_LEADS)
    parser.add_argument("--api-key", default=defaults.api_key)
    parser.add_argument("--convert-suffix", choices=("convert", "convert-to-client"), default=defaults.convert_suffix)
    parser.add_argument("--no-membership-writes", dest="membership_writes", action="store_false")
    parser.add_argument("--faults", type=fault_rules, default=(), metavar="JSON", help="list of fault rules")
    return parser.parse_args(arguments)


def fault_rules(text: str) -> tuple[FaultRule, ...]:
    """Rules such as ``[{"kind": "rate_limited", "every": 5, "retry_after_s": 1}]``."""
    return read_rules(text.encode())


def emulator_of(options: argparse.Namespace) -> WodifyEmulator:
    """The emulator the command line describes."""
    return WodifyEmulator(
        seed=options.seed,
        today=options.today or date.today(),  # noqa: DTZ011 -- a demo's gym lives in the local day
        sizes=Sizes(clients=options.clients, memberships=options.memberships, leads=options.leads),
        options=WodifyOptions(
            api_key=options.api_key,
            convert_suffix=options.convert_suffix,
            membership_writes=options.membership_writes,
        ),
        faults=options.faults,
    )


def main(arguments: list[str] | None = None) -> None:
    """Entry point."""
    options = parse(arguments)
    asyncio.run(serve_until_told(emulator_of(options), options.port))


if __name__ == "__main__":
    main()
