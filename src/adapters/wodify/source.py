"""One kind of record at Wodify, as a sync reads and writes it."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import attrs

from ...application.ports.sources import Batch, Observed, Source
from ...domain.shared.errors import GatewayUnsupported
from ...domain.sync.schema import Values
from .changes import Changes
from .collection import Collection
from .people import People

# Pages fetched before a listing's reader asks for them: while one batch goes into a store, the next one comes in.
_AHEAD = 10


@attrs.define(kw_only=True)
class WodifySource(Source):
    """Reads ``collection``; writes through ``people``, where there are any; ``feed`` is None where no changes are told.

    Deletions are found by listings alone, for nothing at Wodify tells them.
    """

    kind: str
    collection: Collection
    people: People | None
    feed: Changes | None
    writable: frozenset[str]
    can_create: bool
    can_delete: bool = False
    tells_changes: bool = attrs.field(init=False)
    shows: frozenset[str] | None = attrs.field(init=False)
    resolution_s: int = 1

    def __attrs_post_init__(self) -> None:
        self.tells_changes = self.feed is not None
        self.shows = self.collection.reader.shows

    async def listing(self) -> AsyncIterator[Batch]:
        """By rising ids, and again from the least where records moved up meanwhile; pages of the account's page size. A
        last batch holds nothing but the cursor.
        """
        cursor = None if self.feed is None else await self.feed.cursor()
        async with aclosing(self.collection.complete(ahead=_AHEAD)) as pages:
            async for page in pages:
                yield Batch(observed=page)
        if cursor is not None:
            yield Batch(cursor=cursor)

    async def changes(self, cursor: str) -> AsyncIterator[Batch]:
        """By rising ids; of memberships, which bear no stamps, none are told."""
        if self.feed is None:
            raise GatewayUnsupported(f"wodify does not tell what changed among the {self.collection.name}")
        async with aclosing(self.feed.since(cursor)) as batches:
            async for batch in batches:
                yield batch

    async def get(self, external_id: str) -> Observed | None:
        """The record in full."""
        return await self.collection.get(external_id)

    async def push(self, external_id: str, values: Values) -> Observed:
        """Read, changed, sent back whole and read anew: what somebody there changes in between is lost."""
        if foreign := sorted(values.keys() - self.writable):
            raise GatewayUnsupported(f"wodify's {self.collection.name}: no way to write {', '.join(foreign)} is known")
        if self.people is None:
            raise GatewayUnsupported(f"no way to write wodify's {self.collection.name} is known")
        return await self.people.change(external_id, values)

    async def create(self, values: Values) -> Observed:
        """Made at the account's location. What cannot be written is left out: the record tells what became of it."""
        if self.people is None or not self.can_create:
            raise GatewayUnsupported(f"no way to make wodify's {self.collection.name} is known, or no location for it")
        return await self.people.create(values)

    async def find(self, values: Values, /) -> Observed | None:
        """Who has this e-mail address."""
        if self.people is None:
            raise GatewayUnsupported(f"nobody looks for wodify's {self.collection.name}")
        return await self.people.find(values)

    async def delete(self, external_id: str) -> None:
        """Raises GatewayUnsupported: only people at the gym delete at Wodify."""
        raise GatewayUnsupported(f"{external_id} at wodify can be deleted by people there only")
