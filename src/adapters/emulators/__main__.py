"""``python -m tresen.adapters.emulators calcom``: serve one provider that sends webhooks until interrupted.

Says first what an account is connected with (``credentials: …``) and where it is steered (``control: …``), then
``ready: <base URL>``.
"""

import argparse
import asyncio
from collections.abc import Sequence

from .control import CONTROL_PATH
from .faults import FaultRule, read_rules
from .providers import emulated_providers
from .sending.faults import HookRule, read_hook_rules
from .until_told import serve_until_told

_NAMES = ("calcom", "google_calendar", "retell", "stripe", "woocommerce")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line; wrong values end the process with a usage line."""
    parser = argparse.ArgumentParser(prog="python -m tresen.adapters.emulators", description=__doc__)
    parser.add_argument("provider", choices=_NAMES)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=answer_rules, default=(), metavar="JSON", help="list of fault rules")
    parser.add_argument("--hook-faults", type=hook_rules, default=(), metavar="JSON", help="list of webhook faults")
    return parser.parse_args(arguments)


def answer_rules(text: str) -> tuple[FaultRule, ...]:
    """Rules such as ``[{"kind": "server_error", "every": 5}]``."""
    return read_rules(text.encode())


def hook_rules(text: str) -> tuple[HookRule, ...]:
    """Rules such as ``[{"kind": "duplicate", "every": 2}]``."""
    return read_hook_rules(text.encode())


def main(arguments: list[str] | None = None) -> None:
    """Entry point."""
    options = parse(arguments)
    providers = emulated_providers(seed=options.seed)
    emulator = providers.all()[options.provider]
    emulator.faults.replace(options.faults)
    emulator.sender.faults.replace(options.hook_faults)

    def connection() -> Sequence[str]:
        connected = providers.connection(options.provider)
        settings = [f"setting: {name}={value}" for name, value in connected.settings.items()]
        return (f"credentials: {connected.credentials}", *settings, f"control: {emulator.root_url}{CONTROL_PATH}")

    asyncio.run(serve_until_told(emulator, options.port, connection))


if __name__ == "__main__":
    main()
