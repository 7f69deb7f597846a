"""What an emulator must know of the provider it stands in for."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from .faults import Fault
from .messages import Answer, Request


class Provider(Protocol):
    """What differs from provider to provider. Nothing here waits or fails: refusals are answers too."""

    base_path: str

    @abstractmethod
    def route_of(self, request: Request) -> str | None:
        """Name of the route, such as ``GET /clients/{id}``; None for an unknown one. Call counts go by it."""

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Carry ``request`` out, keys checked, and answer as the provider would."""

    @abstractmethod
    def fault_answer(self, fault: Fault) -> Answer:
        """The provider's own words for a fault that comes before any effect."""

    @abstractmethod
    def counts(self) -> Mapping[str, int]:
        """Rows per kind."""

    @abstractmethod
    def reset(self) -> None:
        """Back to the data it was seeded with."""

    @abstractmethod
    def edit(self, kind: str, key: str, patch: bytes) -> bytes | None:
        """Apply a JSON merge patch (RFC 7396) as if staff had edited the row there; the row as JSON, None if absent.

        Raises ValueError for a patch that does not fit the row.
        """

    @abstractmethod
    def remove(self, kind: str, key: str) -> bool:
        """Take a row away as if staff had deleted it there; False if absent."""
