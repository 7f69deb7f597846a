"""Ports of this machine: a free one, and what to say about one that cannot be had."""

import errno
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


def ensure_named(host: str, *, option: str) -> None:
    """Raises NotConfigured for an empty host, as an unset variable gives one: to the system that is every address."""
    if not host.strip():
        raise NotConfigured(f"no host is named to listen on: give one with {option}, 0.0.0.0 for every address")


def not_to_be_had(host: str, port: int, error: OSError | OverflowError | UnicodeError, *, option: str) -> NotConfigured:
    """In the system's words, without those that Python adds: they name the address once more. ``option`` gives the
    port; where the host is what is wrong, its own option is named.
    """
    number = error.errno if isinstance(error, OSError) else None
    # Python hands on the number of a failed look-up of a name, which is none of the system's errors.
    nameless = isinstance(error, socket.gaierror | UnicodeError) or (number is not None and number < 0)
    if nameless or number == errno.EADDRNOTAVAIL:
        why, option = "no such address here", option.replace("port", "host")
    else:
        why = str(error) if number is None else os.strerror(number).lower()
    return NotConfigured(f"cannot listen on {host}:{port} ({why}): choose another with {option}")
