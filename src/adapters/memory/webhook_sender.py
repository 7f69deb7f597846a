"""A sender of webhooks that sends nothing, and receivers that answer as they are told."""

from collections.abc import Sequence

import attrs

from ...application.ports.outgoing import Answer, SigningSecrets, WebhookSender
from ...domain.shared.errors import InvalidValue
from ...domain.webhooks.message import Message

_OK = 204


@attrs.frozen(kw_only=True)
class Sent:
    """What a receiver got."""

    url: str
    webhook_id: str
    body: bytes
    secrets: tuple[str, ...]


class MemoryWebhookSender(WebhookSender):
    """Every receiver answers 204 until ``answers`` has another status (or Answer) for its address: the first is
    taken off, the last one stays. ``sent`` are the tries in order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.answers: dict[str, list[int | Answer]] = {}

    def checked_url(self, url: str) -> str:
        """``https`` and a host of the open internet, judged by its look."""
        host = url.removeprefix("https://").partition("/")[0]
        if not url.startswith("https://") or "." not in host or "@" in host or host[-1:].isdigit():
            raise InvalidValue(f"{url[:200]!r} is no address of an endpoint", field="url")
        return url

    async def send(self, message: Message, *, url: str, secrets: Sequence[str]) -> Answer:
        """The next answer of that address."""
        self.sent.append(Sent(url=url, webhook_id=message.webhook_id, body=message.body, secrets=tuple(secrets)))
        answers = self.answers.get(url) or [_OK]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return Answer(status=answer, duration_s=0.001, excerpt="") if isinstance(answer, int) else answer


class SequenceSecrets(SigningSecrets):
    """``whsec_`` and a number: for tests that never verify."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> str:
        """The next one."""
        self._count += 1
        return f"whsec_{self._count:032}"
