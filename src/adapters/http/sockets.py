"""Dialling only addresses of the open internet."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address

import httpcore

from .address_guard import IpAddress, is_public
from .failures import AddressForbidden

Resolve = Callable[[str, int], Awaitable[Sequence[IpAddress]]]
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


async def resolve(host: str, port: int) -> Sequence[IpAddress]:
    """Every address of a name, in the order in which the system would try them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(entry[4][0]) for entry in found]


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Resolves a name once, and dials those of its addresses that are public, by number.

    The certificate is still checked against the name. Raises AddressForbidden when no address is public.
    """

    def __init__(self, resolve: Resolve = resolve, dialler: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._resolve = resolve
        self._dialler = dialler or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first public address that answers; ``timeout`` in seconds spans all of it."""
        ends_at = time.monotonic() + timeout if timeout is not None else None
        addresses = await self._public_addresses(host, port, timeout)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            # A share of what is left for each, lest one silent address eat it all.
            share = None if ends_at is None else max(0.01, (ends_at - time.monotonic()) / left)
            try:
                return await self._dialler.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        """Wait (httpcore pauses so between its own tries)."""
        await self._dialler.sleep(seconds)

    async def _public_addresses(self, host: str, port: int, limit_s: float | None) -> Sequence[IpAddress]:
        try:
            async with asyncio.timeout(limit_s):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"looking up {host} took too long") from error
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be looked up") from error
        public = [address for address in addresses if is_public(address)]
        if addresses and not public:
            raise AddressForbidden(f"{host} leads into a private network and is not called", host=host)
        return public
