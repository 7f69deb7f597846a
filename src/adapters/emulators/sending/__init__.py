"""How emulated providers send webhooks: a queue with faults of its own, retries as each provider does them, a log."""

from .emulator import SendingEmulator
from .faults import HookFault, HookRule
from .hook import Hook, Letter, forged
from .sender import Sender, Sent

__all__ = ["Hook", "HookFault", "HookRule", "Letter", "Sender", "SendingEmulator", "Sent", "forged"]
