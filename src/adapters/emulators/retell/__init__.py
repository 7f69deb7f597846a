"""A stand-in for Retell: calls that start, end and are analysed, each told to the agent's webhook; and calls that come
in, for which it waits to be told what to do.

emulator = RetellEmulator()
async with emulator.serving():
    call = emulator.state.call("+4930123", "+4930456")
    emulator.state.start(call.call_id)
    answer = await emulator.ring("+4930123", "+4930456")  # what the inbound webhook answered
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import msgspec

from ..faults import FaultRule
from ..sending.emulator import SendingEmulator, system_now
from ..sending.post import Posted, post
from ..sending.sender import Sender
from ..server import Sleep
from .routes import RetellOptions, RetellProvider
from .store import RETRY_DELAYS_S, Store, letter

__all__ = ["RetellEmulator", "RetellOptions"]

_PATIENCE_S = 10.0
_OK = range(200, 300)


class RetellEmulator(SendingEmulator):
    """Retell on a loopback port. ``state`` has agents and calls. It signs with the account's API key."""

    def __init__(
        self,
        *,
        seed: int = 1,
        options: RetellOptions | None = None,
        faults: tuple[FaultRule, ...] = (),
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = system_now,
        automatic: bool = True,
    ) -> None:
        self.options = options or RetellOptions()
        self._now, self._wait = now, sleep
        sender = Sender(now=now, sleep=sleep, limit_s=_PATIENCE_S)
        self.state = Store(seed=seed, sender=sender, api_key=self.options.api_key)
        provider = RetellProvider(self.state, self.options)
        super().__init__(provider, sender, seed=seed, faults=faults, sleep=sleep, automatic=automatic)

    async def ring(self, caller: str, called: str, *, forged: bool = False) -> Posted:
        """Somebody calls a number: its inbound webhook is asked, up to four times, and what it answers is the result.

        Raises LookupError when the number has no inbound webhook. ``forged``: signed with another key.
        """
        address = self.state.inbound[called]
        body = msgspec.json.encode(self.state.inbound_call(caller, called))
        for delay_s in (*RETRY_DELAYS_S, None):
            posted = await post(
                address, letter(body, self.options.api_key, self._now(), wrong=forged), limit_s=_PATIENCE_S
            )
            if posted.status in _OK or delay_s is None:
                return posted
            await self._wait(delay_s)
        raise AssertionError("unreachable")
