"""What providers that send webhooks have in common: a table of routes, a key, refusals in their own words."""

from abc import abstractmethod
from collections.abc import Mapping

from ..messages import Answer, Request
from ..routing import Handler, Refused, Routes
from .emulator import SendingProvider


class RoutedProvider(SendingProvider):
    """Answers by its table of routes. Whoever asks is looked at first."""

    base_path = ""

    def __init__(self, table: Mapping[str, Handler]) -> None:
        self._routes = Routes(table)

    @abstractmethod
    def refusal(self, refused: Refused) -> Answer:
        """The provider's own words."""

    @abstractmethod
    def admit(self, request: Request) -> None:
        """Raises Refused when the request bears no valid key."""

    def route_of(self, request: Request) -> str | None:
        """The route's name, as in the table."""
        found = self._routes.find(request)
        return found[0] if found else None

    def answer(self, request: Request) -> Answer:
        """As the table has it."""
        try:
            self.admit(request)
            return self._carried_out(request)
        except Refused as refused:
            return self.refusal(refused)

    def _carried_out(self, request: Request) -> Answer:
        found = self._routes.find(request)
        if found is None:
            raise Refused(404, "not_found", f"Cannot {request.method} {request.path}")
        _, handler, texts = found
        return handler(request, texts)
