"""Ports of this machine: a free one, and what to say about one that cannot be had."""

import os
import socket

from ..domain.shared.errors import NotConfigured

LOCAL = "127.0.0.1"


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.create_server((LOCAL, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def ensure_free(port: int) -> None:
    """Raises NotConfigured when somebody listens on it already."""
    try:
        socket.create_server((LOCAL, port)).close()
    except OSError as error:
        raise not_to_be_had(LOCAL, port, error, option="--port") from None


def not_to_be_had(host: str, port: int, error: OSError | OverflowError, *, option: str) -> NotConfigured:
    """In the system's words, without those that Python adds: they name the address once more."""
    number = error.errno if isinstance(error, OSError) else None
    known = number is not None and not isinstance(error, socket.gaierror)
    why = os.strerror(number).lower() if known and number is not None else str(error)
    return NotConfigured(f"cannot listen on {host}:{port} ({why}): choose another with {option}")
