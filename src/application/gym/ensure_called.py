"""Nothing is sold to somebody of another name: an address may be shared by a family."""

from collections.abc import Sequence

from ...domain.sync.canonical import Values
from ..ports.sources import Observed
from ..sync.records.called import called_alike
from ..sync.records.reading import read
from .absorb import Undecided


def ensure_called(observed: Observed, names: Sequence[Values], kind: str) -> None:
    """``names`` are the values of who was meant. Raises Undecided unless what the provider shows may be called so."""
    shown = read(observed).values
    if not any(called_alike(shown, values) for values in names):
        raise Undecided(
            f"the provider answered with its record {observed.external_id}, which is called {_full_name(shown)}: "
            "nothing is tied or sold to that; change the name, if this is the same person, or the address, which a "
            "family may share",
            kind,
        )


def _full_name(values: Values) -> str:
    """As far as it is told."""
    return " ".join(str(values[name]) for name in ("first_name", "last_name") if values.get(name))
