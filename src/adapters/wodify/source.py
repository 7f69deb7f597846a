"""One kind of record at Wodify, as a sync reads and writes it."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import attrs

from ...application.ports.sources import Batch, Observed, Source
from ...domain.shared.errors import GatewayUnsupported
from ...domain.sync.schema import Values
from .collection import Collection


@attrs.define(kw_only=True)
class WodifySource(Source):
    """Lists and fetches what ``collection`` holds."""

    kind: str
    collection: Collection
    writable: frozenset[str] = frozenset()
    can_create: bool = False
    can_delete: bool = False
    tells_changes: bool = False
    resolution_s: int = 1

    async def listing(self) -> AsyncIterator[Batch]:
        """By rising ids; pages of the account's page size."""
        async with aclosing(self.collection.pages()) as pages:
            async for page in pages:
                yield Batch(observed=page)

    def changes(self, cursor: str) -> AsyncIterator[Batch]:  # noqa: ARG002 -- the port's own
        """Wodify has no documented way to ask for them."""
        raise GatewayUnsupported(f"wodify does not tell what changed among the {self.collection.name}")

    async def get(self, external_id: str) -> Observed | None:
        """The record in full."""
        return await self.collection.get(external_id)

    async def push(self, external_id: str, values: Values) -> Observed:  # noqa: ARG002 -- the port's own
        """Not yet."""
        raise GatewayUnsupported(f"no way to write {', '.join(sorted(values))} at wodify is known")

    async def create(self, values: Values) -> Observed:  # noqa: ARG002 -- the port's own
        """Not yet."""
        raise GatewayUnsupported(f"no way to make {self.collection.name} at wodify is known")

    async def delete(self, external_id: str) -> None:  # noqa: ARG002 -- the port's own
        """Nothing is ever deleted at Wodify."""
        raise GatewayUnsupported("nothing is deleted at wodify: people there do that")
