"""A person is shown what would be done, and asked."""

from collections.abc import Sequence

from ...domain.shared.errors import InvalidValue
from .answer import Answer, Part, show_parts
from .exit_codes import ExitCode
from .terminal import Terminal


def agreed(parts: Sequence[Part], question: str, terminal: Terminal, *, as_json: bool, otherwise: str) -> bool:
    """Show the parts and ask. Raises InvalidValue where nobody can be asked; ``otherwise`` names the options that say
    it without being asked.
    """
    if as_json:
        raise InvalidValue(f"with --json nobody is asked: say {otherwise}", field="yes")
    show_parts(parts, terminal)
    return terminal.confirm(question, otherwise=f"say {otherwise}")


def unchanged() -> Answer:
    """The answer when the person said no."""
    return Answer(document={}, parts=["nothing was changed"], as_json=False, code=ExitCode.FAILED)
