"""Whether an account can be used: one cheap read."""

import logging

from ...application.ports.gym import Health
from ...domain.shared.errors import CredentialsRefused, GatewayError, GatewayRejected, GatewayUnsupported
from ..http.failures import AnswerLost, CallsSuspended, ConnectFailed
from ..http.messages import Transport
from .envelope import page_of
from .protocol import Protocol
from .routes import LIST_CLIENTS, LIST_LOCATIONS

_log = logging.getLogger(__name__)
_TARGETS = ((LIST_LOCATIONS, "locations"), (LIST_CLIENTS, "clients"))


async def probe(protocol: Protocol, transport: Transport) -> Health:
    """The answer in words; what went wrong is in it, not raised."""
    try:
        return await _first_that_exists(protocol, transport)
    except (ConnectFailed, AnswerLost, CallsSuspended) as error:
        return Health(status="connection_error", error=error.message)
    except GatewayError as error:
        return Health(status="error", error=error.message, refused=isinstance(error, CredentialsRefused))
    except Exception:  # noqa: BLE001 -- the port promises that a probe raises nothing
        _log.exception("wodify's health probe failed unexpectedly")
        return Health(status="unknown_error", error="the probe failed unexpectedly; the log has it")


async def _first_that_exists(protocol: Protocol, transport: Transport) -> Health:
    """A key may be for clients alone: a refused one is tried on what a sync reads, too."""
    refused: CredentialsRefused | None = None
    for route, name in _TARGETS:
        response = await transport.send(protocol.request(route, query={"page": 1, "page_size": 1}))
        try:
            page = page_of(response, (name,), route.operation, paged=False)
        except GatewayUnsupported:
            continue
        except CredentialsRefused as error:
            refused = error
            continue
        return Health(status="healthy", response=f"{route.path}: {response.status}, {len(page.items)} {name} shown")
    raise refused or GatewayRejected(
        "neither locations nor clients can be read: the base address or the API key is wrong"
    )
