"""A simulation opens no socket, starts no process and no thread, and no real time passes while it waits."""

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from tresen.adapters.simulation.draw import draw
from tresen.adapters.simulation.script import Script
from tresen.adapters.simulation.simulate import simulate
from tresen.adapters.simulation.steps.runs import OnTime, Sync, Webhook
from tresen.adapters.simulation.steps.settings import PassTime

pytestmark = pytest.mark.no_cover


@attrs.define
class Watch:
    """``touched``: what of the real world was asked for; ``waits``: how long the loop wanted to wait, in seconds."""

    touched: list[str] = attrs.field(factory=list)
    waits: list[float | None] = attrs.field(factory=list)


FORBIDDEN: tuple[tuple[Any, str], ...] = (
    *((socket.socket, name) for name in ("connect", "connect_ex", "bind", "listen", "sendto")),
    *((socket, name) for name in ("getaddrinfo", "create_connection")),
    (subprocess.Popen, "__init__"),
    (threading.Thread, "start"),
    (time, "sleep"),
)


@pytest.fixture
async def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    for owner, name in FORBIDDEN:

        def touch(*_: object, told: str = f"{owner.__name__}.{name}", **__: object) -> None:
            watch.touched.append(told)
            raise OSError(told)

        monkeypatch.setattr(owner, name, touch)
    # Whatever sleeps in asyncio, by whatever name, in the end waits here.
    selector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined] # no other way to see it
    select = selector.select

    def selected(timeout: float | None = None) -> object:
        if timeout is None or timeout > 0:
            watch.waits.append(timeout)
        return select(timeout)

    monkeypatch.setattr(selector, "select", selected)
    return watch


def scripts() -> Iterator[Script]:
    """Drawn ones, of which some wait for seconds and for days, and one whose worker tries again."""
    yield from (draw(seed) for seed in range(8))
    webhook = Webhook(account=0, course="leads", copies=3)
    later = (PassTime(minutes=90), OnTime(tenant=0, course="leads"), Sync(account=0, course="leads", whole=True))
    yield attrs.evolve(draw(8), steps=(*draw(8).steps, webhook, *later))


async def test_a_simulation_touches_nothing_real(watch: Watch) -> None:
    for script in scripts():
        assert not (await simulate(script)).broken
    assert (watch.touched, watch.waits) == ([], [])


async def test_what_watches_sees_it(watch: Watch) -> None:
    await asyncio.sleep(0.001)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 0.001)
    assert len(watch.waits) >= 2
    with pytest.raises(OSError, match=r"socket\.connect"), socket.socket() as door:
        door.connect(("127.0.0.1", 9))
    with pytest.raises(OSError, match=r"time\.sleep"):
        time.sleep(0)  # noqa: ASYNC251 - that is the point
    assert watch.touched == ["socket.connect", "time.sleep"]
