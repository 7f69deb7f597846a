"""Dialling by number: what a name resolves to is what is called."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpcore
import pytest

from tresen.adapters.http.failures import AddressForbidden
from tresen.adapters.http.sockets import PublicNetwork, SocketOption, resolve


class Dialler(httpcore.AsyncNetworkBackend):
    """Notes what is dialled; addresses in ``dead`` do not answer."""

    def __init__(self, *dead: str) -> None:
        self.dead = dead
        self.dialled: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if host in self.dead:
            raise httpcore.ConnectTimeout
        return httpcore.AsyncMockStream([])


def network(dialler: Dialler, *answers: Sequence[str]) -> PublicNetwork:
    """One whose name service gives another answer at each look-up."""
    looked_up = iter(answers)

    async def fake_resolve(_host: str, _port: int) -> Sequence[IPv4Address | IPv6Address]:
        return [ip_address(text) for text in next(looked_up)]

    return PublicNetwork(fake_resolve, dialler)


async def test_the_resolved_address_itself_is_dialled() -> None:
    """A second look-up, by which a name could turn to an inner address, never happens."""
    dialler = Dialler()
    await network(dialler, ["8.8.8.8"], ["127.0.0.1"]).connect_tcp("rebind.example.com", 443, 5.0)
    assert dialler.dialled == ["8.8.8.8"]


async def test_a_name_that_leads_inside_is_not_called() -> None:
    dialler = Dialler()
    with pytest.raises(AddressForbidden) as caught:
        await network(dialler, ["127.0.0.1", "fd00::1"]).connect_tcp("evil.example.com", 443, 5.0)
    assert dialler.dialled == []
    assert caught.value.details == {"host": "evil.example.com"}


async def test_of_mixed_addresses_only_the_public_ones_are_dialled() -> None:
    dialler = Dialler("2606:4700::1111")
    await network(dialler, ["10.0.0.1", "2606:4700::1111", "1.1.1.1"]).connect_tcp("a.example.com", 443, 5.0)
    assert dialler.dialled == ["2606:4700::1111", "1.1.1.1"]


async def test_when_none_answers_the_last_failure_is_raised() -> None:
    with pytest.raises(httpcore.ConnectTimeout):
        await network(Dialler("1.1.1.1"), ["1.1.1.1"]).connect_tcp("a.example.com", 443, None)
    with pytest.raises(httpcore.ConnectError):
        await network(Dialler(), []).connect_tcp("a.example.com", 443, 5.0)


async def test_an_unknown_name_is_a_failed_connection() -> None:
    async def unknown(_host: str, _port: int) -> Sequence[IPv4Address | IPv6Address]:
        raise OSError("name or service not known")

    with pytest.raises(httpcore.ConnectError):
        await PublicNetwork(unknown, Dialler()).connect_tcp("nowhere.example.com", 443, 5.0)


async def test_the_systems_resolver_gives_addresses() -> None:
    assert ip_address("127.0.0.1") in await resolve("127.0.0.1", 80)
