"""A stand-in for Google Calendar: a service account with a key of its own, events, and channels that tell that a
calendar changed.

emulator = GoogleCalendarEmulator()
async with emulator.serving() as url:
    key_file = emulator.key_file()  # what Google lets a project's owner download, with this emulator's address
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import msgspec

from ..faults import FaultRule
from ..sending.emulator import SendingEmulator, system_now
from ..sending.sender import Sender
from ..server import Sleep
from .channels import Channels
from .keys import CLIENT_EMAIL, KEY_ID, ServiceAccount
from .routes import GoogleCalendarProvider
from .store import Store

__all__ = ["GoogleCalendarEmulator"]


class GoogleCalendarEmulator(SendingEmulator):
    """Google Calendar on a loopback port. ``state`` has the events, ``channels`` who is told of changes, ``account``
    the keys. ``calendars``: those that are shared with the service account; ``delegated``: users in whose name it may
    work."""

    def __init__(
        self,
        *,
        seed: int = 1,
        calendars: tuple[str, ...] = ("desk@example.com",),
        delegated: tuple[str, ...] = (),
        faults: tuple[FaultRule, ...] = (),
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = system_now,
        automatic: bool = True,
    ) -> None:
        sender = Sender(now=now, sleep=sleep)
        self.account = ServiceAccount(now, delegated)
        self.channels = Channels(sender)
        self.state = Store(calendars=calendars, now=now, changed=self.channels.changed)
        provider = GoogleCalendarProvider(self.state, self.channels, self.account)
        super().__init__(provider, sender, seed=seed, faults=faults, sleep=sleep, automatic=automatic)

    def key_file(self) -> str:
        """The service account's key as JSON text; its ``token_uri`` leads here. Raises RuntimeError while it is not
        serving."""
        key = {
            "type": "service_account",
            "project_id": "emulated",
            "private_key_id": KEY_ID,
            "private_key": self.account.private_key,
            "client_email": CLIENT_EMAIL,
            "client_id": "100000000000000000001",
            "token_uri": f"{self.root_url}/token",
        }
        return msgspec.json.encode(key).decode()
