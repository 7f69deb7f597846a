"""What every log line of the current task carries: tenant, correlation id, use case (C101, C116)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_context: ContextVar[Mapping[str, str]] = ContextVar("tresen_log_context", default=MappingProxyType({}))


def current() -> Mapping[str, str]:
    """The values bound in this task."""
    return _context.get()


@contextmanager
def bound(**values: str) -> Iterator[None]:
    """Bind values while inside; inner ones hide outer ones of the same name."""
    token = _context.set({**_context.get(), **values})
    try:
        yield
    finally:
        _context.reset(token)
