"""The container library, loaded without what it only loads in case that somebody's settings are made of it.

pgqueuer brings pydantic along. Where that is installed, the container library loads it: 9 MB and as much time as all
the rest of a short command, for a feature that nothing here uses.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Hidden(MetaPathFinder):
    """Finds none of these modules, and nobody after it does; others are not its business."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002 - the protocol's signature
        """Raises ModuleNotFoundError."""
        if name in self._names:
            raise ModuleNotFoundError(f"{name} is hidden for now", name=name)
        return None


@contextmanager
def unseen(*modules: str) -> Iterator[None]:
    """While inside, these modules cannot be imported, as if they were not installed, unless they are loaded already."""
    hidden = _Hidden(modules)
    sys.meta_path.insert(0, hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(hidden)


with unseen("pydantic", "pydantic_settings", "yaml"):
    from dependency_injector import containers, providers

__all__ = ["containers", "providers", "unseen"]
